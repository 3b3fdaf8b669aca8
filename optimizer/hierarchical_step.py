# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""One step of the hierarchical RNN, as a pure function.

(meta-parameters, gradients, state) -> (steps, new state), following section 3
of Wichrowska et al. 2017. The coordinates come in groups, each a
`TensorLayout` of one or more tensors; the groups share the global level and,
if asked for, the mean learning rate.

State of a group with P coordinates and T tensors, all float32: "parameter"
[P, units], "layer" [T, units], "scl_decay", "inp_decay", "log_learning_rate"
and "num_steps" [P, 1], "grad_accum" and "ms" [P, S], with features of it
"gradient_history" [T, 4]; if gradients are relative, "gradient_unit" [T, 4].
Global state: a list with one [1, units].
"""

import collections
import functools

import tensorflow.compat.v1 as tf

from . import gradient_features
from . import learning_rates
from . import rnn_cells
from . import selection
from . import state_spec
from . import tensor_statistics

SCALE_KEYS = ("grad_accum", "ms")
TENSOR_KEYS = ("layer",) + tensor_statistics.KEYS
_FIXED_SCALE_DECAY = 0.93
_FIXED_INPUT_DECAY = 0.89

GLOBAL_INPUTS = {
    "mean": lambda layers: tf.reduce_mean(layers, 0, keepdims=True),
    "last": lambda layers: layers[-1:],
}

StepOptions = collections.namedtuple(
    "StepOptions", "cells, features, num_scales, multiple_scale_decays, "
    "problem_rate_mean, max_log_rate, global_input, skip_zero_gradients, "
    "max_relative_step, max_step_excess, rms_floor, uses_sizes, "
    "max_relative_gradient, gradient_jump_power, gradient_fall_power, "
    "slow_rates_after, slow_rates_power, rare_step_power")
"""What distinguishes one hierarchical RNN from another.

Attributes:
  cells: List of `BiasGRUCell`, one a level.
  features: List of `gradient_features.Feature`.
  num_scales: S, the number of momentum timescales.
  multiple_scale_decays: Whether slower timescales scale more slowly too.
  problem_rate_mean: Whether relative rates are relative to the whole problem.
  max_log_rate: Upper bound of a log learning rate.
  global_input: A key of `GLOBAL_INPUTS`.
  skip_zero_gradients: See `HierarchicalRNN`.
  max_relative_step: See `tensor_statistics.look`; 0 for no limit.
  rms_floor: What a tensor's root mean square counts as at least.
  uses_sizes: Whether a step has to know the sizes of the tensors.
  max_relative_gradient: See `tensor_statistics.relative_scales`; 0 for none.
  gradient_jump_power: See `learning_rates.lowered_rates`.
  gradient_fall_power: See `tensor_statistics.look`.
  slow_rates_after, slow_rates_power: See `learning_rates`, `step_numbers`.
  rare_step_power: See `step_numbers.rare_steps`.
"""

Coordinates = collections.namedtuple(
    "Coordinates",
    "state, level1_inputs, directions, squares, direction_squares, mask")
"""What a step makes of some coordinates, before their tensors are looked at.

Attributes:
  state: Dict, the new state but for `TENSOR_KEYS`.
  level1_inputs: List of float32 [P, k], whose means over tensors level 1 sees.
  directions: List of float32 [P, 1], steps that are still to be normalized: of
    the parameters and, with attention, of the attended locations.
  squares: List of float32 [P, 1] whose means over tensors normalize them;
    empty without a learning rate. Skipped coordinates do not count.
  direction_squares: List of float32 [P, 1], squares of the directions, whose
    means over tensors limit them; empty without a limit. Skipped coordinates
    count as 0.
  mask: List with one float32 [P, 1], 0 where a coordinate is skipped, else 1;
    empty if none ever is. Where it is 0, so are level-1 inputs and squares.
"""

AVERAGED = ("level1_inputs", "squares", "direction_squares", "mask")
"""What of `Coordinates` only counts as the mean over a tensor."""

Group = collections.namedtuple("Group", "steps, state, mask")
"""A step of a group of T tensors with P coordinates in all.

Attributes:
  steps: Pair of float32 [P, 1]: what to subtract from the parameters to get
    the new parameters, and to get the attended location (the same without
    attention).
  state: Dict, new state of the group.
  mask: List, see `step_layer`.
"""


def step(options, theta, layouts, params, grads, states, global_state,
         order=None, run_group=None):
  """Computes one step of every coordinate.

  Args:
    options: `StepOptions`.
    theta: Mapping from names to the values of the meta-parameters.
    layouts: List of `TensorLayout`, the groups.
    params: List of float32 [P, 1], one a group, or of None if not
      `options.uses_sizes`.
    grads: List of float32 [P, 1], one a group.
    states: List of dicts, one a group.
    global_state: List of tensors.
    order: None, or for every tensor in turn its place among all groups'.
    run_group: None, or what to call for `step_group` without `options, theta`.

  Returns:
    (steps, new states, new global state); steps is a list of pairs, see
    `Group`.
  """
  run_group = run_group or functools.partial(step_group, options, theta)
  mean_log_rates = learning_rates.mean_log_rates(
      layouts, states, options.problem_rate_mean)
  groups = [run_group(layout, param, grad, state, global_state, mean_log_rate)
            for layout, param, grad, state, mean_log_rate in zip(
                layouts, params, grads, states, mean_log_rates)]
  if global_state:
    global_state = step_global(
        options, theta, [group.state["layer"] for group in groups],
        global_state, order, sum([group.mask for group in groups], []))
  return ([group.steps for group in groups],
          [group.state for group in groups], global_state)


def step_group(options, theta, layout, param, grad, state, global_state,
               mean_log_rate, run_rows=None):
  """Steps a group of tensors: their coordinates, then the tensors' level.

  Args:
    options: `StepOptions`.
    theta: Mapping from names to the values of the meta-parameters.
    layout: `TensorLayout`.
    param: float32 [P, 1], or None if not `options.uses_sizes`.
    grad: float32 [P, 1].
    state: Dict, the group's state.
    global_state: List of tensors.
    mean_log_rate: See `tensor_statistics.View`.
    run_rows: None, or what to call for `step_coordinates` without `options,
      theta`; it returns `Coordinates` averaged over tensors.

  Returns:
    `Group`.
  """
  look = tensor_statistics.look(
      options, layout, param, grad, state, mean_log_rate)
  bias = coordinate_bias(theta, layout, state, global_state)
  rows = state_spec.without(state, TENSOR_KEYS)
  coordinates = (
      run_rows(grad, rows, bias, look.view) if run_rows else average(
          step_coordinates(options, theta, grad, rows, bias, look.view),
          layout))
  new_state = dict(coordinates.state, **look.histories)
  if "layer" in state:
    new_state["layer"] = step_layer(
        options, theta, coordinates.level1_inputs, state["layer"], global_state,
        coordinates.mask)
  steps, caps = normalized(coordinates, layout, look)
  if learning_rates.are_lowered(options):
    new_state["log_learning_rate"] = learning_rates.lowered_rates(
        options, layout, new_state["log_learning_rate"], grad,
        caps[0] if caps else None, look.jump)
  return Group(steps, new_state, coordinates.mask)


def average(coordinates, layout):
  """`Coordinates` with means over tensors, [T, k], of what is `AVERAGED`."""
  return coordinates._replace(**{
      name: [layout.tensor_mean(part) for part in getattr(coordinates, name)]
      for name in AVERAGED})


def step_coordinates(options, theta, grad, state, bias, view):
  """Steps the lowest level of some coordinates.

  Args:
    options: `StepOptions`.
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
  features = [feature.compute(observation) for feature in options.features]
  inputs = features[0] if len(features) == 1 else tf.concat(features, 1)
  hidden = options.cells[0](
      inputs, state["parameter"], theta, "PerTensor/Layer0_RNN/", bias)
  new_state["parameter"] = hidden
  if options.slow_rates_after:
    new_state["num_steps"] = state["num_steps"] + 1.0
  outputs = _read_out(theta, hidden)
  new_state["scl_decay"] = _decay(theta, outputs, "scl_decay",
                                  _FIXED_SCALE_DECAY)
  new_state["inp_decay"] = _decay(theta, outputs, "inp_decay",
                                  _FIXED_INPUT_DECAY)
  for key in ("scl_decay", "inp_decay"):
    new_state[key] += tf.zeros_like(state[key])
  # Scaled gradients alone would tell the level above nothing new.
  level1_inputs = [hidden] if len(features) == 1 else [hidden, inputs]
  directions, squares = _directions(
      options, theta, outputs, observation, new_state)
  direction_squares = ([direction * direction for direction in directions]
                       if options.max_relative_step else [])
  coordinates = Coordinates(
      new_state, level1_inputs, directions, squares, direction_squares, [])
  return (_skip_zero_gradients(coordinates, grad, state)
          if options.skip_zero_gradients else coordinates)


def _skip_zero_gradients(coordinates, grad, old_state):
  """Undoes the step of coordinates whose gradient is 0."""
  nonzero = tf.not_equal(tf.reshape(grad, [-1]), 0.0)

  def choose(values, others):
    return [selection.select(nonzero, value, other)
            for value, other in zip(values, others)]

  def or_zero(values):
    return choose(values, [tf.zeros_like(value) for value in values])

  keys = sorted(coordinates.state)
  return Coordinates(
      state=dict(zip(keys, choose([coordinates.state[key] for key in keys],
                                  [old_state[key] for key in keys]))),
      level1_inputs=or_zero(coordinates.level1_inputs),
      directions=or_zero(coordinates.directions),
      squares=or_zero(coordinates.squares),
      direction_squares=or_zero(coordinates.direction_squares),
      mask=[tf.cast(tf.expand_dims(nonzero, 1), tf.float32)])


def step_layer(options, theta, level1_inputs, layer, global_state, mask=()):
  """Steps the level of the tensors.

  Args:
    options: `StepOptions`.
    theta: Mapping from names to the values of the meta-parameters.
    level1_inputs: List of float32 [T, k], means of those of `Coordinates`.
    layer: float32 [T, units].
    global_state: List of tensors.
    mask: Empty, or a list with one float32 [T, 1], the mean of that of
      `Coordinates`. Tensors where it is 0 are skipped.

  Returns:
    float32 [T, units].
  """
  inputs = tensor_statistics.masked_means(level1_inputs, mask)
  bias = None
  if global_state:
    bias = rnn_cells.affine(
        global_state[0], theta, "PerTensor/Layer1_RNN/Affine")
  new_layer = options.cells[1](
      inputs[0] if len(inputs) == 1 else tf.concat(inputs, 1), layer,
      theta, "PerTensor/Layer1_RNN/", bias)
  if not mask:
    return new_layer
  return selection.select(
      tf.greater(tf.reshape(mask[0], [-1]), 0.0), new_layer, layer)


def step_global(options, theta, layers, global_state, order=None, mask=()):
  """Steps the level of the whole problem.

  Args:
    options: `StepOptions`.
    theta: Mapping from names to the values of the meta-parameters.
    layers: List of float32 [T, units], new states of the tensors, one a group.
    global_state: List with one float32 [1, units].
    order: See `step`.
    mask: List of float32 [T, 1], see `step_layer`; if all are 0, nothing
      changes.

  Returns:
    The new global state.
  """
  layers = layers[0] if len(layers) == 1 else tf.concat(layers, 0)
  if order is not None:
    layers = tf.gather(layers, order)
  inputs = GLOBAL_INPUTS[options.global_input](layers)
  new_state = options.cells[2](inputs, global_state[0], theta, "Layer2_RNN/")
  if mask:
    any_stepped = tf.reduce_any(tf.greater(tf.concat(list(mask), 0), 0.0), 0)
    new_state = selection.select(any_stepped, new_state, global_state[0])
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
    bias = layout.broadcast(bias)
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


def _directions(options, theta, outputs, observation, new_state):
  """Turns read-outs into directions and squares, see `Coordinates`; adds the
  learning rate to the new state."""
  names = [("update", "GradsToDelta")]
  if "attention" in outputs:
    names.append(("attention", "GradsToAttnDelta"))
  unscaled = []
  for name, shortcut in names:
    value = outputs[name]
    shortcut = theta.get("PerTensor/{}/Matrix".format(shortcut))
    if shortcut is not None:
      value += tf.matmul(observation.scaled, shortcut)
    unscaled.append(value)
  log_rate = observation.log_rate
  if log_rate is None:
    return unscaled, []
  proposed, new_state["log_learning_rate"] = learning_rates.step(
      options, theta, log_rate, outputs["learning_rate"],
      new_state.get("num_steps"))
  scales = [tf.exp(proposed + theta["PerTensor/param_stepsize_offset"]),
            tf.exp(proposed)]
  return ([value * scale for value, scale in zip(unscaled, scales)],
          [value * value for value in unscaled])


def normalized(coordinates, layout, look):
  """Normalizes and limits directions per tensor.

  Args:
    coordinates: `Coordinates`, averaged over tensors.
    layout: `TensorLayout`.
    look: `tensor_statistics.Look`.

  Returns:
    (steps, caps): float32 [P, 1], those of parameters and of attended
    locations; see `tensor_statistics.step_scales`.
  """
  scales, caps = tensor_statistics.step_scales(
      tensor_statistics.masked_means(coordinates.squares, coordinates.mask),
      coordinates.direction_squares, look.limit)
  steps = coordinates.directions
  if look.share is not None:
    scales = [scale * look.share for scale in scales or [1.0] * len(steps)]
  if scales:
    steps = [direction * layout.broadcast(scale)
             for direction, scale in zip(steps, scales)]
  return (steps[0], steps[-1]), caps
