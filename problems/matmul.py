# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Learning to multiply matrices with few multiplications.

A bilinear algorithm for the product c = ab of n x n matrices computes k
products of one linear form of a and one of b each, and combines them linearly:

    P = (a A) * (b B),    c = P C,

with a, b, c flattened to rows of n^2, A and B [n^2, k], C [k, n^2]. Strassen's
has n = 2, k = 7. (V. Strassen, "Gaussian elimination is not optimal", 1969.)
"""

import numpy as np
import tensorflow.compat.v1 as tf

from . import graph_cache
from . import problem
from . import problem_spec


class MatMulAlgorithm(problem.Problem):
  """The squared error of the best algorithm with given A and B.

  f(A, B) = ||P C - c||^2 summed over all n^4 pairs of one-hot matrices a, b,
  where C is the least squares solution of P C = c. The columns of A and B start
  as random vectors of length 1.

  The normal equations are solved in float64 with a ridge of 1e-8 times the mean
  squared length of P's columns. That changes f by about the square of the
  ridge over the squared smallest singular value, and bounds its derivatives
  where columns of P become linearly dependent.

  Attributes:
    a: Float64 array of shape [n^4, n^2], the left factor of every pair.
    b: Float64 array of shape [n^4, n^2], the right factor.
    c: Float64 array of shape [n^4, n^2], their products.
  """

  _RIDGE = 1e-8

  def __init__(self, n, k, random_seed=None, noise_stdev=0.0):
    """Creates the problem.

    Args:
      n: An int, the size of the matrices.
      k: An int, the number of multiplications, from n^2 to n^3.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.

    Raises:
      ValueError: if k is out of range, and as `Problem`.
    """
    if not n**2 <= k <= n**3:
      raise ValueError(
          "k must lie in [n^2, n^3] = [{}, {}] for n = {}: fewer products "
          "cannot be enough, and the schoolbook method needs no more; got "
          "{!r}.".format(n**2, n**3, n, k))
    super().__init__([[n**2, k], [n**2, k]], random_seed, noise_stdev)
    self.n = n
    self.k = k
    one_hot = np.eye(n**2)
    self.a = np.repeat(one_hot, n**2, axis=0)
    self.b = np.tile(one_hot, [n**2, 1])
    self.c = np.matmul(self.a.reshape([-1, n, n]),
                       self.b.reshape([-1, n, n])).reshape([-1, n**2])
    self._constants = graph_cache.constant_cache(self.c)

  def objective(self, parameters, data=None, labels=None):
    """Returns f(A, B), a float32 scalar; data and labels are ignored."""
    targets, = self._constants.get()
    a, b = [tf.cast(parameter, tf.float64) for parameter in parameters]
    # With one-hot rows, aA and bB are just all pairs of rows of A and B.
    products = tf.reshape(
        tf.expand_dims(a, 1) * tf.expand_dims(b, 0), [self.n**4, self.k])
    gram = tf.matmul(products, products, transpose_a=True)
    ridge = self._RIDGE / self.k * tf.linalg.trace(gram) + 1e-30
    eye = tf.eye(self.k, dtype=tf.float64)
    # The Cholesky kernel raises an error on non-finite input; a diverged
    # optimizer is to see a non-finite objective (through `products`) instead.
    finite = tf.reduce_all(tf.math.is_finite(gram))
    system = tf.raw_ops.Select(
        condition=tf.fill([self.k, self.k], finite), x=gram + ridge * eye,
        y=eye)
    combination = tf.linalg.cholesky_solve(
        tf.linalg.cholesky(system),
        tf.matmul(products, targets, transpose_a=True))
    residual = tf.matmul(products, combination) - targets
    return tf.cast(tf.reduce_sum(tf.square(residual)), tf.float32)

  def _initial_tensor(self, shape, noise):
    return tf.nn.l2_normalize(noise.normal(shape), axis=0)


def matmul_problem_sequence(n, k_min, k_max):
  """Returns one problem for each number of multiplications.

  Args:
    n: An int, the size of the matrices.
    k_min: An int, the least number of multiplications.
    k_max: An int, the greatest number of multiplications, inclusive.

  Returns:
    List of (Spec, None, None) tuples: without data.
  """
  return [(problem_spec.Spec(MatMulAlgorithm, (n, k), {}), None, None)
          for k in range(k_min, k_max + 1)]
