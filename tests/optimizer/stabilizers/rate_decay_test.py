# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of learning rates that slow down."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer.stabilizers import rate_decay
from optimizer.stabilizers import stabilizer
from optimizer import tensor_layout


class RateDecayTest(tf.test.TestCase):

  def _changes(self, num_steps, **options):
    change, state = rate_decay.RateDecay(**options).rate_change(
        -tf.ones_like(num_steps), {"num_steps": num_steps - 1.0})
    change, new = self.evaluate([change, state["num_steps"]])
    self.assertAllEqual(self.evaluate(num_steps), new)
    return change

  def test_changes(self):
    self.assertAllClose(
        [[-1.0], [-1.0], [-0.5], [-0.01]],
        self._changes(tf.constant([[1.0], [10.0], [20.0], [1000.0]]),
                      after=10.0))

  def test_changes_to_a_power(self):
    self.assertAllClose(
        [[-1.0], [-0.5], [-0.1]],
        self._changes(tf.constant([[1.0], [40.0], [1000.0]]),
                      after=10.0, power=0.5))

  def test_means_over_tensors(self):
    # The means of steps with the next one: 5, 40.
    decay = rate_decay.RateDecay(after=20.0)
    layout = tensor_layout.TensorLayout([[2], [1]])
    state = {"num_steps": tf.constant([[0.0], [8.0], [39.0]])}
    (name, measure), = decay.measured.items()
    tensors = stabilizer.Tensors(layout, None, {
        name: layout.tensor_mean(measure(None, state))})
    controls, state = decay.before(tensors, state, stabilizer.Controls())
    self.assertEqual({}, state)
    self.assertAllClose([[1.0], [0.5]], self.evaluate(controls.rate_decay))

  def test_rates_fall_like_a_power_in_the_end(self):
    optimizer = hierarchical_rnn.HierarchicalRNN(
        stabilizers=(rate_decay.RateDecay(after=10.0),),
        init_lr_range=(1.0, 1.0))
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


if __name__ == "__main__":
  tf.test.main()
