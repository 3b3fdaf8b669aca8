# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The rule of the hierarchical RNN."""

from . import big_tensors
from . import hierarchical_step
from .native import native_step
from . import state_spec
from . import step_rule
from . import tensor_layout


class HierarchicalRule(step_rule.StepRule):
  """Steps tensors: small ones together, big ones in blocks of rows."""

  def __init__(self, options, spec, attends, init_tensor, init_shared):
    """Makes the rule.

    Args:
      options: `hierarchical_step.StepOptions`.
      spec: `StateSpec`.
      attends: Whether there is a second step, to attended locations.
      init_tensor: Function of theta, a parameter and `draw` that returns a
        dict; see `StepRule.init`.
      init_shared: Function of theta and `draw` that returns a list.
    """
    super().__init__(spec)
    self.attends = attends
    # The locations of elements without a gradient change, with attention. And
    # where no state of tensors changes, nothing tells what sums are of.
    self.takes_rows = (options.skip_zero_gradients and not attends and
                       state_spec.PER_TENSOR in spec.kinds.values())
    self.options = options
    self._init_tensor = init_tensor
    self._init_shared = init_shared

  def init(self, theta, params, draw):
    """See `StepRule`."""
    return step_rule.State(
        [self._init_tensor(theta, param, draw) for param in params],
        self._init_shared(theta, draw))

  def update(self, theta, params, grads, state, skip_nonfinite=False):
    """See `StepRule`."""
    params, states, shared, attended = big_tensors.compute_updates(
        self.options, theta, params, grads, state.tensors, state.shared,
        skip_nonfinite)
    return params, attended, step_rule.State(states, shared)

  def finite_update(self, theta, params, grads, state):
    """See `StepRule`."""
    return self.update(theta, params, grads, state, skip_nonfinite=True)

  def sums(self, param, state):
    """See `StepRule`."""
    return hierarchical_step.element_sums(self.options, param, state)

  def native_update(self, step):
    """See `StepRule`."""
    return native_step.make(self, step)

  def packed(self, shapes):
    """See `StepRule`."""
    return PackedHierarchicalRule(self, shapes)


class PackedHierarchicalRule:
  """Keeps the state of all tensors packed from step to step."""

  def __init__(self, rule, shapes):
    """Binds a rule to a problem.

    Args:
      rule: `HierarchicalRule`.
      shapes: List of lists of integers, the shapes of the parameters.
    """
    self._rule = rule
    self._scales = (hierarchical_step.SCALE_KEYS, rule.options.num_scales)
    self._layout = tensor_layout.TensorLayout(shapes)

  def init(self, theta, params, draw):
    """State before the first step: a dict, and the shared state."""
    states, shared = self._rule.init(theta, params, draw)
    state = state_spec.concat(states)
    return state_spec.join_scales(state, *self._scales), shared

  def update(self, theta, params, grads, state):
    """See `StepRule`."""
    options = self._rule.options
    column = self._layout.pack(params) if hierarchical_step.uses_parameters(
        options) else None
    (steps,), (packed,), shared = hierarchical_step.step(
        options, theta, [self._layout], [column], [self._layout.pack(grads)],
        [state[0]], state[1])
    new_params, attended = [
        [param - change
         for param, change in zip(params, self._layout.unpack(column))]
        for column in steps]
    return new_params, attended, (packed, shared)

  def unpacked(self, state):
    """See `StepRule`."""
    return step_rule.State(state_spec.split(
        state_spec.split_scales(state[0], *self._scales),
        self._layout, hierarchical_step.tensor_keys(self._rule.options)),
                           state[1])
