# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of paths."""

import os

from absl.testing import absltest

from optimizer import paths


class _Path:

  def __init__(self, path):
    self._path = path

  def __fspath__(self):
    return self._path


class PathsTest(absltest.TestCase):

  def test_expanded(self):
    with absltest.mock.patch.dict(os.environ, HOME="/home/x"):
      for path, expected in (("~/a", "/home/x/a"), ("a/~", "a/~"),
                             (_Path("~"), "/home/x"), (u"/b", "/b")):
        self.assertEqual(expected, paths.expanded(path))
        self.assertEqual(expected, paths.checkpoint_path(path))

  def test_what_is_no_path(self):
    for path in (None, 3, ["a"]):
      with self.assertRaisesRegexp(ValueError, "Expected a path, got "):
        paths.expanded(path)

  def test_patterns(self):
    for path in ("a*", _Path("a/b?"), "c\\d"):
      with self.assertRaisesRegexp(ValueError, "takes for a pattern"):
        paths.checkpoint_path(path)
    with self.assertRaisesRegexp(ValueError, r"contains \[ and \], which"):
      paths.checkpoint_path("run[lr=0.1]")
    # Only checkpoints are looked for so.
    self.assertEqual("a*", paths.expanded("a*"))


if __name__ == "__main__":
  absltest.main()
