# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what is known of whole tensors."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import tensor_layout
from optimizer import tensor_statistics


class StatisticsTest(tf.test.TestCase):

  def test_limits(self):
    scales, caps = tensor_statistics.step_scales(
        [tf.constant([[4.0], [4.0]])], [tf.constant([[16.0], [1e-4]])],
        tf.constant([[0.05], [0.05]]))
    # Root mean squares of normalized moves are 2, above 0.05, and 0.005.
    self.assertAllClose([[0.05 / 4.0], [0.5]], self.evaluate(scales[0]))
    self.assertAllClose([[0.025], [1.0]], self.evaluate(caps[0]))

  def test_derivatives_at_zero_are_finite(self):
    layout = tensor_layout.TensorLayout([[2]])
    param, moves = tf.zeros([2, 1]), tf.zeros([2, 1])
    size = tensor_statistics.sizes(layout, param, 0.05)
    (scale,), _ = tensor_statistics.step_scales(
        [], [layout.tensor_mean(moves * moves)], 0.1 * size)
    history = tensor_statistics.step_history(
        tensor_statistics.log_mean_gradient(layout, moves, False),
        tf.constant([[1.0, 2.0, 3.0, 1.0]]), False)
    slopes = tf.gradients([size, scale, history], [param, moves])
    self.assertAllEqual(np.zeros([2, 2, 1]), self.evaluate(slopes))

  def test_tiny_gradients_count(self):
    layout = tensor_layout.TensorLayout([[2]])
    history = tensor_statistics.no_history()
    for scale in (1e-28, 1e-25):
      history = tensor_statistics.step_history(
          tensor_statistics.log_mean_gradient(
              layout, tf.fill([2, 1], scale), False), history, False)
    trend, change = self.evaluate(tensor_statistics.trend_and_change(history))
    self.assertAllClose([[0.09 * np.log(1e3)]], trend, rtol=1e-3)
    self.assertAllClose([[0.1 * np.log(1e3)]], change, rtol=1e-3)


class RelativeGradientTest(tf.test.TestCase):

  def _relative(self, gradients, limit=10.0):
    """Gradients of a tensor of four, one a step, as the RNN sees them."""
    layout = tensor_layout.TensorLayout([[4]])
    history = tensor_statistics.no_history()
    seen = []
    for gradient in gradients:
      gradient = tf.reshape(tf.constant(gradient, tf.float32), [4, 1])
      scale, history, _, _ = tensor_statistics.relative_scales(
          tensor_statistics.log_mean_gradient(layout, gradient, True), history,
          limit)
      seen.append(tf.reshape(
          tensor_statistics.relative_gradient(gradient, scale), [-1]))
    return self.evaluate([seen, history])

  def test_in_units_of_the_first(self):
    # The first that is not all 0, over elements that are not 0: 2.
    seen, history = self._relative(
        [[0.0] * 4, [1.0, -3.0, 0.0, 0.0], [4.0, 0.0, 0.0, -4.0]])
    unit = 2.0**20 / 2.0
    self.assertAllClose([0.0] * 4, seen[0])
    self.assertAllClose([unit, -3.0 * unit, 0.0, 0.0], seen[1])
    self.assertAllClose([4.0 * unit, 0.0, 0.0, -4.0 * unit], seen[2])
    self.assertAllClose(
        [[np.log(2.2), np.log(2.02), np.log(2.0), 2.0]], history)

  def test_a_spike(self):
    seen, history = self._relative(
        [[1.0] * 4, [1e6, 1e6, -1e6, 0.0], [1.0] * 4])
    limit = 10.0 * 2.0**20
    self.assertAllClose([limit, limit, -limit, 0.0], seen[1], rtol=1e-4)
    self.assertAllClose([2.0**20] * 4, seen[2])
    self.assertAllClose(np.log([0.9 * 1.9 + 0.1, 0.99 * 1.09 + 0.01]),
                        history[0, :2])

  def test_a_gradient_now_and_then_is_not_cut_off(self):
    history = np.log([[0.01, 1.0, 1.0, np.e]])
    for magnitude, jump in ((9.0, 0.0), (20.0, np.log(2.0))):
      _, _, jumped, _ = self.evaluate(tensor_statistics.relative_scales(
          tf.constant([[np.log(magnitude)]], tf.float32),
          tf.constant(history, tf.float32), 10.0))
      self.assertAllClose([[jump]], jumped)

  def test_falls(self):
    _, new, jump, fall = self.evaluate(tensor_statistics.relative_scales(
        tf.math.log([[0.5], [0.5], [0.0]]),
        tf.math.log([[0.1, 1.0, 1.0, np.e], [0.9, 1.0, 1.0, np.e],
                     [0.1, 1.0, 1.0, np.e]]), 10.0))
    means = [0.9 * 0.1 + 0.1 * 0.5, 0.99 + 0.01 * 0.5]
    self.assertAllClose(np.log(means), new[0, :2])
    self.assertAllEqual(np.zeros([3, 1]), jump)
    self.assertAllClose([[np.log(means[1] / means[0]) - 1], [0],
                         [np.log(10.0) - 1]], fall)
    # A gradient that is all 0 changes the number of steps alone.
    self.assertAllClose(np.log([0.1, 1.0, 1.0, np.e**2]), new[2])

  def test_the_scale_does_not_matter(self):
    values = np.random.RandomState(0).randn(5, 4)
    values[3] *= 100.0
    expected, _ = self._relative(values)
    for scale in (1e-32, 1e-20, 1e10):
      self.assertAllClose(expected, self._relative(values * scale)[0],
                          rtol=1e-4)
    # Relative to the first, as far as the numbers go.
    for scale in (1e-37, 1e-35):
      seen, _ = self._relative(values * scale)
      self.assertAllClose(values[:1] / values[0, 0], seen[:1] / seen[0][0],
                          rtol=1e-4)
      self.assertGreater(np.abs(seen[0]).max(), 1.0)

  def test_squares_are_finite(self):
    seen, history = self._relative([[1e-37] * 4] + [[3e38] * 4] * 100)
    self.assertTrue(np.isfinite(np.square(seen)).all())
    self.assertTrue(np.isfinite(history).all())


if __name__ == "__main__":
  tf.test.main()
