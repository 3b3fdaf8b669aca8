# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The learning rates of the hierarchical RNN, one a coordinate.

Symbols: T tensors with P coordinates in all. States hold logarithms.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import numpy as np
import tensorflow as tf

from . import selection

MIN_LOG_LEARNING_RATE = -33.0
"""The least log learning rate, in float32's range with room to spare."""


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
  `options.slow_rates_after`, m the sigmoid of the meta-parameter
  learning_rate_momentum_logit, in a coordinate's t-th step

    r~ = clip(r + min(1, n / t) (c + b), -33, `options.max_log_rate`)
    r' = r~ + m (r - r~)

  and without `slow_rates_after` n is infinite. The steps are made with r~.
  Where c is constant a rate falls exponentially up to step n, and like a power
  of t from there on, so that no length of a run is built in.

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
    change *= tf.minimum(options.slow_rates_after / num_steps, 1.0)
  proposed = log_rate + change
  clipped = tf.clip_by_value(
      proposed, MIN_LOG_LEARNING_RATE, options.max_log_rate)
  # The gradient passes as if there were no bounds.
  proposed += tf.stop_gradient(clipped - proposed)
  momentum = tf.sigmoid(theta["PerTensor/learning_rate_momentum_logit"])
  return proposed, proposed + momentum * (log_rate - proposed)


def lowered_rates(options, layout, log_rate, grad, cap):
  """Lowers learning rates that ask for steps far beyond the limit.

  Where a cap c scales a step down to less than 1 / `max_step_excess`,

    log_rate' = log_rate + log(c max_step_excess).

  Otherwise rates would go on rising while the cap leaves them without effect,
  and steps would stay at the cap for long after the RNN begins to lower them.

  Args:
    options: `hierarchical_step.StepOptions`.
    layout: `TensorLayout`.
    log_rate: float32 [P, 1].
    grad: float32 [P, 1].
    cap: What steps are scaled with, float32 [T, 1], at most 1.

  Returns:
    The new log learning rates, float32 [P, 1].
  """
  # Broadcasting may multiply with zeros, so that logs have to be finite.
  change = tf.math.log(tf.clip_by_value(
      options.max_step_excess * cap, np.finfo(np.float32).tiny, 1.0))
  lowered = tf.maximum(
      log_rate + layout.broadcast(change), MIN_LOG_LEARNING_RATE)
  if not options.skip_zero_gradients:
    return lowered
  return selection.select(
      tf.not_equal(tf.reshape(grad, [-1]), 0.0), lowered, log_rate)
