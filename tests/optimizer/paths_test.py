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

    with self.assertRaisesRegexp(ValueError, "NUL character"):
      paths.expanded("a\0b")

  def test_without_patterns(self):
    top = self.create_tempdir().full_path
    with paths.without_patterns(top) as path:
      self.assertEqual(top, path)
    folder = os.path.join(top, "copy[1]")
    with self.assertRaises(OSError):
      with paths.without_patterns(os.path.join(folder, "a")):
        pass
    os.mkdir(folder)
    with open(os.path.join(folder, "a"), "w") as stream:
      stream.write("b")
    with paths.without_patterns(os.path.join(folder, "a")) as path:
      self.assertNotIn("[", path)
      with open(path) as stream:
        self.assertEqual("b", stream.read())
    with self.assertRaisesRegexp(ValueError, "takes for a pattern"):
      with paths.without_patterns(os.path.join(folder, "a*")):
        pass

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
