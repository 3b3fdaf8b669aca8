# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The hierarchical RNN's step on the tensors of a model.

Small tensors are stepped together, by one set of ops whatever their number.
Big ones are stepped one by one, in blocks of rows, by calls of one TensorFlow
function: a model of a hundred of them is built as fast as a model of one.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections

import numpy as np
import six
import tensorflow as tf

from .. import hierarchical_step
from . import nonfinite
from . import row_blocks
from .. import selection
from .. import tensor_layout
from .. import tensor_statistics
from ..unroll import update_rule

# Tensors of up to this many elements share one set of ops.
_SMALL_TENSOR = 2**14

_Rows = collections.namedtuple(
    "_Rows", "state, moves, squares, move_squares, bad, seen, active")
"""A step of some coordinates, as `hierarchical_step.Coordinates`, and

Attributes:
  bad: List with one float32 [P, 1], 1 where the gradient is not finite.
"""

# What of `_Rows` only counts as the mean over a tensor.
_AVERAGED = ("squares", "move_squares", "bad", "seen", "active")

_Group = collections.namedtuple(
    "_Group", "state, tensor_state, steps, finite, active")
"""A step of a group of T tensors.

Attributes:
  state: Dict, new state of the coordinates.
  tensor_state: Dict of float32 [T, k], new state of the tensors.
  steps: One or two float32 [P, 1], what to subtract from the parameters to get
    the new parameters, and with attention the attended location.
  finite: bool [T], whose gradients are all finite.
  active: List, see `hierarchical_step.step_layer`.
"""


def compute_updates(options, theta, params, grads, states, global_state,
                    skip_nonfinite):
  """Steps all tensors of a model.

  Args:
    options: `hierarchical_step.Options`.
    theta: Mapping from names to the values of the meta-parameters.
    params: List of float32 tensors of static shapes, true parameters.
    grads: List of float32 tensors.
    states: List of dicts of tensors, without true parameters.
    global_state: List of tensors.
    skip_nonfinite: Whether gradients that are not finite leave their
      elements, and the state of these, as they were.

  Returns:
    (params, states, global_state, attended_params).
  """
  layouts, groups = grouped([param.shape.as_list() for param in params])
  needed = [grads] + ([params] if options.uses_sizes else [])
  columns = [[layout.pack([values[i] for i in group]) for values in needed]
             for layout, group in zip(layouts, groups)]
  packed = [update_rule.concat_states([states[i] for i in group])
            for group in groups]
  rates = tensor_statistics.mean_log_rates(
      layouts, packed, options.problem_rate_mean)
  step = _Stepper(options, theta, global_state, skip_nonfinite)
  results = [step(*each) for each in zip(layouts, columns, packed, rates)]
  if global_state:
    new_global = hierarchical_step.step_global(
        options, theta, [result.tensor_state["layer"] for result in results],
        global_state,
        np.argsort([i for group in groups for i in group]),
        sum([result.active for result in results], []))
    if skip_nonfinite:
      some_finite = tf.reduce_any(tf.concat(
          [result.finite for result in results], 0))
      new_global = [selection.select(some_finite, *each)
                    for each in zip(new_global, global_state)]
    global_state = new_global
  new_params, new_states, attended = ([None] * len(params) for _ in range(3))
  for layout, group, result in zip(layouts, groups, results):
    state = dict(result.state, **result.tensor_state)
    for i, part in zip(group, update_rule.split_states(
        state, layout, hierarchical_step.TENSOR_KEYS)):
      new_states[i] = part
    for column, values in zip(result.steps, (new_params, attended)):
      for i, change in zip(group, layout.unpack(column)):
        values[i] = params[i] - change
  if len(results[0].steps) == 1:
    attended = new_params
  return new_params, new_states, global_state, attended


def grouped(shapes):
  """Gives each big tensor a layout of its own, the small ones one together.

  Args:
    shapes: List of lists of integers.

  Returns:
    (list of layouts, list of lists of indices into `shapes`).
  """
  sizes = tensor_layout.TensorLayout(shapes).sizes
  small = [i for i, size in enumerate(sizes) if size <= _SMALL_TENSOR]
  groups = ([small] if small else []) + [
      [i] for i, size in enumerate(sizes) if size > _SMALL_TENSOR]
  return ([tensor_layout.TensorLayout([shapes[i] for i in group])
           for group in groups], groups)


class _Stepper(object):
  """Steps groups of tensors, one after the other."""

  def __init__(self, options, theta, global_state, skip_nonfinite):
    self._options = options
    self._shared = {"theta": dict(theta), "global_state": list(global_state)}
    self._skip_nonfinite = skip_nonfinite
    self._functions = {}

  def __call__(self, layout, columns, state, mean_log_rate):
    """Steps a group: a `_Group`; for the arguments see `_step`."""
    whole = dict(self._shared)
    if mean_log_rate is not None:
      whole["mean_log_rate"] = mean_log_rate
    for key in hierarchical_step.TENSOR_KEYS:
      if key in state:
        whole[key] = state.pop(key)
    if layout.num_tensors > 1 or layout.num_coordinates <= _SMALL_TENSOR:
      return self._step(layout, columns, state, whole)
    count, equal = row_blocks.num_blocks(layout.num_coordinates)
    key = (count > 1, equal)
    if key not in self._functions:
      self._functions[key] = self._function_of_any_size(
          columns, state, whole, *key)
    group = self._functions[key](columns, state, whole, tf.constant(count))
    for rows in tf.nest.flatten((group.state, group.steps)):
      rows.set_shape([layout.num_coordinates, None])
    return group

  def _function_of_any_size(self, columns, state, whole, several, equal):
    """A TensorFlow function that steps any big tensor.

    Args:
      columns: List of float32 [n, 1], of one of the tensors.
      state: Dict of float32 [n, k].
      whole: Dict of tensors whose shapes do not depend on n.
      several: Whether there is more than one block of rows.
      equal: Whether they are of the same length.

    Returns:
      A function of tensors like these three and the number of blocks.
    """
    layout = tensor_layout.TensorLayout([[1]])

    def step(columns, state, whole, count):
      return self._step(layout, columns, state, whole,
                        (count, equal) if several else None)

    def specs(values, variable_size):
      return tf.nest.map_structure(lambda value: tf.TensorSpec(
          [None, value.shape[1]] if variable_size else value.shape,
          value.dtype), values)

    return tf.function(step, autograph=False, input_signature=[
        specs(columns, True), specs(state, True), specs(whole, False),
        tf.TensorSpec([], tf.int32)])

  def _step(self, layout, columns, state, whole, blocks=None):
    """Steps a group: a `_Group`.

    Args:
      layout: `TensorLayout`; any of one tensor will do for one tensor.
      columns: List of float32 [P, 1]: the gradient and, if needed, the
        parameters.
      state: Dict of float32 [P, k].
      whole: Dict of the state of tensors, all tensors and meta-parameters.
      blocks: None, or the number of blocks of rows and whether they are equal;
        for one tensor only.
    """
    theta, grad = whole["theta"], columns[0]
    view, size, history = tensor_statistics.view(
        self._options, layout, columns[-1],
        nonfinite.tamed(grad, tf.math.is_finite(grad))
        if self._skip_nonfinite else grad, whole, whole.get("mean_log_rate"))
    bias = hierarchical_step.coordinate_bias(
        theta, layout, whole, whole["global_state"])

    def step_rows(grad, state):
      return _step_rows(self._options, theta, grad, state, bias, view,
                        self._skip_nonfinite)

    if blocks:
      num_moves = 2 if "attention_weights" in theta else 1
      rows = _in_blocks(step_rows, grad, state, num_moves, *blocks)
    else:
      rows = step_rows(grad, state)
      rows = rows._replace(**{
          name: [layout.tensor_mean(part) for part in getattr(rows, name)]
          for name in _AVERAGED})
    finite = tf.equal(tf.reshape(rows.bad[0], [-1]), 0.0)
    new = {}
    if "layer" in whole:
      new["layer"] = hierarchical_step.step_layer(
          self._options, theta, rows.seen, whole["layer"],
          whole["global_state"], rows.active)
    if history is not None:
      new[tensor_statistics.HISTORY_KEY] = history
    if self._skip_nonfinite:
      new = {key: selection.select(finite, value, whole[key])
             for key, value in six.iteritems(new)}
    steps = hierarchical_step.normalized(
        self._options, rows.moves, rows.squares, rows.move_squares, layout,
        size, rows.active)
    return _Group(rows.state, new, steps[:len(rows.moves)], finite,
                  rows.active)


def _step_rows(options, theta, grad, state, bias, view, skip_nonfinite):
  """Steps the lowest level of some coordinates: `_Rows`."""
  finite = tf.math.is_finite(grad)
  if skip_nonfinite:
    grad = nonfinite.tamed(grad, finite)
  state = hierarchical_step.join_scales(state, options.num_scales)
  coordinates = hierarchical_step.step_coordinates(
      options, theta, grad, state, bias, view)
  new_state, moves = coordinates.state, coordinates.moves
  if skip_nonfinite:
    keys = sorted(state)
    values = nonfinite.keep_old(
        tf.reduce_all(finite), [new_state[key] for key in keys],
        [state[key] for key in keys],
        lambda: [tf.reshape(finite, [-1])] * len(keys))
    new_state = dict(zip(keys, values))
    moves = [selection.select(finite, move, tf.zeros_like(move))
             for move in moves]
  return _Rows(
      hierarchical_step.split_scales(new_state, options.num_scales), moves,
      coordinates.squares, coordinates.move_squares,
      [tf.cast(~finite, tf.float32)], coordinates.seen, coordinates.active)


def _in_blocks(step_rows, grad, state, num_moves, count, equal):
  """Steps a big tensor block by block.

  Args:
    step_rows: Function of gradient and state of some rows that returns
      `_Rows`.
    grad: float32 [n, 1].
    state: Dict of float32 [n, k].
    num_moves: Integer, moves there will be.
    count: See `row_blocks.map_rows`.
    equal: See `row_blocks.map_rows`.

  Returns:
    `_Rows` with [n, k] tensors, but where `_AVERAGED`, means [1, k].
  """
  keys = sorted(state)
  averaged = {}  # As a block is traced.

  def step(columns):
    rows = step_rows(columns[0], dict(zip(keys, columns[1:])))
    averaged.update((name, getattr(rows, name)) for name in _AVERAGED)
    return ([rows.state[key] for key in keys] + rows.moves,
            tf.nest.flatten(averaged))

  columns, means = row_blocks.map_rows(
      step, [grad] + [state[key] for key in keys],
      [state[key].shape.as_list()[1] for key in keys] + [1] * num_moves,
      count, equal)
  return _Rows(
      state=dict(zip(keys, columns)), moves=columns[len(keys):],
      **tf.nest.pack_sequence_as(averaged, means))
