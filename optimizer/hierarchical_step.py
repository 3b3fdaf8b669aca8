# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""One step of the hierarchical RNN, as a pure function.

(meta-parameters, gradients, state) -> (steps, new state), following section 3
of Wichrowska et al. 2017. The coordinates come in groups, each a
`TensorLayout` of one or more tensors; the groups share the global level and,
if asked for, the mean learning rate.

State of a group with P coordinates and T tensors, all float32: "parameter"
[P, units], "layer" [T, units], "scl_decay", "inp_decay" and
"log_learning_rate" [P, 1], "grad_accum" and "ms" [P, S], and what
`stabilizers` declare.
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
from .stabilizers import gradient_history
from .stabilizers import stabilizer
from .stabilizers import step_limit

SCALE_KEYS = ("grad_accum", "ms")
_OUTPUT_EPSILON = 1e-16
_FIXED_SCALE_DECAY = 0.93
_FIXED_INPUT_DECAY = 0.89

GLOBAL_INPUTS = {
    "mean": lambda layers: tf.reduce_mean(layers, 0, keepdims=True),
    "last": lambda layers: layers[-1:],
}

StepOptions = collections.namedtuple(
    "StepOptions", "cells, features, num_scales, multiple_scale_decays, "
    "problem_rate_mean, max_log_rate, global_input, skip_zero_gradients, "
    "stabilizers")
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
  stabilizers: Tuple of `stabilizer.Stabilizer`; without any, this is the step
    of 2017.
"""

Coordinates = collections.namedtuple(
    "Coordinates",
    "state, level1_inputs, directions, squares, direction_squares, mask")
"""What a step makes of some coordinates, before means over tensors are used.

Attributes:
  state: Dict, the new state but for `tensor_keys`.
  level1_inputs: List of float32 [P, k], whose means over tensors are the input
    of level 1.
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

TensorContext = collections.namedtuple(
    "TensorContext", "mean_log_rate, gradient_scale")
"""What the coordinates of some tensors get from these.

Attributes:
  mean_log_rate: None or float32 [P or 1, 1], what log learning rates are
    relative to.
  gradient_scale: None or float32 [P or 1, 1], what gradients are multiplied
    with.
"""

Group = collections.namedtuple("Group", "steps, state, mask")
"""A step of a group of T tensors with P coordinates in all.

Attributes:
  steps: Pair of float32 [P, 1]: what to subtract from the parameters to get
    the new parameters, and to get the attended location (the same without
    attention).
  state: Dict, new state of the group.
  mask: List, see `step_layer`.
"""


def tensor_keys(options):
  """Tuple of the keys of a state that have a row for each tensor."""
  return ("layer",) + tuple(
      stabilizer.joined(options.stabilizers, "tensor_state"))


def measured(options, param, state):
  """What stabilizers are given the means of: dict of float32 [P, 1].

  Args:
    options: `StepOptions`.
    param: float32 [P, 1], or None if not `uses_parameters`.
    state: Mapping, the state of the elements.
  """
  return {name: measure(param, state) for name, measure in stabilizer.joined(
      options.stabilizers, "measured").items()}


def element_sums(options, param, state):
  """What a step of some rows of a tensor needs of all of them.

  Args:
    options: `StepOptions`.
    param: float32 [P, 1].
    state: Mapping, the state of the elements.

  Returns:
    Dict of float64 scalars, see `RowsLayout.others`.
  """
  columns = measured(options, param, state)
  log_rate = state.get(learning_rates.KEY)
  if log_rate is not None:
    columns[learning_rates.KEY] = log_rate
  sums = {name: tf.reduce_sum(tf.cast(column, tf.float64))
          for name, column in columns.items()}
  return dict(sums, count=tf.cast(tf.size(param), tf.float64))


def uses_parameters(options):
  """Whether a step needs the values of the parameters."""
  return any(each.uses_parameters for each in options.stabilizers)


def step(options, theta, layouts, params, grads, states, global_state,
         order=None, run_group=None):
  """Computes one step of every coordinate.

  Args:
    options: `StepOptions`.
    theta: Mapping from names to the values of the meta-parameters.
    layouts: List of `TensorLayout`, the groups.
    params: List of float32 [P, 1], one a group, or of None if not
      `uses_parameters`.
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
    param: float32 [P, 1], or None if not `uses_parameters`.
    grad: float32 [P, 1].
    state: Dict, the group's state.
    global_state: List of tensors.
    mean_log_rate: See `TensorContext`.
    run_rows: None, or what to call for `step_coordinates` without `options,
      theta`; it returns `Coordinates` averaged over tensors.

  Returns:
    `Group`.
  """
  means = {
      name: layout.complete_mean(layout.tensor_mean(column), name)
      for name, column in measured(options, param, state).items()}
  controls, tensor_state = stabilizer.before(
      options.stabilizers, stabilizer.Tensors(layout, grad, means), state)
  context = TensorContext(
      mean_log_rate, None if controls.gradient_scale is None else
      layout.broadcast(controls.gradient_scale))
  bias = coordinate_bias(theta, layout, state, global_state)
  rows = state_spec.without(state, tensor_keys(options))
  coordinates = (
      run_rows(grad, rows, bias, context) if run_rows else average(
          step_coordinates(options, theta, grad, rows, bias, context),
          layout))
  new_state = dict(coordinates.state, **tensor_state)
  if "layer" in state:
    new_state["layer"] = step_layer(
        options, theta, coordinates.level1_inputs, state["layer"], global_state,
        coordinates.mask)
  steps, cap = normalized(coordinates, layout, controls)
  shift = stabilizer.rate_shift(options.stabilizers, controls, cap)
  if shift is not None:
    new_state["log_learning_rate"] = learning_rates.shifted(
        layout, new_state["log_learning_rate"], grad, shift,
        options.skip_zero_gradients)
  return Group(steps, new_state, coordinates.mask)


def average(coordinates, layout):
  """`Coordinates` with means over tensors, [T, k], of what is `AVERAGED`."""
  return coordinates._replace(**{
      name: [layout.tensor_mean(part) for part in getattr(coordinates, name)]
      for name in AVERAGED})


def step_coordinates(options, theta, grad, state, bias, context):
  """Steps the lowest level of some coordinates.

  Args:
    options: `StepOptions`.
    theta: Mapping from names to the values of the meta-parameters.
    grad: float32 [P, 1].
    state: Dict, their state; `tensor_keys` are not used.
    bias: None or float32 [P or 1, 3 units]: `coordinate_bias`.
    context: `TensorContext` of their tensors.

  Returns:
    `Coordinates`.
  """
  averages, observation = _observe(options, grad, state, context)
  new_state = {"grad_accum": averages, "ms": observation.mean_squares}
  features = [feature.compute(observation) for feature in options.features]
  inputs = features[0] if len(features) == 1 else tf.concat(features, 1)
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
  # Scaled gradients alone would tell the level above nothing new.
  level1_inputs = [hidden] if len(features) == 1 else [hidden, inputs]
  directions, squares = _directions(
      options, theta, outputs, observation, state, new_state)
  direction_squares = ([direction * direction for direction in directions]
                       if any(each.limits_steps for each in
                              options.stabilizers) else [])
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
  inputs = masked_means(level1_inputs, mask)
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


def _observe(options, grad, state, context):
  """Updates the moving averages and gathers what features are made of."""
  if context.gradient_scale is not None:
    grad = gradient_history.relative_gradient(grad, context.gradient_scale)
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
      scaled, mean_squares, state.get("log_learning_rate"),
      context.mean_log_rate)


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


def _directions(options, theta, outputs, observation, state, new_state):
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
  change, changed = stabilizer.rate_change(
      options.stabilizers,
      outputs["learning_rate"] + theta["learning_rate_bias"], state)
  new_state.update(changed)
  proposed, new_state["log_learning_rate"] = learning_rates.step(
      theta, log_rate, change, options.max_log_rate)
  scales = [tf.exp(proposed + theta["PerTensor/param_stepsize_offset"]),
            tf.exp(proposed)]
  return ([value * scale for value, scale in zip(unscaled, scales)],
          [value * value for value in unscaled])


def masked_means(means, mask):
  """Means over coordinates that are not skipped, which count as 0 in `means`.

  Args:
    means: List of float32 [T, k], means over all coordinates.
    mask: Empty, or a list with one float32 [T, 1], the fraction of those that
      are not skipped.

  Returns:
    List of float32 [T, k].
  """
  if not mask:
    return means
  fraction = selection.select(
      tf.equal(mask[0], 0.0), tf.ones_like(mask[0]), mask[0])
  return [mean / fraction for mean in means]


def normalized(coordinates, layout, controls):
  """Normalizes directions per tensor, as `controls` say.

  A direction v [P, 1] is a read-out d [P, 1] times its coordinates' learning
  rates. It is divided by the root mean square of the read-out; a step is

    v / sqrt(mean_T(d^2) + 1e-16), or v without a learning rate,

  limited to `controls.step_limit` and multiplied with `controls.step_scale`,
  where there are any.

  Args:
    coordinates: `Coordinates`, averaged over tensors.
    layout: `TensorLayout`.
    controls: `stabilizer.Controls`.

  Returns:
    (steps, cap): pair of float32 [P, 1], those of parameters and of attended
    locations; and float32 [T, 1], what the former were multiplied with to limit
    them, or None.
  """
  scales = [
      tf.math.rsqrt(square + _OUTPUT_EPSILON)
      for square in masked_means(coordinates.squares, coordinates.mask)]
  steps, cap, limit = coordinates.directions, None, controls.step_limit
  if limit is not None:
    scales = scales or [tf.ones_like(limit)] * len(steps)
    squares = coordinates.direction_squares
    caps = step_limit.caps(
        scales, [layout.complete_mean(square) for square in squares],
        masked_means(squares, coordinates.mask), limit, controls.least_step)
    scales = [scale * each for scale, each in zip(scales, caps)]
    cap = caps[0]
  if controls.step_scale is not None:
    scales = [scale * controls.step_scale
              for scale in scales or [1.0] * len(steps)]
  if scales:
    steps = [direction * layout.broadcast(scale)
             for direction, scale in zip(steps, scales)]
  return (steps[0], steps[-1]), cap
