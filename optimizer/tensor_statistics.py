# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a step knows of a tensor as a whole: its size, its gradient's history.

Symbols: T tensors with P coordinates in all; w [P, 1] the parameters, g [P, 1]
the gradient, mean_T(.) the mean over a tensor's coordinates. The size of a
tensor is

  size = sqrt(max(mean_T(w^2), floor^2)).
"""

import collections

import numpy as np
import tensorflow.compat.v1 as tf

from . import selection
from . import step_numbers

HISTORY_KEY = "gradient_history"
UNIT_KEY = "gradient_unit"
KEYS = (HISTORY_KEY, UNIT_KEY)
_HISTORY_WIDTH = 4

_OUTPUT_EPSILON = 1e-16
_FAST_DECAY = 0.9
_SLOW_DECAY = 0.99
# The least normal number of float32.
_LEAST_GRADIENT = np.finfo(np.float32).tiny
# What a tensor's first gradient counts as. Squares are far from the epsilons of
# `gradient_features`, and from infinity, for gradients from 1e-12 to 1e12 times
# the first.
_LOG_OF_FIRST = 20.0 * np.log(2.0)
_MAX_LOG_SCALE = 88.0  # Its exponential is finite.
_ENLARGED = 2.0**24
_MAX_GRADIENT = 1e18
# What is not greater is the log of a gradient that is all 0.
_LOG_OF_NONE = np.log(_LEAST_GRADIENT) + 1e-4
_MAX_TREND = 10.0

View = collections.namedtuple(
    "View", "mean_log_rate, log_size, trend, change, scale")
"""What the coordinates of some tensors know of these.

Attributes:
  mean_log_rate: None or float32 [P or 1, 1], what log learning rates are
    relative to.
  log_size: None or float32 [P or 1, 1], log of the tensor's size.
  trend: None or float32 [P or 1, 1], see `trend_and_change`.
  change: None or float32 [P or 1, 1], see `trend_and_change`.
  scale: None or float32 [P or 1, 1], see `relative_scales`.
"""
View.__new__.__defaults__ = (None,) * len(View._fields)


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


def history_keys(has_history, has_unit):
  """Lists those of `KEYS` that a state has."""
  return [key for key, is_kept in zip(KEYS, (has_history, has_unit))
          if is_kept]


def no_history():
  """The history of one tensor before its first step, [1, 4]."""
  return tf.zeros([1, _HISTORY_WIDTH])


def log_mean_gradient(layout, grad, skip_zeros):
  """Logs of the mean absolute gradients of tensors.

    l = log(max(mean_T(min(|g|, 1e18)), 1.2e-38))

  The mean of absolute values, not of squares, neither overflows nor underflows.

  Args:
    layout: `TensorLayout`.
    grad: g, float32 [P, 1].
    skip_zeros: Whether coordinates whose gradient is 0 do not count.

  Returns:
    l, float32 [T, 1].
  """
  # Shares of the least numbers are numbers too.
  mean = layout.tensor_mean(
      tf.minimum(tf.abs(grad), _MAX_GRADIENT) * _ENLARGED)
  if skip_zeros:
    share = layout.tensor_mean(
        tf.cast(tf.not_equal(grad, 0.0), tf.float32))
    mean /= selection.select(tf.equal(share, 0.0), tf.ones_like(share), share)
  return (tf.math.log(tf.maximum(mean, _ENLARGED * _LEAST_GRADIENT)) -
          np.log(_ENLARGED))


def step_history(log_mean, history, skip_zeros):
  """Advances the history of the tensors' gradients by one step.

  With l of `log_mean_gradient` the history of a tensor is

    fast' = 0.9 fast + 0.1 l,  slow' = 0.99 slow + 0.01 l,  first' = first,

  but all three are l at the first step with a gradient that is not all 0.
  Before that step, and with `skip_zeros` whenever the gradient is all 0, the
  history stays as it is.

  Args:
    log_mean: l, float32 [T, 1].
    history: float32 [T, 4]: fast, slow, first, and 1 if there is any, else 0.
    skip_zeros: Whether a gradient that is all 0 does not count.

  Returns:
    float32 [T, 4].
  """
  counts = tf.greater(log_mean, _LOG_OF_NONE)
  fast, slow, first, begun = tf.split(history, _HISTORY_WIDTH, 1)
  averages = [log_mean + begun * decay * (old - log_mean)
              for old, decay in ((fast, _FAST_DECAY), (slow, _SLOW_DECAY),
                                 (first, 1.0))]
  new = tf.concat(averages + [tf.ones_like(begun)], 1)
  if not skip_zeros:
    counts = tf.logical_or(counts, tf.greater(begun, 0.0))
  return selection.select(tf.reshape(counts, [-1]), new, history)


def relative_scales(log_mean, history, max_relative_gradient):
  """What makes gradients relative to those before them.

  A tensor has the logs of two running means of its mean absolute gradient,
  over about ten steps and a hundred, and the log of the first. With l of
  `log_mean_gradient`, zeros skipped, and k = `max_relative_gradient`,

    l'     = min(l, log k + max(short, long))
    short' = log(0.9 exp(short) + 0.1 exp(l'))
    long'  = log(0.99 exp(long) + 0.01 exp(l'))
    first' = first

  and all are l at the first step with a gradient that is not all 0. Before that
  step, and whenever the gradient is all 0, they do not change. The gradient
  becomes

    g' = g min(2^20 exp(-first' + l' - l), exp(88)).

  So a constant factor of all gradients changes nothing, and one that is a
  million times larger than those before moves averages as one of k times would.
  A gradient that stays large raises the short mean by up to a factor of
  0.9 + 0.1 k a step. Means are of gradients, not of logs: once a net fits most
  of its rows, few minibatches have a gradient worth mentioning, and these must
  not be cut off.

  Args:
    log_mean: l, float32 [T, 1], see `log_mean_gradient`, zeros skipped.
    history: float32 [T, 4]: short, long, first, and the number of steps from
      that of the first on.
    max_relative_gradient: Float.

  Returns:
    (g' / g, new history, jump, fall): float32 [T, 1], [T, 4], and two [T, 1]:
    l - l', and max(long' - short' - 1, 0).
  """
  short, long_, first, count = tf.split(history, _HISTORY_WIDTH, 1)
  begun = tf.minimum(count, 1.0)
  limit = np.log(max_relative_gradient) + tf.maximum(short, long_)
  jump = begun * tf.nn.relu(log_mean - limit)
  limited = log_mean - jump

  def mean_with(old, decay):
    # Relative to the larger, so that no exponential is infinite.
    distance = begun * (old - limited)
    return limited + tf.nn.relu(distance) + tf.math.log(
        decay * tf.exp(tf.minimum(distance, 0.0)) +
        (1.0 - decay) * tf.exp(tf.minimum(-distance, 0.0)))

  means = [mean_with(old, decay)
           for old, decay in ((short, _FAST_DECAY), (long_, _SLOW_DECAY))]
  counts = tf.greater(log_mean, _LOG_OF_NONE)
  logs = selection.select(
      tf.reshape(counts, [-1]),
      tf.concat(means + [limited + begun * (first - limited)], 1),
      history[:, :3])
  new = tf.concat(
      [logs, count + tf.maximum(begun, tf.cast(counts, tf.float32))], 1)
  scale = tf.exp(tf.minimum(
      _LOG_OF_FIRST - new[:, 2:3] - jump, _MAX_LOG_SCALE))
  fall = tf.nn.relu(new[:, 1:2] - new[:, :1] - 1.0)
  return scale, new, jump, fall


def relative_gradient(grad, scale):
  """g' of `relative_scales`, its square finite.

  Args:
    grad: g, float32 tensor.
    scale: float32 tensor that broadcasts to its shape.

  Returns:
    float32 tensor of its shape.
  """
  return tf.clip_by_value(grad * scale, -_MAX_GRADIENT, _MAX_GRADIENT)


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


Look = collections.namedtuple("Look", "view, limit, jump, share, histories")
"""What a step finds out of tensors before their coordinates are stepped.

Attributes:
  view: `View`.
  limit: None or float32 [T, 1], what the root mean square of a step may be at
    the most.
  jump: None or float32 [T, 1], see `relative_scales`.
  share: None or float32 [T, 1], what steps are multiplied with once they have
    been limited; see `look` and `step_numbers.rare_steps`.
  histories: Dict of new histories [T, 4], by `KEYS`.
"""


def look(options, layout, param, grad, state, mean_log_rate):
  """Looks at tensors before their coordinates are stepped.

  With s of `step_numbers.mean_slowness`, f the fall of `relative_scales`, and p
  = `options.gradient_fall_power`, the limit of a tensor's step, by which its
  root mean square is at most, and what it is multiplied with in the end, are

    limit = max_relative_step size sqrt(s),  share = exp(-p (1 - s) f)

  or exp(-p f) without `options.slow_rates_after`.

  Args:
    options: `hierarchical_step.StepOptions`.
    layout: `TensorLayout`.
    param: w, float32 [P, 1]; not looked at if not `options.uses_sizes`.
    grad: g, float32 [P, 1].
    state: Dict, the tensors' state, with their histories, `KEYS`, if they have
      any.
    mean_log_rate: See `View`.

  Returns:
    `Look`.
  """
  limit = log_size = trend = change = scale = jump = share = None
  histories = {}
  slowness = step_numbers.mean_slowness(options, layout, state)
  if options.uses_sizes:
    size = sizes(layout, param, options.rms_floor)
    log_size = layout.broadcast(tf.math.log(size))
    limit = options.max_relative_step * size * tf.sqrt(slowness)
  if HISTORY_KEY in state:
    skip_zeros = options.skip_zero_gradients
    histories[HISTORY_KEY] = step_history(
        log_mean_gradient(layout, grad, skip_zeros), state[HISTORY_KEY],
        skip_zeros)
    trend, change = [layout.broadcast(value)
                     for value in trend_and_change(histories[HISTORY_KEY])]
  if UNIT_KEY in state:
    scale, histories[UNIT_KEY], jump, fall = relative_scales(
        log_mean_gradient(layout, grad, True), state[UNIT_KEY],
        options.max_relative_gradient)
    scale = layout.broadcast(scale)
    if options.gradient_fall_power:
      power = options.gradient_fall_power
      if options.slow_rates_after:
        power *= 1.0 - slowness
      share = tf.exp(-power * fall)
  if options.rare_step_power:
    rare = step_numbers.rare_steps(
        options, layout, grad, state, histories[UNIT_KEY][:, 3:])
    share = rare if share is None else rare * share
  return Look(View(mean_log_rate, log_size, trend, change, scale), limit, jump,
              share, histories)


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


def step_scales(squares, direction_squares, limit):
  """What turns directions into steps: they are normalized, then limited.

  A direction v [P, 1] is a read-out d [P, 1] times its coordinates' learning
  rates. It is divided by the root mean square of the read-out, and scaled down
  where its own would exceed the limit of `look`:

    n = 1 / sqrt(mean_T(d^2) + 1e-16), or 1 without a learning rate
    c = min(1, limit / (n sqrt(mean_T(v^2))))

  A step is n c v.

  Args:
    squares: List of mean_T(d^2), float32 [T, 1], one a direction, or empty
      without a learning rate.
    direction_squares: List of mean_T(v^2), float32 [T, 1], one a direction, or
      empty without a limit.
    limit: float32 [T, 1], or None without a limit.

  Returns:
    (scales, caps): lists of n c and of c, float32 [T, 1], one a direction;
    scales are empty without learning rate and limit, caps without a limit.
  """
  scales = [tf.math.rsqrt(square + _OUTPUT_EPSILON) for square in squares]
  if not direction_squares:
    return scales, []
  norms = scales or [tf.ones_like(limit)] * len(direction_squares)
  # The root is of the maximum, whose derivative is finite for zeros.
  caps = [tf.math.rsqrt(tf.maximum(square * tf.square(norm / limit), 1.0))
          for norm, square in zip(norms, direction_squares)]
  return [norm * cap for norm, cap in zip(norms, caps)], caps
