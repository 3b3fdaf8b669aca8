# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the hierarchical RNN's learning rates."""

import tensorflow.compat.v1 as tf

from optimizer import learning_rates
from optimizer import tensor_layout


class LearningRatesTest(tf.test.TestCase):

  def test_step(self):
    theta = {"PerTensor/learning_rate_momentum_logit": tf.constant(0.0)}
    proposed, new = self.evaluate(learning_rates.step(
        theta, tf.constant([[-1.0], [-32.9], [2.0]]),
        tf.constant([[-0.5], [-1.0], [1.25]]), 3.0))
    self.assertAllClose([[-1.5], [-33.0], [3.0]], proposed)
    self.assertAllClose([[-1.25], [-32.95], [2.5]], new)

  def test_shifted(self):
    layout = tensor_layout.TensorLayout([[2], [1]])
    rates = tf.constant([[-1.0], [-2.0], [-3.0]])
    grad = tf.constant([[0.0], [1.0], [1.0]])

    def shifted(shifts, skip_zeros):
      return self.evaluate(learning_rates.shifted(
          layout, rates, grad, tf.constant(shifts), skip_zeros))

    self.assertAllClose([[-1.5], [-2.5], [-3.0]],
                        shifted([[-0.5], [0.0]], False))
    self.assertAllClose([[-1.0], [-2.5], [-3.0]],
                        shifted([[-0.5], [0.0]], True))
    self.assertAllClose([[-33.0], [-33.0], [-3.25]],
                        shifted([[-80.0], [-0.25]], False))


if __name__ == "__main__":
  tf.test.main()
