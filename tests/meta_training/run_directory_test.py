# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that two runs do not write in one directory."""

import os
import shutil

import tensorflow.compat.v1 as tf

from meta_training import run_directory
from optimizer import pretrained
from tests.meta_training import cluster_harness
from tests.meta_training import harness

_PARABOLA = harness.without_data(harness.Parabola)


def _hold(logdir):
  return run_directory.RunDirectory(logdir, True, print)


class RunDirectoryTest(tf.test.TestCase):

  def test_second_is_refused(self):
    logdir = os.path.join(harness.directory(self), "new")
    first = _hold(logdir)
    self.assertTrue(os.path.isdir(logdir))
    with self.assertRaises(run_directory.LockedError) as caught:
      _hold(logdir)
    for text in (logdir, "process {}".format(os.getpid()), "train_dir"):
      self.assertIn(text, str(caught.exception))
    # One that only reads does not care.
    run_directory.RunDirectory(logdir, False, print).close()
    first.close()
    self.assertEqual([], os.listdir(logdir))
    first.close()
    _hold(logdir).close()

  def test_a_file_that_nobody_holds_is_no_lock(self):
    logdir = harness.directory(self)
    path = os.path.join(logdir, run_directory.LOCK_NAME)
    with open(path, "w") as stream:
      stream.write("process 1 on a machine that lost its power, and more\n" * 9)
    held = _hold(logdir)
    with open(path) as stream:
      self.assertRegexpMatches(
          stream.read(), r"^process {} on .*\n$".format(os.getpid()))
    held.close()

  def test_a_link_is_not_followed(self):
    logdir = harness.directory(self)
    victim = os.path.join(harness.directory(self), "victim")
    os.symlink(victim, os.path.join(logdir, run_directory.LOCK_NAME))
    with self.assertRaisesRegexp(ValueError, "run.lock.*see what is in its"):
      _hold(logdir)
    self.assertFalse(os.path.exists(victim))

  def test_a_lock_that_was_removed(self):
    logdir, said = harness.directory(self), []
    first = run_directory.RunDirectory(logdir, True, said.append)
    self.assertEqual(os.path.join(logdir, "model.ckpt"), first.prefix())
    self.assertEqual([], said)
    shutil.rmtree(logdir)
    first.prefix()
    self.assertRegexpMatches(said.pop(), "run.lock' was removed during")
    with self.assertRaises(run_directory.LockedError):
      _hold(logdir)
    shutil.rmtree(logdir)
    second = _hold(logdir)
    with self.assertRaises(run_directory.LockedError):
      first.prefix()
    first.close()
    with self.assertRaises(run_directory.LockedError):
      _hold(logdir)
    second.close()

  def test_reads_alone_makes_no_directory(self):
    logdir = os.path.join(harness.directory(self), "new")
    run_directory.RunDirectory(logdir, False, print)
    self.assertFalse(os.path.exists(logdir))


class TrainingTest(tf.test.TestCase):

  def test_another_process(self):
    logdir = harness.directory(self)
    task = cluster_harness.Task(logdir, "run", {
        "num_problems": 10**6, "pause": 0.01, "logdir": logdir})
    self.addCleanup(task.kill)
    task.wait_for("visited 0")
    with self.assertRaisesRegexp(
        IOError, "Another run writes in .*{}.*process ".format(logdir)):
      harness.train(logdir, _PARABOLA)
    self.assertTrue(task.running())
    task.kill()
    # The lock died with its holder, though the file is there.
    self.assertIn(run_directory.LOCK_NAME, os.listdir(logdir))
    held = _hold(logdir)
    held.close()

  def test_a_directory_that_is_removed_meanwhile(self):
    logdir = harness.directory(self)
    harness.train(logdir, _PARABOLA, num_problems=2, callbacks=[
        lambda name, visit, *unused: None if visit else shutil.rmtree(logdir)])
    self.assertIn("optimizer.json", os.listdir(logdir))
    pretrained.load(logdir)

  def test_is_given_back_after_errors(self):
    logdir = harness.directory(self)

    def fail(*unused_args):
      raise RuntimeError("a fault")

    with self.assertRaisesRegexp(RuntimeError, "a fault"):
      harness.train(logdir, _PARABOLA, callbacks=[fail])
    with self.assertRaisesRegexp(ValueError, "does not fit"):
      harness.train(logdir, _PARABOLA, harness.OPTIMIZER_SPECS["adam"])
    self.assertNotIn(run_directory.LOCK_NAME, os.listdir(logdir))
    _hold(logdir).close()


if __name__ == "__main__":
  tf.test.main()
