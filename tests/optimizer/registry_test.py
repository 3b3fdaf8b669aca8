# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of descriptions of optimizers."""

import functools
import json
import os

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import coordinatewise_rnn
from optimizer import global_learning_rate
from optimizer import registry


class _Own(global_learning_rate.GlobalLearningRate):
  """An optimizer of a user."""


class DescribeTest(tf.test.TestCase):

  def test_positional_arguments_and_defaults_have_names(self):
    description = registry.describe(
        global_learning_rate.GlobalLearningRate, (0.25,),
        {"use_log_objective": True})
    self.assertEqual("GlobalLearningRate", description["optimizer"])
    self.assertEqual([], description["args"])
    kwargs = description["kwargs"]
    self.assertEqual((0.25, True, -1), tuple(kwargs[name] for name in (
        "initial_rate", "use_log_objective", "obj_train_max_multiplier")))
    self.assertNotIn("name", kwargs)

  def test_constructs_what_was_described(self):
    description = registry.describe(
        coordinatewise_rnn.CoordinatewiseRNN, ([3, 2],),
        {"cell_cls": tf.nn.rnn_cell.LSTMCell})
    self.assertEqual("LSTMCell", description["kwargs"]["cell_cls"])
    self.assertEqual(description, json.loads(json.dumps(description)))
    with tf.Graph().as_default():
      optimizer = registry.construct(description)
    self.assertIsInstance(optimizer, coordinatewise_rnn.CoordinatewiseRNN)
    self.assertEqual([3, 2], [
        cell.output_size for cell in optimizer.component_cells])

  def test_given_in_parts(self):
    cls = global_learning_rate.GlobalLearningRate
    partial = functools.partial(functools.partial(cls, 0.25), random_seed=3)
    self.assertEqual(registry.describe(cls, (0.25, True), {"random_seed": 3}),
                     registry.describe(partial, (True,), {}))
    self.assertEqual(registry.describe(cls, (0.25,), {"random_seed": 4}),
                     registry.describe(partial, (), {"random_seed": 4}))

  def test_an_unknown_stabilizer(self):
    description = {"optimizer": "HierarchicalRNN", "args": [], "kwargs": {
        "stabilizers": [{"stabilizer": "Anchor", "kwargs": {}}]}}
    with self.assertRaisesRegex(
        ValueError, "no stabilizer 'Anchor': expected one of RateDecay, "):
      registry.construct(description)

  def test_no_name(self):
    class Maker:

      def __call__(self):
        return global_learning_rate.GlobalLearningRate()

    with self.assertRaisesRegexp(ValueError, "Maker .* has no name by which"):
      registry.describe(Maker(), (), {})

  def test_no_words_for_an_argument(self):
    with self.assertRaisesRegexp(ValueError, "cannot be written as JSON"):
      registry.describe(global_learning_rate.GlobalLearningRate,
                        (np.float32(1),), {})

  def test_classes_of_other_modules(self):
    description = registry.describe(_Own, (0.5,), {})
    self.assertEqual(__name__ + ":_Own", description["optimizer"])
    with self.assertRaisesRegexp(ValueError, "pass allow_import=True"):
      registry.construct(description)
    with tf.Graph().as_default():
      self.assertIsInstance(registry.construct(description, True), _Own)
    # What it leaves open stays open.
    self.assertIs(description, registry.completed(description))

  def test_completed(self):
    completed = registry.completed(
        {"optimizer": "GlobalLearningRate", "args": [0.5], "kwargs": {}})
    self.assertEqual([], completed["args"])
    self.assertEqual(0.5, completed["kwargs"]["initial_rate"])
    self.assertFalse(completed["kwargs"]["use_attention"])

  def test_find(self):
    self.assertIs(global_learning_rate.GlobalLearningRate, registry.find(
        "GlobalLearningRate"))
    with self.assertRaisesRegexp(
        ValueError, "Unknown optimizer 'Typo': expected one of Hierarch"):
      registry.find("Typo")


class FileTest(tf.test.TestCase):

  def test_what_is_written_is_read(self):
    logdir = self.create_tempdir().full_path
    description = {"optimizer": "O", "args": [1, "a"], "kwargs": {"b": None}}
    for _ in range(2):
      registry.write(logdir, description)
      self.assertEqual(description, registry.read(logdir))
    self.assertEqual([registry.FILE_NAME], os.listdir(logdir))

  def test_a_link_is_not_written_through(self):
    logdir = self.create_tempdir().full_path
    victim = os.path.join(logdir, "victim")
    for name in ("", ".tmp"):
      os.symlink(victim, os.path.join(logdir, registry.FILE_NAME + name))
    registry.write(logdir, {})
    self.assertFalse(os.path.exists(victim))


if __name__ == "__main__":
  tf.test.main()
