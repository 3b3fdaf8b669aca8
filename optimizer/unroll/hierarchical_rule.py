# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The update rule of an unroll of the hierarchical RNN."""

from .. import hierarchical_step
from .. import state_spec
from .. import tensor_layout
from . import update_rule


class HierarchicalRule(update_rule.PerTensorRule):
  """Keeps the state of all tensors packed from step to step."""

  def __init__(self, optimizer, shapes):
    """Binds the step to a problem; see `update_rule.PerTensorRule`."""
    super().__init__(optimizer, shapes)
    self._scales = (hierarchical_step.SCALE_KEYS, optimizer._options.num_scales)
    self._layout = tensor_layout.TensorLayout(shapes)

  def initial_state(self, params):
    """State before the first step: a dict, and the global state."""
    states, global_state = super().initial_state(params)
    state = state_spec.concat(
        [state_spec.without_true_param(state) for state in states])
    return state_spec.join_scales(state, *self._scales), global_state

  def update(self, params, grads, state):
    """One step; see `update_rule`."""
    optimizer = self._optimizer
    options = optimizer._options
    column = self._layout.pack(params) if options.uses_sizes else None
    (steps,), (packed,), global_state = hierarchical_step.step(
        options, optimizer._meta_parameters.values(), [self._layout],
        [column], [self._layout.pack(grads)], [state[0]], state[1])
    new_params, attended = [
        [param - change
         for param, change in zip(params, self._layout.unpack(column))]
        for column in steps]
    return new_params, attended, (packed, global_state)

  def per_tensor_state(self, state):
    """Lists of state tensors in the order of the optimizer's state keys."""
    states = state_spec.split(
        state_spec.split_scales(state[0], *self._scales),
        self._layout, hierarchical_step.TENSOR_KEYS)
    return [[tensor_state[key] for key in self._optimizer.state_keys
             if key in tensor_state] for tensor_state in states]
