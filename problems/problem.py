# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The interface between a problem and whoever optimizes it.

A problem is an objective f over a list of float32 tensors (its parameters),
perhaps with a data set, together with a way to start and a rule for gradients:

    problem = SomeProblem(...)
    parameters = problem.init_variables(seed=1)
    objective = problem.objective(parameters, data, labels)
    gradients = problem.gradients(objective, parameters)

Meta-training differentiates f twice, from inside a `tf.while_loop` and under
XLA, and divides by or takes logarithms of f; an objective therefore must be
twice differentiable, contain no random op and never be negative.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import numbers

import numpy as np
from six.moves import range
import tensorflow as tf

from . import noise as noise_lib


class Problem(object):
  """Base class of all problems. Subclasses define `objective`.

  Attributes:
    param_shapes: A list with the shape (a list of ints) of every parameter.
    random_seed: An int or None; whatever the problem draws when it is
      constructed, and its gradient noise, follow from it.
    noise_stdev: A float, the standard deviation of the gradient noise.
  """

  def __init__(self, param_shapes, random_seed=None, noise_stdev=0.0,
               init_fn=None):
    """Creates a problem.

    Args:
      param_shapes: A sequence of shapes, one per parameter tensor.
      random_seed: An int, or None for unpredictable draws.
      noise_stdev: A float >= 0. Gaussian noise of this standard deviation is
        added to every element of the gradient.
      init_fn: A function of a `tf.Session` which sets up whatever the problem
        needs besides its parameters, or None.

    Raises:
      ValueError: if `random_seed` is neither an int nor None, or `noise_stdev`
        is negative or not a number.
    """
    is_int = (isinstance(random_seed, (numbers.Integral, np.integer)) and
              not isinstance(random_seed, bool))
    if random_seed is not None and not is_int:
      raise ValueError(
          "random_seed must be an int, or None for unpredictable draws; got "
          "%r." % (random_seed,))
    if not noise_stdev >= 0:
      raise ValueError("noise_stdev must be a number >= 0, with 0 for exact "
                       "gradients; got %r." % (noise_stdev,))
    self.param_shapes = [[int(size) for size in shape]
                         for shape in param_shapes]
    self.random_seed = None if random_seed is None else int(random_seed)
    self.noise_stdev = float(noise_stdev)
    self._init_fn = init_fn

  def init_fn(self, session):
    """Sets up, in `session`, whatever the problem needs besides parameters.

    To be called once after the variables are initialized. Does nothing unless
    an `init_fn` was given to the constructor.

    Args:
      session: A `tf.compat.v1.Session` on the problem's graph.
    """
    if self._init_fn is not None:
      self._init_fn(session)

  def init_tensors(self, seed=None, noise=None):
    """Returns tensors with the starting point of an optimization.

    Args:
      seed: None for a new starting point at every evaluation, an int for a
        reproducible one, or a list with one array per parameter which is the
        starting point itself.
      noise: Where random numbers come from (see the module `noise`); None for
        `StatefulNoise(seed)`.

    Returns:
      A list of float32 tensors, shaped like `param_shapes`; N(0, 1) elements
      unless the class says otherwise.

    Raises:
      ValueError: if arrays are given whose number or shapes do not fit.
    """
    if isinstance(seed, (list, tuple)):
      return [tf.constant(array) for array in self._check_arrays(seed)]
    if noise is None:
      noise = noise_lib.StatefulNoise(seed)
    return [self._initial_tensor(shape, noise) for shape in self.param_shapes]

  def init_variables(self, seed=None):
    """Returns trainable variables at the starting point of an optimization.

    Args:
      seed: As in `init_tensors`.

    Returns:
      A list of float32 `tf.Variable`s named "parameter_<i>".

    Raises:
      ValueError: as `init_tensors`.
    """
    return _variables(self.init_tensors(seed))

  def objective(self, parameters, data=None, labels=None):
    """Returns the value of the objective.

    Args:
      parameters: A list of float32 tensors or variables, shaped like
        `param_shapes`.
      data: A tensor whose rows are samples, or None if there is no data.
      labels: An int32 tensor with one label per row of `data`, or None.

    Returns:
      A float32 scalar tensor.
    """
    raise NotImplementedError(
        "%s must define objective()." % type(self).__name__)

  def gradients(self, objective, parameters, noise=None):
    """Returns the gradient an optimizer gets to see.

    g_i = df/dx_i + noise_stdev * N(0, 1). Nothing is drawn if `noise_stdev` is
    0, else one normal tensor per parameter, in order.

    Args:
      objective: A scalar tensor computed from `parameters`.
      parameters: A list of tensors or variables, shaped like `param_shapes`.
      noise: Where random numbers come from (see the module `noise`); None for
        `StatefulNoise(random_seed)`.

    Returns:
      A list of dense float32 tensors, one per parameter: zeros for a parameter
      the objective does not depend on, and the sum over repeated rows where
      TensorFlow's gradient is a `tf.IndexedSlices`.
    """
    parameters = list(parameters)
    gradients = [
        tf.zeros_like(parameter) if gradient is None else
        tf.convert_to_tensor(gradient) for gradient, parameter in zip(
            tf.gradients(objective, parameters), parameters)
    ]
    if not self.noise_stdev:
      return gradients
    if noise is None:
      noise = noise_lib.StatefulNoise(self.random_seed)
    return [
        gradient + self.noise_stdev * noise.normal(parameter.shape.as_list())
        for gradient, parameter in zip(gradients, parameters)
    ]

  def _initial_tensor(self, shape, noise):
    """Returns the starting value of one parameter; subclasses may override.

    Args:
      shape: A list of ints, the parameter's shape.
      noise: Where random numbers come from (see the module `noise`).

    Returns:
      A float32 tensor of that shape.
    """
    return noise.normal(shape)

  def _check_arrays(self, arrays):
    """Returns `arrays` as float32, or raises ValueError if they do not fit."""
    arrays = [np.asarray(array, dtype=np.float32) for array in arrays]
    shapes = [list(array.shape) for array in arrays]
    if shapes != self.param_shapes:
      raise ValueError(
          "A starting point for %s needs arrays of shapes %s; got %s. (For a "
          "random one, give an int or None as seed.)" %
          (type(self).__name__, self.param_shapes, shapes))
    return arrays


class GraphCache(object):
  """Tensors made once per graph, outside of every loop and compiled cluster.

  The matrix of a large problem is to be in the graph once, not once for every
  time the objective is built. Only the latest graph's tensors are kept, so
  that a problem does not keep all its past graphs in memory.
  """

  def __init__(self, make_fn):
    """Creates a cache.

    Args:
      make_fn: A function without arguments that makes the tensors.
    """
    self._make_fn = make_fn
    self._graph = None
    self._value = None

  def get(self):
    """Returns what `make_fn` made in the current graph."""
    # A tensor made inside a loop body could not be used outside it.
    with tf.init_scope():
      graph = tf.compat.v1.get_default_graph()
      if self._graph is not graph:
        self._value = self._make_fn()
        self._graph = graph
    return self._value


def constant_cache(*arrays):
  """Returns a `GraphCache` of constants, one list entry per NumPy array."""
  return GraphCache(lambda: [tf.constant(array) for array in arrays])


def init_fixed_variables(arrays):
  """Returns trainable variables that start at given values.

  Args:
    arrays: A sequence of arrays.

  Returns:
    A list of float32 `tf.Variable`s named "parameter_<i>".
  """
  return _variables(
      [tf.constant(np.asarray(array, dtype=np.float32)) for array in arrays])


def _variables(tensors):
  return [
      tf.Variable(tensors[i], name="parameter_%d" % i)
      for i in range(len(tensors))
  ]
