# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a step knows of a tensor as a whole: its size, its gradient's history.

Symbols: T tensors with P coordinates in all; w [P, 1] the parameters, g [P, 1]
the gradient, mean_T(.) the mean over a tensor's coordinates. The size of a
tensor is

  size = sqrt(max(mean_T(w^2), floor^2)).
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections

import tensorflow as tf

from . import selection

HISTORY_KEY = "gradient_history"
_HISTORY_WIDTH = 4

_OUTPUT_EPSILON = 1e-16
_FAST_DECAY = 0.9
_SLOW_DECAY = 0.99
_LEAST_GRADIENT = 1e-30
_MAX_TREND = 10.0

View = collections.namedtuple("View", "mean_log_rate, log_size, trend, change")
"""What the coordinates of some tensors know of these.

Attributes:
  mean_log_rate: None or float32 [P or 1, 1], what log learning rates are
    relative to.
  log_size: None or float32 [P or 1, 1], log of the tensor's size.
  trend: None or float32 [P or 1, 1], see `trend_and_change`.
  change: None or float32 [P or 1, 1], see `trend_and_change`.
"""
View.__new__.__defaults__ = (None,) * len(View._fields)


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


def sizes(layout, param, floor):
  """Sizes of tensors.

  Args:
    layout: `TensorLayout`.
    param: w, float32 [P, 1].
    floor: Float, what a tensor's root mean square counts as at least.

  Returns:
    float32 [T, 1].
  """
  # The root is of the maximum, whose derivative is finite for zeros.
  return tf.sqrt(tf.maximum(layout.tensor_mean(param * param), floor**2))


def no_history():
  """The history of one tensor before its first step, [1, 4]."""
  return tf.zeros([1, _HISTORY_WIDTH])


def step_history(layout, grad, history, skip_zeros):
  """Advances the history of the tensors' gradients by one step.

  With l = log(max(mean_T(|g|), 1e-30)), where with `skip_zeros` the mean is
  over coordinates whose gradient is not 0, the history of a tensor is

    fast' = 0.9 fast + 0.1 l,  slow' = 0.99 slow + 0.01 l,  first' = first,

  but all three are l at the first step with a gradient that is not all 0.
  Before that step, and with `skip_zeros` whenever the gradient is all 0, the
  history stays as it is. The mean of absolute values, not of squares, neither
  overflows nor underflows.

  Args:
    layout: `TensorLayout`.
    grad: g, float32 [P, 1].
    history: float32 [T, 4]: fast, slow, first, and 1 if there is any, else 0.
    skip_zeros: Whether coordinates whose gradient is 0 do not count.

  Returns:
    float32 [T, 4].
  """
  mean = layout.tensor_mean(tf.abs(grad))
  if skip_zeros:
    share = layout.tensor_mean(
        tf.cast(tf.not_equal(grad, 0.0), tf.float32))
    mean /= selection.select(tf.equal(share, 0.0), tf.ones_like(share), share)
  log_mean = tf.math.log(tf.maximum(mean, _LEAST_GRADIENT))
  fast, slow, first, begun = tf.split(history, _HISTORY_WIDTH, 1)
  averages = [log_mean + begun * decay * (old - log_mean)
              for old, decay in ((fast, _FAST_DECAY), (slow, _SLOW_DECAY),
                                 (first, 1.0))]
  new = tf.concat(averages + [tf.ones_like(begun)], 1)
  counts = tf.greater(mean, 0.0)
  if not skip_zeros:
    counts = tf.logical_or(counts, tf.greater(begun, 0.0))
  return selection.select(tf.reshape(counts, [-1]), new, history)


def trend_and_change(history):
  """How the gradient has changed lately, and since the start.

    trend = fast - slow,  change = fast - first,

  both clipped to [-10, 10]: logarithms of ratios.

  Args:
    history: float32 [T, 4].

  Returns:
    Pair of float32 [T, 1].
  """
  fast, slow, first, _ = tf.split(history, _HISTORY_WIDTH, 1)
  return [tf.clip_by_value(fast - other, -_MAX_TREND, _MAX_TREND)
          for other in (slow, first)]


def view(options, layout, param, grad, state, mean_log_rate):
  """Looks at tensors before their coordinates are stepped.

  Args:
    options: `hierarchical_step.StepOptions`.
    layout: `TensorLayout`.
    param: w, float32 [P, 1]; not looked at if not `options.uses_sizes`.
    grad: g, float32 [P, 1].
    state: Dict with the tensors' "gradient_history", if they have any.
    mean_log_rate: See `View`.

  Returns:
    (`View`, sizes [T, 1] or None, new history [T, 4] or None).
  """
  size = history = log_size = trend = change = None
  if options.uses_sizes:
    size = sizes(layout, param, options.rms_floor)
    log_size = layout.broadcast(tf.math.log(size))
  if HISTORY_KEY in state:
    history = step_history(
        layout, grad, state[HISTORY_KEY], options.skip_zero_gradients)
    trend, change = [layout.broadcast(value)
                     for value in trend_and_change(history)]
  return View(mean_log_rate, log_size, trend, change), size, history


def masked_means(means, mask):
  """Means over coordinates that are not skipped, which count as 0 in `means`.

  Args:
    means: List of float32 [T, k], means over all coordinates.
    mask: Empty, or a list with one float32 [T, 1], the share of those that are
      not skipped.

  Returns:
    List of float32 [T, k].
  """
  if not mask:
    return means
  share = selection.select(
      tf.equal(mask[0], 0.0), tf.ones_like(mask[0]), mask[0])
  return [mean / share for mean in means]


def step_scales(squares, direction_squares, size, max_relative_step):
  """What turns directions into steps: they are normalized, then capped.

  A direction v [P, 1] is a read-out d [P, 1] times its coordinates' learning
  rates. It is divided by the root mean square of the read-out, and scaled down
  where its own would exceed the tensor's size times `max_relative_step`:

    n = 1 / sqrt(mean_T(d^2) + 1e-16), or 1 without a learning rate
    scale = n min(1, max_relative_step size / (n sqrt(mean_T(v^2))))

  Args:
    squares: List of mean_T(d^2), float32 [T, 1], one a direction, or empty
      without a learning rate.
    direction_squares: List of mean_T(v^2), float32 [T, 1], one a direction, or
      empty without a cap.
    size: float32 [T, 1], or None without a cap.
    max_relative_step: Float.

  Returns:
    List of float32 [T, 1], one a direction; empty without learning rate and
    cap.
  """
  scales = [tf.math.rsqrt(square + _OUTPUT_EPSILON) for square in squares]
  if not direction_squares:
    return scales
  norms = scales or [tf.ones_like(size)] * len(direction_squares)
  # The root is of the maximum, whose derivative is finite for zeros.
  return [norm * tf.math.rsqrt(tf.maximum(
      square * tf.square(norm / (max_relative_step * size)), 1.0))
          for norm, square in zip(norms, direction_squares)]
