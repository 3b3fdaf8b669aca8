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

import numbers
import random

import numpy as np
import tensorflow.compat.v1 as tf

from . import noise as noise_lib
from . import problem_spec

EPSILON = 1e-6
PARAMETER_SCOPE = "parameters"
"""Variable scope of the parameters that `init_variables` makes."""


class Problem:
  """Base class of all problems. Subclasses define `objective`.

  Whoever optimizes a problem calls `draw_start`, `scalar_objective` and
  `checked_gradients`, which call what a subclass may override (`init_tensors`,
  `objective` and `gradients`) and see to it that the result can be used.

  Attributes:
    param_shapes: List with the shape, a tuple of integers, of every parameter.
    random_seed: Integer; what the problem draws when it is constructed, and
      its gradient noise, follow from it. Drawn if none was given.
    noise_stdev: Float, standard deviation of the gradient noise.
  """

  def __init__(self, param_shapes, random_seed=None, noise_stdev=0.0,
               init_fn=None):
    """Creates a problem.

    Args:
      param_shapes: Sequence of shapes, one per parameter tensor.
      random_seed: Integer, or None for unpredictable draws.
      noise_stdev: Float >= 0. Gaussian noise of this standard deviation is
        added to every element of the gradient.
      init_fn: Function of a `tf.Session` which sets up whatever the problem
        needs besides its parameters, or None.

    Raises:
      ValueError: If `random_seed` is neither an integer nor None, `noise_stdev`
        is negative or not a number, `init_fn` cannot be called, or
        `param_shapes` are no shapes.
    """
    is_int = (isinstance(random_seed, (numbers.Integral, np.integer)) and
              not isinstance(random_seed, bool))
    if random_seed is not None and not is_int:
      raise ValueError(
          "random_seed must be an integer, or None for unpredictable draws; "
          "got {!r}.".format(random_seed))
    if not isinstance(noise_stdev, numbers.Real) or not noise_stdev >= 0:
      raise ValueError("noise_stdev must be a number >= 0, with 0 for exact "
                       "gradients; got {!r}.".format(noise_stdev))
    if init_fn is not None and not callable(init_fn):
      raise ValueError("init_fn must be a function of a session, or None; got "
                       "{!r}.".format(init_fn))
    self.param_shapes = _checked_shapes(param_shapes)
    self.random_seed = (random.SystemRandom().randrange(noise_lib.MAX_SEED)
                        if random_seed is None else int(random_seed))
    # Without a seed of their own random ops follow the graph's, if it has one.
    self._noise_seed = None if random_seed is None else self.random_seed
    self.noise_stdev = float(noise_stdev)
    self._init_fn = init_fn
    self._rng = None

  @property
  def rng(self):
    """A `np.random.RandomState` of the problem's own, from `random_seed`.

    What a subclass draws from it in its constructor is decided by the seed.
    """
    if self._rng is None:
      self._rng = np.random.RandomState(self.random_seed)
    return self._rng

  def init_fn(self, session):
    """Sets up, in `session`, whatever the problem needs besides parameters.

    To be called after the variables are initialized. Does nothing unless an
    `init_fn` was given to the constructor.

    Args:
      session: A `tf.Session` on the problem's graph.
    """
    if self._init_fn is not None:
      self._init_fn(session)

  def init_tensors(self, seed=None, noise=None):
    """Returns tensors with the starting point of an optimization.

    Args:
      seed: None for a new starting point at every evaluation, an integer for a
        reproducible one, or a list with one array per parameter which is the
        starting point itself.
      noise: Where random numbers come from (see the module `noise`); None for
        `StatefulNoise(seed)`.

    Returns:
      List of float32 tensors, shaped like `param_shapes`; N(0, 1) elements
      unless the class says otherwise.

    Raises:
      ValueError: If arrays are given whose number or shapes do not fit.
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
      List of float32 `tf.Variable`s in the variable scope "parameters".

    Raises:
      ValueError: As `init_tensors`.
    """
    return _variables(self.init_tensors(seed))

  def objective(self, parameters, data=None, labels=None):
    """Returns the value of the objective.

    Args:
      parameters: List of float32 tensors or variables, shaped like
        `param_shapes`.
      data: Tensor whose rows are samples, or None if there is no data.
      labels: Tensor with one label per row of `data`, or None.

    Returns:
      A float32 scalar tensor.
    """
    raise NotImplementedError(
        "{} must define objective().".format(type(self).__name__))

  def gradients(self, objective, parameters, noise=None):
    """Returns the gradient an optimizer gets to see.

    g_i = df/dx_i + noise_stdev * N(0, 1). Nothing is drawn if `noise_stdev` is
    0, else one normal tensor per parameter, in order.

    Args:
      objective: A scalar tensor computed from `parameters`.
      parameters: List of tensors or variables, shaped like `param_shapes`.
      noise: Where random numbers come from (see the module `noise`); None for
        `StatefulNoise(random_seed)`.

    Returns:
      List of dense float32 tensors, one per parameter: zeros for a parameter
      the objective does not depend on, and the sum over repeated rows where
      TensorFlow's gradient is a `tf.IndexedSlices`.

    Raises:
      ValueError: If the objective has a gradient for none of the parameters.
    """
    parameters = list(parameters)
    gradients = self._fill_in(tf.gradients(objective, parameters), parameters)
    return self._add_noise(gradients, parameters, noise)

  def draw_start(self, seed=None, noise=None):
    """Returns `init_tensors`, which an override may have without `noise`."""
    if self.takes_noise("init_tensors"):
      return self.init_tensors(seed, noise=noise)
    return self.init_tensors(seed)

  def scalar_objective(self, parameters, data=None, labels=None):
    """Returns `objective` as a float32 scalar, whatever a subclass returns.

    Args:
      parameters: As in `objective`.
      data: As in `objective`.
      labels: As in `objective`. If data and labels are None, an `objective`
        that has no defaults for them is given empty tensors.

    Returns:
      A float32 scalar tensor.

    Raises:
      ValueError: If the objective is not a single floating-point number.
    """
    if data is None and labels is None:
      if problem_spec.requires(self.objective, "data"):
        value = self.objective(parameters, tf.zeros([0]),
                               tf.zeros([0], tf.int32))
      else:
        value = self.objective(parameters)
    else:
      value = self.objective(parameters, data, labels)
    return as_scalar(value, "The objective of " + type(self).__name__)

  def checked_gradients(self, objective, parameters, noise=None,
                        keep_slices=False):
    """Returns `gradients`, with zeros where a subclass returns None.

    Args:
      objective: As in `gradients`.
      parameters: As in `gradients`.
      noise: As in `gradients`; not handed on to an override without it.
      keep_slices: Whether `tf.IndexedSlices` stay what they are.

    Returns:
      List of tensors, one per parameter, dense unless `keep_slices`.

    Raises:
      ValueError: If there is a gradient for none of the parameters, or not one
        for each.
    """
    parameters = list(parameters)
    options = {"noise": noise} if self.takes_noise("gradients") else {}
    return self._fill_in(
        self.gradients(objective, parameters, **options), parameters,
        keep_slices)

  def takes_noise(self, method):
    """Whether a method has the argument `noise`: an override may lack it.

    Args:
      method: String, "init_tensors" or "gradients".

    Returns:
      Bool.
    """
    return problem_spec.takes(getattr(self, method), "noise")

  def _fill_in(self, gradients, parameters, keep_slices=False):
    """Returns gradients as dense tensors, with zeros in the place of None."""
    gradients = list(gradients)
    if len(gradients) != len(parameters):
      raise ValueError(
          "gradients of {} must return one for each of the {} parameters; got "
          "{}.".format(type(self).__name__, len(parameters), len(gradients)))
    if parameters and all(gradient is None for gradient in gradients):
      raise ValueError(
          "The objective of {} has no gradient for any parameter, so that no "
          "optimizer can lower it. Does it use its parameters, and neither "
          "tf.stop_gradient nor integers between them and the "
          "loss?".format(type(self).__name__))
    return [
        tf.zeros_like(parameter) if gradient is None else gradient
        if keep_slices and isinstance(gradient, tf.IndexedSlices) else
        tf.convert_to_tensor(gradient)
        for gradient, parameter in zip(gradients, parameters)
    ]

  def _add_noise(self, gradients, parameters, noise=None):
    """Returns gradients with noise of this problem's standard deviation."""
    if not self.noise_stdev:
      return gradients
    noise = noise or self._default_noise()
    return [
        gradient + self.noise_stdev * noise.normal(parameter.shape.as_list())
        for gradient, parameter in zip(gradients, parameters)
    ]

  def _default_noise(self, index=None):
    """Returns noise from `random_seed`, or from the index-th seed it gives."""
    seed = self._noise_seed
    return noise_lib.StatefulNoise(
        seed if index is None else noise_lib.derive_seed(seed, index))

  def _initial_tensor(self, shape, noise):
    """Returns the starting value of one parameter; subclasses may override.

    Args:
      shape: Tuple of integers, the parameter's shape.
      noise: Where random numbers come from (see the module `noise`).

    Returns:
      A float32 tensor of that shape.
    """
    return noise.normal(shape)

  def _check_arrays(self, arrays):
    """Returns `arrays` as float32, or raises ValueError if they do not fit."""
    arrays = [np.asarray(array, dtype=np.float32) for array in arrays]
    shapes = [array.shape for array in arrays]
    if shapes != [tuple(shape) for shape in self.param_shapes]:
      raise ValueError(
          "A starting point for {} needs arrays of shapes {}; got {}. (For a "
          "random one, give an integer or None as seed.)".format(
              type(self).__name__, self.param_shapes, shapes))
    return arrays


def as_problem(spec):
  """Returns the problem that something is, or describes.

  Args:
    spec: A `Spec` of a problem, or a problem.

  Returns:
    A `Problem`.

  Raises:
    ValueError: If it is neither, such as a class.
  """
  if isinstance(spec, Problem):
    return spec
  if isinstance(spec, problem_spec.Spec):
    built = spec.build()
    if not isinstance(built, Problem):
      raise ValueError("{!r} must build a Problem; it built {!r}.".format(
          spec, built))
    return built
  raise ValueError(
      "Expected a Spec of a problem, or a Problem; got {!r}. Write, for "
      "instance, Spec(Quadratic, (10,), {{}}).".format(spec))


def as_scalar(value, name):
  """Returns a loss as a float32 scalar.

  Args:
    value: Tensor of any floating type with a single element, or a float.
    name: String, what to call it in an error.

  Returns:
    A float32 scalar tensor.

  Raises:
    ValueError: If it has more or no elements, or is not of a floating type.
  """
  try:
    tensor = tf.convert_to_tensor(value)
  except (TypeError, ValueError):
    raise ValueError("{} must be a scalar tensor of a floating type; got "
                     "{!r}.".format(name, value))
  if not tensor.dtype.is_floating:
    raise ValueError(
        "{} must be of a floating type, or it has no gradient; got {}. Compute "
        "it of floats throughout.".format(name, tensor.dtype.name))
  if tensor.shape.num_elements() not in (1, None):
    raise ValueError(
        "{} must be a scalar; got shape {}. Reduce it, by tf.reduce_mean for "
        "instance.".format(name, tensor.shape))
  if tensor.shape.ndims != 0:
    tensor = tf.reshape(tensor, [])
  return tensor if tensor.dtype == tf.float32 else tf.cast(tensor, tf.float32)


def init_fixed_variables(arrays):
  """Returns trainable variables that start at given values.

  Args:
    arrays: Sequence of arrays.

  Returns:
    List of float32 `tf.Variable`s in the variable scope "parameters".
  """
  return _variables(
      [tf.constant(np.asarray(array, dtype=np.float32)) for array in arrays])


def _variables(tensors):
  with tf.variable_scope(PARAMETER_SCOPE):
    return [tf.Variable(tensor) for tensor in tensors]


def _checked_shapes(shapes):
  """A list of tuples of integers for at least one shape."""
  try:
    checked = [tuple(int(size) for size in shape) for shape in shapes]
  except TypeError:
    checked = []
  if not checked or any(size < 0 for shape in checked for size in shape):
    raise ValueError(
        "param_shapes must be a list of at least one shape, such as [[10, 2], "
        "[2]], without unknown sizes; got {!r}.".format(shapes))
  return checked
