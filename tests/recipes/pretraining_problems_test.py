# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the problems that only the shipped optimizers' training uses."""

import numpy as np
import tensorflow.compat.v1 as tf

from recipes import pretraining_problems as problems


class MatrixCompletionTest(tf.test.TestCase):

  def test_by_hand(self):
    problem = problems.MatrixCompletion(5, 3, 4, num_factors=3, target_seed=6)
    rng = np.random.RandomState(0)
    u, middle, v = [rng.randn(*shape).astype(np.float32)
                    for shape in ([5, 4], [4, 4], [3, 4])]
    rows, columns = [0, 4, 2], [2, 0, 2]
    with tf.Graph().as_default(), tf.Session() as session:
      loss = session.run(problem.objective(
          [tf.constant(factor) for factor in (u, middle, v)],
          tf.constant(np.stack([rows, columns], 1), tf.float32)))
    draws = np.random.RandomState(6)
    target = draws.randn(5, 2).dot(draws.randn(2, 3)) + 0.1 * draws.randn(5, 3)
    error = (u.dot(middle).dot(v.T) - target)[rows, columns]
    penalty = 1e-3 * sum(np.sum(f**2) for f in (u, middle, v)) / 3
    self.assertAllClose(np.mean(error**2) + penalty, loss, rtol=1e-5)

  def test_start(self):
    problem = problems.MatrixCompletion(300, 200, 4, start=0.3)
    with tf.Graph().as_default(), tf.Session() as session:
      start = session.run(problem.init_tensors(seed=1))
    self.assertEqual([(300, 4), (200, 4)], [factor.shape for factor in start])
    self.assertAllClose(0.15, np.std(start[0]), rtol=0.1)

  def test_indices(self):
    data = problems.matrix_indices(4, 7, 200, random_seed=1).data
    self.assertEqual(list(range(4)), sorted(set(data[:, 0])))
    self.assertEqual(list(range(7)), sorted(set(data[:, 1])))


if __name__ == "__main__":
  tf.test.main()
