# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the broad corpus's problems."""

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import layers
from benchmarks.comparison import nets as problems
from problems import problem_generator as pg
from problems import problem_spec

_spec = problem_spec.Spec.of


class NetTest(tf.test.TestCase):

  def _loss(self, loss, outputs, data, labels):
    with tf.Graph().as_default(), tf.Session() as session:
      return session.run(loss(
          tf.constant(outputs, tf.float32), tf.constant(data, tf.float32),
          tf.constant(labels)))

  def test_losses(self):
    outputs, data = [[1.0, -2.0], [0.0, 3.0]], [[0.2, 0.9], [1.0, 0.0]]
    self.assertAllClose(
        np.mean([np.log(1 + np.exp(-3)), np.log(1 + np.exp(3)) - 0]),
        self._loss(problems.cross_entropy, outputs, data, [0, 0]))
    self.assertAllClose(
        (0.0 + 9.0 + 1.0 + 4.0) / 4,
        self._loss(problems.squared_error, outputs, data,
                   np.float32([[1, 1], [1, 1]])))
    self.assertAllClose(
        (0.8 ** 2 + 2.9 ** 2 + 1.0 + 9.0) / 4,
        self._loss(problems.reconstruction_error, outputs, data, [0, 0]))
    p = 1 / (1 + np.exp(-np.array(outputs)))
    self.assertAllClose(
        -np.mean(data * np.log(p) + (1 - np.array(data)) * np.log(1 - p)),
        self._loss(problems.reconstruction_cross_entropy, outputs, data,
                   [0, 0]), rtol=1e-5)

  def test_objective(self):
    """Outputs 2 x + 1; the penalty is 0.1 (4 + 1) / 2."""
    problem = problems.Net([1], [layers.Dense(1)], problems.squared_error,
                           penalty=0.1)
    self.assertEqual([(1, 1), (1,)], problem.param_shapes)
    with tf.Graph().as_default(), tf.Session() as session:
      value = session.run(problem.objective(
          [tf.constant([[2.0]]), tf.constant([1.0])],
          tf.constant([[0.0], [3.0]]), tf.constant([[0.0], [4.0]])))
    self.assertAllClose((1 + 9) / 2 + 0.25, value)

  def test_start(self):
    problem = problems.Net(
        [200], [layers.Dense(100, "relu", "he"), layers.BatchNorm()],
        problems.squared_error)
    with tf.Graph().as_default(), tf.Session() as session:
      start, again, other = [session.run(problem.init_tensors(seed=seed))
                             for seed in (1, 1, 2)]
      given = session.run(problem.init_tensors(
          [np.full(shape, 7.0) for shape in problem.param_shapes]))
    self.assertAllClose(0.1, np.std(start[0]), rtol=0.02)
    self.assertAllEqual(np.zeros(100), start[1])
    self.assertAllEqual(np.ones(100), start[2])
    self.assertAllEqual(start[0], again[0])
    self.assertNotAllClose(start[0], other[0])
    self.assertAllEqual(np.full([200, 100], 7.0), given[0])


class ReparametrizedTest(tf.test.TestCase):

  def _problem(self, scale_seed=5, common_factor=1e3):
    return problems.Reparametrized(
        _spec(pg.FullyConnected, 3, 2, hidden_sizes=(4,), random_seed=1),
        scale_seed, common_factor=common_factor)

  def test_scales_are_log_uniform(self):
    common = np.log10([self._problem(seed).scale for seed in range(400)])
    own = np.log10([self._problem(seed, 1.0).scales for seed in range(400)])
    for draws, bound in ((common, 3), (own, 1)):
      self.assertBetween(draws.min(), -bound, -0.95 * bound)
      self.assertBetween(draws.max(), 0.95 * bound, bound)
      # A uniform draw's standard deviation.
      self.assertAllClose(bound / np.sqrt(3), draws.std(), rtol=0.1)
    self.assertGreater(own.std(axis=1).min(), 0)
    self.assertEqual(self._problem(3).scales, self._problem(3).scales)
    both = self._problem(3)
    ratios = np.log10(np.array(both.scales) / both.scale)
    self.assertLess(np.abs(ratios).max(), 1)

  def test_objective_and_slopes(self):
    """f is as before; a slope is divided by the scale of its tensor."""
    problem = self._problem()
    data, labels = [[1.0, 2.0, -1.0], [0.5, 0.0, 2.0]], [0, 1]
    with tf.Graph().as_default(), tf.Session() as session:
      plain = problem.problem.init_tensors(seed=2)
      scaled = problem.init_tensors(seed=2)
      f = problem.problem.objective(plain, tf.constant(data), labels)
      g = problem.objective(scaled, tf.constant(data), labels)
      values = session.run([plain, scaled, f, g,
                            problem.problem.gradients(f, plain),
                            problem.gradients(g, scaled)])
    plain, scaled, f, g, slopes, scaled_slopes = values
    self.assertAllClose(f, g, rtol=1e-5)
    self.assertLen(problem.scales, 4)
    for scale, x, y, slope, scaled_slope in zip(
        problem.scales, plain, scaled, slopes, scaled_slopes):
      self.assertAllClose(scale * x, y, rtol=1e-5)
      self.assertAllClose(slope / scale, scaled_slope, rtol=1e-4,
                          atol=1e-6 / scale)

  def test_variables_start_there(self):
    problem = self._problem()
    with tf.Graph().as_default(), tf.Session() as session:
      variables = problem.init_variables(seed=2)
      expected = problem.init_tensors(seed=2)
      session.run(tf.global_variables_initializer())
      for variable, tensor in zip(*session.run([variables, expected])):
        self.assertAllEqual(tensor, variable)


if __name__ == "__main__":
  tf.test.main()
