# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that leftovers of checkpoints go, and checkpoints stay."""

import os

import tensorflow.compat.v1 as tf

from meta_training import checkpoint_files
from optimizer import checkpoint_list
from tests.meta_training import harness

_PARABOLA = harness.without_data(harness.Parabola)
_LEFTOVERS = [
    "model.ckpt-7.data-00000-of-00001",
    "model.ckpt-7.index.tempstate1234567890",
    "model.ckpt-9.data-00000-of-00001.tempstate9876543210",
    "checkpoint.tmp0123456789abcdef0123456789abcdef",
]
_OTHERS = [
    "model.ckpt-8.index", "model.ckpt-8.data-00000-of-00001",
    "model.ckpt.data-00000-of-00001", "mine.ckpt-7.data-00000-of-00001",
    "checkpoint.tmp", "model.ckpt-7.data-00000-of-00001.backup",
    "model.ckpt-7.index.tempstate", "notes.tempstate123",
]


def _touch(logdir, names):
  for name in names:
    with open(os.path.join(logdir, name), "w") as stream:
      stream.write("x")


def _files(logdir):
  return sorted(name for name in os.listdir(logdir)
                if not name.startswith("events"))


class LeftoversTest(tf.test.TestCase):

  def test_removes_no_others(self):
    logdir = harness.directory(self)
    harness.train(logdir, _PARABOLA)
    _touch(logdir, _OTHERS)
    before = _files(logdir)
    _touch(logdir, _LEFTOVERS)
    os.mkdir(os.path.join(logdir, "model.ckpt-9.index.tempstate1"))
    checkpoint_files.remove_leftovers(logdir)
    os.rmdir(os.path.join(logdir, "model.ckpt-9.index.tempstate1"))
    self.assertEqual(before, _files(logdir))

  def test_data_whose_index_is_missing(self):
    logdir = harness.directory(self)
    path, _ = harness.train(logdir, _PARABOLA)
    os.remove(path + ".index")
    before = _files(logdir)
    # The list names it: somebody may bring the index back.
    checkpoint_files.remove_leftovers(logdir)
    self.assertEqual(before, _files(logdir))
    # Without a list nobody knows.
    os.remove(os.path.join(logdir, "checkpoint"))
    checkpoint_files.remove_leftovers(logdir)
    self.assertIn(os.path.basename(path) + ".data-00000-of-00001",
                  _files(logdir))

  def test_no_directory(self):
    checkpoint_files.remove_leftovers(
        os.path.join(harness.directory(self), "none"))

  def test_next_start_removes_them(self):
    logdir = harness.directory(self)
    harness.train(logdir, _PARABOLA, num_problems=1)
    _touch(logdir, _LEFTOVERS)
    harness.train(logdir, _PARABOLA, num_problems=2)
    self.assertEqual([], sorted(set(_LEFTOVERS) & set(_files(logdir))))

  def test_old_checkpoints_go_after_restarts_too(self):
    logdir = harness.directory(self)
    for visits in range(1, 8):
      harness.train(logdir, _PARABOLA, num_problems=visits)
    kept = ["model.ckpt-{}".format(2 * visits) for visits in range(3, 8)]
    self.assertEqual(kept, [os.path.basename(path) for path in
                            checkpoint_list.read(logdir)])
    self.assertEqual(
        sorted(kept), sorted(name[:-len(".index")] for name in _files(logdir)
                             if name.endswith(".index")))


if __name__ == "__main__":
  tf.test.main()
