# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the list of checkpoints in a directory."""

import os

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from optimizer import checkpoint_list


class CheckpointListTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path

  def _path(self, name):
    return os.path.join(self._directory, name)

  def _list(self, text):
    with open(self._path(checkpoint_list.FILE_NAME), "w") as stream:
      stream.write(text)

  def _touch(self, *names):
    for name in names:
      open(self._path(name), "w").close()

  def test_read(self):
    self.assertEqual([], checkpoint_list.read(self._directory))
    self._list('model_checkpoint_path: "b"\n'
               'all_model_checkpoint_paths: "a"\n'
               'all_model_checkpoint_paths: "b"\n'
               'all_model_checkpoint_paths: "c"\n')
    # What is listed after the last one is older than a restart from it.
    self.assertEqual([self._path("a"), self._path("b")],
                     checkpoint_list.read(self._directory))
    self._list('model_checkpoint_path: "d"\n'
               'all_model_checkpoint_paths: "a"\n')
    self.assertEqual([self._path("a"), self._path("d")],
                     checkpoint_list.read(self._directory))

  def test_latest_has_its_files(self):
    self._list('model_checkpoint_path: "b"\n'
               'all_model_checkpoint_paths: "a"\n'
               'all_model_checkpoint_paths: "b"\n')
    self.assertIsNone(checkpoint_list.latest(self._directory))
    self._touch("a.index")
    self.assertEqual(self._path("a"), checkpoint_list.latest(self._directory))
    self._touch("b.index")
    self.assertEqual(self._path("b"), checkpoint_list.latest(self._directory))

  @parameterized.parameters("", "{}", "model_checkpoint_path: ")
  def test_damaged(self, text):
    self._list(text)
    with self.assertRaisesRegexp(
        ValueError, "Cannot read .*no checkpoints: delete it"):
      checkpoint_list.read(self._directory)
    self._touch("model.ckpt-9.index", "model.ckpt-10.index")
    with self.assertRaisesRegexp(
        ValueError, 'model_checkpoint_path: "model.ckpt-10"'):
      checkpoint_list.read(self._directory)

  def test_present(self):
    self._touch("model.ckpt-10.index", "model.ckpt-9.index",
                "model.ckpt-11.data-00000-of-00001", "model.ckpt-x.index",
                "mine.ckpt-3.index", "model.ckpt.index")
    self.assertEqual([self._path("model.ckpt-9"), self._path("model.ckpt-10")],
                     checkpoint_list.present(self._directory))


if __name__ == "__main__":
  tf.test.main()
