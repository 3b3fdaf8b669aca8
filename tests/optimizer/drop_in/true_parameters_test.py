# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the parameters of optimizers whose variables hold something else."""

import os

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import trainable_optimizer


class _Ahead(trainable_optimizer.TrainableOptimizer):
  """Gradient descent that looks ahead, and tells no first step from others."""

  def __init__(self):
    super().__init__("Ahead", ["true_param"], use_attention=True)

  def _initialize_state(self, var):
    return {"true_param": tf.convert_to_tensor(var)}

  def _compute_updates(self, params, grads, states, global_state):
    params = [param - 0.1 * grad for param, grad in zip(params, grads)]
    ahead = [param - 1.0 for param in params]
    return params, [{"true_param": param} for param in params], [], ahead


class NoFirstStepTest(tf.test.TestCase):

  def _trained(self, session, steps):
    x = tf.get_variable("x", initializer=[2.0, -1.0])
    optimizer = _Ahead()
    train = optimizer.minimize(tf.reduce_sum(3.0 * x))
    saver = optimizer.swapping_saver()
    true = optimizer.true_parameters()
    session.run(tf.global_variables_initializer())
    session.run(tf.local_variables_initializer())
    for _ in range(steps):
      session.run(train)
    return x, saver, true

  def test_swapped(self):
    with tf.Graph().as_default(), self.session() as session:
      x, _, true = self._trained(session, 2)
      self.assertAllClose([0.4, -2.6], session.run(x))
      with true.swapped(session):
        self.assertAllClose([1.4, -1.6], session.run(x))
      self.assertAllClose([0.4, -2.6], session.run(x))

  def test_swapping_saver(self):
    with tf.Graph().as_default(), self.session() as session:
      _, saver, _ = self._trained(session, 3)
      path = saver.save(session, os.path.join(self.get_temp_dir(), "model"))
    saved = tf.train.load_checkpoint(path).get_tensor("x")
    self.assertAllClose(np.float32([1.1, -1.9]), saved)


if __name__ == "__main__":
  tf.test.main()
