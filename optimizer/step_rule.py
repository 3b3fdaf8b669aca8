# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The contract between optimizers and what runs them.

A learned optimizer is a pure function and a declaration of its state:

  state = rule.init(theta, params, draw)
  params, attended, state = rule.update(theta, params, grads, state)

theta are the values of the meta-parameters, a mapping from names to tensors;
params, attended and grads are lists of tensors, one for each tensor of a model.
Adapters keep the state: in slots (`drop_in`), in loop variables (`unroll`).
"""

import collections

import tensorflow.compat.v1 as tf

from . import nonfinite
from . import state_spec
from . import tensor_layout

State = collections.namedtuple("State", "tensors, shared")
"""An optimizer's state.

Attributes:
  tensors: List of dicts from keys to tensors, one for each tensor of a model.
  shared: List of tensors that all of them share.
"""

VariableStep = collections.namedtuple(
    "VariableStep", "name, theta, variables, gradients, slots, sums, shared, "
    "skip_nonfinite")
"""A step of variables in place.

Attributes:
  name: String, the optimizer's.
  theta: Mapping from names to the variables of the meta-parameters.
  variables: List of variables. If the rule attends, they hold the attended
    locations.
  gradients: List of tensors or `tf.IndexedSlices`. Indices are there once where
    rows are stepped.
  slots: List of dicts from keys to variables; if the rule attends, the
    parameter is in "true_param".
  sums: List of variables with `StepRule.sums` of tensors whose rows are stepped
    by a rule that `takes_rows`, see `drop_in.table_sums`; None for others.
  shared: List of variables.
  skip_nonfinite: Whether the step is a `finite_update`.
"""


class StepRule:
  """What an optimizer does. Subclasses override `init` and `update`.

  Attributes:
    state_spec: `StateSpec` of a tensor's state.
    elementwise: Whether a coordinate's update depends on that coordinate alone.
      Then any coordinates may be stepped as one [m, 1] tensor: several tensors
      together, or some rows of a tensor without the others.
    takes_rows: Whether rows of a tensor that have a gradient may be stepped as
      one [m, 1] tensor, because the others stay as they are, and only `sums`
      over these count. They are in the tensor's state, under
      `state_spec.OTHERS`.
    takes_slices: Whether `update` takes `tf.IndexedSlices`. If not, or where it
      is elementwise, they are not handed to it.
    attends: Whether attended locations may differ from parameters.
    init_reads_params: Whether initial state depends on the values of
      parameters, not on their shapes alone.
  """

  elementwise = False
  takes_rows = False
  takes_slices = False
  attends = False
  init_reads_params = False

  def __init__(self, spec):
    """Declares the state.

    Args:
      spec: `StateSpec`.
    """
    self.state_spec = spec

  def init(self, theta, params, draw):
    """State before the first step.

    Args:
      theta: Mapping from names to the values of the meta-parameters. A value is
        asked for only if it is needed.
      params: List of float32 tensors of static shapes.
      draw: Function of a static shape and two floats, the bounds, that returns
        uniform random numbers: float32 of the shape.

    Returns:
      `State`.
    """
    raise NotImplementedError(
        "{} must override init.".format(type(self).__name__))

  def update(self, theta, params, grads, state):
    """One step of all tensors.

    Args:
      theta: Mapping from names to the values of the meta-parameters.
      params: List of float32 tensors.
      grads: List of float32 tensors of the same shapes; see `takes_slices`.
      state: `State`.

    Returns:
      (new parameters, attended locations, new `State`). Attended locations are
      where the next gradients are to be taken: without attention the new
      parameters.
    """
    raise NotImplementedError(
        "{} must override update.".format(type(self).__name__))

  def finite_update(self, theta, params, grads, state):
    """As `update`, but finite whatever the gradients are; see `nonfinite`.

    Args:
      theta: See `update`; so are the others.
      params: List of tensors.
      grads: List of tensors.
      state: `State`.

    Returns:
      As `update`. State is as before where gradients are not finite; parameters
      and attended locations there are finite, and the caller must not use them.
    """
    return nonfinite.update(self, theta, params, grads, state)

  def sums(self, param, state):
    """What a step of some rows of a tensor needs to know of the others.

    Args:
      param: float32 [n, 1], elements of a tensor.
      state: Mapping, their state. A value is asked for only if it is needed.

    Returns:
      Dict from names to float64 scalars, sums over the elements, such that the
      sums over several groups of elements add up.
    """
    raise NotImplementedError(
        "{} must override sums.".format(type(self).__name__))

  def native_update(self, step):
    """Makes one op that steps variables in place, where there is one.

    Args:
      step: `VariableStep`.

    Returns:
      An op, or None.
    """
    del step

  def hidden_variables(self):
    """Variables that `update` reads beside its arguments, so far.

    Only hooks of 2017 have any; they are in `theta` for nobody to replace.

    Returns:
      List of names.
    """
    return []

  def packed(self, shapes):
    """The same rule, with state in the form that loops carry it fastest in.

    Args:
      shapes: List of lists of integers, of the tensors of a problem.

    Returns:
      An object with `init`, `update` and `unpacked`, whose state is any
      structure of tensors whose shapes do not change; `unpacked` makes it a
      `State`.
    """
    return PackedRule(self, shapes) if self.elementwise else self

  def unpacked(self, state):
    """See `packed`."""
    return state


class ElementwiseRule(StepRule):
  """A rule given by what it does to one tensor, coordinate by coordinate."""

  elementwise = True

  def __init__(self, init, update, kinds):
    """Makes the rule of two functions.

    Args:
      init: Function of theta, a parameter and `draw` that returns a dict.
      update: Function of theta, a parameter, a gradient and such a dict, that
        returns the new parameter and the new dict.
      kinds: Dict from its keys to their kinds, see `StateSpec`.
    """
    super().__init__(state_spec.StateSpec(kinds))
    self._init = init
    self._update = update

  def init(self, theta, params, draw):
    """See `StepRule`."""
    return State([self._init(theta, param, draw) for param in params], [])

  def update(self, theta, params, grads, state):
    """See `StepRule`."""
    results = [self._update(theta, *each)
               for each in zip(params, grads, state.tensors)]
    params = [param for param, _ in results]
    return params, params, State([new for _, new in results], state.shared)


class PackedRule:
  """An elementwise rule for all coordinates of a problem as if one tensor."""

  def __init__(self, rule, shapes):
    """Binds a rule to a problem.

    Args:
      rule: `StepRule` that is elementwise.
      shapes: List of lists of integers, the shapes of the parameters.
    """
    self._rule = rule
    self._layout = tensor_layout.TensorLayout(shapes)

  def init(self, theta, params, draw):
    """State of the one [P, 1] column all parameters are packed in."""
    return self._rule.init(theta, [self._layout.pack(params)], draw)

  def update(self, theta, params, grads, state):
    """See `StepRule`."""
    params, attended, state = self._rule.update(
        theta, [self._layout.pack(params)], [self._layout.pack(grads)], state)
    return (self._layout.unpack(params[0]), self._layout.unpack(attended[0]),
            state)

  def unpacked(self, state):
    """See `StepRule`."""
    tensors = [{} for _ in self._layout.shapes]
    column = tf.TensorShape([self._layout.num_coordinates, 1])
    for key, value in state.tensors[0].items():
      is_common = self._rule.state_spec.kind(
          key, value.shape, column) == state_spec.PER_TENSOR
      for tensor, part in zip(tensors, [value] * len(tensors) if is_common
                              else self._layout.split_rows(value)):
        tensor[key] = part
    return State(tensors, state.shared)
