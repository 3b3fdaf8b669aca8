# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Synthetic problems with awkward geometry, most of them with data.

x is the one parameter: of shape [n] in MinMaxWell and OutwardSnake, [n + 1] in
DependencyChain, [1, n] in the other two; d ranges over the rows of the data,
[rows, n]. Sums run over rows, they are not means. All start N(0, 1).

Quotients are products with `tf.math.reciprocal`: XLA cannot compile the
second derivative of a division when it is taken through a `tf.while_loop`.
"""

import math

import tensorflow.compat.v1 as tf

from . import problem


class _OneTensor(problem.Problem):
  """Base class of the problems below."""

  def __init__(self, ndim, random_seed=None, noise_stdev=0.0):
    """Creates the problem.

    Args:
      ndim: An int n, the number of dimensions, or of links of a chain.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.

    Raises:
      ValueError: as `Problem`.
    """
    super().__init__([self._shape(ndim)], random_seed, noise_stdev)

  def _shape(self, ndim):
    """The shape of x."""
    return [ndim]


class DependencyChain(_OneTensor):
  """sum over i from 1 to n of (x_0^2 + x_i^2 / (x_{i-1}^2 + 1e-6)).

  Every coordinate must be small, yet large compared with the next. The data
  are ignored.
  """

  def _shape(self, ndim):
    return [ndim + 1]

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x), a float32 scalar; data and labels are ignored."""
    squares = tf.square(tf.reshape(parameters[0], [-1]))
    num_links = self.param_shapes[0][0] - 1
    return num_links * squares[0] + tf.reduce_sum(
        squares[1:] * tf.math.reciprocal(squares[:-1] + problem.EPSILON))


class MinMaxWell(_OneTensor):
  """max x^2 + 1 / min x^2 - 2 + 1e-12; least where all |x_i| are 1."""

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x), a float32 scalar; data and labels are ignored."""
    squares = tf.square(parameters[0])
    least, most = tf.reduce_min(squares), tf.reduce_max(squares)
    # m + 1/m - 2 = (m - 1)^2 / m: rounding cannot make either term negative.
    return ((most - least) + tf.square(least - 1) * tf.math.reciprocal(least) +
            1e-12)


class _RowProblem(_OneTensor):
  """Base class of the problems below: needs rows of data of length n."""

  def _shape(self, ndim):
    return [1, ndim]

  def objective(self, parameters, data=None, labels=None):
    """Returns the objective.

    Args:
      parameters: A list with one float32 tensor x.
      data: Tensor of shape [rows, n].
      labels: Ignored.

    Returns:
      A float32 scalar.

    Raises:
      ValueError: if there is no data.
    """
    if data is None:
      raise ValueError(
          "{0} needs data, rows of {1} numbers; got None. Give it a Dataset, "
          "such as datasets.random_symmetric({1}, 1000).".format(
              type(self).__name__, self.param_shapes[0][-1]))
    return self._value(tf.reshape(parameters[0], [1, -1]),
                       tf.cast(data, tf.float32))

  def _value(self, x, d):
    """Returns the objective for x [1, n] and d [rows, n]."""
    raise NotImplementedError(
        "{} must define _value().".format(type(self).__name__))


class OutwardSnake(_RowProblem):
  """A winding path outwards, for binary rows d.

  sum over d of d_0 / (||x|| + 1e-6)
  + sum over d and i >= 1 of ((x_i - pi cos x_{i-1}) d_i)^2.
  """

  def _shape(self, ndim):
    return [ndim]

  def _value(self, x, d):
    # The offset makes the root differentiable at 0.
    radius = tf.sqrt(tf.reduce_sum(tf.square(x)) + 1e-16)
    winding = x[:, 1:] - math.pi * tf.cos(x[:, :-1])
    # Summed over rows first. That is cheaper, and XLA (as of TensorFlow 1.15,
    # on CPUs) miscompiles the second derivative of sliced x times all rows.
    weights = tf.reduce_sum(tf.square(d), axis=0)[1:]
    outwards = tf.math.reciprocal(radius + problem.EPSILON)
    return (tf.reduce_sum(d[:, 0]) * outwards +
            tf.reduce_sum(tf.square(winding) * weights))


class ProjectionQuadratic(_RowProblem):
  """sum over d and i of (x_i d_i)^2."""

  def _value(self, x, d):
    return tf.reduce_sum(tf.square(x * d))


class SumOfQuadratics(_RowProblem):
  """sum over d of ||x - d||^2 - sum over d of ||d||^2 + 1e-12.

  That is never negative if the rows sum to 0, as those of
  `datasets.random_symmetric` do; a batch of them may give a negative value.
  """

  def _value(self, x, d):
    # Multiplied out. The difference of the two sums as they stand would be
    # rounding error only, near the minimum.
    return tf.reduce_sum(x * (x - 2 * d)) + 1e-12
