# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the learning rate schedule against NumPy."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import learning_rate_schedule
from tests.optimizer import oracle
from tests.optimizer import oracle_check


class LearningRateScheduleTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(True, False)
  def test_steps(self, use_resource):
    with tf.Graph().as_default():
      oracle_check.check(
          self, learning_rate_schedule.LearningRateSchedule(0.1, n_steps=3),
          lambda theta, starts: oracle_check.EachTensor(
              [oracle.LearningRateSchedule(theta, start)
               for start in starts]), use_resource)

  def test_the_last_rate_is_held(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = learning_rate_schedule.LearningRateSchedule(n_steps=2)
      x = tf.Variable(0.0)
      step = optimizer.apply_gradients([(tf.constant(1.0), x)])
      session.run(tf.global_variables_initializer())
      rates, = optimizer.meta_parameters.variables().values()
      rates.load([1.0, 10.0], session)
      values = []
      for _ in range(4):
        session.run(step)
        values.append(session.run(x))
    self.assertAllEqual([-1.0, -11.0, -21.0, -31.0], values)

  def test_meta_parameters(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = learning_rate_schedule.LearningRateSchedule()
      self.assertEqual([], tf.trainable_variables())
      session.run(tf.global_variables_initializer())
      values = session.run(optimizer.meta_parameters.checkpoint_names())
    self.assertEqual(["LOL/learning_rates"], list(values))
    self.assertAllEqual(np.zeros([1000]), values["LOL/learning_rates"])

  def test_there_must_be_a_rate(self):
    with tf.Graph().as_default():
      for n_steps in (0, 2.5, "3", 10**20):
        with self.assertRaisesRegexp(
            ValueError, "n_steps must be an integer from 1 to 10000000, not"):
          learning_rate_schedule.LearningRateSchedule(n_steps=n_steps)


if __name__ == "__main__":
  tf.test.main()
