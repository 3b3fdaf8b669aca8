# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The learning rates of the hierarchical RNN, one a coordinate.

Symbols: T tensors with P coordinates in all. States hold logarithms.
"""

import numpy as np
import tensorflow.compat.v1 as tf

from . import selection

MIN_LOG_LEARNING_RATE = -33.0
"""The least log learning rate, in float32's range with room to spare."""

# What a jump counts as at most: one spike says little about rates.
_MAX_JUMP = np.log(10.0)


def initial(draw, size, rates, max_log_rate, log_size=None):
  """Where learning rates start.

  Args:
    draw: Function of a shape and two bounds, draws uniform numbers.
    size: Integer, P.
    rates: Pair of floats, the bounds of the rates.
    max_log_rate: Float.
    log_size: None, or a float32 scalar tensor that is added.

  Returns:
    float32 [P, 1].
  """
  low, high = [np.log(rate) for rate in rates]
  if low < high:
    log_rate = (draw([size, 1], low / 2, high / 2) +
                draw([1, 1], low / 2, high / 2))
  else:
    log_rate = tf.fill([size, 1], np.float32(low))
  if log_size is not None:
    log_rate += log_size
  elif low == high or (MIN_LOG_LEARNING_RATE < low and high < max_log_rate):
    return log_rate
  return tf.clip_by_value(log_rate, MIN_LOG_LEARNING_RATE, max_log_rate)


def mean_log_rates(layouts, states, over_problem):
  """What log learning rates are relative to.

  Args:
    layouts: List of `TensorLayout`, one a group of tensors.
    states: List of dicts with the "log_learning_rate", if there is one.
    over_problem: Whether the mean is over all tensors, not over each.

  Returns:
    List, one a group, of float32 [P or 1, 1], or of None without rates.
  """
  if "log_learning_rate" not in states[0]:
    return [None] * len(states)
  columns = [state["log_learning_rate"] for state in states]
  if over_problem:
    return [_mean_of_groups(columns)] * len(states)
  return [layout.broadcast(layout.tensor_mean(column))
          for layout, column in zip(layouts, columns)]


def _mean_of_groups(columns):
  """Mean over all coordinates of all groups, [1, 1]."""
  if len(columns) == 1:
    return tf.reduce_mean(columns[0], axis=0, keepdims=True)
  total = tf.add_n([tf.reduce_sum(column) for column in columns])
  count = sum(column.shape.as_list()[0] for column in columns)
  return tf.reshape(total / max(count, 1), [1, 1])


def step(options, theta, log_rate, read_out, num_steps):
  """Moves learning rates as the RNN says.

  With r the log learning rate, c the read-out and b its bias, n =
  `options.slow_rates_after`, q = `options.slow_rates_power`, m the sigmoid of
  the meta-parameter learning_rate_momentum_logit, in a coordinate's t-th step

    r~ = clip(r + min(1, n / t)^q (c + b), -33, `options.max_log_rate`)
    r' = r~ + m (r - r~)

  and without `slow_rates_after` n is infinite. The steps are made with r~.
  Where c is constant a rate falls exponentially up to step n. With q = 1 it
  falls like a power of t from there on, so that no length of a run is built in;
  with q < 1 like exp(-a t^(1 - q)) for some a.

  Args:
    options: `hierarchical_step.StepOptions`.
    theta: Mapping from names to the values of the meta-parameters.
    log_rate: r, float32 [P, 1].
    read_out: c, float32 [P, 1].
    num_steps: t, float32 [P, 1]; None without `options.slow_rates_after`.

  Returns:
    (r~, r'), float32 [P, 1].
  """
  change = read_out + theta["learning_rate_bias"]
  if options.slow_rates_after:
    slowness = tf.minimum(options.slow_rates_after / num_steps, 1.0)
    change *= (slowness if options.slow_rates_power == 1.0
               else tf.pow(slowness, options.slow_rates_power))
  proposed = log_rate + change
  clipped = tf.clip_by_value(
      proposed, MIN_LOG_LEARNING_RATE, options.max_log_rate)
  # The gradient passes as if there were no bounds.
  proposed += tf.stop_gradient(clipped - proposed)
  momentum = tf.sigmoid(theta["PerTensor/learning_rate_momentum_logit"])
  return proposed, proposed + momentum * (log_rate - proposed)


def are_lowered(options):
  """Whether options ask for `lowered_rates`."""
  return bool(options.max_step_excess or options.gradient_jump_power)


def lowered_rates(options, layout, log_rate, grad, cap, jump):
  """Lowers learning rates that are too high.

  Where a cap c scales a step down to less than 1 / `max_step_excess`, and where
  a gradient is e^j times what `max_relative_gradient` allows,

    log_rate' = log_rate + log(c max_step_excess),
    log_rate' = log_rate - `gradient_jump_power` min(j, log 10).

  Otherwise rates would go on rising while the cap leaves them without effect,
  and steps would stay at the cap for long after the RNN begins to lower them. A
  gradient that jumps up says that steps lead too far.

  Args:
    options: `hierarchical_step.StepOptions`.
    layout: `TensorLayout`.
    log_rate: float32 [P, 1].
    grad: float32 [P, 1].
    cap: c, float32 [T, 1], at most 1; None without `options.max_step_excess`.
    jump: j, float32 [T, 1], at least 0; None without
      `options.gradient_jump_power`.

  Returns:
    The new log learning rates, float32 [P, 1].
  """
  changes = []
  if options.max_step_excess:
    # Broadcasting may multiply with zeros, so that logs have to be finite.
    changes.append(tf.math.log(tf.clip_by_value(
        options.max_step_excess * cap, np.finfo(np.float32).tiny, 1.0)))
  if options.gradient_jump_power:
    changes.append(
        -options.gradient_jump_power * tf.minimum(jump, _MAX_JUMP))
  lowered = tf.maximum(log_rate + layout.broadcast(sum(changes)),
                       MIN_LOG_LEARNING_RATE)
  if not options.skip_zero_gradients:
    return lowered
  return selection.select(
      tf.not_equal(tf.reshape(grad, [-1]), 0.0), lowered, log_rate)
