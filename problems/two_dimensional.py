# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Functions of the plane: one parameter of shape [2], and a plot of it."""

import numpy as np
import tensorflow.compat.v1 as tf

from . import problem


class Problem2D(problem.Problem):
  """Base class of functions f(x, y).

  Subclasses define `_value` or `objective`, and the box of starting points by
  `_LOW` and `_HIGH` or `init_tensors`.
  """

  # Corners of the box a uniformly drawn start lies in, as (x, y); None for a
  # N(0, 1) start.
  _LOW = None
  _HIGH = None

  def __init__(self, random_seed=None, noise_stdev=0.0):
    """Creates the problem.

    Args:
      random_seed: Integer or None; see `Problem`.
      noise_stdev: Float; see `Problem`.

    Raises:
      ValueError: As `Problem`.
    """
    super().__init__([[2]], random_seed, noise_stdev)

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x, y); data and labels are ignored.

    Args:
      parameters: List of one tensor of shape [2, ...]; or of one list of two
        arrays or tensors x and y of the same shape.
      data: Ignored.
      labels: Ignored.

    Returns:
      A tensor of the shape of x: a scalar for a parameter of shape [2].
    """
    point = parameters[0]
    if isinstance(point, (list, tuple)):
      x, y = [tf.cast(coordinate, tf.float32) for coordinate in point]
    else:
      x, y = tf.unstack(tf.convert_to_tensor(point), num=2)
    return self._value(x, y)

  def surface(self, n=50, xlim=5, ylim=5):
    """Evaluates the function on a grid, for a plot.

    Args:
      n: Integer, the number of points on a side.
      xlim: Positive number: x runs from -xlim to xlim. Or a pair of bounds.
      ylim: The same for y.

    Returns:
      Float32 arrays x, y, z of shape [n, n], with z = f(x, y); y runs along the
      first axis, as in `np.meshgrid`.
    """
    return surface(lambda x, y: self.objective([[x, y]]), n, xlim, ylim)

  def _value(self, x, y):
    """Returns f(x, y), elementwise.

    Args:
      x: A float32 tensor.
      y: A float32 tensor of the same shape.

    Returns:
      A float32 tensor of that shape.
    """
    raise NotImplementedError(
        "{} must define objective().".format(type(self).__name__))

  def _initial_tensor(self, shape, noise):
    if self._LOW is None:
      return super()._initial_tensor(shape, noise)
    low, high = np.float32(self._LOW), np.float32(self._HIGH)
    return low + (high - low) * noise.uniform(shape)


def surface(function, n, xlim, ylim):
  """Evaluates a function of two tensors on a grid; see `Problem2D.surface`."""
  x, y = np.meshgrid(np.linspace(*_bounds(xlim), num=n),
                     np.linspace(*_bounds(ylim), num=n))
  x, y = x.astype(np.float32), y.astype(np.float32)
  with tf.Graph().as_default(), tf.Session() as session:
    return x, y, session.run(function(tf.constant(x), tf.constant(y)))


def _bounds(limit):
  return limit if isinstance(limit, (list, tuple)) else (-limit, limit)
