# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of loading what is described, damaged and hostile files too."""

import json
import os
import shutil
import time

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from optimizer import pretrained
from optimizer import registry
from optimizer.stabilizers import stabilizer


def _described(name="HierarchicalRNN", args=(), **kwargs):
  return json.dumps({"optimizer": name, "args": args, "kwargs": kwargs})


class DescriptionsTest(tf.test.TestCase, parameterized.TestCase):

  def _refused(self, content, message, **options):
    logdir = self.create_tempdir().full_path
    path = os.path.join(logdir, registry.FILE_NAME)
    with open(path, "w") as stream:
      stream.write(content)
    start = time.time()
    with self.assertRaises(ValueError) as caught:
      pretrained.load(logdir, **options)
    self.assertLess(time.time() - start, 5.0)
    self.assertLess(len(str(caught.exception)), 2000)
    self.assertIn(path, str(caught.exception))
    self.assertIn(message, str(caught.exception))

  def test_a_command_was_run(self):
    target = os.path.join(self.create_tempdir().full_path, "made")
    for options in ({}, {"allow_import": True}):
      self._refused(_described("os:mkdir", [target]),
                    "subclass" if options else "allow_import", **options)
    self.assertFalse(os.path.exists(target))

  @parameterized.parameters(
      ("[" * 100000, "is not JSON"), ("", "is not JSON"),
      ("3", "Expected the keys"), ('{"optimizer": "HierarchicalRNN"}',
                                   "Expected the keys"),
      ('{"optimizer": 1, "args": [], "kwargs": {}}', "Expected the keys"),
      ('{"optimizer": "HierarchicalRNN", "args": {}, "kwargs": []}',
       "Expected the keys"),
      (_described("Typo"), "Unknown optimizer"),
      (_described(typo=1), "no option 'typo'"),
      (_described(level_sizes="abc"), "level_sizes must be"),
      (_described(level_sizes=[10**20]), "level_sizes must be"),
      (_described(num_gradient_scales=100000), "num_gradient_scales must be"),
      (_described(init_lr_range=None), "init_lr_range must be"))
  def test_malformed(self, content, message):
    self._refused(content, message)

  def test_absurd(self):
    for name in ("X" * 10**5, "m:" + "X" * 10**5):
      self._refused(_described(name), "X" * 100)
    self._refused(_described(**{"x" * 10**5: 1}), "no option 'xxx")
    self._refused(_described(random_seed=10**300), "random_seed must be")
    self._refused(_described("CoordinatewiseRNN", cell_sizes=[1000] * 4096),
                  "cell_sizes must be one to 16")
    self._refused(_described("GlobalLearningRate", initial_rate=1).replace(
        "1}", "9" * 10**6 + "}"), "initial_rate must be a number")

  def test_a_directory_of_that_name(self):
    logdir = self.create_tempdir().full_path
    os.mkdir(os.path.join(logdir, registry.FILE_NAME))
    with self.assertRaisesRegexp(ValueError, "optimizer.json.*a directory"):
      pretrained.load(logdir)
    with self.assertRaisesRegexp(IOError, "Cannot write .*optimizer.json"):
      registry.write(logdir, {})
    self.assertEqual([registry.FILE_NAME], os.listdir(logdir))

  def test_the_shipped_ones_are_described_by_todays_names(self):
    for name in pretrained.names():
      description = registry.read(pretrained.directory(name))
      self.assertContainsSubset(
          description["kwargs"], registry.completed(description)["kwargs"])
      self.assertLen(description["kwargs"]["stabilizers"], 4)

  def _copy(self, name="copy"):
    logdir = os.path.join(self.create_tempdir().full_path, name)
    return shutil.copytree(pretrained.directory("hierarchical_rnn"), logdir)

  def test_no_regular_files(self):
    logdir = self._copy()
    for name in sorted(os.listdir(logdir)):
      path = os.path.join(logdir, name)
      if name not in ("optimizer.json", "checkpoint") and (
          not name.startswith("model.ckpt-")):
        continue
      os.rename(path, path + "~")
      os.mkfifo(path)
      with self.assertRaisesRegexp(ValueError, name + ".*no regular file"):
        pretrained.load(logdir)
      os.rename(path + "~", path)
    pretrained.load(logdir)

  def test_a_description_of_two_gibibytes(self):
    logdir = self._copy()
    os.truncate(os.path.join(logdir, registry.FILE_NAME), 2**31)
    with self.assertRaisesRegexp(ValueError, "2147483648 bytes, more than"):
      pretrained.load(logdir)

  def test_brackets_in_the_path(self):
    expected, actual = [self._values(path) for path in (
        "hierarchical_rnn", self._copy("copy[1]*"))]
    self.assertAllEqual(sorted(expected), sorted(actual))
    for name, value in expected.items():
      self.assertAllEqual(value, actual[name])

  def _values(self, path):
    with tf.Graph().as_default(), tf.Session() as session:
      optimizer = pretrained.load(path)
      variables = optimizer.meta_parameters.checkpoint_names()
      session.run(tf.global_variables_initializer())
      return session.run(dict(variables))

  def test_arguments_of_the_wrong_type(self):
    for options, message in (({"name": 5}, "name must be a string"),
                             ({"random_seed": "x"}, "random_seed must be")):
      with self.assertRaisesRegexp(ValueError, message):
        pretrained.load(**options)
    with self.assertRaisesRegexp(ValueError, "NUL character"):
      pretrained.load("a\0b")

  def test_options_that_cannot_be(self):
    for options, message in (({"init_lr_range": 1e-3}, "init_lr_range must be"),
                             ({"learning_rate": 0.1}, "init_lr_range=")):
      with self.assertRaisesRegexp(ValueError, message):
        pretrained.load(**options)
    with self.assertRaisesRegexp(ValueError, "Expected a path, got None"):
      pretrained.load(None)

  def test_a_run_of_known_length(self):
    without, with_length = [
        stabilizer.flat_values(
            pretrained.load(**options).rule.options.stabilizers)
        for options in ({}, {"num_steps": 300})]
    self.assertEqual(
        dict(without, schedule_num_steps=300, schedule_fade=0.4), with_length)

  def test_lengths_that_cannot_be(self):
    with self.assertRaisesRegexp(ValueError, "schedule_num_steps must be"):
      pretrained.load(num_steps=0.5)
    with self.assertRaisesRegexp(ValueError, "no effect without Gradient"):
      pretrained.load(num_steps=300, gradient_history_limit=0.0)

  def test_one_level_too_high(self):
    logdir = self.create_tempdir().full_path
    inside = os.path.join(logdir, "HierarchicalRNN_GRUCell_20_2")
    os.mkdir(inside)
    registry.write(inside, {})
    with self.assertRaisesRegexp(ValueError, "one in '" + inside):
      pretrained.load(logdir)


if __name__ == "__main__":
  tf.test.main()
