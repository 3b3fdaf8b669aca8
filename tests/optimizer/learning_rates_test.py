# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the hierarchical RNN's learning rates."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer import learning_rates
from optimizer import tensor_layout


def _options(**kwargs):
  return hierarchical_rnn.HierarchicalRNN(**kwargs)._options


class LearningRatesTest(tf.test.TestCase):

  def _step(self, log_rate, read_out, num_steps=None, **kwargs):
    theta = {"learning_rate_bias": tf.constant([0.25]),
             "PerTensor/learning_rate_momentum_logit": tf.constant(0.0)}
    return self.evaluate(learning_rates.step(
        _options(**kwargs), theta, tf.constant(log_rate),
        tf.constant(read_out), num_steps))

  def test_step(self):
    proposed, new = self._step([[-1.0], [-32.9], [2.0]],
                               [[-0.75], [-1.25], [1.0]], max_log_lr=3.0)
    self.assertAllClose([[-1.5], [-33.0], [3.0]], proposed)
    self.assertAllClose([[-1.25], [-32.95], [2.5]], new)

  def test_slower_steps(self):
    proposed, _ = self._step(
        [[0.0]] * 4, [[-1.25]] * 4,
        tf.constant([[1.0], [10.0], [20.0], [1000.0]]), slow_rates_after=10.0)
    self.assertAllClose([[-1.0], [-1.0], [-0.5], [-0.01]], proposed)

  def test_slower_steps_to_a_power(self):
    proposed, _ = self._step(
        [[0.0]] * 3, [[-1.25]] * 3, tf.constant([[1.0], [40.0], [1000.0]]),
        slow_rates_after=10.0, slow_rates_power=0.5)
    self.assertAllClose([[-1.0], [-0.5], [-0.1]], proposed)

  def test_rates_fall_like_a_power_in_the_end(self):
    optimizer = hierarchical_rnn.HierarchicalRNN(
        slow_rates_after=10.0, init_lr_range=(1.0, 1.0))
    with self.cached_session() as session:
      variable = tf.get_variable("x", initializer=[1.0])
      step = optimizer.apply_gradients([(tf.constant([1.0]), variable)])
      session.run(tf.global_variables_initializer())
      # The read-out's weights are 0, the momentum 1/2: 0.2 a step in all.
      optimizer.lr_bias.load([-0.4], session)
      optimizer.meta_parameters.get(
          "PerTensor/learning_rate_momentum_logit").load(0.0, session)
      rates = []
      for _ in range(400):
        session.run(step)
        rates.append(session.run(
            optimizer.get_slot(variable, "log_learning_rate"))[0, 0])
    self.assertAllClose(-0.2 * np.arange(1, 11), rates[:10], rtol=1e-5)
    self.assertNear(2 * np.log(0.5), rates[399] - rates[199], 0.01)

  def test_lowered_rates(self):
    layout = tensor_layout.TensorLayout([[2], [1]])
    rates, grad = tf.constant([[-1.0], [-2.0], [-3.0]]), tf.ones([3, 1])

    def lowered(caps, skip_zeros, excess=1.0):
      options = _options(max_relative_step=0.1, max_step_excess=excess,
                         skip_zero_gradients=skip_zeros)
      return self.evaluate(learning_rates.lowered_rates(
          options, layout, rates, grad, tf.constant(caps), None))

    log2 = np.log(2.0)
    self.assertAllClose([[-1.0 - log2], [-2.0 - log2], [-3.0]],
                        lowered([[0.5], [1.0]], True))
    self.assertAllClose([[-1.0 - log2], [-2.0 - log2], [-3.0]],
                        lowered([[0.125], [0.25]], False, 4.0))
    self.assertAllClose([[-33.0], [-33.0], [-3.0 - log2]],
                        lowered([[0.0], [0.5]], False))
    grad = tf.constant([[0.0], [1.0], [1.0]])
    self.assertAllClose([[-1.0], [-2.0 - log2], [-3.0]],
                        lowered([[0.5], [1.0]], True))

  def test_rates_after_a_jump(self):
    layout = tensor_layout.TensorLayout([[2], [1], [1]])
    options = _options(max_relative_gradient=10.0, gradient_jump_power=0.5)
    self.assertAllClose(
        [[-1.0], [-2.0], [-3.0 - 0.5 * np.log(4.0)], [-1.0 - 0.5 * np.log(10)]],
        self.evaluate(learning_rates.lowered_rates(
            options, layout, tf.constant([[-1.0], [-2.0], [-3.0], [-1.0]]),
            tf.ones([4, 1]), None,
            tf.constant([[0.0], [np.log(4.0)], [20.0]], tf.float32))))


if __name__ == "__main__":
  tf.test.main()
