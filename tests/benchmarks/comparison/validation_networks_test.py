# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the models of the validation group."""

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import validation_networks as nets
from problems import problem_generator as pg
from problems import problem_spec


class ByHandTest(tf.test.TestCase):

  def _evaluate(self, make, params, data, labels=None, inference=False):
    with tf.Graph().as_default(), tf.Session() as session:
      problem = make()
      params = [tf.constant(value, tf.float32) for value in params]
      self.assertEqual(problem.param_shapes,
                       [tuple(param.shape.as_list()) for param in params])
      data = tf.constant(data, tf.float32)
      return session.run(
          problem.inference(params, data) if inference else
          problem.objective(params, data, tf.constant(
              np.zeros([2]) if labels is None else labels, tf.int32)))

  def test_without_penalty(self):
    spec = problem_spec.Spec.of(pg.SoftmaxRegression, 1, 3)
    params, data = [[[1, 2, 3]], [0, 0, 0]], [[0.0], [0.0]]
    value = self._evaluate(lambda: nets.without_penalty(spec), params, data)
    self.assertAllClose(np.log(3), value)
    self.assertGreater(self._evaluate(spec.build, params, data), value + 1e-3)

  def test_regression(self):
    """Outputs 2 tanh(x) + 1 against sin(0) and sin(1)."""
    value = self._evaluate(
        lambda: nets.RegressionNet(1, (1,)), [[[1]], [0], [[2]], [1]],
        [[0.5], [-1]], [0, 1])
    errors = 2 * np.tanh([0.5, -1]) + 1 - np.sin([0, 1])
    self.assertAllClose(0.5 * np.mean(errors ** 2), value)

  def test_cross_entropy_autoencoder(self):
    """The middle is sigmoid(0), logits are 0.5 + [1, -1]."""
    value = self._evaluate(
        lambda: nets.CrossEntropyAutoencoder(2, (1,)),
        [[[1], [-1]], [0], [[1, 1]], [1, -1]], [[0.3, 0.3], [0.7, 0.7]])
    p = 1 / (1 + np.exp(-np.array([1.5, -0.5])))
    data = np.array([[0.3, 0.3], [0.7, 0.7]])
    self.assertAllClose(
        -np.mean(data * np.log(p) + (1 - data) * np.log(1 - p)), value)

  def test_normalized_residual_net(self):
    """A block adds relu(3 (x - mean) / deviation + 1) to x."""
    logits = self._evaluate(
        lambda: nets.NormalizedResidualNet(1, 2, 1, 1),
        [[[1]], [0], [[1]], [[3]], [1], [[1, 0]], [0, 5]], [[2], [4]],
        inference=True)
    block = np.maximum(3 * np.array([-1, 1]) / np.sqrt(1 + 1e-3) + 1, 0)
    self.assertAllClose(np.array([2, 4]) + block, logits[:, 0])
    self.assertAllClose([5, 5], logits[:, 1])

  def test_pooling_net(self):
    kernel = np.zeros([3, 3, 1, 1])
    kernel[1, 1] = 1
    for use_max, expected in ((True, 4.0), (False, 2.5)):
      logits = self._evaluate(
          lambda use_max=use_max: nets.PoolingNet((1, 2, 2), 2, (1,), use_max),
          [kernel, [0], [[1, 2]], [0, 0]], [[1, 2, 3, 4]], inference=True)
      self.assertAllClose([[expected, 2 * expected]], logits)

  def test_factorization(self):
    problem = nets.Factorization(2, 2, 2, random_seed=3)
    ratings = problem._ratings
    value = self._evaluate(
        lambda: nets.Factorization(2, 2, 2, random_seed=3),
        [[[1, 2], [0, 1]], [[1, 0], [3, 1]]], [[0, 1], [1, 0]])
    errors = np.array([5 - ratings[0, 1], 0 - ratings[1, 0]])
    # Squares of u_0, v_1 are 5 and 10, those of u_1, v_0 are 1 and 1.
    self.assertAllClose(np.mean(errors ** 2) + 1e-3 * (15 + 2) / 2, value)

  def test_next_symbol(self):
    logits = self._evaluate(
        lambda: nets.NextSymbol(2, 3, 1),
        [[[1], [10], [100]], [[1, 0, 0], [0, 1, 0]], [0, 0, 7]], [[2, 1]],
        inference=True)
    self.assertAllClose([[100, 10, 7]], logits)

  def test_skip_gram(self):
    """Products are 2 for the neighbour, -1 for the other."""
    value = self._evaluate(
        lambda: nets.SkipGram(3, 1), [[[1], [0], [9]], [[9], [2], [-1]]],
        [[0, 1, 2]], [0])
    self.assertAllClose(np.log1p(np.exp(-2)) + np.log1p(np.exp(-1)), value)

  def test_q_learning(self):
    """The loss is the distance to the truth, the gradient the target's."""
    params = [[[1.0], [2.0]], [0.0], [[1.0, 0, 0, 3.0]], [0.0, 0, 0, 0.5]]
    # In field 0, move 0 has the value 1; the best move of field 1 has 6.5.
    data = [[0, 0, 0.25, 1, 0.5, 4.0]]
    problem = nets.QLearning(2, 1)
    with tf.Graph().as_default(), tf.Session() as session:
      tensors = [tf.constant(value) for value in params]
      loss = problem.objective(tensors, tf.constant(data))
      loss, slope = session.run([loss, tf.gradients(loss, tensors)[3]])
    self.assertAllClose(0.5 * 3.0 ** 2, loss)
    self.assertAllClose([1 - (0.25 + 0.5 * 6.5), 0, 0, 0], slope)

  def test_only_what_is_looked_up_has_a_gradient(self):
    with tf.Graph().as_default(), tf.Session() as session:
      for problem, data in (
          (nets.Factorization(5, 4, 2, random_seed=3), [[2, 1]]),
          (nets.NextSymbol(2, 5, 3, random_seed=3), [[2, 2]])):
        variables = problem.init_variables(seed=1)
        loss = problem.objective(variables, tf.constant(data, tf.float32),
                                 tf.constant([0]))
        slopes = problem.gradients(loss, variables)
        session.run(tf.global_variables_initializer())
        touched = np.abs(session.run(slopes[0])).sum(axis=1) > 0
        self.assertAllEqual([False, False, True, False, False], touched)


if __name__ == "__main__":
  tf.test.main()
