# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Convex problems without data: quadratics, norms and bowls."""

import math

import numpy as np
import tensorflow.compat.v1 as tf

from . import graph_cache
from . import problem
from . import two_dimensional


class Quadratic(problem.Problem):
  """f(x) = 1/2 ||W x - y||^2, with W [n, n] and y [n, 1] ~ N(0, 1).

  Attributes:
    w: A float32 array of shape [n, n].
    y: A float32 array of shape [n, 1].
  """

  def __init__(self, ndim, random_seed=None, noise_stdev=0.0):
    """Draws W and y.

    Args:
      ndim: An int, the number n of dimensions.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.

    Raises:
      ValueError: as `Problem`.
    """
    super().__init__([[ndim, 1]], random_seed, noise_stdev)
    self.w = self.rng.randn(ndim, ndim).astype(np.float32)
    self.y = self.rng.randn(ndim, 1).astype(np.float32)
    self._constants = graph_cache.constant_cache(self.w, self.y)

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x), a float32 scalar; data and labels are ignored."""
    return 0.5 * tf.reduce_sum(tf.square(self._residual(parameters[0])))

  def _residual(self, x):
    """Returns W x - y, as a row of shape [1, n].

    With x as a row, neither the derivatives of this nor theirs ask for the
    transpose of W, which compiled code would lay out again at every step.
    """
    w, y = self._constants.get()
    return (tf.matmul(tf.reshape(x, [1, -1]), w, transpose_b=True) -
            tf.reshape(y, [1, -1]))


class Norm(Quadratic):
  """f(x) = (sum_i (|W x - y|_i + 1e-6)^p)^(1/p), a p-norm.

  Attributes:
    norm_power: A float, p. The others are those of `Quadratic`.
  """

  def __init__(self, ndim, random_seed=None, noise_stdev=0.0, norm_power=2.0):
    """Creates a random norm.

    Args:
      ndim: An int, the number n of dimensions.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.
      norm_power: A positive float, p.

    Raises:
      ValueError: if `norm_power` is not positive, and as `Problem`.
    """
    super().__init__(ndim, random_seed, noise_stdev)
    if not norm_power > 0:
      raise ValueError("norm_power must be positive, for instance 2 for the "
                       "Euclidean norm; got {!r}.".format(norm_power))
    self.norm_power = float(norm_power)

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x), a float32 scalar; data and labels are ignored."""
    # The offset keeps derivatives of the power finite where a residual is 0.
    residual = tf.abs(self._residual(parameters[0])) + problem.EPSILON
    # A power of 1 is left out: its derivatives are needlessly long.
    if self.norm_power == 1.0:
      return tf.reduce_sum(residual)
    return tf.pow(
        tf.reduce_sum(tf.pow(residual, self.norm_power)),
        1.0 / self.norm_power)


class IsotropicQuadratic(problem.Problem):
  """f(x) = sum over all parameters and elements of x_i^2.

  Its constructor is that of `Problem`.
  """

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x), a float32 scalar; data and labels are ignored."""
    return tf.add_n([tf.reduce_sum(tf.square(x)) for x in parameters])


class Bowl(problem.Problem):
  """f(x) = 1/2 ||A x||^2 in the plane, A = sqrt(diag(c, 1)) R(angle).

  Attributes:
    condition_number: Float, c.
    angle: Float, in radians.
    matrix: Float32 array A of shape [2, 2].
  """

  def __init__(self, condition_number, angle=0.0, random_seed=None,
               noise_stdev=0.0):
    """Creates a bowl.

    Args:
      condition_number: Positive float, c.
      angle: Float: R rotates by this angle, counter-clockwise.
      random_seed: Integer or None; see `Problem`.
      noise_stdev: Float; see `Problem`.

    Raises:
      ValueError: If `condition_number` is not positive, and as `Problem`.
    """
    super().__init__([[2, 1]], random_seed, noise_stdev)
    if not condition_number > 0:
      raise ValueError("condition_number must be positive, so that the bowl "
                       "has a bottom; got {!r}.".format(condition_number))
    self.condition_number = float(condition_number)
    self.angle = float(angle)
    cos, sin = math.cos(self.angle), math.sin(self.angle)
    stretch = math.sqrt(self.condition_number)
    self.matrix = np.float32([[stretch * cos, -stretch * sin], [sin, cos]])

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x), a float32 scalar; data and labels are ignored."""
    x, y = tf.unstack(tf.reshape(parameters[0], [2]))
    return self._value(x, y)

  def surface(self, xlim=5, ylim=5, n=50):
    """Evaluates the function on a grid; see `Problem2D.surface`."""
    return two_dimensional.surface(self._value, n, xlim, ylim)

  def _value(self, x, y):
    (a, b), (c, d) = self.matrix.tolist()
    return 0.5 * (tf.square(a * x + b * y) + tf.square(c * x + d * y))
