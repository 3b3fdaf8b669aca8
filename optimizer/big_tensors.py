# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The hierarchical RNN's step on the tensors of a model.

Small tensors are stepped together, by one set of ops whatever their number.
Big ones are stepped one by one, in blocks of rows, by calls of one TensorFlow
function: a model of a hundred of them is built as fast as a model of one.
"""

import numpy as np
import tensorflow.compat.v1 as tf

from . import hierarchical_step
from . import nonfinite
from . import row_blocks
from . import selection
from . import state_spec
from . import tensor_layout

# Tensors of up to this many elements share one set of ops.
_SMALL_TENSOR = 2**14


def compute_updates(options, theta, params, grads, states, global_state,
                    skip_nonfinite):
  """Steps all tensors of a model.

  Args:
    options: `hierarchical_step.StepOptions`.
    theta: Mapping from names to the values of the meta-parameters.
    params: List of float32 tensors of static shapes, true parameters; or
      [m, 1], the elements of some rows, if there are others in its state.
    grads: List of float32 tensors.
    states: List of dicts of tensors, without true parameters.
    global_state: List of tensors.
    skip_nonfinite: Whether gradients that are not finite leave their
      elements, and the state of these, as they were.

  Returns:
    (params, states, global_state, attended_params).
  """
  others = {i: state[state_spec.OTHERS] for i, state in enumerate(states)
            if state_spec.OTHERS in state}
  layouts, groups = grouped(params, others)
  packed_grads, packed_params = [
      [layout.pack([values[i] for i in group])
       for layout, group in zip(layouts, groups)] if is_needed else
      [None] * len(groups)
      for values, is_needed in (
          (grads, True), (params, hierarchical_step.uses_parameters(options)))]
  stepper = _Stepper(options, theta, skip_nonfinite)
  steps, packed, new_global = hierarchical_step.step(
      options, theta, layouts, packed_params, packed_grads,
      [state_spec.concat([state_spec.without(states[i], [state_spec.OTHERS])
                          for i in group]) for group in groups],
      global_state, np.argsort([i for group in groups for i in group]),
      stepper)
  if global_state and skip_nonfinite:
    some_finite = tf.reduce_any(tf.concat(stepper.finite, 0))
    new_global = [selection.select(some_finite, *each)
                  for each in zip(new_global, global_state)]
  new_params, new_states, attended = ([None] * len(params) for _ in range(3))
  for layout, group, state, columns in zip(layouts, groups, packed, steps):
    for i, part in zip(group, state_spec.split(
        state, layout, hierarchical_step.tensor_keys(options))):
      new_states[i] = part
    for column, values in zip(columns, (new_params, attended)):
      if values is attended and column is columns[0]:
        continue
      for i, change in zip(group, layout.unpack(column)):
        values[i] = params[i] - change
  return new_params, new_states, new_global, [
      param if location is None else location
      for param, location in zip(new_params, attended)]


def grouped(params, others):
  """Gives each big tensor a layout of its own, the small ones one together.

  Args:
    params: List of tensors.
    others: Dict from indices of `params` that are rows to `RowsLayout.others`.

  Returns:
    (list of layouts, list of lists of indices into `params`).
  """
  small = [i for i, param in enumerate(params)
           if i not in others and param.shape.num_elements() <= _SMALL_TENSOR]
  groups = ([small] if small else []) + [
      [i] for i in range(len(params)) if i not in small]
  return ([tensor_layout.RowsLayout(tf.size(params[group[0]]), others[group[0]])
           if group[0] in others else tensor_layout.TensorLayout(
               [params[i].shape.as_list() for i in group])
           for group in groups], groups)


class _Stepper:
  """Steps groups of tensors, one after the other.

  Attributes:
    finite: List of bool [T], one a group: whose gradients are all finite.
  """

  def __init__(self, options, theta, skip_nonfinite):
    self.finite = []
    self._options = options
    self._theta = dict(theta)
    self._skip_nonfinite = skip_nonfinite
    self._functions = {}

  def __call__(self, layout, param, grad, state, global_state, mean_log_rate):
    """Steps a group; see `hierarchical_step.step_group`."""
    rows = state_spec.without(
        state, hierarchical_step.tensor_keys(self._options))
    columns = [grad] if param is None else [grad, param]
    shared = {"theta": self._theta, "global_state": list(global_state),
             "state": {key: value for key, value in state.items()
                       if key not in rows}}
    if mean_log_rate is not None:
      shared["mean_log_rate"] = mean_log_rate
    if layout.others:
      shared["others"] = layout.others
    if not layout.others and (
        layout.num_tensors > 1 or layout.num_coordinates <= _SMALL_TENSOR):
      group, finite = self._step(layout, columns, rows, shared)
    else:
      group, finite = self._step_big(layout, columns, rows, shared)
    self.finite.append(finite)
    return group

  def _step_big(self, layout, columns, rows, shared):
    """Steps a tensor by a function it shares with others; see `_step`."""
    num_rows = None if layout.others else layout.num_coordinates
    count, equal = row_blocks.num_blocks(
        num_rows if num_rows else tf.size(columns[0]))
    several = num_rows is None or count > 1
    key = (several, equal, num_rows is None)
    if key not in self._functions:
      self._functions[key] = self._function_of_any_size(
          columns, rows, shared, several, equal)
    group, finite = self._functions[key](
        columns, rows, shared, tf.convert_to_tensor(count))
    for value in tf.nest.flatten(
        (group.steps, {name: group.state[name] for name in rows})):
      value.set_shape([num_rows, None])
    if "attention_weights" not in self._theta:
      # The function returns one tensor twice as two.
      group = group._replace(steps=(group.steps[0],) * 2)
    return group, finite

  def _function_of_any_size(self, columns, rows, shared, several, equal):
    """A TensorFlow function that steps any big tensor.

    Args:
      columns: List of float32 [n, 1], of one of the tensors.
      rows: Dict of float32 [n, k].
      shared: Structure of tensors whose shapes do not depend on n.
      several: Whether there is more than one block of rows.
      equal: Whether they are of the same length.

    Returns:
      A function of tensors like these three and the number of blocks.
    """
    def step(columns, rows, shared, count):
      layout = tensor_layout.TensorLayout([[1]])
      if "others" in shared:
        layout = tensor_layout.RowsLayout(tf.size(columns[0]), shared["others"])
      return self._step(layout, columns, rows, shared,
                        (count, equal) if several else None)

    def specs(values, variable_size):
      return tf.nest.map_structure(lambda value: tf.TensorSpec(
          [None, value.shape[1]] if variable_size else value.shape,
          value.dtype), values)

    return tf.function(step, autograph=False, input_signature=[
        specs(columns, True), specs(rows, True), specs(shared, False),
        tf.TensorSpec([], tf.int32)])

  def _step(self, layout, columns, rows, shared, blocks=None):
    """Steps a group.

    Args:
      layout: `TensorLayout`; any of one tensor will do for one tensor.
      columns: List of float32 [P, 1]: the gradient and, if needed, the
        parameters.
      rows: Dict of float32 [P, k], state of the coordinates.
      shared: Dict of the meta-parameters, the global state, the tensors' state
        and the mean log rate.
      blocks: None, or the number of blocks of rows and whether they are equal;
        for one tensor only.

    Returns:
      `hierarchical_step.Group`, and bool [T], whose gradients are all finite.
    """
    theta, grad = shared["theta"], columns[0]
    bad = []

    def run_rows(unused_grad, rows, bias, context):
      def step_rows(grad, rows):
        return _step_rows(self._options, theta, grad, rows, bias, context,
                          self._skip_nonfinite)

      if blocks:
        num_directions = 2 if "attention_weights" in theta else 1
        coordinates, nonfinite_fraction = _in_blocks(
            step_rows, grad, rows, num_directions, *blocks)
      else:
        coordinates, nonfinite_fraction = step_rows(grad, rows)
        coordinates = hierarchical_step.average(coordinates, layout)
        nonfinite_fraction = layout.tensor_mean(nonfinite_fraction)
      bad.append(nonfinite_fraction)
      return coordinates

    group = hierarchical_step.step_group(
        self._options, theta, layout, columns[-1],
        nonfinite.sanitized(grad, tf.math.is_finite(grad))
        if self._skip_nonfinite else grad,
        dict(rows, **shared["state"]), shared["global_state"],
        shared.get("mean_log_rate"), run_rows)
    finite = tf.equal(tf.reshape(bad[0], [-1]), 0.0)
    if self._skip_nonfinite:
      group.state.update({
          key: selection.select(finite, group.state[key], old)
          for key, old in shared["state"].items()})
      if any(each.shifts_rates for each in self._options.stabilizers):
        # They are shifted after the rows were stepped.
        group.state["log_learning_rate"] = selection.select(
            tf.reshape(tf.math.is_finite(grad), [-1]),
            group.state["log_learning_rate"], rows["log_learning_rate"])
    return group, finite


def _step_rows(options, theta, grad, state, bias, context,
               skip_nonfinite):
  """Steps the lowest level of some coordinates.

  Returns:
    `hierarchical_step.Coordinates`, and float32 [P, 1], 1 where the gradient is
    not finite.
  """
  finite = tf.math.is_finite(grad)
  if skip_nonfinite:
    grad = nonfinite.sanitized(grad, finite)
  scales = (hierarchical_step.SCALE_KEYS, options.num_scales)
  state = state_spec.join_scales(state, *scales)
  coordinates = hierarchical_step.step_coordinates(
      options, theta, grad, state, bias, context)
  new_state, directions = coordinates.state, coordinates.directions
  if skip_nonfinite:
    keys = sorted(state)
    values = nonfinite.select_finite(
        tf.reduce_all(finite), [new_state[key] for key in keys],
        [state[key] for key in keys],
        lambda: [tf.reshape(finite, [-1])] * len(keys))
    new_state = dict(zip(keys, values))
    directions = [selection.select(finite, direction, tf.zeros_like(direction))
                  for direction in directions]
  return coordinates._replace(
      state=state_spec.split_scales(new_state, *scales),
      directions=directions), tf.cast(~finite, tf.float32)


def _in_blocks(step_rows, grad, state, num_directions, count, equal):
  """Steps a big tensor block by block.

  Args:
    step_rows: Function of gradient and state of some rows; see `_step_rows`.
    grad: float32 [n, 1].
    state: Dict of float32 [n, k].
    num_directions: Integer, how many directions there will be.
    count: See `row_blocks.map_rows`.
    equal: See `row_blocks.map_rows`.

  Returns:
    `hierarchical_step.Coordinates` averaged over the tensor, and the fraction
    of its gradient that is not finite, float32 [1, 1].
  """
  keys = sorted(state)
  averaged = []  # As a block is traced.

  def step(columns):
    coordinates, bad = step_rows(columns[0], dict(zip(keys, columns[1:])))
    averaged[:] = [{name: getattr(coordinates, name)
                    for name in hierarchical_step.AVERAGED}, bad]
    return ([coordinates.state[key] for key in keys] + coordinates.directions,
            tf.nest.flatten(averaged))

  columns, means = row_blocks.map_rows(
      step, [grad] + [state[key] for key in keys],
      [state[key].shape.as_list()[1] for key in keys] + [1] * num_directions,
      count, equal)
  parts, bad = tf.nest.pack_sequence_as(averaged, means)
  return hierarchical_step.Coordinates(
      state=dict(zip(keys, columns)), directions=columns[len(keys):],
      **parts), bad
