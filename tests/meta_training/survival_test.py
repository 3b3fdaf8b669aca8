# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of local runs that are killed, or whose disk is full."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import os
import random
import resource
import signal
import time

import tensorflow as tf

from tests.meta_training import cluster_harness
from tests.meta_training import harness


class SurvivalTest(tf.test.TestCase):

  def test_kills(self):
    num_problems, num_kills = 10, 6
    options = {"num_problems": num_problems, "pause": 0.01}
    whole, logdir = harness.directory(self), harness.directory(self)
    uninterrupted = cluster_harness.Task(
        whole, "run", dict(options, logdir=whole))
    self.assertEqual(0, uninterrupted.wait(), uninterrupted.text())
    rng = random.Random(0)
    killed = 0
    for attempt in range(num_kills):
      task = cluster_harness.Task(logdir, "run", dict(options, logdir=logdir))
      task.wait_for("problem ", task.text().count("problem ") + 1)
      time.sleep(rng.uniform(0.0, 0.25))
      killed += task.running()
      task.kill()
      self._check_last(logdir)
    self.assertGreater(killed, 2)
    task = cluster_harness.Task(logdir, "run", dict(options, logdir=logdir))
    self.assertEqual(0, task.wait(), task.text())
    arrays = harness.arrays(logdir)
    self.assertEqual(num_problems, arrays["run_state/position"][0])
    harness.assert_equal(self, harness.arrays(whole), arrays)

  def _check_last(self, logdir):
    """Asserts that the last checkpoint is complete, if there is one."""
    if tf.train.latest_checkpoint(logdir):
      self.assertIn("run_state/position", harness.arrays(logdir))


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
    last = tf.train.latest_checkpoint(logdir)
    self.assertEqual("model.ckpt-4", os.path.basename(last))
    self.assertEqual(sorted(expected), sorted(harness.arrays(last)))
    path, text = harness.train(
        logdir, harness.without_data(harness.Parabola), num_problems=4)
    self.assertIn("2 of 4 problems done", text)
    self.assertTrue(path.endswith("model.ckpt-8"), path)


if __name__ == "__main__":
  tf.test.main()
