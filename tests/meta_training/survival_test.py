# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of local runs that are killed, or whose disk is full."""

import os
import random
import re
import resource
import signal
import time

from absl import flags
import tensorflow.compat.v1 as tf

from tests.meta_training import cluster_harness
from tests.meta_training import harness

FLAGS = flags.FLAGS
flags.DEFINE_integer("kills", 6, "How often the run is killed.")


class SurvivalTest(tf.test.TestCase):
  """A run that is killed over and over ends as one that never was.

  --kills=30 makes it last minutes.
  """

  def _start(self, logdir):
    return cluster_harness.Task(logdir, "run", {
        "num_problems": self._num_problems, "pause": 0.01, "logdir": logdir})

  def test_kills(self):
    self._num_problems = 2 * FLAGS.kills + 4
    whole, logdir = harness.directory(self), harness.directory(self)
    uninterrupted = self._start(whole)
    self.assertEqual(0, uninterrupted.wait(), uninterrupted.text())
    rng = random.Random(FLAGS.kills)
    killed = 0
    while killed < FLAGS.kills:
      task = self._start(logdir)
      if rng.random() < 0.8:
        # While it visits problems.
        task.wait_for("problem ", (
            task.text().count("problem ") + rng.randint(1, 2)))
        time.sleep(rng.uniform(0.0, 0.25))
      else:
        # While it imports, builds or restores.
        time.sleep(rng.uniform(0.0, 4.0))
      self.assertTrue(task.running(), task.text())
      task.kill()
      killed += 1
      self._check_last(logdir)
    task = self._start(logdir)
    self.assertEqual(0, task.wait(), task.text())
    print("killed {} times".format(killed))
    self._check_visits(task.text())
    # As many updates, and the same: not one was lost or made twice.
    harness.assert_equal(self, harness.arrays(whole), harness.arrays(logdir))
    self.assertEqual(self._num_problems,
                     harness.arrays(logdir)["run_state/position"][0])
    self.assertEqual([], [name for name in os.listdir(logdir)
                          if "temp" in name or "checkpoint." in name])

  def _check_last(self, logdir):
    """Asserts that the last checkpoint is complete, if there is one."""
    if tf.train.latest_checkpoint(logdir):
      self.assertIn("run_state/position", harness.arrays(logdir))

  def _check_visits(self, text):
    """Asserts that visits were repeated at most, never left out."""
    visits = [int(number) for number in re.findall(r"visited (\d+)\n", text)]
    # A visit is saved before it is told: some may be missing from the text.
    self.assertEqual(sorted(visits), visits)
    begun = [int(number) - 1
             for number in re.findall(r"problem (\d+) of", text)]
    self.assertEqual(0, begun[0])
    for visit, following in zip(begun, begun[1:]):
      self.assertBetween(following, visit, visit + 1)
    self.assertEqual(self._num_problems - 1, begun[-1])
    self.assertEqual(self._num_problems - 1, visits[-1])


class FullDiskTest(tf.test.TestCase):

  def test_last_good_checkpoint_stays(self):
    logdir = harness.directory(self)
    path, _ = harness.train(logdir, harness.without_data(harness.Parabola),
                            num_problems=1)
    expected = harness.arrays(path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
      def fill_up(*unused_args):
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, limits[1]))

      with self.assertRaisesRegexp(
          IOError, "Cannot save a checkpoint in .* The last good one is .*"
          "model.ckpt-4.*make room and start again"):
        harness.train(logdir, harness.without_data(harness.Parabola),
                      num_problems=4, callbacks=[fill_up])
    finally:
      resource.setrlimit(resource.RLIMIT_FSIZE, limits)
      signal.signal(signal.SIGXFSZ, handler)
    # Of the save that failed nothing is left.
    self.assertEqual([], [name for name in os.listdir(logdir) if "temp" in name
                          or name.startswith("model.ckpt-6")])
    last = tf.train.latest_checkpoint(logdir)
    self.assertEqual("model.ckpt-4", os.path.basename(last))
    self.assertEqual(sorted(expected), sorted(harness.arrays(last)))
    path, text = harness.train(
        logdir, harness.without_data(harness.Parabola), num_problems=4)
    self.assertIn("2 of 4 problems done", text)
    self.assertTrue(path.endswith("model.ckpt-8"), path)


if __name__ == "__main__":
  tf.test.main()
