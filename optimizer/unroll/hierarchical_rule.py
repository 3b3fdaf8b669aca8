# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The update rule of an unroll of the hierarchical RNN."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

from .. import hierarchical_step
from .. import tensor_layout
from . import update_rule


class HierarchicalRule(update_rule.PerTensorRule):
  """Keeps the state of all tensors packed from step to step."""

  def __init__(self, optimizer, shapes):
    """Binds the step to a problem; see `update_rule.PerTensorRule`."""
    super(HierarchicalRule, self).__init__(optimizer, shapes)
    self._num_scales = optimizer._options.num_scales
    self._layout = tensor_layout.TensorLayout(shapes)

  def initial_state(self, params):
    """State before the first step: a dict, and the global state."""
    states, global_state = super(HierarchicalRule, self).initial_state(params)
    state = update_rule.concat_states(
        [{key: value for key, value in state.items() if key != "true_param"}
         for state in states])
    return (hierarchical_step.join_scales(state, self._num_scales),
            global_state)

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
    states = update_rule.split_states(
        hierarchical_step.split_scales(state[0], self._num_scales),
        self._layout, hierarchical_step.TENSOR_KEYS)
    return [[tensor_state[key] for key in self._optimizer.state_keys
             if key in tensor_state] for tensor_state in states]
