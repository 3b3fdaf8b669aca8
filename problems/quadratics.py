# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Convex problems without data: quadratics, norms and bowls."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import math

import numpy as np
import tensorflow as tf

from . import problem
from . import two_dimensional


class Quadratic(problem.Problem):
  """f(x) = 1/2 ||W x - y||^2, with W [n, n] and y [n, 1] ~ N(0, 1).

  Attributes:
    w: A float32 array of shape [n, n].
    y: A float32 array of shape [n, 1].
  """

  def __init__(self, ndim, random_seed=None, noise_stdev=0.0):
    """Creates a random quadratic.

    Args:
      ndim: An int, the number n of dimensions.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.

    Raises:
      ValueError: as `Problem`.
    """
    super(Quadratic, self).__init__([[ndim, 1]], random_seed, noise_stdev)
    self.w, self.y = _random_linear_system(ndim, self.random_seed)
    self._constants = problem.constant_cache(self.w, self.y)

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x), a float32 scalar; data and labels are ignored."""
    w, y = self._constants.get()
    return 0.5 * tf.reduce_sum(tf.square(_residual(w, parameters[0], y)))


class Norm(problem.Problem):
  """f(x) = (sum_i (|W x - y|_i + 1e-6)^p)^(1/p), a p-norm.

  Attributes:
    w: A float32 array of shape [n, n] ~ N(0, 1).
    y: A float32 array of shape [n, 1] ~ N(0, 1).
    norm_power: A float, p.
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
    super(Norm, self).__init__([[ndim, 1]], random_seed, noise_stdev)
    if not norm_power > 0:
      raise ValueError("norm_power must be positive, for instance 2 for the "
                       "Euclidean norm; got %r." % (norm_power,))
    self.norm_power = float(norm_power)
    self.w, self.y = _random_linear_system(ndim, self.random_seed)
    self._constants = problem.constant_cache(self.w, self.y)

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x), a float32 scalar; data and labels are ignored."""
    w, y = self._constants.get()
    # The offset keeps derivatives of the power finite where a residual is 0.
    residual = tf.abs(_residual(w, parameters[0], y)) + 1e-6
    # A power of 1 is left out: its derivatives are needlessly long.
    if self.norm_power == 1.0:
      return tf.reduce_sum(residual)
    return tf.pow(
        tf.reduce_sum(tf.pow(residual, self.norm_power)),
        1.0 / self.norm_power)


class IsotropicQuadratic(problem.Problem):
  """f(x) = sum_i x_i^2."""

  def __init__(self, ndim, random_seed=None, noise_stdev=0.0):
    """Creates the problem.

    Args:
      ndim: An int, the number of dimensions.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.

    Raises:
      ValueError: as `Problem`.
    """
    super(IsotropicQuadratic, self).__init__([[ndim, 1]], random_seed,
                                             noise_stdev)

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x), a float32 scalar; data and labels are ignored."""
    return tf.reduce_sum(tf.square(parameters[0]))


class Bowl(two_dimensional.TwoDimensionalProblem):
  """f(x) = 1/2 ||A x||^2 in the plane, A = sqrt(diag(c, 1)) R(angle).

  Attributes:
    condition_number: A float, c.
    angle: A float, in radians.
  """

  def __init__(self, condition_number, angle=0.0, random_seed=None,
               noise_stdev=0.0):
    """Creates a bowl.

    Args:
      condition_number: A positive float, c.
      angle: A float: R rotates by this angle, counter-clockwise.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.

    Raises:
      ValueError: if `condition_number` is not positive, and as `Problem`.
    """
    super(Bowl, self).__init__(random_seed, noise_stdev)
    if not condition_number > 0:
      raise ValueError("condition_number must be positive, so that the bowl "
                       "has a bottom; got %r." % (condition_number,))
    self.condition_number = float(condition_number)
    self.angle = float(angle)

  def _value(self, x, y):
    cos, sin = math.cos(self.angle), math.sin(self.angle)
    return 0.5 * (self.condition_number * tf.square(cos * x - sin * y) +
                  tf.square(sin * x + cos * y))


def _residual(w, x, y):
  """Returns W x - y, as a row of shape [1, n].

  With x as a row, neither the derivatives of this nor theirs ask for the
  transpose of W, which compiled code would lay out anew at every step.
  """
  return (tf.matmul(tf.reshape(x, [1, -1]), w, transpose_b=True) -
          tf.reshape(y, [1, -1]))


def _random_linear_system(ndim, random_seed):
  """Draws W, then y, from one generator.

  Args:
    ndim: An int, n.
    random_seed: An int or None.

  Returns:
    Float32 arrays W [n, n] and y [n, 1] ~ N(0, 1).
  """
  rng = np.random.RandomState(random_seed)
  w = rng.randn(ndim, ndim).astype(np.float32)
  return w, rng.randn(ndim, 1).astype(np.float32)
