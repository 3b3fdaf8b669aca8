# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of loading the native step."""

import os
import shutil

import tensorflow.compat.v1 as tf

from optimizer.native import builder
from optimizer.native import library_cache
from optimizer.native import loader
from tests.optimizer.native import native_harness

mock = tf.test.mock


class SelfTestTest(tf.test.TestCase):

  def test_library(self):
    native_harness.require_library(self)
    library = loader.load()
    self.assertIn("update_weights", library.theta_names)
    self.assertIn("step_limit_fraction", library.option_names)
    self.assertIs(library, loader.load())


class BuildTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    self._top = os.path.realpath(self.create_tempdir().full_path)
    for patch in (
        mock.patch.object(loader, "_AHEAD", "of_no_build.so"),
        mock.patch.object(loader, "_HERE", self._folder("here")),
        mock.patch.object(loader, "source_key", lambda: "sources"),
        mock.patch.dict(os.environ, XDG_CACHE_HOME=self._folder("cache"))):
      patch.start()
      self.addCleanup(patch.stop)

  def _folder(self, name):
    path = os.path.join(self._top, name)
    os.mkdir(path)
    return path

  def _library(self, key="key", build=None):
    """The path of the library, which a mere copy of the compiler builds."""
    def copy(compiler, folder, path, *options):
      del compiler, folder, options
      shutil.copy("/bin/sh", path + ".new")
      os.chmod(path + ".new", 0o755)
      os.rename(path + ".new", path)

    compiler = builder.Compiler(["compiler"], key)
    with mock.patch.object(
        builder, "find_compiler", lambda: key and compiler), mock.patch.object(
            builder, "build", build or copy):
      library = loader._library()
    try:
      return os.readlink("/proc/self/fd/{}".format(library))
    finally:
      os.close(library)

  def _fails(self, *args, **kwargs):
    raise AssertionError("It is built again.")

  def test_a_compiler_that_fails(self):
    path = os.path.join(self._top, "library.so")
    with self.assertRaisesRegexp(builder.BuildError, "false failed"):
      loader.build(path, "key", builder.Compiler(["false"], "key"))
    self.assertFalse(os.path.exists(path))

  def test_built_once(self):
    path = self._library()
    self.assertEqual(os.path.join(self._top, "here", ".build"),
                     os.path.dirname(path))
    self.assertEqual(path, self._library(build=self._fails))
    # Without a compiler, that of another one will do.
    self.assertEqual(path, self._library(key=None, build=self._fails))
    self.assertNotEqual(path, self._library(key="other"))

  def test_damaged(self):
    path = self._library()
    with open(path, "rb") as stream:
      content = stream.read()
    with open(path, "wb") as stream:
      stream.write(content[:100])
    self.assertEqual(path, self._library())
    with open(path, "rb") as stream:
      self.assertEqual(content, stream.read())
    os.remove(path)
    os.mkfifo(path)
    self.assertEqual(path, self._library())
    self.assertEqual(path, self._library(build=self._fails))

  def test_where_only_the_user_s_folder_can_be_written(self):
    beside = os.path.join(self._top, "here", ".build")
    # As of another user; who runs this may be one who can write everywhere.
    with mock.patch.object(os, "access", lambda path, mode: path != beside):
      path = self._library()
    self.assertEqual(
        os.path.join(self._top, "cache", "learned_optimizer", "native"),
        os.path.dirname(path))
    # Found again; and first where it is for all.
    self.assertEqual(path, self._library(build=self._fails))
    shared = os.path.join(beside, os.path.basename(path))
    shutil.copy(path, shared)
    shutil.copy(path.replace(".so", ".key"), shared.replace(".so", ".key"))
    self.assertEqual(shared, self._library(build=self._fails))

  def test_where_others_may_write(self):
    for name in ("here", "cache"):
      os.chmod(os.path.join(self._top, name), 0o777)
    with self.assertRaisesRegexp(builder.BuildError, "by nobody else"):
      self._library()
    self.assertEqual([], os.listdir(os.path.join(self._top, "cache")))

  def test_another_process_builds(self):
    with mock.patch.object(builder, "BUILD_SECONDS", 0.1), mock.patch.object(
        library_cache, "_take", lambda *args: False):
      with self.assertRaisesRegexp(builder.BuildError, "another process has b"):
        self._library()


class WarningsTest(tf.test.TestCase):

  def test_none(self):
    # kernels_program.py compiles the rest.
    compiler = builder.find_compiler()
    if compiler is None:
      self.skipTest("There is no C++ compiler.")
    parts = [part for part in builder.units(os.path.dirname(loader.__file__))
             if part.name in ("op.cc", "attributes.cc")]
    self.assertLen(parts, 2)
    # Warnings about TensorFlow's own headers are TensorFlow's.
    options = [flag.replace("-I", "-isystem", 1)
               for flag in tf.sysconfig.get_compile_flags()]
    builder.compile_and_link(
        compiler, parts, os.path.join(self.get_temp_dir(), "library.so"),
        options + ["-O0", "-Wall", "-Wextra", "-Werror"], ["-shared"], 1000)


class KeyTest(tf.test.TestCase):

  def test_another_tensorflow_has_another_key(self):
    key = loader.source_key()
    self.assertEqual(key, loader.source_key())
    with mock.patch.object(
        tf.version, "GIT_VERSION", "another"):
      self.assertNotEqual(key, loader.source_key())


class SayOnceTest(tf.test.TestCase):

  def test_each_reason_once(self):
    with mock.patch.object(loader, "_SAID", set()), mock.patch.object(
        tf.logging, "warn") as warn:
      for reason in ("No compiler.", "No room.", "No compiler."):
        loader.say_once(reason)
    self.assertEqual(["No compiler.", "No room."],
                     [call[0][1] for call in warn.call_args_list])


if __name__ == "__main__":
  tf.test.main()
