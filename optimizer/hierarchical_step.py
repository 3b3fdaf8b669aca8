# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""One step of the hierarchical RNN, as a pure function.

(meta-parameters, gradients, state) -> (steps, new state), following section 3
of Wichrowska et al. 2017. The coordinates come in groups, each a
`TensorLayout` of one or more tensors; the groups share the global level and,
if asked for, the mean learning rate.

State of a group with P coordinates and T tensors, all float32: "parameter"
[P, units], "layer" [T, units], "scl_decay", "inp_decay" and
"log_learning_rate" [P, 1], "grad_accum" and "ms" [P, S]. Global state: a list
with one [1, units].
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections

import tensorflow as tf

from . import gradient_features
from . import rnn_cells

MIN_LOG_LEARNING_RATE = -33.0
SCALE_KEYS = ("grad_accum", "ms")

_OUTPUT_EPSILON = 1e-16
_FIXED_SCALE_DECAY = 0.93
_FIXED_INPUT_DECAY = 0.89

GLOBAL_INPUTS = {
    "mean": lambda layers: tf.reduce_mean(layers, 0, keepdims=True),
    "last": lambda layers: layers[-1:],
}

Options = collections.namedtuple(
    "Options", "cells, columns, num_scales, multiple_scale_decays, "
    "problem_rate_mean, max_log_rate, global_input")
"""What distinguishes one hierarchical RNN from another.

Attributes:
  cells: List of `BiasGRUCell`, one a level.
  columns: List of `gradient_features.Column`.
  num_scales: S, the number of momentum timescales.
  multiple_scale_decays: Whether slower timescales scale more slowly too.
  problem_rate_mean: Whether relative rates are relative to the whole problem.
  max_log_rate: Upper bound of a log learning rate.
  global_input: A key of `GLOBAL_INPUTS`.
"""


def step(options, theta, layouts, grads, states, global_state,
         order=None):
  """Computes one step of every coordinate.

  Args:
    options: `Options`.
    theta: Mapping from names to the values of the meta-parameters.
    layouts: List of `TensorLayout`, the groups.
    grads: List of float32 [P, 1], one a group.
    states: List of dicts, one a group.
    global_state: List of tensors.
    order: None, or for every tensor of the problem in turn its place among the
      tensors of all groups.

  Returns:
    (steps, new states, new global state); steps is a list of pairs of float32
    [P, 1]: what to subtract from the parameters to get the new parameters, and
    to get the attended location (the same without attention).
  """
  problem_mean = None
  if options.problem_rate_mean and "log_learning_rate" in states[0]:
    problem_mean = _mean_of_groups(
        [state["log_learning_rate"] for state in states])
  steps, new_states = [], []
  for layout, grad, state in zip(layouts, grads, states):
    group_steps, new_state = _group_step(
        options, theta, layout, grad, state, global_state, problem_mean)
    steps.append(group_steps)
    new_states.append(new_state)
  if global_state:
    layers = [state["layer"] for state in new_states]
    layers = layers[0] if len(layers) == 1 else tf.concat(layers, 0)
    if order is not None:
      layers = tf.gather(layers, order)
    inputs = GLOBAL_INPUTS[options.global_input](layers)
    global_state = [
        options.cells[2](inputs, global_state[0], theta, "Layer2_RNN/")]
  return steps, new_states, global_state


def _group_step(options, theta, layout, grad, state, global_state,
                problem_mean):
  """Steps one group of coordinates; see `step`."""
  averages, observation = _observe(options, layout, grad, state, problem_mean)
  new_state = {"grad_accum": averages, "ms": observation.mean_squares}
  columns = [column.compute(observation) for column in options.columns]
  inputs = columns[0] if len(columns) == 1 else tf.concat(columns, 1)
  hidden = options.cells[0](
      inputs, state["parameter"], theta, "PerTensor/Layer0_RNN/",
      _coordinate_bias(theta, layout, state, global_state))
  new_state["parameter"] = hidden
  if "layer" in state:
    # Scaled gradients alone are no news to the level above.
    seen = [layout.tensor_mean(part) for part in (
        [hidden] if len(columns) == 1 else [hidden, inputs])]
    bias = None
    if global_state:
      bias = rnn_cells.affine(
          global_state[0], theta, "PerTensor/Layer1_RNN/Affine")
    new_state["layer"] = options.cells[1](
        seen[0] if len(seen) == 1 else tf.concat(seen, 1), state["layer"],
        theta, "PerTensor/Layer1_RNN/", bias)
  outputs = _read_out(theta, hidden)
  new_state["scl_decay"] = _decay(theta, outputs, "scl_decay",
                                  _FIXED_SCALE_DECAY)
  new_state["inp_decay"] = _decay(theta, outputs, "inp_decay",
                                  _FIXED_INPUT_DECAY)
  for key in ("scl_decay", "inp_decay"):
    new_state[key] += tf.zeros_like(state[key])
  return _output_step(options, theta, layout, outputs, observation,
                      new_state), new_state


def _mean_of_groups(columns):
  """Mean over all coordinates of all groups, [1, 1]."""
  if len(columns) == 1:
    return tf.reduce_mean(columns[0], axis=0, keepdims=True)
  total = tf.add_n([tf.reduce_sum(column) for column in columns])
  count = sum(column.shape.as_list()[0] for column in columns)
  return tf.reshape(total / max(count, 1), [1, 1])


def _observe(options, layout, grad, state, problem_mean):
  """Updates the moving averages and gathers what the RNN may look at."""
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
  log_rate = state.get("log_learning_rate")
  mean_log_rate = problem_mean
  if log_rate is not None and problem_mean is None:
    mean_log_rate = layout.spread(layout.tensor_mean(log_rate))
  return averages, gradient_features.Observation(
      scaled, mean_squares, log_rate, mean_log_rate)


def _coordinate_bias(theta, layout, state, global_state):
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


def _output_step(options, theta, layout, outputs, observation, new_state):
  """Turns read-outs into steps; adds the learning rate to the new state."""
  scale = attended_scale = None
  log_rate = observation.log_rate
  if log_rate is not None:
    proposed = (log_rate + outputs["learning_rate"] +
                theta["learning_rate_bias"])
    clipped = tf.clip_by_value(
        proposed, MIN_LOG_LEARNING_RATE, options.max_log_rate)
    # The gradient passes as if there were no bounds.
    proposed += tf.stop_gradient(clipped - proposed)
    momentum = tf.sigmoid(theta["PerTensor/learning_rate_momentum_logit"])
    new_state["log_learning_rate"] = (
        proposed + momentum * (log_rate - proposed))
    scale = tf.exp(proposed + theta["PerTensor/param_stepsize_offset"])
    attended_scale = tf.exp(proposed)
  step_of = lambda name, shortcut, factor: _scaled_direction(
      layout, outputs[name], observation.scaled,
      theta.get("PerTensor/{}/Matrix".format(shortcut)), factor)
  change = step_of("update", "GradsToDelta", scale)
  if "attention" not in outputs:
    return change, change
  return change, step_of("attention", "GradsToAttnDelta", attended_scale)


def _scaled_direction(layout, direction, scaled, shortcut, scale):
  """Direction [P, 1], normalized per tensor and scaled if there is a scale."""
  if shortcut is not None:
    direction += tf.matmul(scaled, shortcut)
  if scale is None:
    return direction
  norm = tf.math.rsqrt(
      layout.tensor_mean(direction * direction) + _OUTPUT_EPSILON)
  return direction * layout.spread(norm) * scale
