# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that equal starts give equal trajectories, to the last bit."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from problems import problem_generator
from tests.optimizer import harness

_REPETITIONS = 100
_STEPS = 6


class DeterminismTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(
      *[(name, use_resource) for name in ("hierarchical", "adam")
        for use_resource in (True, False)])
  def test_repetitions(self, name, use_resource):
    rng = np.random.RandomState(0)
    with tf.Graph().as_default():
      optimizer = harness.OPTIMIZERS[name]()
      variables = [tf.Variable(np.float32(rng.randn(*shape)),
                               use_resource=use_resource)
                   for shape in ([8, 6], [6], [6, 4], [4], [4, 1], [])]
      statistic = tf.Variable(tf.zeros([6]), trainable=False,
                              use_resource=use_resource)
      # The model writes a statistic, which its own loss reads.
      w1, b1, w2, b2, w3, scale = variables
      data = tf.constant(rng.randn(20, 8), tf.float32)
      hidden = tf.tanh(tf.matmul(data, w1) + b1)
      updated = statistic.assign(
          0.9 * statistic + 0.1 * tf.reduce_mean(hidden, 0))
      with tf.control_dependencies([updated]):
        hidden -= statistic.read_value()
      hidden = tf.tanh(tf.matmul(hidden, w2) + b2)
      loss = tf.reduce_mean(tf.square(tf.matmul(hidden, w3) - scale))
      global_step = tf.train.get_or_create_global_step()
      step = optimizer.minimize(loss, global_step)
      state = tf.global_variables()
      config = tf.ConfigProto(inter_op_parallelism_threads=8,
                              intra_op_parallelism_threads=2)
      with tf.Session(config=config) as session:
        session.run(tf.global_variables_initializer())
        start, first = session.run([state, variables])
        feeds = [tf.placeholder(variable.dtype.base_dtype, variable.shape)
                 for variable in state]
        restart = tf.group(*[tf.assign(variable, feed)
                             for variable, feed in zip(state, feeds)])
        expected = None
        for i in range(_REPETITIONS):
          session.run(restart, dict(zip(feeds, start)))
          for _ in range(_STEPS):
            # The loss is of before the step, whoever else reads or writes.
            session.run([step, loss])
          values = session.run(state)
          expected = expected or values
          for j in range(len(state)):
            np.testing.assert_array_equal(
                expected[j], values[j],
                "{} in repetition {}".format(state[j].name, i))
        for old, new in zip(first, session.run(variables)):
          self.assertTrue(np.any(old != new))

  def test_unrolls(self):
    problem = harness.start_at(
        _noisy_quadratic(), [np.float32([[1.0], [2.0], [-1.0]])])
    with tf.Graph().as_default():
      optimizer = harness.OPTIMIZERS["hierarchical"]()
      unroll = harness.Unroll(optimizer, problem,
                              noise_seed=tf.constant([1, 2]))
      config = tf.ConfigProto(inter_op_parallelism_threads=8)
      with tf.Session(config=config) as session:
        session.run(tf.global_variables_initializer())
        expected = unroll.run(session, 5)
        for _ in range(30):
          actual = unroll.run(session, 5)
          np.testing.assert_array_equal(expected.objectives,
                                        actual.objectives)
          # tf.gradients adds up with AddN, whose order of summation depends
          # on which of its inputs nobody else holds at the moment.
          self.assertLess(harness.relative_error(
              actual.gradients.values(), expected.gradients.values()), 1e-6)


def _noisy_quadratic():
  return problem_generator.Quadratic(3, random_seed=1, noise_stdev=0.1)


if __name__ == "__main__":
  tf.test.main()
