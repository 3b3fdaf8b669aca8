# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what is known of whole tensors."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import numpy as np
import tensorflow as tf

from optimizer import tensor_layout
from optimizer import tensor_statistics


class StatisticsTest(tf.test.TestCase):

  def test_limits(self):
    scales = tensor_statistics.step_scales(
        [tf.constant([[4.0], [4.0]])], [tf.constant([[16.0], [1e-4]])],
        tf.constant([[0.5], [0.5]]), 0.1)
    # Root mean squares of normalized moves are 2, above 0.05, and 0.005.
    self.assertAllClose([[0.05 / 4.0], [0.5]], self.evaluate(scales[0]))

  def test_derivatives_at_zero_are_finite(self):
    layout = tensor_layout.TensorLayout([[2]])
    param, moves = tf.zeros([2, 1]), tf.zeros([2, 1])
    size = tensor_statistics.sizes(layout, param, 0.05)
    scale, = tensor_statistics.step_scales(
        [], [layout.tensor_mean(moves * moves)], size, 0.1)
    history = tensor_statistics.step_history(
        layout, moves, tf.constant([[1.0, 2.0, 3.0, 1.0]]), False)
    slopes = tf.gradients([size, scale, history], [param, moves])
    self.assertAllEqual(np.zeros([2, 2, 1]), self.evaluate(slopes))

  def test_tiny_gradients_count(self):
    layout = tensor_layout.TensorLayout([[2]])
    history = tensor_statistics.no_history()
    for scale in (1e-28, 1e-25):
      history = tensor_statistics.step_history(
          layout, tf.fill([2, 1], scale), history, False)
    trend, change = self.evaluate(tensor_statistics.trend_and_change(history))
    self.assertAllClose([[0.09 * np.log(1e3)]], trend, rtol=1e-3)
    self.assertAllClose([[0.1 * np.log(1e3)]], change, rtol=1e-3)


if __name__ == "__main__":
  tf.test.main()
