# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of quadratics, norms and bowls."""

import os

import numpy as np
import tensorflow.compat.v1 as tf

from problems import quadratics
from tests.problems import oracle

_REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                          "testdata", "reference", "hrnn_default.npz")


class QuadraticTest(tf.test.TestCase):

  def test_matrices_follow_from_the_seed(self):
    problem = quadratics.Quadratic(3, random_seed=7)
    rng = np.random.RandomState(7)
    self.assertAllEqual(rng.randn(3, 3).astype(np.float32), problem.w)
    self.assertAllEqual(rng.randn(3, 1).astype(np.float32), problem.y)
    self.assertNotAllClose(quadratics.Quadratic(3).w, quadratics.Quadratic(3).w)

  def test_global_generator_is_left_alone(self):
    np.random.seed(1)
    expected = np.random.rand()
    np.random.seed(1)
    quadratics.Quadratic(3, random_seed=7)
    quadratics.Quadratic(3)
    self.assertEqual(expected, np.random.rand())

  def test_objective(self):
    problem = quadratics.Quadratic(5, random_seed=1)
    w, y = np.float64(problem.w), np.float64(problem.y)
    oracle.check(self, problem, lambda p: 0.5 * np.sum((w.dot(p[0]) - y)**2))

  def test_reference(self):
    reference = np.load(_REFERENCE)
    problem = quadratics.Quadratic(6, random_seed=5)
    self.assertAllClose(reference["quad/w"], problem.w)
    self.assertAllClose(reference["quad/y"], problem.y)
    with self.session() as session:
      value = session.run(problem.objective([reference["quad/init/0"]]))
    self.assertAllClose(reference["quad/apply/objective"][0], value, rtol=1e-6)

  def test_matrix_is_in_the_graph_once(self):
    problem = quadratics.Quadratic(50)
    with tf.Graph().as_default() as graph:
      for _ in range(3):
        problem.objective([tf.zeros([50, 1])])
      self.assertLess(graph.as_graph_def().ByteSize(), 2 * 4 * 50 * 50)


class NormTest(tf.test.TestCase):

  def test_objective(self):
    for power in (1.0, 1.5, 2.0, 3.0):
      problem = quadratics.Norm(4, random_seed=1, norm_power=power)
      w, y = np.float64(problem.w), np.float64(problem.y)

      def norm(p, power=power, w=w, y=y):
        residual = np.abs(w.dot(p[0]) - y) + 1e-6
        return np.sum(residual**power)**(1 / power)

      oracle.check(self, problem, norm)

  def test_derivatives_are_finite_where_a_residual_is_zero(self):
    for power in (1.0, 1.5, 3.0):
      problem = quadratics.Norm(3, norm_power=power)
      problem.w[:] = np.eye(3)
      problem.y[:] = 0
      with self.session() as session:
        values = session.run(oracle.derivatives(
            problem, [tf.zeros([3, 1])], [np.ones([3, 1], np.float32)]))
      for value in values:
        self.assertTrue(np.isfinite(value).all())

  def test_power_must_be_positive(self):
    with self.assertRaisesRegexp(ValueError, "norm_power"):
      quadratics.Norm(3, norm_power=0)


class BowlTest(tf.test.TestCase):

  def test_objective(self):
    for condition, angle in ((0.1, 0.0), (5.0, np.pi / 4), (2.0, 1.0)):
      problem = quadratics.Bowl(condition, angle=angle)
      rotation = np.array([[np.cos(angle), -np.sin(angle)],
                           [np.sin(angle), np.cos(angle)]])
      a = np.sqrt(np.diag([condition, 1])).dot(rotation)
      oracle.check(self, problem,
                   lambda p, a=a: 0.5 * np.sum(a.dot(p[0])**2))

  def test_surface(self):
    x, y, z = quadratics.Bowl(4.0).surface()
    self.assertEqual([(50, 50)] * 3, [x.shape, y.shape, z.shape])
    self.assertAllClose([-5, 5, -5, 5], [x.min(), x.max(), y.min(), y.max()])
    self.assertAllClose(2 * x**2 + y**2 / 2, z)
    x, y, z = quadratics.Bowl(0.25, np.pi / 2).surface(2, 3, 20)
    self.assertEqual((20, 20), z.shape)
    self.assertAllClose([2, 3], [x.max(), y.max()])
    self.assertAllClose(0.5 * (0.25 * y**2 + x**2), z, atol=1e-5)

  def test_condition_must_be_positive(self):
    with self.assertRaisesRegexp(ValueError, "condition_number"):
      quadratics.Bowl(0)


class IsotropicQuadraticTest(tf.test.TestCase):

  def test_objective(self):
    oracle.check(self, quadratics.IsotropicQuadratic([[4, 1], [2]]),
                 lambda p: np.sum(p[0]**2) + np.sum(p[1]**2))


if __name__ == "__main__":
  tf.test.main()
