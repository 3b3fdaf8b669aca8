# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The pure update an unroll runs, over all tensors of a problem at once.

A rule has three methods:
  initial_state(params) -> state
  update(params, grads, state) -> (params, attended, state)
  per_tensor_state(state) -> list (one per tensor) of lists of tensors
where params, grads and attended are lists of tensors and state is any
structure of tensors whose shapes do not change.
"""

from .. import state_spec
from .. import tensor_layout


class PerTensorRule:
  """Runs an optimizer's hooks on a problem's tensors as they are."""

  def __init__(self, optimizer, shapes):
    """Binds the hooks to a problem.

    Args:
      optimizer: A `TrainableOptimizer`.
      shapes: List of lists of integers, the shapes of the parameters.
    """
    self._optimizer = optimizer
    self._shapes = shapes

  def initial_state(self, params):
    """State before the first step, a (states, global_state) pair."""
    return ([self._optimizer._initialize_state(param) for param in params],
            self._optimizer._initialize_global_state())

  def update(self, params, grads, state):
    """One step; see the module's docstring."""
    states, global_state = state
    params, states, global_state, attended = (
        self._optimizer._compute_updates(params, grads, states, global_state))
    return params, attended, (states, global_state)

  def per_tensor_state(self, state):
    """Lists of state tensors in the order of the optimizer's state keys."""
    return [[tensor_state[key] for key in self._optimizer.state_keys]
            for tensor_state in state[0]]


class PackedRule(PerTensorRule):
  """Runs an elementwise optimizer on all coordinates as if one tensor."""

  def __init__(self, optimizer, shapes):
    super().__init__(optimizer, shapes)
    self._layout = tensor_layout.TensorLayout(shapes)

  def initial_state(self, params):
    """State of the one [P, 1] column all parameters are packed in."""
    return super().initial_state([self._layout.pack(params)])

  def update(self, params, grads, state):
    """One step; see the module's docstring."""
    params, attended, state = super().update(
        [self._layout.pack(params)], [self._layout.pack(grads)], state)
    return (self._layout.unpack(params[0]), self._layout.unpack(attended[0]),
            state)

  def per_tensor_state(self, state):
    """Lists of state tensors in the order of the optimizer's state keys."""
    packed = state[0][0]
    spec = state_spec.StateSpec(
        [self._layout.num_coordinates, 1], packed,
        self._optimizer.tensor_state_keys)
    columns = [
        self._layout.split_rows(packed[key])
        if spec.kind(key) == state_spec.PER_ELEMENT
        else [packed[key]] * self._layout.num_tensors
        for key in self._optimizer.state_keys]
    return [list(tensor_state) for tensor_state in zip(*columns)] or [
        [] for _ in self._shapes]
