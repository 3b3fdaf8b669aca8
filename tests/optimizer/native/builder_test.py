# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of building the native step."""

import os
import stat
import sys

from absl.testing import absltest

from optimizer.native import builder


class CompilerTest(absltest.TestCase):

  def _find(self, command):
    with absltest.mock.patch.dict(os.environ, CXX=command):
      return builder.find_compiler()

  def test_none(self):
    self.assertIsNone(self._find("/nowhere/no_compiler"))
    self.assertIsNone(self._find("false"))

  def test_key_is_of_command_and_version(self):
    path = os.path.join(self.create_tempdir().full_path, "c++")
    keys = []
    for version in ("1", "1", "2"):
      with open(path, "w") as stream:
        stream.write("#!/bin/sh\necho version {}\n".format(version))
      os.chmod(path, 0o755)
      compiler = self._find(path)
      self.assertEqual(path, compiler.command)
      keys.append(compiler.key)
    self.assertEqual(keys[0], keys[1])
    self.assertNotEqual(keys[0], keys[2])


class FolderTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    self._top = self.create_tempdir().full_path

  def test_all_may_read_what_one_has_built(self):
    path = builder.folder_beside(self._top)
    self.assertEqual(self._top, os.path.dirname(path))
    self.assertEqual(0o755, stat.S_IMODE(os.stat(path).st_mode))
    self.assertEqual(path, builder.folder_beside(self._top))

  def test_what_others_may_write_is_not_used(self):
    path = builder.folder_beside(self._top)
    for mode in (0o770, 0o702):
      os.chmod(path, mode)
      self.assertIsNone(builder.folder_beside(self._top))
    os.rmdir(path)
    os.symlink(self.create_tempdir().full_path, path)
    self.assertIsNone(builder.folder_beside(self._top))

  def test_user_folder(self):
    with absltest.mock.patch.dict(os.environ, XDG_CACHE_HOME=self._top):
      self.assertEqual(
          os.path.join(self._top, "learned_optimizer", "native"),
          builder.user_folder())
      self.assertEqual(
          0o700, stat.S_IMODE(os.stat(builder.user_folder()).st_mode))
    with absltest.mock.patch.dict(os.environ, XDG_CACHE_HOME="relative"):
      self.assertIsNone(builder.user_folder())

  def test_built_ahead(self):
    self.assertIsNone(builder.built_ahead(self._top, "key"))
    with open(os.path.join(self._top, "ahead.key"), "w") as stream:
      stream.write("key")
    self.assertEqual(os.path.join(self._top, "ahead.so"),
                     builder.built_ahead(self._top, "key"))
    self.assertIsNone(builder.built_ahead(self._top, "another"))

  def test_sources(self):
    for name in ("b.cc", "a.h", "c.py"):
      open(os.path.join(self._top, name), "w").close()
    self.assertEqual([os.path.join(self._top, name)
                      for name in ("a.h", "b.cc")], builder.sources(self._top))


class BuildTest(absltest.TestCase):

  def _build(self, script):
    """Builds with a compiler in Python; (path of the library, its folder)."""
    top = self.create_tempdir().full_path
    command = os.path.join(top, "compiler")
    with open(command, "w") as stream:
      stream.write("#!{}\nimport sys\n{}\n".format(sys.executable, script))
    os.chmod(command, 0o755)
    folder = os.path.join(top, "folder")
    os.mkdir(folder)
    path = os.path.join(folder, "step.so")
    mask = os.umask(0)
    try:
      builder.build(builder.Compiler(command, "key"), top, path, ["-Itf"], [])
    finally:
      os.umask(mask)
    return path, folder

  def test_library(self):
    path, folder = self._build(
        "open(sys.argv[sys.argv.index('-o') + 1], 'w').write('built')")
    with open(path) as stream:
      self.assertEqual("built", stream.read())
    self.assertEqual(0, os.stat(path).st_mode & 0o022)
    # Nothing is left of what it was made from.
    self.assertEqual(["step.so"], os.listdir(folder))

  def test_first_error_is_told(self):
    with self.assertRaisesRegexp(
        builder.BuildError, "compiler failed: x.cc:3: error: no such thing"):
      self._build("print('In file x:')\nprint('x.cc:3: error: no such thing')\n"
                  "sys.exit(1)")


if __name__ == "__main__":
  absltest.main()
