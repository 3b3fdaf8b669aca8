# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what an optimizer sees of a gradient."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import gradient_features


def _features(**options):
  arguments = dict(num_scales=2, use_grad_products=False,
                   use_log_means_squared=False, use_relative_lr=False,
                   use_extreme_indicator=False, use_lr_shortcut=False)
  arguments.update(options)
  return gradient_features.coordinate_features(**arguments)


class AsinhTest(tf.test.TestCase):

  def test_values(self):
    x = np.array([-1e6, -1e3, -3.0, -1.0, -1e-3, 0.0, 1e-3, 1.0, 3.0, 1e3,
                  1e6], np.float32)
    with self.session() as session:
      actual = session.run(gradient_features.asinh(tf.constant(x)))
    self.assertAllClose(np.arcsinh(x.astype(np.float64)), actual, rtol=1e-6,
                        atol=2e-7)

  def test_is_odd(self):
    # At the same places of a tensor: processors round the last elements, which
    # do not fill a vector, otherwise than the others.
    x = tf.constant([1e-3, 0.1, 1.0, 3.0, 1e3, 1e6, 1e12], tf.float32)
    with self.session() as session:
      positive, negative = session.run(
          [gradient_features.asinh(x), gradient_features.asinh(-x)])
    self.assertAllEqual(-positive, negative)

  def test_derivatives(self):
    x = np.array([-1e6, -2.0, 0.0, 2.0, 1e6], np.float32)
    inputs = tf.constant(x)
    first, = tf.gradients(gradient_features.asinh(inputs), inputs)
    second, = tf.gradients(first, inputs)
    with self.session() as session:
      first, second = session.run([first, second])
    y = x.astype(np.float64)
    self.assertAllClose((1 + y**2)**-0.5, first, rtol=1e-5, atol=0)
    self.assertAllClose(-y * (1 + y**2)**-1.5, second, rtol=1e-4, atol=1e-6)


class RepeatedSquareRootsTest(tf.test.TestCase):

  def test_features(self):
    decays = tf.constant([[0.0], [0.5], [1.0]])
    with self.session() as session:
      self.assertAllClose(
          [[0.0] * 3, [0.5, 0.5**0.5, 0.5**0.25], [1.0] * 3],
          session.run(gradient_features.repeated_square_roots(decays, 3)))
      self.assertAllClose(
          [[0.0], [0.5], [1.0]],
          session.run(gradient_features.repeated_square_roots(decays, 1)))


class ScaledGradientTest(tf.test.TestCase):

  def _run(self, averages, mean_squares, decays):
    with self.session() as session:
      return session.run(gradient_features.scaled_gradient(
          *[tf.constant(x, tf.float32)
            for x in (averages, mean_squares, decays)]))

  def test_values(self):
    a, m, s = np.array([[2.0, -3.0]]), np.array([[1.0, 4.0]]), 0.75
    scaled, squares = self._run(a, m, [[s]])
    expected = (1 - s) * a**2 + s * m
    self.assertAllClose(expected, squares)
    self.assertAllClose(np.arcsinh(a / np.sqrt(expected)), scaled)

  def test_one_decay_for_each_timescale(self):
    _, squares = self._run([[2.0, 2.0]], [[1.0, 1.0]], [[0.5, 0.25]])
    self.assertAllClose([[2.5, 3.25]], squares)

  def test_the_first_step_has_no_history(self):
    a = [[1e-3], [-50.0], [4.0]]
    scaled, squares = self._run(a, np.zeros([3, 1]), np.full([3, 1], 0.9))
    self.assertAllClose(np.square(a), squares, rtol=1e-4)
    self.assertAllClose(np.arcsinh([[1.0], [-1.0], [1.0]]), scaled, rtol=1e-5)

  def test_a_zero_gradient_is_finite(self):
    scaled, squares = self._run(np.zeros([2, 1]), [[0.0], [1.0]],
                                [[0.5], [0.0]])
    self.assertAllEqual([[0.0], [0.0]], scaled)
    self.assertAllClose([[1e-12], [1e-12]], squares)

  def test_the_derivative_at_a_zero_gradient_is_finite(self):
    a = tf.zeros([2, 1])
    scaled, _ = gradient_features.scaled_gradient(
        a, tf.constant([[0.0], [1.0]]), tf.fill([2, 1], 0.5))
    with self.session() as session:
      slope, = session.run(tf.gradients(scaled, a))
    self.assertAllClose([[1e6], [2**0.5]], slope, rtol=1e-3)


class FeaturesTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    self._z = np.array([[2.0, 3.0], [-1.0, 4.0]], np.float32)
    self._m = np.array([[1.0, 4.0], [9.0, 9.0]], np.float32)
    self._rates = np.log([[2.0], [1e-7]]).astype(np.float32)

  def _run(self, features):
    observation = gradient_features.Observation(
        tf.constant(self._z), tf.constant(self._m), tf.constant(self._rates),
        tf.constant([[-5.0]]))
    with self.session() as session:
      return [session.run(feature.compute(observation)) for feature in features]

  def test_each_feature(self):
    expected = [
        ("use_grad_products", [[6.0], [-4.0]]),
        ("use_log_means_squared",
         [[-np.log(2.0), np.log(2.0)], [0.0, 0.0]]),
        ("use_relative_lr", self._rates + 5.0),
        ("use_extreme_indicator", [[np.log(2.0)], [-np.log(10.0)]]),
        ("use_lr_shortcut", self._rates - np.log(1e-3)),
    ]
    for option, values in expected:
      features = _features(**{option: True})
      scaled, other = self._run(features)
      self.assertAllEqual(self._z, scaled)
      self.assertAllClose(values, other, rtol=1e-5, atol=1e-6)
      self.assertEqual([2, np.shape(values)[1]],
                       [feature.width for feature in features])

  def test_order_and_widths(self):
    features = _features(
        num_scales=4, use_grad_products=True, use_log_means_squared=True,
        use_relative_lr=True, use_extreme_indicator=True, use_lr_shortcut=True)
    self.assertEqual([4, 3, 4, 1, 1, 1],
                     [feature.width for feature in features])

  def test_a_single_timescale_has_no_products(self):
    features = _features(num_scales=1, use_grad_products=True)
    self.assertEqual([1], [feature.width for feature in features])


if __name__ == "__main__":
  tf.test.main()
