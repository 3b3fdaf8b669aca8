# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Functions of the plane: one parameter of shape [2, 1], and a plot of it."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import numpy as np
import tensorflow as tf

from . import problem


class TwoDimensionalProblem(problem.Problem):
  """Base class of functions f(x, y).

  Subclasses define `_value`, and the box of starting points by `_LOW` and
  `_HIGH`.
  """

  # Corners of the box a uniformly drawn start lies in, as (x, y); None for a
  # N(0, 1) start.
  _LOW = None
  _HIGH = None

  def __init__(self, random_seed=None, noise_stdev=0.0):
    """Creates the problem.

    Args:
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.

    Raises:
      ValueError: as `Problem`.
    """
    super(TwoDimensionalProblem, self).__init__([[2, 1]], random_seed,
                                                noise_stdev)

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x, y), a float32 scalar; data and labels are ignored."""
    point = tf.reshape(parameters[0], [2])
    return self._value(point[0], point[1])

  def surface(self, xlim=5, ylim=5, n=50):
    """Evaluates the function on a grid, for a plot.

    Args:
      xlim: A positive number: x runs from -xlim to xlim. Or a pair of bounds.
      ylim: The same for y.
      n: An int, the number of points on a side.

    Returns:
      Float32 arrays x, y, z of shape [n, n], with z = f(x, y); y runs along the
      first axis, as in `np.meshgrid`.
    """
    x, y = np.meshgrid(np.linspace(*_bounds(xlim), num=n),
                       np.linspace(*_bounds(ylim), num=n))
    x, y = x.astype(np.float32), y.astype(np.float32)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
      z = session.run(self._value(tf.constant(x), tf.constant(y)))
    return x, y, z

  def _value(self, x, y):
    """Returns f(x, y), elementwise.

    Args:
      x: A float32 tensor.
      y: A float32 tensor of the same shape.

    Returns:
      A float32 tensor of that shape.
    """
    raise NotImplementedError(
        "%s must define _value()." % type(self).__name__)

  def _initial_tensor(self, shape, noise):
    if self._LOW is None:
      return super(TwoDimensionalProblem, self)._initial_tensor(shape, noise)
    low = np.array(self._LOW, dtype=np.float32).reshape(shape)
    high = np.array(self._HIGH, dtype=np.float32).reshape(shape)
    return low + (high - low) * noise.uniform(shape)


def _bounds(limit):
  return limit if isinstance(limit, (list, tuple)) else (-limit, limit)
