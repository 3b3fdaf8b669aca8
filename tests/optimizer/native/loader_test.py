# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of loading the native step."""

import os

import tensorflow.compat.v1 as tf

from optimizer.native import builder
from optimizer.native import loader
from tests.optimizer.native import native_harness


class SelfTestTest(tf.test.TestCase):

  def test_library(self):
    native_harness.require_library(self)
    library = loader.load()
    self.assertIn("update_weights", library.theta_names)
    self.assertIn("max_relative_step", library.option_names)
    self.assertIs(library, loader.load())


class BuildTest(tf.test.TestCase):

  def test_a_compiler_that_fails(self):
    path = os.path.join(self.get_temp_dir(), "library.so")
    with self.assertRaisesRegexp(builder.BuildError, "false failed"):
      loader.build(path, builder.Compiler("false", "key"))
    self.assertFalse(os.path.exists(path))

  def test_where_only_the_user_s_folder_can_be_written(self):
    beside, own = [os.path.join(self.get_temp_dir(), name)
                   for name in ("beside", "own")]
    os.mkdir(beside)
    os.mkdir(own)
    mock = tf.test.mock
    compiler = builder.Compiler("compiler", "key")
    with mock.patch.object(
        builder, "built_ahead", lambda *args: None), mock.patch.object(
            builder, "folder_beside", lambda *args: beside), mock.patch.object(
                builder, "user_folder", lambda: own), mock.patch.object(
                    builder, "find_compiler", lambda: compiler):
      # As of another user; who runs this may be one who can write everywhere.
      with mock.patch.object(
          os, "access", lambda path, mode: path != beside), mock.patch.object(
              builder, "build", lambda compiler, folder, path, *options: open(
                  path, "w").close()):
        path = loader._library_path()
      self.assertEqual(own, os.path.dirname(path))
      # Found again; and first where it is for all.
      self.assertEqual(path, loader._library_path())
      shared = os.path.join(beside, os.path.basename(path))
      open(shared, "w").close()
      self.assertEqual(shared, loader._library_path())

  def test_another_tensorflow_has_another_key(self):
    key = loader.source_key()
    self.assertEqual(key, loader.source_key())
    with tf.test.mock.patch.object(
        tf.version, "GIT_VERSION", "another"):
      self.assertNotEqual(key, loader.source_key())


class SayOnceTest(tf.test.TestCase):

  def test_each_reason_once(self):
    mock = tf.test.mock
    with mock.patch.object(loader, "_SAID", set()), mock.patch.object(
        tf.logging, "warn") as warn:
      for reason in ("No compiler.", "No room.", "No compiler."):
        loader.say_once(reason)
    self.assertEqual(["No compiler.", "No room."],
                     [call[0][1] for call in warn.call_args_list])


if __name__ == "__main__":
  tf.test.main()
