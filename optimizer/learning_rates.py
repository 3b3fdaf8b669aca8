# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The learning rates of the hierarchical RNN, one a coordinate.

Symbols: T tensors with P coordinates in all. States hold logarithms.
"""

import numpy as np
import tensorflow.compat.v1 as tf

from . import selection

KEY = "log_learning_rate"
"""Their key in a state."""

MIN_LOG_LEARNING_RATE = -33.0
"""The least log learning rate, in float32's range with room to spare."""


def initial(draw, size, rates, max_log_rate):
  """Where learning rates start.

  Args:
    draw: Function of a shape and two bounds, draws uniform numbers.
    size: Integer, P.
    rates: Pair of floats, the bounds of the rates.
    max_log_rate: Float.

  Returns:
    float32 [P, 1].
  """
  low, high = [np.log(rate) for rate in rates]
  if low < high:
    log_rate = (draw([size, 1], low / 2, high / 2) +
                draw([1, 1], low / 2, high / 2))
  else:
    log_rate = tf.fill([size, 1], np.float32(low))
  if low == high or (MIN_LOG_LEARNING_RATE < low and high < max_log_rate):
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
  if KEY not in states[0]:
    return [None] * len(states)
  columns = [state[KEY] for state in states]
  if over_problem:
    return [_mean_of_groups(layouts, columns)] * len(states)
  return [layout.broadcast(layout.complete_mean(
      layout.tensor_mean(column), KEY))
          for layout, column in zip(layouts, columns)]


def _mean_of_groups(layouts, columns):
  """Mean over all elements of all groups, [1, 1]."""
  if len(columns) == 1 and not layouts[0].others:
    return tf.reduce_mean(columns[0], axis=0, keepdims=True)
  total = tf.add_n([layout.complete_sum(column, KEY)
                    for layout, column in zip(layouts, columns)])
  count = tf.cast(sum(layout.num_elements for layout in layouts), tf.float32)
  return tf.reshape(total / tf.maximum(count, 1.0), [1, 1])


def step(theta, log_rate, change, max_log_rate):
  """Moves learning rates as the RNN says.

  With r the log learning rate, c its change, and m the sigmoid of the
  meta-parameter learning_rate_momentum_logit,

    r~ = clip(r + c, -33, `max_log_rate`)
    r' = r~ + m (r - r~).

  The steps are made with r~.

  Args:
    theta: Mapping from names to the values of the meta-parameters.
    log_rate: r, float32 [P, 1].
    change: c, float32 [P, 1].
    max_log_rate: Float.

  Returns:
    (r~, r'), float32 [P, 1].
  """
  proposed = log_rate + change
  clipped = tf.clip_by_value(
      proposed, MIN_LOG_LEARNING_RATE, max_log_rate)
  # The gradient passes as if there were no bounds.
  proposed += tf.stop_gradient(clipped - proposed)
  momentum = tf.sigmoid(theta["PerTensor/learning_rate_momentum_logit"])
  return proposed, proposed + momentum * (log_rate - proposed)


def shifted(layout, log_rate, grad, shift, skip_zero_gradients):
  """Shifts learning rates by a number for each tensor.

  Args:
    layout: `TensorLayout`.
    log_rate: float32 [P, 1].
    grad: float32 [P, 1].
    shift: float32 [T, 1].
    skip_zero_gradients: Whether coordinates whose gradient is 0 are left out.

  Returns:
    The new log learning rates, float32 [P, 1].
  """
  new = tf.maximum(log_rate + layout.broadcast(shift), MIN_LOG_LEARNING_RATE)
  if not skip_zero_gradients:
    return new
  return selection.select(
      tf.not_equal(tf.reshape(grad, [-1]), 0.0), new, log_rate)
