# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Base class of what steers the step of the hierarchical RNN.

A stabilizer measures tensors before a step and sets `Controls`, a few numbers
for each tensor, by which the step of 2017 is steered: `before`. It may change
how learning rates move, row by row: `rate_change`; and shift them after the
step: `rate_shift`. Those of an optimizer run one after the other.

Symbols in this folder: T tensors with P elements in all; w [P, 1] the
parameters, g [P, 1] the gradient, mean_T(.) the mean over a tensor's elements.
"""

import collections

import tensorflow.compat.v1 as tf

from .. import arguments

Tensors = collections.namedtuple("Tensors", "layout, grad, means")
"""What a stabilizer measures.

A mean by `layout` is one over elements that have a gradient if `skip_zeros`
is on: others need not be there. Means over all elements are in `means`.

Attributes:
  layout: `TensorLayout`.
  grad: g, float32 [P, 1].
  means: Dict from names to mean_T(.), float32 [T, 1], of what stabilizers
    declare in `measured`.
"""

Controls = collections.namedtuple(
    "Controls", "gradient_scale, step_limit, least_step, step_scale, "
    "rate_decay, spike, num_steps")
"""What steers a step; each is None or float32 [T, 1].

Attributes:
  gradient_scale: What gradients are multiplied with.
  step_limit: Upper bound of the root mean square of a step.
  least_step: Lower bound of the same, over elements that have a gradient.
  step_scale: What steps are multiplied with once they have been limited.
  rate_decay: How far the changes of learning rates have slowed down, from 1.
  spike: Log of how far the gradient exceeds its limit, at least 0.
  num_steps: Steps from the tensor's first gradient on, with this one.
"""
Controls.__new__.__defaults__ = (None,) * len(Controls._fields)


class Stabilizer:
  """Steers nothing; subclasses override hooks.

  The first argument of a constructor is what there would be nothing without.

  Attributes:
    name: String, the beginning of names of its arguments where those of several
      stabilizers stand beside each other: rate_decay_after.
    tensor_state: Dict from keys to numbers of columns, state of a tensor.
    element_state: Likewise, state of each element. Both start as zeros.
    measured: Dict from names to functions of w (None if it is not used) and the
      state of the elements, that return float32 [P, 1]: what `before` gets the
      means of.
    kinds: Dict from arguments to `arguments.Kind`.
    follows: Classes that have to come before it, if there are any.
    needs: Classes without which it would have no effect.
    uses_parameters: Whether it measures parameters.
    limits_steps: Whether it sets `Controls.step_limit`.
    shifts_rates: Whether `rate_shift` returns anything.
  """

  name = ""
  tensor_state = {}
  element_state = {}
  measured = {}
  kinds = {}
  follows = ()
  needs = ()
  uses_parameters = False
  limits_steps = False
  shifts_rates = False

  def _set(self, values):
    """Checks the arguments of the constructor and makes attributes of them."""
    for name, kind in self.kinds.items():
      arguments.check("{}_{}".format(self.name, name), values[name], kind)
      setattr(self, name, values[name])

  def values(self):
    """The arguments it was constructed with, by name."""
    return {name: getattr(self, name)
            for name in arguments.parameters(type(self))[0]}

  def needed_options(self):
    """Names of options of `HierarchicalRNN` without which it has no effect."""
    return ()

  def before(self, tensors, state, controls):
    """Measures tensors before a step.

    Args:
      tensors: `Tensors`.
      state: Dict, their state.
      controls: `Controls`, as those before have left them.

    Returns:
      (controls, new state): `Controls`, and a dict by `tensor_state`.
    """
    del tensors, state
    return controls, {}

  def rate_change(self, change, state):
    """Changes how learning rates move.

    Args:
      change: float32 [P, 1], what is added to log learning rates.
      state: Dict, state of the elements.

    Returns:
      (change, new state): float32 [P, 1], and a dict by `element_state`.
    """
    del state
    return change, {}

  def rate_shift(self, controls, cap):
    """What is added to log learning rates after a step.

    Args:
      controls: `Controls`.
      cap: float32 [T, 1], what the steps were multiplied with to limit them;
        None without a limit.

    Returns:
      float32 [T, 1], or None for nothing.
    """
    del controls, cap

  def __repr__(self):
    return "{}({})".format(type(self).__name__, ", ".join(
        "{}={!r}".format(*each) for each in self.values().items()))


def scaled(controls, factor):
  """`Controls` with steps multiplied by a factor, float32 [T, 1], as well."""
  scale = controls.step_scale
  return controls._replace(
      step_scale=factor if scale is None else factor * scale)


def before(stabilizers, tensors, state):
  """Runs `Stabilizer.before` of all: (`Controls`, new state of tensors)."""
  controls, new_state = Controls(), {}
  for each in stabilizers:
    controls, changed = each.before(tensors, state, controls)
    new_state.update(changed)
  return controls, new_state


def rate_change(stabilizers, change, state):
  """Runs `Stabilizer.rate_change` of all: (change, new state of elements)."""
  new_state = {}
  for each in stabilizers:
    change, changed = each.rate_change(change, state)
    new_state.update(changed)
  return change, new_state


def rate_shift(stabilizers, controls, cap):
  """The sum of `Stabilizer.rate_shift` of all, float32 [T, 1], or None."""
  shifts = [each.rate_shift(controls, cap) for each in stabilizers
            if each.shifts_rates]
  return tf.add_n(shifts) if shifts else None


def joined(stabilizers, attribute):
  """Joins dicts of all.

  Args:
    stabilizers: Sequence of `Stabilizer`.
    attribute: "tensor_state", "element_state" or "measured".

  Returns:
    Dict.
  """
  entries = {}
  for each in stabilizers:
    entries.update(getattr(each, attribute))
  return entries


def flat_values(stabilizers):
  """The arguments of all by flat names, such as rate_decay_after."""
  return {"{}_{}".format(each.name, name): value
          for each in stabilizers for name, value in each.values().items()}


def problem(stabilizers, options):
  """Says why one of them could not do its work.

  Args:
    stabilizers: Sequence of `Stabilizer`.
    options: Mapping from names of options of `HierarchicalRNN` to values.

  Returns:
    None, or (`Stabilizer`, string that says what is wrong).
  """
  for i, each in enumerate(stabilizers):
    earlier, later = stabilizers[:i], stabilizers[i + 1:]
    name = type(each).__name__
    for cls in each.follows + each.needs + (type(each),):
      if any(isinstance(other, cls) for other in later):
        return each, ("there are two of {}".format(name)
                      if isinstance(each, cls) else
                      "{} must come after {}".format(name, cls.__name__))
    for cls in each.needs:
      if not any(isinstance(other, cls) for other in earlier):
        return each, "{} has no effect without {} before it".format(
            name, cls.__name__)
    for option in each.needed_options():
      if not options[option]:
        return each, "{!r} has no effect without {}=True".format(each, option)
  return None
