# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of building the native step."""

import os
import sys
import time

from absl.testing import absltest

from optimizer.native import builder


def _is_running(pid):
  try:
    with open("/proc/{}/stat".format(pid)) as stream:
      return stream.read().rpartition(")")[2].split()[0] != "Z"
  except EnvironmentError:
    return False


class CompilerTest(absltest.TestCase):

  def _find(self, command):
    with absltest.mock.patch.dict(os.environ, CXX=command):
      return builder.find_compiler()

  def setUp(self):
    super().setUp()
    self._top = self.create_tempdir().full_path

  def _script(self, name, text):
    path = os.path.join(self._top, name)
    with open(path, "w") as stream:
      stream.write("#!/bin/sh\n" + text)
    os.chmod(path, 0o755)
    return path

  def test_none(self):
    for command in ("/nowhere/no_compiler", "false", "g++ 'no end", " "):
      self.assertIsNone(self._find(command))

  def test_key_is_of_command_and_version(self):
    keys = []
    for version in ("1", "1", "2"):
      path = self._script("c++", "echo version {}\n".format(version))
      compiler = self._find(path)
      self.assertEqual([path], compiler.command)
      keys.append(compiler.key)
    self.assertEqual(keys[0], keys[1])
    self.assertNotEqual(keys[0], keys[2])

  def test_a_command_of_several_words(self):
    path = self._script("cache", '[ "$1" = g++ ] && echo version\n')
    self.assertEqual([path, "g++"], self._find(path + " g++").command)
    self.assertIsNone(self._find(path + " clang++"))
    path = self._script("my compiler", "echo version\n")
    self.assertEqual([path], self._find(path).command)

  def test_a_version_that_is_not_utf_8(self):
    path = self._script("c++", "printf 'g++ \\251 2019\\n'\n")
    self.assertEqual([path], self._find(path).command)

  def test_a_compiler_that_hangs(self):
    path = self._script("c++", "sleep 1000 &\necho $! > $0.pid\nwait\n")
    start = time.time()
    with absltest.mock.patch.object(builder, "_VERSION_SECONDS", 0.5):
      self.assertIsNone(self._find(path))
    self.assertLess(time.time() - start, 60)
    # Nor does what it has started go on.
    with open(path + ".pid") as stream:
      child = int(stream.read())
    while _is_running(child) and time.time() - start < 60:
      time.sleep(0.1)
    self.assertFalse(_is_running(child))


class SourcesTest(absltest.TestCase):

  def test_sources(self):
    # Brackets are no pattern.
    folder = os.path.join(self.create_tempdir().full_path, "copy[1]")
    os.mkdir(folder)
    for name in ("b.cc", "a.h", "c.py"):
      open(os.path.join(folder, name), "w").close()
    self.assertEqual([os.path.join(folder, name)
                      for name in ("a.h", "b.cc")], builder.sources(folder))


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
      builder.build(
          builder.Compiler([command, "first"], "key"), top, path,
          ["-Itf", "--std=c++17"], [])
    finally:
      os.umask(mask)
      # Nothing is left of what it was made from.
      self.assertEmpty(set(os.listdir(folder)) - {"step.so"})
    return path

  def test_library(self):
    path = self._build("assert sys.argv[1] == 'first'\nopen(sys.argv["
                       "sys.argv.index('-o') + 1], 'w').write('built')")
    with open(path) as stream:
      self.assertEqual("built", stream.read())
    self.assertEqual(0, os.stat(path).st_mode & 0o022)

  def test_the_standard_of_tensorflow_counts(self):
    path = self._build(
        "path = sys.argv[sys.argv.index('-o') + 1]\n"
        "objects = [each for each in sys.argv[2:] if each.endswith('.o')]\n"
        "text = (' '.join(sys.argv) if '-c' in sys.argv else "
        "open(objects[0]).read())\n"
        "open(path, 'w').write(text)")
    with open(path) as stream:
      standards = [word for word in stream.read().split() if "std=" in word]
    # Compilers take the last.
    self.assertEqual(["-std=c++11", "--std=c++17"], standards)

  def test_first_error_is_told(self):
    with self.assertRaisesRegexp(
        builder.BuildError, "compiler failed: x.cc:3: error: no such thing"):
      self._build("print('In file x:')\nprint('x.cc:3: error: no such thing')\n"
                  "sys.exit(1)")

  def test_an_error_that_is_not_utf_8(self):
    with self.assertRaisesRegexp(
        builder.BuildError, "failed: x.cc: error: \ufffd\ufffd"):
      self._build("sys.stdout.buffer.write(b'x.cc: error: \\344\\366\\n')\n"
                  "sys.exit(1)")

  def test_a_build_that_takes_too_long(self):
    with absltest.mock.patch.object(builder, "BUILD_SECONDS", 1.0):
      with self.assertRaisesRegexp(builder.BuildError, "takes too long"):
        self._build("import time\ntime.sleep(1000)")


if __name__ == "__main__":
  absltest.main()
