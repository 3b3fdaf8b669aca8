# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The hierarchical RNN's step on the tensors of a model.

Small tensors are stepped together, by one set of ops whatever their number.
A big one is stepped in blocks of rows that fit the processor's cache, so that
intermediates, twenty times the size of the tensor, never reach memory.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections

import numpy as np
import tensorflow as tf

from . import hierarchical_step
from . import nonfinite_gradients
from . import tensor_layout
from . import update_rule

# Tensors of up to this many elements share one set of ops.
_SMALL_TENSOR = 2**14
# Rows of a block, by measurement: smaller ones pay for dispatching ops.
_BLOCK_ROWS = 2**16
_PARALLEL_BLOCKS = 1

_Rows = collections.namedtuple("_Rows", "state, moves, squares, bad, seen")
"""A step of some coordinates, as `hierarchical_step.Coordinates`, and

Attributes:
  bad: List with one float32 [P, 1], 1 where the gradient is not finite.
"""

# What of `_Rows` only counts as the mean over a tensor.
_AVERAGED = ("squares", "bad", "seen")

_Group = collections.namedtuple("_Group", "state, layer, steps, whole")
"""A step of a group of T tensors.

Attributes:
  state: Dict, new state of the coordinates.
  layer: float32 [T, units], new state of the tensors, or None.
  steps: Pair of float32 [P, 1], see `hierarchical_step.step`.
  whole: bool [T], whose gradients are all finite.
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
  columns = [layout.pack([grads[i] for i in group])
             for layout, group in zip(layouts, groups)]
  packed = [update_rule.concat_states([states[i] for i in group])
            for group in groups]
  rates = hierarchical_step.mean_log_rates_of(options, layouts, packed)
  results = [
      _step_group(options, theta, *each, global_state=global_state,
                  skip_nonfinite=skip_nonfinite)
      for each in zip(layouts, columns, packed, rates)]
  if global_state:
    new_global = hierarchical_step.step_global(
        options, theta, [result.layer for result in results], global_state,
        np.argsort([i for group in groups for i in group]))
    if skip_nonfinite:
      some_whole = tf.reduce_any(tf.concat(
          [result.whole for result in results], 0))
      new_global = [tf.where(some_whole, *each)
                    for each in zip(new_global, global_state)]
    global_state = new_global
  new_params, new_states, attended = ([None] * len(params) for _ in range(3))
  for layout, group, result in zip(layouts, groups, results):
    state = dict(result.state)
    if result.layer is not None:
      state["layer"] = result.layer
    for i, part in zip(group, update_rule.split_states(
        state, layout, ("layer",))):
      new_states[i] = part
    for column, values in zip(result.steps, (new_params, attended)):
      for i, change in zip(group, layout.unpack(column)):
        values[i] = params[i] - change
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


def _step_group(options, theta, layout, grad, state, mean_log_rate,
                global_state, skip_nonfinite):
  """Steps one group of tensors: a `_Group`."""
  layer = state.pop("layer", None)
  bias = None
  if layer is not None:
    bias = hierarchical_step.coordinate_bias(
        theta, layout, {"layer": layer}, global_state)

  def step_rows(grad, state, mean_log_rate):
    return _step_rows(options, theta, grad, state, bias, mean_log_rate,
                      skip_nonfinite)

  if layout.num_tensors == 1 and layout.num_coordinates > _BLOCK_ROWS:
    rows = _in_blocks(
        step_rows, layout.num_coordinates,
        2 if "attention_weights" in theta else 1, grad, state, mean_log_rate)
  else:
    rows = step_rows(grad, state, mean_log_rate)
    rows = rows._replace(**{
        name: [layout.tensor_mean(part) for part in getattr(rows, name)]
        for name in _AVERAGED})
  whole = tf.equal(tf.reshape(rows.bad[0], [-1]), 0.0)
  if layer is not None:
    new_layer = hierarchical_step.step_layer(
        options, theta, rows.seen, layer, global_state)
    layer = (tf.where(whole, new_layer, layer) if skip_nonfinite
             else new_layer)
  return _Group(rows.state, layer, hierarchical_step.normalized(
      rows.moves, rows.squares, layout), whole)


def _step_rows(options, theta, grad, state, bias, mean_log_rate,
               skip_nonfinite):
  """Steps the lowest level of some coordinates: `_Rows`."""
  finite = tf.math.is_finite(grad)
  if skip_nonfinite:
    grad = nonfinite_gradients.tamed(grad, finite)
  state = hierarchical_step.join_scales(state, options.num_scales)
  coordinates = hierarchical_step.step_coordinates(
      options, theta, grad, state, bias, mean_log_rate)
  new_state, moves = coordinates.state, coordinates.moves
  if skip_nonfinite:
    keys = sorted(state)
    values = nonfinite_gradients.keep_old(
        tf.reduce_all(finite), [new_state[key] for key in keys],
        [state[key] for key in keys],
        lambda: [tf.reshape(finite, [-1])] * len(keys))
    new_state = dict(zip(keys, values))
    moves = [tf.where(finite, move, tf.zeros_like(move)) for move in moves]
  return _Rows(
      hierarchical_step.split_scales(new_state, options.num_scales), moves,
      coordinates.squares, [tf.cast(~finite, tf.float32)], coordinates.seen)


def _in_blocks(step_rows, num_rows, num_moves, grad, state, mean_log_rate):
  """Steps a big tensor block by block.

  Args:
    step_rows: Function of gradient, state and mean log learning rate of some
      rows that returns `_Rows`.
    num_rows: Integer n.
    num_moves: Integer, moves there will be.
    grad: float32 [n, 1].
    state: Dict of float32 [n, k].
    mean_log_rate: None or float32 [1, 1].

  Returns:
    `_Rows` with [n, k] tensors, but where `_AVERAGED`, means [1, k].
  """
  num_blocks = _num_blocks(num_rows)
  length = -(-num_rows // num_blocks)
  keys = sorted(state)
  averaged = []  # As the loop's body is traced.

  def step_block(block, totals, results):
    start = tf.stack([block * length, 0])
    size = tf.minimum(length, num_rows - block * length)
    sizes = {width: tf.stack([size, width]) for width in set(
        value.shape.as_list()[1] for value in state.values())}
    cut = lambda values: tf.slice(
        values, start, sizes[values.shape.as_list()[1]])
    rows = step_rows(cut(grad), {key: cut(state[key]) for key in keys},
                     mean_log_rate)
    averaged[:] = [getattr(rows, name) for name in _AVERAGED]
    sums = [tf.reduce_sum(part, 0, keepdims=True)
            for part in tf.nest.flatten(averaged)]
    columns = [rows.state[key] for key in keys] + rows.moves
    if num_rows % length:
      columns = [tf.pad(column, [[0, length - size], [0, 0]])
                 for column in columns]
    return (block + 1, totals.write(block, tf.concat(sums, 1)),
            [_write_block(*each, block=block, length=length)
             for each in zip(results, columns)])

  shaped_like = [state[key] for key in keys] + [grad] * num_moves
  _, totals, columns = tf.while_loop(
      lambda block, *_: block < num_blocks, step_block,
      (tf.constant(0), tf.TensorArray(tf.float32, num_blocks),
       [tf.raw_ops.Empty(
           shape=[num_blocks, length, like.shape.as_list()[1]],
           dtype=tf.float32) for like in shaped_like]),
      parallel_iterations=_PARALLEL_BLOCKS, back_prop=False)
  columns = [tf.reshape(column, [-1, like.shape.as_list()[1]])[:num_rows]
             for column, like in zip(columns, shaped_like)]
  widths = [part.shape.as_list()[1] for part in tf.nest.flatten(averaged)]
  sums = totals.concat()
  sums.set_shape([num_blocks, sum(widths)])
  means = tf.split(tf.reduce_sum(sums, 0, keepdims=True) / num_rows, widths, 1)
  return _Rows(
      state=dict(zip(keys, columns)), moves=columns[len(keys):],
      **dict(zip(_AVERAGED, tf.nest.pack_sequence_as(averaged, means))))


def _write_block(result, rows, block, length):
  """Puts rows where they belong, in place: result[block] = rows.

  A `TensorArray` would hold every block once more, beside their concatenation.
  """
  rows = tf.reshape(rows, [1, length, result.shape.as_list()[2]])
  updated = tf.raw_ops.InplaceUpdate(x=result, i=[block], v=rows)
  updated.set_shape(result.shape)
  return updated


def _num_blocks(num_rows):
  """How many blocks to make; of equal lengths if that is possible.

  Otherwise the results have to be cut, which copies them.
  """
  least = -(-num_rows // _BLOCK_ROWS)
  return next((count for count in range(least, 2 * least)
               if num_rows % count == 0), least)
