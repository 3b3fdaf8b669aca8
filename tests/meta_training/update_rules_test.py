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
_VALUES = np.float32([1.0, -2.0, 3.0])
_SHAPES = collections.OrderedDict([("bias", []), ("weights", [2])])
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


def _meta(logdir, rule, learning_rate=1e-4):
  return meta_optimizer.MetaOptimizer(
      logdir, harness.OPTIMIZER_SPECS["adam"], rule, 1, learning_rate, 100.0)


class AdamTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(
      {"learning_rate": 0.1}, {"learning_rate": 0.1, "half_life": 2.0})
  def test_formula(self, learning_rate, half_life=0.0):
    meta = _meta(harness.directory(self), update_rules.Adam(
        learning_rate_half_life=half_life), learning_rate)
    expected = _adam(meta.values(), _GRADIENTS, learning_rate, half_life)
    for gradient, values in zip(_GRADIENTS, expected):
      self.assertAllClose(values, meta.update(gradient, 1.0).values, rtol=1e-5)

  def test_goes_on_from_a_checkpoint(self):
    logdir = harness.directory(self)
    meta = _meta(logdir, update_rules.Adam(), 0.1)
    expected = _adam(meta.values(), _GRADIENTS, 0.1)
    meta.update(_GRADIENTS[0], 1.0)
    meta.update(_GRADIENTS[1], 1.0)
    meta.save(meta.position())
    meta.close()
    meta = _meta(logdir, update_rules.Adam(), 0.1)
    self.assertAllClose(expected[2], meta.update(_GRADIENTS[2], 1.0).values,
                        rtol=1e-5)

  def test_goes_on_where_rmsprop_ended(self):
    logdir = harness.directory(self)
    meta = _meta(logdir, update_rules.RMSProp())
    values = meta.update(_GRADIENTS[1], 1.0).values
    meta.save(meta.position())
    meta.close()
    meta = _meta(logdir, update_rules.Adam(), 0.1)
    self.assertAllEqual(values, meta.values())
    self.assertAllClose(_adam(values, _GRADIENTS, 0.1)[0],
                        meta.update(_GRADIENTS[0], 1.0).values, rtol=1e-5)


class TrainOnlyTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(update_rules.RMSProp, update_rules.Adam)
  def test_others_stay(self, rule):
    logdir = harness.directory(self)
    everything = _meta(logdir, rule(), 0.1)
    before = everything.update(_GRADIENTS[1], 1.0).values
    everything.save(everything.position())
    everything.close()
    meta = _meta(logdir, rule(train_only=["beta"], l2_reg=1.0), 0.1)
    self.assertEqual(_NAMES[1:3], meta.trained)
    # Adam's old momentum and the penalty would move all of them.
    update = meta.update(_GRADIENTS[0], 1.0)
    self.assertAllEqual([False, True, True, False], update.values != before)
    self.assertAllEqual([0, 0], update.gradient[[0, 3]])
    self.assertAllClose(2 * before[2], update.gradient[2])

  def test_names(self):
    self.assertEqual(_NAMES, update_rules.Adam().trained(_NAMES))
    self.assertEqual(_NAMES[::3], update_rules.Adam(
        train_only=["log_"]).trained(_NAMES))
    with self.assertRaisesRegexp(
        ValueError, "'momentum'.*There are log_learning_rate, beta1_logit"):
      update_rules.Adam(train_only=["beta", "momentum"]).trained(_NAMES)


class PenaltyTest(tf.test.TestCase):

  def _add(self, gradient, meta_objective):
    update = update_rules.Update(
        update_rules.RMSProp(l2_reg=0.5, nan_l2_reg=2.0), 0.1, 4.0,
        tf.Variable(0))
    update.penalize(
        tf.constant(gradient, tf.float32), tf.constant(meta_objective),
        tf.constant(_VALUES), _SHAPES)
    return self.evaluate(
        [update.raw_gradient, update.num_nonfinite, update.gradient])

  def test_is_clipped_with_the_gradient(self):
    raw, number, applied = self._add([0.5, 0.5, 2.0], 1.0)
    self.assertAllClose([1.5, -1.5, 5.0], raw)
    self.assertEqual(0, number)
    self.assertAllClose([1.5, -1.5, 4.0], applied)

  def test_elements_that_are_not_finite(self):
    _, number, applied = self._add([np.nan, np.inf, 0.5], 1.0)
    self.assertEqual(2, number)
    self.assertAllClose([0.0, 0.0, 3.5], applied)

  def test_without_a_meta_objective_it_is_all_there_is(self):
    for meta_objective in (np.nan, np.inf):
      _, number, applied = self._add([np.nan, 6.0, -np.inf], meta_objective)
      self.assertEqual(2, number)
      # 2 * 2 * value, clipped to 4; -8 + 6 where the gradient is finite.
      self.assertAllClose([4.0, -2.0, 4.0], applied)


class FiniteTest(tf.test.TestCase):

  def test_names_what_is_not_finite(self):
    values = np.arange(3, dtype=np.float32)
    fetched = []

    def check():
      update_rules.check_finite(
          values, _SHAPES, lambda: fetched.append("step") or 7,
          lambda: "a/model.ckpt-5")

    check()
    self.assertEqual([], fetched)
    values[2] = -np.inf
    with self.assertRaisesRegexp(
        update_rules.NonFiniteError, "After update 7 these meta-parameters are "
        "not finite: weights. .* last checkpoint is 'a/model.ckpt-5'"):
      check()
    values[0] = np.nan
    with self.assertRaisesRegexp(ValueError, "not finite: bias, weights. "):
      check()


if __name__ == "__main__":
  tf.test.main()
