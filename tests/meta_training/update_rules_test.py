# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of update rules, against Adam by hand."""

import collections

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import meta_optimizer
from meta_training import update_rules
from tests.meta_training import harness

_NAMES = ["log_learning_rate", "beta1_logit", "beta2_logit", "log_epsilon"]
_GRADIENTS = np.float32([[1, -2, 0, 0.25], [3, 4, 1e-3, -7], [9, 0, 0, 1]])


def _adam(value, gradients, rate, half_life=0.0):
  """Returns the values after every step."""
  value, values = np.float64(value), []
  mean, square = np.zeros_like(value), np.zeros_like(value)
  for i, gradient in enumerate(np.float64(gradients)):
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.999 * square + 0.001 * gradient**2
    rate_now = rate * (0.5**(i / half_life) if half_life else 1.0)
    value = value - rate_now * np.sqrt(1 - 0.999**(i + 1)) / (
        1 - 0.9**(i + 1)) * mean / (np.sqrt(square) + 1e-8)
    values.append(value)
  return values


def _meta(logdir, rule, **options):
  return meta_optimizer.MetaOptimizer(
      logdir, harness.OPTIMIZER_SPECS["adam"],
      update_rules.UpdateOptions(**dict({"gradient_clip": 100.0}, **options)),
      1, rule=update_rules.Rule(*rule))


class AdamTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(
      {"learning_rate": 0.1}, {"learning_rate": 0.1, "half_life": 2.0})
  def test_formula(self, learning_rate, **options):
    meta = _meta(harness.directory(self), ("adam",),
                 learning_rate=learning_rate, **options)
    expected = _adam(meta.values(), _GRADIENTS, learning_rate, **options)
    for gradient, values in zip(_GRADIENTS, expected):
      self.assertAllClose(values, meta.update(gradient, 1.0).values, rtol=1e-5)

  def test_goes_on_from_a_checkpoint(self):
    logdir = harness.directory(self)
    meta = _meta(logdir, ("adam",), learning_rate=0.1)
    expected = _adam(meta.values(), _GRADIENTS, 0.1)
    meta.update(_GRADIENTS[0], 1.0)
    meta.update(_GRADIENTS[1], 1.0)
    meta.save(meta.position())
    meta.close()
    meta = _meta(logdir, ("adam",), learning_rate=0.1)
    self.assertAllClose(expected[2], meta.update(_GRADIENTS[2], 1.0).values,
                        rtol=1e-5)

  def test_goes_on_where_rmsprop_ended(self):
    logdir = harness.directory(self)
    meta = _meta(logdir, ("rmsprop",))
    values = meta.update(_GRADIENTS[1], 1.0).values
    meta.save(meta.position())
    meta.close()
    meta = _meta(logdir, ("adam",), learning_rate=0.1)
    self.assertAllEqual(values, meta.values())
    self.assertAllClose(_adam(values, _GRADIENTS, 0.1)[0],
                        meta.update(_GRADIENTS[0], 1.0).values, rtol=1e-5)


class TrainOnlyTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters("rmsprop", "adam")
  def test_others_stay(self, name):
    logdir = harness.directory(self)
    everything = _meta(logdir, (name,), learning_rate=0.1)
    before = everything.update(_GRADIENTS[1], 1.0).values
    everything.save(everything.position())
    everything.close()
    meta = _meta(logdir, (name, ["beta"]), learning_rate=0.1, l2_reg=1.0)
    self.assertEqual(_NAMES[1:3], meta.trained)
    # Adam's old momentum and the penalty would move all of them.
    update = meta.update(_GRADIENTS[0], 1.0)
    self.assertAllEqual([False, True, True, False], update.values != before)
    self.assertAllEqual([0, 0], update.gradient[[0, 3]])
    self.assertAllClose(2 * before[2], update.gradient[2])

  def test_names(self):
    self.assertEqual(_NAMES, update_rules.trained(_NAMES, ()))
    self.assertEqual(_NAMES[::3], update_rules.trained(_NAMES, ["log_"]))
    with self.assertRaisesRegexp(
        ValueError, "'momentum'.*There are log_learning_rate, beta1_logit"):
      update_rules.trained(_NAMES, ["beta", "momentum"])

  def test_mask(self):
    self.assertAllEqual(
        [0, 1, 1, 0, 0, 0, 0],
        update_rules.mask(collections.OrderedDict(
            [("a", []), ("b", [2]), ("c", [2, 2])]), ["b"]))


if __name__ == "__main__":
  tf.test.main()
