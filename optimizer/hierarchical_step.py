# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""One step of the hierarchical RNN, as a pure function.

(meta-parameters, gradients, state) -> (steps, new state), following section 3
of Wichrowska et al. 2017. The coordinates come in groups, each a
`TensorLayout` of one or more tensors; the groups share the global level and,
if asked for, the mean learning rate.

State of a group with P coordinates and T tensors, all float32: "parameter"
[P, units], "layer" [T, units], "scl_decay", "inp_decay" and
"log_learning_rate" [P, 1], "grad_accum" and "ms" [P, S], with features of it
"gradient_history" [T, 4]; if gradients are relative, "gradient_unit" [T, 4].
Global state: a list with one [1, units].
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections
import functools

import six
import tensorflow as tf

from . import gradient_features
from . import rnn_cells
from . import selection
from . import tensor_statistics

MIN_LOG_LEARNING_RATE = -33.0
SCALE_KEYS = ("grad_accum", "ms")
TENSOR_KEYS = ("layer",) + tensor_statistics.KEYS

_FIXED_SCALE_DECAY = 0.93
_FIXED_INPUT_DECAY = 0.89

GLOBAL_INPUTS = {
    "mean": lambda layers: tf.reduce_mean(layers, 0, keepdims=True),
    "last": lambda layers: layers[-1:],
}

Options = collections.namedtuple(
    "Options", "cells, columns, num_scales, multiple_scale_decays, "
    "problem_rate_mean, max_log_rate, global_input, skip_zero_gradients, "
    "max_relative_step, rms_floor, uses_sizes, max_relative_gradient")
"""What distinguishes one hierarchical RNN from another.

Attributes:
  cells: List of `BiasGRUCell`, one a level.
  columns: List of `gradient_features.Column`.
  num_scales: S, the number of momentum timescales.
  multiple_scale_decays: Whether slower timescales scale more slowly too.
  problem_rate_mean: Whether relative rates are relative to the whole problem.
  max_log_rate: Upper bound of a log learning rate.
  global_input: A key of `GLOBAL_INPUTS`.
  skip_zero_gradients: Whether coordinates whose gradient is 0 sit the step
    out: see `HierarchicalRNN`.
  max_relative_step: The most a tensor's step may be relative to its size, see
    `tensor_statistics`; 0 for no limit.
  rms_floor: What a tensor's root mean square counts as at least.
  uses_sizes: Whether a step has to know the sizes of the tensors.
  max_relative_gradient: The most a tensor's gradient may be relative to those
    before, see `tensor_statistics`; 0 for gradients as they are.
"""


Coordinates = collections.namedtuple(
    "Coordinates", "state, seen, moves, squares, move_squares, active")
"""What a step makes of some coordinates, before their tensors are looked at.

Attributes:
  state: Dict, the new state but for `TENSOR_KEYS`.
  seen: List of float32 [P, k], what the level above sees the mean of.
  moves: List of float32 [P, 1], steps that are still to be normalized: of the
    parameters and, with attention, of the attended locations.
  squares: List of float32 [P, 1] whose means over tensors normalize them;
    empty without a learning rate.
  move_squares: List of float32 [P, 1], squares of the moves whose means over
    tensors limit them; empty without a limit.
  active: List with one float32 [P, 1], 0 where a coordinate sits the step out,
    else 1; empty if none ever does. What is seen and all squares are 0 where
    it is.
"""

AVERAGED = ("seen", "squares", "move_squares", "active")
"""What of `Coordinates` only counts as the mean over a tensor."""

Group = collections.namedtuple("Group", "steps, state, active")
"""A step of a group of T tensors with P coordinates in all.

Attributes:
  steps: Pair of float32 [P, 1]: what to subtract from the parameters to get
    the new parameters, and to get the attended location (the same without
    attention).
  state: Dict, new state of the group.
  active: List, see `step_layer`.
"""


def step(options, theta, layouts, params, grads, states, global_state,
         order=None, run_group=None):
  """Computes one step of every coordinate.

  Args:
    options: `Options`.
    theta: Mapping from names to the values of the meta-parameters.
    layouts: List of `TensorLayout`, the groups.
    params: List of float32 [P, 1], one a group, or of None if not
      `options.uses_sizes`.
    grads: List of float32 [P, 1], one a group.
    states: List of dicts, one a group.
    global_state: List of tensors.
    order: None, or for every tensor of the problem in turn its place among the
      tensors of all groups.
    run_group: None, or a function to call instead of `step_group`, with what
      follows `theta` there.

  Returns:
    (steps, new states, new global state); steps is a list of pairs, see
    `Group`.
  """
  run_group = run_group or functools.partial(step_group, options, theta)
  mean_log_rates = tensor_statistics.mean_log_rates(
      layouts, states, options.problem_rate_mean)
  groups = [run_group(layout, param, grad, state, global_state, mean_log_rate)
            for layout, param, grad, state, mean_log_rate in zip(
                layouts, params, grads, states, mean_log_rates)]
  if global_state:
    global_state = step_global(
        options, theta, [group.state["layer"] for group in groups],
        global_state, order, sum([group.active for group in groups], []))
  return ([group.steps for group in groups],
          [group.state for group in groups], global_state)


def step_group(options, theta, layout, param, grad, state, global_state,
               mean_log_rate, run_rows=None):
  """Steps a group of tensors: their coordinates, then the tensors' level.

  Args:
    options: `Options`.
    theta: Mapping from names to the values of the meta-parameters.
    layout: `TensorLayout`.
    param: float32 [P, 1], or None if not `options.uses_sizes`.
    grad: float32 [P, 1].
    state: Dict, the group's state.
    global_state: List of tensors.
    mean_log_rate: See `tensor_statistics.View`.
    run_rows: None, or a function to call instead of `step_coordinates`, with
      what follows `theta` there, that returns `Coordinates` averaged over
      tensors.

  Returns:
    `Group`.
  """
  view, size, histories = tensor_statistics.view(
      options, layout, param, grad, state, mean_log_rate)
  bias = coordinate_bias(theta, layout, state, global_state)
  rows = {key: value for key, value in six.iteritems(state)
          if key not in TENSOR_KEYS}
  coordinates = (
      run_rows(grad, rows, bias, view) if run_rows else average(
          step_coordinates(options, theta, grad, rows, bias, view), layout))
  new_state = dict(coordinates.state, **histories)
  if "layer" in state:
    new_state["layer"] = step_layer(
        options, theta, coordinates.seen, state["layer"], global_state,
        coordinates.active)
  return Group(normalized(options, coordinates, layout, size), new_state,
               coordinates.active)


def average(coordinates, layout):
  """`Coordinates` with means over tensors, [T, k], of what is `AVERAGED`."""
  return coordinates._replace(**{
      name: [layout.tensor_mean(part) for part in getattr(coordinates, name)]
      for name in AVERAGED})


def step_coordinates(options, theta, grad, state, bias, view):
  """Steps the lowest level of some coordinates.

  Args:
    options: `Options`.
    theta: Mapping from names to the values of the meta-parameters.
    grad: float32 [P, 1].
    state: Dict, their state; `TENSOR_KEYS` are not looked at.
    bias: None or float32 [P or 1, 3 units]: `coordinate_bias`.
    view: `tensor_statistics.View` of their tensors.

  Returns:
    `Coordinates`.
  """
  averages, observation = _observe(options, grad, state, view)
  new_state = {"grad_accum": averages, "ms": observation.mean_squares}
  columns = [column.compute(observation) for column in options.columns]
  inputs = columns[0] if len(columns) == 1 else tf.concat(columns, 1)
  hidden = options.cells[0](
      inputs, state["parameter"], theta, "PerTensor/Layer0_RNN/", bias)
  new_state["parameter"] = hidden
  outputs = _read_out(theta, hidden)
  new_state["scl_decay"] = _decay(theta, outputs, "scl_decay",
                                  _FIXED_SCALE_DECAY)
  new_state["inp_decay"] = _decay(theta, outputs, "inp_decay",
                                  _FIXED_INPUT_DECAY)
  for key in ("scl_decay", "inp_decay"):
    new_state[key] += tf.zeros_like(state[key])
  # Scaled gradients alone are no news to the level above.
  seen = [hidden] if len(columns) == 1 else [hidden, inputs]
  moves, squares = _moves(options, theta, outputs, observation, new_state)
  move_squares = ([move * move for move in moves]
                  if options.max_relative_step else [])
  coordinates = Coordinates(
      new_state, seen, moves, squares, move_squares, [])
  return (_skip_zero_gradients(coordinates, grad, state)
          if options.skip_zero_gradients else coordinates)


def _skip_zero_gradients(coordinates, grad, old_state):
  """Undoes the step of coordinates whose gradient is 0."""
  is_active = tf.not_equal(tf.reshape(grad, [-1]), 0.0)

  def choose(values, others):
    return [selection.select(is_active, value, other)
            for value, other in zip(values, others)]

  def or_zero(values):
    return choose(values, [tf.zeros_like(value) for value in values])

  keys = sorted(coordinates.state)
  return Coordinates(
      state=dict(zip(keys, choose([coordinates.state[key] for key in keys],
                                  [old_state[key] for key in keys]))),
      seen=or_zero(coordinates.seen), moves=or_zero(coordinates.moves),
      squares=or_zero(coordinates.squares),
      move_squares=or_zero(coordinates.move_squares),
      active=[tf.cast(tf.expand_dims(is_active, 1), tf.float32)])


def step_layer(options, theta, seen, layer, global_state, active=()):
  """Steps the level of the tensors.

  Args:
    options: `Options`.
    theta: Mapping from names to the values of the meta-parameters.
    seen: List of float32 [T, k], means of what `Coordinates` say is seen.
    layer: float32 [T, units].
    global_state: List of tensors.
    active: Empty, or a list with one float32 [T, 1], the mean of what
      `Coordinates` say is active. Tensors where it is 0 sit the step out.

  Returns:
    float32 [T, units].
  """
  seen = tensor_statistics.of_active(seen, active)
  bias = None
  if global_state:
    bias = rnn_cells.affine(
        global_state[0], theta, "PerTensor/Layer1_RNN/Affine")
  new_layer = options.cells[1](
      seen[0] if len(seen) == 1 else tf.concat(seen, 1), layer,
      theta, "PerTensor/Layer1_RNN/", bias)
  if not active:
    return new_layer
  return selection.select(
      tf.greater(tf.reshape(active[0], [-1]), 0.0), new_layer, layer)


def step_global(options, theta, layers, global_state, order=None, active=()):
  """Steps the level of the whole problem.

  Args:
    options: `Options`.
    theta: Mapping from names to the values of the meta-parameters.
    layers: List of float32 [T, units], new states of the tensors, one a group.
    global_state: List with one float32 [1, units].
    order: See `step`.
    active: List of float32 [T, 1], see `step_layer`; if all are 0, nothing
      changes.

  Returns:
    The new global state.
  """
  layers = layers[0] if len(layers) == 1 else tf.concat(layers, 0)
  if order is not None:
    layers = tf.gather(layers, order)
  inputs = GLOBAL_INPUTS[options.global_input](layers)
  new_state = options.cells[2](inputs, global_state[0], theta, "Layer2_RNN/")
  if active:
    is_active = tf.reduce_any(tf.greater(tf.concat(list(active), 0), 0.0), 0)
    new_state = selection.select(is_active, new_state, global_state[0])
  return [new_state]


def _observe(options, grad, state, view):
  """Updates the moving averages and gathers what the RNN may look at."""
  if view.scale is not None:
    grad = tensor_statistics.relative_gradient(grad, view.scale)
  averages = grad
  if options.num_scales > 1:
    decays = gradient_features.repeated_square_roots(
        state["inp_decay"], options.num_scales)
    averages = grad + decays * (state["grad_accum"] - grad)
  scale_decays = state["scl_decay"]
  if options.multiple_scale_decays:
    scale_decays = gradient_features.repeated_square_roots(
        scale_decays, options.num_scales)
  scaled, mean_squares = gradient_features.scaled_gradient(
      averages, state["ms"], scale_decays)
  return averages, gradient_features.Observation(
      scaled, mean_squares, state.get("log_learning_rate"), view)


def coordinate_bias(theta, layout, state, global_state):
  """Level-0 gate bias from the levels above, [P or 1, 3 units] or None."""
  bias = None
  if "layer" in state:
    bias = rnn_cells.affine(
        state["layer"], theta, "PerTensor/Layer0_RNN/Param/Affine")
    if global_state:
      bias += rnn_cells.affine(
          global_state[0], theta, "PerTensor/Layer0_RNN/Global/Affine")
    bias = layout.spread(bias)
  return bias


_READ_OUTS = ("update", "attention", "scl_decay", "inp_decay",
              "learning_rate")


def _read_out(theta, hidden):
  """All linear read-outs of level 0 in one product: dict of [P, 1]."""
  names = [name for name in _READ_OUTS if name + "_weights" in theta]
  weights = tf.concat([theta[name + "_weights"] for name in names], 1)
  return dict(zip(names, tf.split(tf.matmul(hidden, weights), len(names), 1)))


def _decay(theta, outputs, name, fixed):
  if name in outputs:
    return tf.sigmoid(outputs[name] + theta[name + "_bias"])
  return tf.constant(fixed, tf.float32)


def _moves(options, theta, outputs, observation, new_state):
  """Turns read-outs into moves and squares, see `Coordinates`; adds the
  learning rate to the new state."""
  names = [("update", "GradsToDelta")]
  if "attention" in outputs:
    names.append(("attention", "GradsToAttnDelta"))
  directions = []
  for name, shortcut in names:
    direction = outputs[name]
    shortcut = theta.get("PerTensor/{}/Matrix".format(shortcut))
    if shortcut is not None:
      direction += tf.matmul(observation.scaled, shortcut)
    directions.append(direction)
  log_rate = observation.log_rate
  if log_rate is None:
    return directions, []
  proposed = (log_rate + outputs["learning_rate"] +
              theta["learning_rate_bias"])
  clipped = tf.clip_by_value(
      proposed, MIN_LOG_LEARNING_RATE, options.max_log_rate)
  # The gradient passes as if there were no bounds.
  proposed += tf.stop_gradient(clipped - proposed)
  momentum = tf.sigmoid(theta["PerTensor/learning_rate_momentum_logit"])
  new_state["log_learning_rate"] = (
      proposed + momentum * (log_rate - proposed))
  scales = [tf.exp(proposed + theta["PerTensor/param_stepsize_offset"]),
            tf.exp(proposed)]
  return ([direction * scale for direction, scale in zip(directions, scales)],
          [direction * direction for direction in directions])


def normalized(options, coordinates, layout, size):
  """Normalizes and limits moves per tensor, see
  `tensor_statistics.step_scales`.

  Args:
    options: `Options`.
    coordinates: `Coordinates`, averaged over tensors.
    layout: `TensorLayout`.
    size: None or float32 [T, 1], the tensors' sizes.

  Returns:
    Pair of float32 [P, 1]: the steps of parameters and attended locations.
  """
  scales = tensor_statistics.step_scales(
      tensor_statistics.of_active(coordinates.squares, coordinates.active),
      tensor_statistics.of_active(coordinates.move_squares, coordinates.active),
      size, options.max_relative_step)
  steps = coordinates.moves
  if scales:
    steps = [move * layout.spread(scale) for move, scale in zip(steps, scales)]
  return steps[0], steps[-1]
