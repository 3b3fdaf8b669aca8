# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of learning to multiply matrices."""

import itertools

import numpy as np
import tensorflow.compat.v1 as tf

from problems import matmul
from tests.problems import oracle

# Strassen's seven products, as coefficients of (a11, a12, a21, a22) and b.
_STRASSEN_A = [[1, 0, 0, 1], [0, 0, 1, 1], [1, 0, 0, 0], [0, 0, 0, 1],
               [1, 1, 0, 0], [-1, 0, 1, 0], [0, 1, 0, -1]]
_STRASSEN_B = [[1, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, -1], [-1, 0, 1, 0],
               [0, 0, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1]]


def _residual(n, a, b):
  """Computes the objective from its definition, pair by pair."""
  rows, targets = [], []
  for i, j in itertools.product(range(n**2), repeat=2):
    left, right = np.eye(n**2)[i], np.eye(n**2)[j]
    rows.append(left.dot(a) * right.dot(b))
    targets.append(left.reshape(n, n).dot(right.reshape(n, n)).ravel())
  rows, targets = np.array(rows), np.array(targets)
  solution = np.linalg.lstsq(rows, targets, rcond=None)[0]
  return np.sum((rows.dot(solution) - targets)**2)


class MatMulAlgorithmTest(tf.test.TestCase):

  def test_objective_and_derivatives(self):
    for n, k in ((2, 5), (2, 8)):
      oracle.check(self, matmul.MatMulAlgorithm(n, k),
                   lambda p, n=n: _residual(n, p[0], p[1]))

  def test_larger_matrices(self):
    problem = matmul.MatMulAlgorithm(3, 20)
    with self.session() as session:
      tensors = problem.init_tensors(seed=1)
      a, b = values = session.run(tensors)
      results = session.run(oracle.derivatives(
          problem, [tf.constant(v) for v in values],
          [np.ones([9, 20], np.float32)] * 2))
    self.assertAllClose(_residual(3, a, b), results[0], rtol=1e-5)
    for result in results:
      self.assertTrue(np.isfinite(result).all())

  def test_strassen_is_exact(self):
    problem = matmul.MatMulAlgorithm(2, 7)
    with self.session() as session:
      value = session.run(problem.objective(
          [tf.constant(np.float32(m).T) for m in (_STRASSEN_A, _STRASSEN_B)]))
    self.assertAllClose(0, value, atol=1e-6)

  def test_columns_start_with_unit_norm(self):
    problem = matmul.MatMulAlgorithm(2, 6)
    self.assertEqual([(4, 6), (4, 6)], problem.param_shapes)
    with self.session() as session:
      for value in session.run(problem.init_tensors()):
        self.assertAllClose(np.ones([6]), np.linalg.norm(value, axis=0))

  def test_dependent_columns(self):
    problem = matmul.MatMulAlgorithm(2, 5)
    for value in (0.0, 1.0, 1e15, np.nan, np.inf):
      with tf.Graph().as_default(), self.session() as session:
        parameters = [tf.fill([4, 5], np.float32(value))] * 2
        objective, slope = session.run(oracle.derivatives(
            problem, parameters, [np.ones([4, 5], np.float32)] * 2))[:2]
      # A diverged optimizer sees a non-finite objective, not an exception.
      self.assertEqual(np.isfinite(value), np.isfinite(objective))
      if np.isfinite(value):
        self.assertTrue(np.isfinite(slope).all())

  def test_number_of_products_is_checked(self):
    for k in (3, 9):
      with self.assertRaisesRegexp(ValueError, r"\[4, 8\]"):
        matmul.MatMulAlgorithm(2, k)

  def test_sequence(self):
    rows = matmul.matmul_problem_sequence(3, 19, 21)
    self.assertEqual([(3, 19), (3, 20), (3, 21)],
                     [spec.args for spec, _, _ in rows])
    for spec, dataset, batch_size in rows:
      self.assertIs(matmul.MatMulAlgorithm, spec.callable)
      self.assertIsNone(dataset)
      self.assertIsNone(batch_size)


if __name__ == "__main__":
  tf.test.main()
