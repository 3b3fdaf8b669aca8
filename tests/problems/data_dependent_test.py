# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the synthetic problems with awkward geometry."""

import numpy as np
import tensorflow.compat.v1 as tf

from problems import data_dependent
from problems import datasets
from tests.problems import oracle


class DataDependentTest(tf.test.TestCase):

  def test_dependency_chain(self):
    problem = data_dependent.DependencyChain(4)
    self.assertEqual([(5,)], problem.param_shapes)

    def chain(p):
      x = p[0]
      return 4 * x[0]**2 + sum(
          x[i]**2 / (x[i - 1]**2 + 1e-6) for i in range(1, 5))

    oracle.check(self, problem, chain)
    # Data that come with the problem are not used.
    oracle.check(self, problem, chain, data=np.ones([3, 4]))

  def test_min_max_well(self):
    problem = data_dependent.MinMaxWell(5)

    def well(p):
      return np.max(p[0]**2) + 1 / np.min(p[0]**2) - 2 + 1e-12

    oracle.check(self, problem, well)
    with self.session() as session:
      x = tf.constant([[1.], [-1.], [1.], [1.], [-1.]])
      self.assertAllClose(1e-12, session.run(problem.objective([x])), atol=0)
      near = np.float32(1 + 1e-7 * np.random.RandomState(0).randn(50, 5, 1))
      values = session.run([problem.objective([tf.constant(x)]) for x in near])
    self.assertTrue((np.array(values) > 0).all())

  def test_outward_snake(self):
    dataset = datasets.random_binary(5, 30, random_seed=1)
    d = np.float64(dataset.data)

    def snake(p):
      x = p[0]
      winding = x[1:] - np.pi * np.cos(x[:-1])
      return (np.sum(d[:, 0] / (np.linalg.norm(x) + 1e-6)) +
              np.sum((winding * d[:, 1:])**2))

    oracle.check(self, data_dependent.OutwardSnake(5), snake, data=d)

  def test_projection_quadratic(self):
    d = datasets.random_symmetric(4, 10, random_seed=1).data
    oracle.check(self, data_dependent.ProjectionQuadratic(4),
                 lambda p: np.sum((p[0] * np.float64(d))**2), data=d)

  def test_sum_of_quadratics(self):
    d = datasets.random_symmetric(4, 10, random_seed=1).data
    problem = data_dependent.SumOfQuadratics(4)
    oracle.check(
        self, problem,
        lambda p: np.sum((p[0] - d)**2) - np.sum(np.float64(d)**2) + 1e-12,
        data=d)
    with self.session() as session:
      value = session.run(problem.objective([tf.zeros([4, 1])], tf.constant(d)))
    self.assertAllClose(1e-12, value, atol=1e-14)

  def test_data_are_required(self):
    for problem_class in (data_dependent.OutwardSnake,
                          data_dependent.ProjectionQuadratic,
                          data_dependent.SumOfQuadratics):
      with self.assertRaisesRegexp(ValueError, problem_class.__name__):
        problem_class(3).objective([tf.zeros([3, 1])])


if __name__ == "__main__":
  tf.test.main()
