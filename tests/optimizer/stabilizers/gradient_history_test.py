# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of gradients relative to those before them."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer.stabilizers import gradient_history
from optimizer.stabilizers import stabilizer
from optimizer import tensor_layout


class GradientHistoryTest(tf.test.TestCase):

  def _relative(self, gradients, limit=10.0):
    """Gradients of a tensor of four, one a step, as the RNN gets them."""
    layout = tensor_layout.TensorLayout([[4]])
    history = tf.zeros([1, gradient_history.WIDTH])
    results = []
    for gradient in gradients:
      gradient = tf.reshape(tf.constant(gradient, tf.float32), [4, 1])
      scale, history, _, _ = gradient_history.relative_scales(
          gradient_history.log_mean_gradient(layout, gradient), history,
          limit)
      results.append(tf.reshape(
          gradient_history.relative_gradient(gradient, scale), [-1]))
    return self.evaluate([results, history])

  def test_in_scales_of_the_first(self):
    # The first that is not all 0, over elements that are not 0: 2.
    results, history = self._relative(
        [[0.0] * 4, [1.0, -3.0, 0.0, 0.0], [4.0, 0.0, 0.0, -4.0]])
    scale = 2.0**20 / 2.0
    self.assertAllClose([0.0] * 4, results[0])
    self.assertAllClose([scale, -3.0 * scale, 0.0, 0.0], results[1])
    self.assertAllClose([4.0 * scale, 0.0, 0.0, -4.0 * scale], results[2])
    self.assertAllClose(
        [[np.log(2.2), np.log(2.02), np.log(2.0), 2.0]], history)

  def test_a_spike(self):
    results, history = self._relative(
        [[1.0] * 4, [1e6, 1e6, -1e6, 0.0], [1.0] * 4])
    limit = 10.0 * 2.0**20
    self.assertAllClose([limit, limit, -limit, 0.0], results[1], rtol=1e-4)
    self.assertAllClose([2.0**20] * 4, results[2])
    self.assertAllClose(np.log([0.9 * 1.9 + 0.1, 0.99 * 1.09 + 0.01]),
                        history[0, :2])

  def test_a_gradient_now_and_then_is_not_cut_off(self):
    history = np.log([[0.01, 1.0, 1.0, np.e]])
    for magnitude, spike in ((9.0, 0.0), (20.0, np.log(2.0))):
      _, _, spiked, _ = self.evaluate(gradient_history.relative_scales(
          tf.constant([[np.log(magnitude)]], tf.float32),
          tf.constant(history, tf.float32), 10.0))
      self.assertAllClose([[spike]], spiked)

  def test_falls(self):
    _, new, spike, fall = self.evaluate(gradient_history.relative_scales(
        tf.math.log([[0.5], [0.5], [0.0]]),
        tf.math.log([[0.1, 1.0, 1.0, np.e], [0.9, 1.0, 1.0, np.e],
                     [0.1, 1.0, 1.0, np.e]]), 10.0))
    means = [0.9 * 0.1 + 0.1 * 0.5, 0.99 + 0.01 * 0.5]
    self.assertAllClose(np.log(means), new[0, :2])
    self.assertAllEqual(np.zeros([3, 1]), spike)
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
      results, _ = self._relative(values * scale)
      self.assertAllClose(values[:1] / values[0, 0],
                          results[:1] / results[0][0],
                          rtol=1e-4)
      self.assertGreater(np.abs(results[0]).max(), 1.0)

  def test_squares_are_finite(self):
    results, history = self._relative([[1e-37] * 4] + [[3e38] * 4] * 100)
    self.assertTrue(np.isfinite(np.square(results)).all())
    self.assertTrue(np.isfinite(history).all())

  def test_controls(self):
    layout = tensor_layout.TensorLayout([[1], [1]])
    history = np.float32(np.log([[0.1, 1.0, 1.0, np.e], [1.0, 1.0, 1.0, 1.0]]))
    options = dict(limit=10.0, spike_power=0.5, decay_power=2.0)

    def run(rate_decay):
      each = gradient_history.GradientHistory(**options)
      controls, state = each.before(
          stabilizer.Tensors(layout, tf.constant([[0.5], [3.0]]), {}),
          {"gradient_history": tf.constant(history)},
          stabilizer.Controls(rate_decay=rate_decay))
      scale, _, _, fall = gradient_history.relative_scales(
          tf.math.log([[0.5], [3.0]]), tf.constant(history), 10.0)
      return self.evaluate([
          controls.step_scale, fall, controls.gradient_scale, scale,
          controls.num_steps, state["gradient_history"][:, 3:]])

    step, fall, scale, expected_scale, count, new_count = run(None)
    self.assertGreater(fall[0, 0], 0.5)
    self.assertAllClose(np.exp(-2.0 * fall), step)
    self.assertAllClose(expected_scale, scale)
    self.assertAllClose(new_count, count)
    step, fall = run(tf.constant([[0.25], [1.0]]))[:2]
    self.assertAllClose(np.exp(-2.0 * np.array([[0.75], [0.0]]) * fall), step)

  def test_rates_after_a_spike(self):
    each = gradient_history.GradientHistory(spike_power=0.5)
    spike = tf.constant([[0.0], [np.log(4.0)], [20.0]], tf.float32)
    self.assertAllClose(
        [[0.0], [-0.5 * np.log(4.0)], [-0.5 * np.log(10.0)]],
        self.evaluate(each.rate_shift(
            stabilizer.Controls(spike=spike), None)))
    self.assertTrue(each.shifts_rates)
    self.assertFalse(gradient_history.GradientHistory().shifts_rates)


if __name__ == "__main__":
  tf.test.main()
