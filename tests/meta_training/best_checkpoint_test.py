# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of keeping the best checkpoint."""

import json
import os
import tempfile

from absl.testing import absltest

from meta_training import best_checkpoint


class BestCheckpointTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    self._logdir = tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())

  def _checkpoint(self, step):
    """Writes files of the names of a checkpoint's, returns their prefix."""
    prefix = os.path.join(self._logdir, "model.ckpt-{}".format(step))
    for ending in (".index", ".data-00000-of-00001"):
      with open(prefix + ending, "w") as stream:
        stream.write("of step {}".format(step))
    return prefix

  def _best(self, criterion=None):
    return best_checkpoint.BestCheckpoint(self._logdir, criterion or {"at": 5})

  def test_only_better_ones_are_kept(self):
    best = self._best()
    self.assertEqual(
        [True, False, False, True],
        [best.show(self._checkpoint(step), value) for step, value in (
            (1, 0.5), (12, 0.7), (13, float("nan")), (14, 0.25))])
    self.assertEqual(
        ["checkpoint", "model.ckpt-14.data-00000-of-00001",
         "model.ckpt-14.index", "validation.json"],
        sorted(os.listdir(best.path)))
    with open(os.path.join(best.path, "model.ckpt-14.index")) as stream:
      self.assertEqual("of step 14", stream.read())
    with open(os.path.join(best.path, "validation.json")) as stream:
      self.assertEqual({"value": 0.25, "checkpoint": "model.ckpt-14",
                        "criterion": {"at": 5}}, json.load(stream))

  def test_a_later_process_goes_on_from_the_best(self):
    self._best().show(self._checkpoint(1), 0.5)
    self.assertEqual(0.5, self._best().value)
    self.assertFalse(self._best().show(self._checkpoint(2), 0.6))

  def test_values_of_another_criterion_do_not_count(self):
    self._best().show(self._checkpoint(1), 0.5)
    self.assertEqual(float("inf"), self._best({"at": 6}).value)

  def test_a_damaged_file_counts_as_none(self):
    self._best().show(self._checkpoint(1), 0.5)
    for text in ("", "[]", "{}", '{"value": "x", "criterion": {"at": 5}}'):
      with open(os.path.join(self._logdir, "best", "validation.json"),
                "w") as stream:
        stream.write(text)
      self.assertEqual(float("inf"), self._best().value)
    path = os.path.join(self._logdir, "best", "validation.json")
    os.remove(path)
    os.mkfifo(path)
    self.assertEqual(float("inf"), self._best().value)

  def test_links_are_not_followed(self):
    other = tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
    victim = os.path.join(other, "model.ckpt-5.index")
    with open(victim, "w") as stream:
      stream.write("of another run")
    best = self._best()
    os.symlink(other, best.path)
    for call in (self._best, lambda: best.show(self._checkpoint(1), 0.5)):
      with self.assertRaisesRegex(IOError, "best' is a symbolic link"):
        call()
    self.assertEqual(["model.ckpt-5.index"], os.listdir(other))
    os.remove(best.path)
    os.mkdir(best.path)
    os.symlink(victim, os.path.join(
        best.path, "model.ckpt-1.index.temporary"))
    best.show(self._checkpoint(1), 0.5)
    with open(victim) as stream:
      self.assertEqual("of another run", stream.read())


if __name__ == "__main__":
  absltest.main()
