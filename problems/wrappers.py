# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Problems made from other problems.

A wrapper changes one thing and leaves the rest alone: starting points, gradient
noise, rules like the sparse mask, data and `init_fn` are those of what it
wraps. Noise is added to the gradient of the wrapper's own objective, with the
standard deviation the wrapped problem was given.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import math

import tensorflow as tf

from . import noise as noise_lib
from . import problem


class _Wrapper(problem.Problem):
  """Delegates everything to the problem it wraps."""

  def __init__(self, spec):
    """Builds the wrapped problem.

    Args:
      spec: A `Spec`, or a problem.

    Raises:
      ValueError: if `spec` is neither.
    """
    self._problem = _build(spec)
    super(_Wrapper, self).__init__(self._problem.param_shapes,
                                   self._problem.random_seed,
                                   self._problem.noise_stdev)

  def init_fn(self, session):
    """See `Problem`: the wrapped problem's."""
    self._problem.init_fn(session)

  def init_tensors(self, seed=None, noise=None):
    """See `Problem`: the wrapped problem's."""
    return noise_lib.call_with_noise(
        self._problem.init_tensors, noise, seed)

  def init_variables(self, seed=None):
    """See `Problem`: the wrapped problem's."""
    return self._problem.init_variables(seed)

  def objective(self, parameters, data=None, labels=None):
    """See `Problem`: the wrapped problem's."""
    return self._problem.objective(parameters, data, labels)

  def gradients(self, objective, parameters, noise=None):
    """See `Problem`: the rule and noise of the wrapped problem."""
    return noise_lib.call_with_noise(
        self._problem.gradients, noise, objective, parameters)


class Rescale(_Wrapper):
  """f(scale * x): all parameters are multiplied before f sees them.

  The starting point x is that of f itself, so that f starts elsewhere.
  """

  def __init__(self, spec, scale=10.0):
    """Creates the problem.

    Args:
      spec: A `Spec` of, or a, problem f.
      scale: A number.

    Raises:
      ValueError: if `spec` is not as described.
    """
    super(Rescale, self).__init__(spec)
    self.scale = float(scale)

  def objective(self, parameters, data=None, labels=None):
    """Returns f(scale * x), a float32 scalar."""
    return self._problem.objective(
        [self.scale * parameter for parameter in parameters], data, labels)


class LogObjective(_Wrapper):
  """log(f(x) + 1e-6) - log(1e-6), which is 0 where f is."""

  _EPSILON = 1e-6

  def objective(self, parameters, data=None, labels=None):
    """Returns the shifted logarithm of f(x), a float32 scalar."""
    value = self._problem.objective(parameters, data, labels)
    return tf.math.log(value + self._EPSILON) - math.log(self._EPSILON)


class SparseProblem(_Wrapper):
  """Zeroes each gradient element with a given probability, at every step."""

  def __init__(self, spec, zero_probability=0.99):
    """Creates the problem.

    Args:
      spec: A `Spec` of, or a, problem.
      zero_probability: A float in [0, 1].

    Raises:
      ValueError: if an argument is not as described.
    """
    super(SparseProblem, self).__init__(spec)
    if not 0 <= zero_probability <= 1:
      raise ValueError("zero_probability must lie in [0, 1]; got %r." %
                       (zero_probability,))
    self.zero_probability = float(zero_probability)

  def gradients(self, objective, parameters, noise=None):
    """Returns the wrapped problem's gradient with most elements set to 0.

    Draws whatever the wrapped problem draws, then one uniform tensor per
    parameter, in order.

    Args:
      objective: A scalar tensor computed from `parameters`.
      parameters: A list of tensors or variables.
      noise: As in `Problem.gradients`.

    Returns:
      A list of dense float32 tensors.
    """
    if noise is None:
      noise = noise_lib.StatefulNoise(self.random_seed)
    gradients = noise_lib.call_with_noise(
        self._problem.gradients, noise, objective, parameters)
    masked = []
    for gradient, parameter in zip(gradients, parameters):
      keep = noise.uniform(parameter.shape.as_list()) >= self.zero_probability
      masked.append(tf.compat.v1.where(keep, gradient, tf.zeros_like(gradient)))
    return masked


class SumTask(problem.Problem):
  """The sum of several problems over the concatenation of their parameters.

  Each part has its own parameters, noise and gradient rule; all of them get the
  same data and labels.
  """

  def __init__(self, specs):
    """Creates the problem.

    Args:
      specs: A sequence of `Spec`s or problems.

    Raises:
      ValueError: if there are none, or one is neither.
    """
    self._problems = [_build(spec) for spec in specs]
    if not self._problems:
      raise ValueError("SumTask needs at least one spec; got %r." % (specs,))
    super(SumTask, self).__init__(
        [shape for part in self._problems for shape in part.param_shapes],
        noise_stdev=max(part.noise_stdev for part in self._problems))

  def init_fn(self, session):
    """See `Problem`: those of all parts, in order."""
    for part in self._problems:
      part.init_fn(session)

  def init_tensors(self, seed=None, noise=None):
    """See `Problem`: the concatenation of the parts' tensors."""
    return self._concatenate(seed, lambda part, s: noise_lib.call_with_noise(
        part.init_tensors, noise, s))

  def init_variables(self, seed=None):
    """See `Problem`: the concatenation of the parts' variables."""
    return self._concatenate(seed, lambda part, s: part.init_variables(s))

  def objective(self, parameters, data=None, labels=None):
    """Returns the sum of the parts' objectives, a float32 scalar."""
    return tf.add_n([
        part.objective(values, data, labels)
        for part, values in zip(self._problems, self._split(parameters))
    ])

  def gradients(self, objective, parameters, noise=None):
    """Returns every part's gradient by that part's rule; see `Problem`."""
    gradients = []
    for i, (part, values) in enumerate(
        zip(self._problems, self._split(parameters))):
      # Equal parts with equal seeds are still to have different noise.
      source = noise or noise_lib.StatefulNoise(
          noise_lib.derive_seed(part.random_seed, i))
      gradients.extend(noise_lib.call_with_noise(
          part.gradients, source, objective, values))
    return gradients

  def _concatenate(self, seed, init_fn):
    """Returns the joined results of `init_fn(part, seed of the part)`."""
    if isinstance(seed, (list, tuple)):
      seeds = self._split(self._check_arrays(seed))
    else:
      seeds = [noise_lib.derive_seed(seed, i)
               for i in range(len(self._problems))]
    return [value for part, part_seed in zip(self._problems, seeds)
            for value in init_fn(part, part_seed)]

  def _split(self, values):
    """Returns `values`, one per parameter, as one list per part."""
    values = iter(values)
    return [[next(values) for _ in part.param_shapes]
            for part in self._problems]


def _build(spec):
  """Returns the problem that `spec` is or describes."""
  if isinstance(spec, problem.Problem):
    return spec
  if not hasattr(spec, "build"):
    raise ValueError("Expected a Spec or a Problem to wrap; got %r. Write, for "
                     "instance, Spec(Quadratic, (10,), {})." % (spec,))
  return spec.build()
