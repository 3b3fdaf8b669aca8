# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Problems made from other problems.

A wrapper changes one thing and leaves the rest alone: starting points, gradient
noise, rules like the sparse mask, data and `init_fn` are those of what it
wraps. The wrapped problem's noise is added to the gradient of the wrapper's own
objective; noise that the wrapper itself is given comes on top.
"""

import math

import numpy as np
import tensorflow.compat.v1 as tf

from . import noise as noise_lib
from . import problem


class _Wrapper(problem.Problem):
  """Delegates everything to the problem it wraps.

  Attributes:
    problem: The wrapped problem.
  """

  def __init__(self, problem_spec, random_seed=None, noise_stdev=0.0):
    """Builds the wrapped problem.

    Args:
      problem_spec: A `Spec`, or a problem.
      random_seed: Integer; None for that of the wrapped problem.
      noise_stdev: Float, noise beside that of the wrapped problem.

    Raises:
      ValueError: If an argument is not as described.
    """
    self.problem = problem.as_problem(problem_spec)
    super().__init__(self.problem.param_shapes, random_seed, noise_stdev)
    if random_seed is None:
      self.random_seed = self.problem.random_seed
      self._noise_seed = self.problem._noise_seed

  def init_fn(self, session):
    """See `Problem`: the wrapped problem's."""
    self.problem.init_fn(session)

  def init_tensors(self, seed=None, noise=None):
    """See `Problem`: the wrapped problem's."""
    return self.problem.draw_start(seed, noise)

  def init_variables(self, seed=None):
    """See `Problem`: the wrapped problem's."""
    return self.problem.init_variables(seed)

  def objective(self, parameters, data=None, labels=None):
    """See `Problem`: the wrapped problem's."""
    return self.problem.scalar_objective(parameters, data, labels)

  def gradients(self, objective, parameters, noise=None):
    """See `Problem`: rule and noise of the wrapped problem, then our noise."""
    parameters = list(parameters)
    # One source for all draws: two of equal seed would give equal noise.
    noise = noise or self._default_noise()
    gradients = self.problem.checked_gradients(objective, parameters, noise)
    return self._add_noise(gradients, parameters, noise)


class Rescale(_Wrapper):
  """f(x / scale), the same problem in other units.

  The starting point x is `scale` times that of f, so that f starts where it
  does by itself.

  Attributes:
    problem: The wrapped problem f.
    scale: Float.
  """

  def __init__(self, problem_spec, scale=10.0, noise_stdev=0.0):
    """Creates the problem.

    Args:
      problem_spec: A `Spec` of, or a, problem f.
      scale: Number other than 0.
      noise_stdev: Float, noise beside that of f.

    Raises:
      ValueError: If an argument is not as described.
    """
    super().__init__(problem_spec, noise_stdev=noise_stdev)
    if not np.isfinite(scale) or not scale:
      raise ValueError("scale must be a number other than 0; got {!r}.".format(
          scale))
    self.scale = float(scale)

  def init_tensors(self, seed=None, noise=None):
    """Returns `scale` times the wrapped problem's; arrays are taken as given.
    """
    if isinstance(seed, (list, tuple)):
      return problem.Problem.init_tensors(self, seed)
    return [self.scale * tensor
            for tensor in self.problem.draw_start(seed, noise)]

  def init_variables(self, seed=None):
    """See `Problem`: variables that start at `init_tensors`."""
    return problem.Problem.init_variables(self, seed)

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x / scale), a float32 scalar."""
    # Not a division: XLA cannot compile its second derivative through a
    # tf.while_loop.
    factor = 1.0 / self.scale
    return self.problem.scalar_objective(
        [factor * tf.convert_to_tensor(parameter) for parameter in parameters],
        data, labels)


class LogObjective(_Wrapper):
  """log(f(x) + 1e-6) - log(1e-6), which is 0 where f is.

  Attributes:
    problem: The wrapped problem f.
  """

  def __init__(self, problem_spec):
    """Creates the problem.

    Args:
      problem_spec: A `Spec` of, or a, problem f.

    Raises:
      ValueError: If it is neither.
    """
    super().__init__(problem_spec)

  def objective(self, parameters, data=None, labels=None):
    """Returns the shifted logarithm of f(x), a float32 scalar."""
    value = self.problem.scalar_objective(parameters, data, labels)
    return tf.math.log(value + problem.EPSILON) - math.log(problem.EPSILON)


class SparseProblem(_Wrapper):
  """Zeroes each gradient element with a given probability, at every step.

  Attributes:
    problem: The wrapped problem.
    zero_probability: Float.
  """

  def __init__(self, problem_spec, zero_probability=0.99, random_seed=None,
               noise_stdev=0.0):
    """Creates the problem.

    Args:
      problem_spec: A `Spec` of, or a, problem.
      zero_probability: Float in [0, 1].
      random_seed: Integer; None for that of the wrapped problem.
      noise_stdev: Float, noise beside that of the wrapped problem. The mask
        is applied last.

    Raises:
      ValueError: If an argument is not as described.
    """
    super().__init__(problem_spec, random_seed, noise_stdev)
    if not 0 <= zero_probability <= 1:
      raise ValueError("zero_probability must lie in [0, 1]; got {!r}.".format(
          zero_probability))
    self.zero_probability = float(zero_probability)

  def gradients(self, objective, parameters, noise=None):
    """Returns the wrapped problem's gradient with most elements set to 0.

    Draws whatever the wrapped problem draws, then one uniform tensor per
    parameter, in order.

    Args:
      objective: A scalar tensor computed from `parameters`.
      parameters: List of tensors or variables.
      noise: As in `Problem.gradients`.

    Returns:
      List of dense float32 tensors.
    """
    parameters = list(parameters)
    noise = noise or self._default_noise()
    gradients = super().gradients(
        objective, parameters, noise)
    masked = []
    for gradient, parameter in zip(gradients, parameters):
      keep = noise.uniform(parameter.shape.as_list()) >= self.zero_probability
      masked.append(tf.raw_ops.Select(
          condition=keep, x=gradient, y=tf.zeros_like(gradient)))
    return masked


class SumTask(problem.Problem):
  """The sum of several problems over the concatenation of their parameters.

  Each part has its own parameters, noise and gradient rule; all of them get the
  same data and labels.

  Attributes:
    problems: List of the parts.
  """

  def __init__(self, problem_specs, noise_stdev=0.0):
    """Creates the problem.

    Args:
      problem_specs: Sequence of `Spec`s or problems.
      noise_stdev: Float, noise beside that of the parts.

    Raises:
      ValueError: If there are none, or one is neither.
    """
    if isinstance(problem_specs, problem.Problem) or not isinstance(
        problem_specs, (list, tuple)) or hasattr(problem_specs, "build"):
      raise ValueError("SumTask needs a list of Specs or problems; got "
                       "{!r}.".format(problem_specs))
    self.problems = [problem.as_problem(spec) for spec in problem_specs]
    if not self.problems:
      raise ValueError("SumTask needs at least one Spec; got {!r}.".format(
          problem_specs))
    super().__init__(
        [shape for part in self.problems for shape in part.param_shapes],
        noise_stdev=noise_stdev)

  def init_fn(self, session):
    """See `Problem`: those of all parts, in order."""
    for part in self.problems:
      part.init_fn(session)

  def init_tensors(self, seed=None, noise=None):
    """See `Problem`: the concatenation of the parts' tensors."""
    return self._concatenate(
        seed, lambda part, part_seed: part.draw_start(part_seed, noise))

  def init_variables(self, seed=None):
    """See `Problem`: the concatenation of the parts' variables."""
    if not any(_overrides_init_variables(part) for part in self.problems):
      # All in one scope, so that their names are those of any other problem.
      return super().init_variables(seed)
    return self._concatenate(
        seed, lambda part, part_seed: part.init_variables(part_seed))

  def objective(self, parameters, data=None, labels=None):
    """Returns the sum of the parts' objectives, a float32 scalar."""
    return tf.add_n([
        part.scalar_objective(values, data, labels)
        for part, values in zip(self.problems, self._split(parameters))
    ])

  def gradients(self, objective, parameters, noise=None):
    """Returns every part's gradient by that part's rule; see `Problem`."""
    parameters = list(parameters)
    gradients = []
    for i, (part, values) in enumerate(
        zip(self.problems, self._split(parameters))):
      # Equal parts with equal seeds are still to have different noise.
      source = noise or part._default_noise(i)
      gradients.extend(part.checked_gradients(objective, values, source))
    return self._add_noise(gradients, parameters, noise)

  def _concatenate(self, seed, init_fn):
    """Returns the joined results of `init_fn(part, seed of the part)`."""
    if isinstance(seed, (list, tuple)):
      seeds = self._split(self._check_arrays(seed))
    else:
      seeds = [noise_lib.derive_seed(seed, i)
               for i in range(len(self.problems))]
    return [value for part, part_seed in zip(self.problems, seeds)
            for value in init_fn(part, part_seed)]

  def _split(self, values):
    """Returns `values`, one per parameter, as one list per part."""
    values = iter(values)
    return [[next(values) for _ in part.param_shapes]
            for part in self.problems]


def _overrides_init_variables(part):
  return type(part).init_variables is not problem.Problem.init_variables
