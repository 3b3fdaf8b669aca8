# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Problems that only the meta-training of the shipped optimizers uses."""

import numpy as np
import tensorflow.compat.v1 as tf

from problems import datasets
from problems import problem_generator as pg


class MatrixCompletion(pg.Problem):
  """Learns a matrix from some of its elements, as a product of factors.

  With two factors

      f(U, V) = mean over elements (i, j) of (u_i . v_j - a_ij)^2
                + 1e-3 * (mean over factors of their sum of squares);

  with more, square matrices stand between U and V. The matrix A is the product
  of two random ones of half as many columns as U, and noise of 0.1.
  """

  _L2_SCALE = 1e-3

  def __init__(self, rows, columns, rank, num_factors=2, start=1.0,
               target_seed=0, random_seed=None):
    """Creates the problem.

    Args:
      rows: Integer, the matrix's.
      columns: Integer, the matrix's.
      rank: Integer >= 2, the columns of U and V.
      num_factors: Integer >= 2.
      start: Float, standard deviation of the elements at the start, in units
        of 1 / sqrt(rank).
      target_seed: Integer, the matrix's seed.
      random_seed: See `Problem`.
    """
    super().__init__(
        [[rows, rank]] + [[rank, rank]] * (num_factors - 2) + [[columns, rank]],
        random_seed)
    self._start = start / np.sqrt(rank)
    rng = np.random.RandomState(target_seed)
    self._target = (
        rng.randn(rows, rank // 2).dot(rng.randn(rank // 2, columns)) +
        0.1 * rng.randn(rows, columns)).astype(np.float32)

  def objective(self, parameters, data=None, labels=None):
    """Returns f, a scalar, for `data` [elements, 2], their rows and columns."""
    # A product with one-hot rows has a dense gradient, a look-up has not.
    row, column = [
        tf.one_hot(tf.cast(data[:, i], tf.int32), size)
        for i, size in enumerate(self._target.shape)]
    left = tf.matmul(row, parameters[0])
    for factor in parameters[1:-1]:
      left = tf.matmul(left, factor)
    predicted = tf.reduce_sum(left * tf.matmul(column, parameters[-1]), 1)
    wanted = tf.reduce_sum(tf.matmul(row, self._target) * column, 1)
    penalty = tf.add_n([tf.reduce_sum(tf.square(factor))
                        for factor in parameters]) / len(parameters)
    return (tf.reduce_mean(tf.math.squared_difference(predicted, wanted)) +
            self._L2_SCALE * penalty)

  def _initial_tensor(self, shape, noise):
    return self._start * noise.normal(shape)


def matrix_indices(rows, columns, num_samples, random_seed=None):
  """A `Dataset` of `num_samples` random pairs of a row and a column."""
  rng = np.random.RandomState(random_seed)
  indices = [rng.randint(size, size=num_samples) for size in (rows, columns)]
  return datasets.Dataset(np.stack(indices, 1).astype(np.float32),
                          np.zeros(num_samples, np.int32))
