# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Gradients relative to those before them."""

import numpy as np
import tensorflow.compat.v1 as tf

from .. import arguments
from .. import selection
from . import rate_decay
from . import stabilizer

KEY = "gradient_history"
WIDTH = 4

SHORT_DECAY = 0.9
LONG_DECAY = 0.99
# The least normal number of float32.
LEAST_GRADIENT = float(np.finfo(np.float32).tiny)
MAX_GRADIENT = 1e18
# What a tensor's first gradient counts as. Squares are far from the epsilons of
# `gradient_features`, and from infinity, for gradients from 1e-12 to 1e12 times
# the first.
LOG_OF_FIRST = 20.0 * np.log(2.0)
MAX_LOG_SCALE = 88.0  # Its exponential is finite.
# What a spike counts as at most: one says little about rates.
MAX_SPIKE = np.log(10.0)
_ENLARGED = 2.0**24
# What is not greater is the log of a gradient that is all 0.
_LOG_OF_NONE = np.log(LEAST_GRADIENT) + 1e-4


class GradientHistory(stabilizer.Stabilizer):
  """Takes gradients relative to those before, and limits what they may be.

  A tensor has the logs of two running means of its mean absolute gradient,
  over about ten steps and a hundred, and the log of the first. With l of
  `log_mean_gradient` and k = `limit`,

    spike  = max(0, l - log k - max(short, long))
    l'     = l - spike
    short' = log(0.9 exp(short) + 0.1 exp(l'))
    long'  = log(0.99 exp(long) + 0.01 exp(l'))
    first' = first

  and all are l at the first step with a gradient that is not all 0. Before that
  step, and whenever the gradient is all 0, they do not change. The gradient
  becomes

    g' = g min(2^20 exp(-first' - spike), exp(88)).

  So a constant factor of all gradients changes nothing, down to the least
  normal numbers, and a gradient that is a million times larger than those
  before moves averages as one of k times would. One that stays large raises the
  short mean by up to a factor of 0.9 + 0.1 k a step. Means are of gradients,
  not of logs: once a net fits most of its rows, few minibatches have a gradient
  worth mentioning, and these must not be cut off.

  With a = `spike_power` learning rates are divided by min(exp(spike), 10)^a: a
  gradient that jumps up says that steps lead too far. With p = `decay_power`
  steps are multiplied with

    exp(-p (1 - rate_decay) max(long' - short' - 1, 0)),

  `rate_decay` of `Controls` or else 0. Otherwise normalized steps are as long
  where gradients vanish as before.
  """

  name = KEY
  tensor_state = {KEY: WIDTH}
  kinds = {
      "limit": arguments.number("a number above 1",
                                lambda value: 1.0 < value < 1e15),
      "spike_power": arguments.number("a number from 0",
                                      lambda value: value >= 0.0),
      "decay_power": arguments.number("a number from 0",
                                      lambda value: value >= 0.0)}
  follows = (rate_decay.RateDecay,)

  def __init__(self, limit=5.0, spike_power=0.0, decay_power=0.0):
    """Takes k, a and p."""
    self._set(locals())

  @property
  def shifts_rates(self):
    """See `Stabilizer`."""
    return bool(self.spike_power)

  def needed_options(self):
    """See `Stabilizer`."""
    return ("dynamic_output_scale",) if self.spike_power else ()

  def before(self, tensors, state, controls):
    """See `Stabilizer`."""
    scale, history, spike, fall = relative_scales(
        log_mean_gradient(tensors.layout, tensors.grad), state[KEY], self.limit)
    controls = controls._replace(
        gradient_scale=scale, spike=spike, num_steps=history[:, 3:])
    if self.decay_power:
      power = self.decay_power
      if controls.rate_decay is not None:
        power *= 1.0 - controls.rate_decay
      controls = stabilizer.scaled(controls, tf.exp(-power * fall))
    return controls, {KEY: history}

  def rate_shift(self, controls, cap):
    """See `Stabilizer`."""
    return -self.spike_power * tf.minimum(controls.spike, MAX_SPIKE)


def log_mean_gradient(layout, grad):
  """Logs of the mean absolute gradients of tensors, over what is not 0.

    l = log(max(mean_T(min(|g|, 1e18)), 1.2e-38))

  The mean of absolute values, not of squares, neither overflows nor underflows.

  Args:
    layout: `TensorLayout`.
    grad: g, float32 [P, 1].

  Returns:
    l, float32 [T, 1].
  """
  # Fractions of the least numbers are numbers too.
  mean = layout.tensor_mean(
      tf.minimum(tf.abs(grad), MAX_GRADIENT) * _ENLARGED)
  fraction = layout.tensor_mean(
      tf.cast(tf.not_equal(grad, 0.0), tf.float32))
  mean /= selection.select(
      tf.equal(fraction, 0.0), tf.ones_like(fraction), fraction)
  return (tf.math.log(tf.maximum(mean, _ENLARGED * LEAST_GRADIENT)) -
          np.log(_ENLARGED))


def relative_scales(log_mean, history, limit):
  """What makes gradients relative; see `GradientHistory`.

  Args:
    log_mean: l, float32 [T, 1].
    history: float32 [T, 4]: short, long, first, and the number of steps from
      that of the first on.
    limit: Float.

  Returns:
    (g' / g, new history, spike, fall): float32 [T, 1], [T, 4], and two [T, 1],
    of which the last is max(long' - short' - 1, 0).
  """
  short, long_, first, count = tf.split(history, WIDTH, 1)
  begun = tf.minimum(count, 1.0)
  most = np.log(limit) + tf.maximum(short, long_)
  spike = begun * tf.nn.relu(log_mean - most)
  limited = log_mean - spike

  def mean_with(old, decay):
    # Relative to the larger, so that no exponential is infinite.
    distance = begun * (old - limited)
    return limited + tf.nn.relu(distance) + tf.math.log(
        decay * tf.exp(tf.minimum(distance, 0.0)) +
        (1.0 - decay) * tf.exp(tf.minimum(-distance, 0.0)))

  means = [mean_with(old, decay)
           for old, decay in ((short, SHORT_DECAY), (long_, LONG_DECAY))]
  counts = tf.greater(log_mean, _LOG_OF_NONE)
  logs = selection.select(
      tf.reshape(counts, [-1]),
      tf.concat(means + [limited + begun * (first - limited)], 1),
      history[:, :3])
  new = tf.concat(
      [logs, count + tf.maximum(begun, tf.cast(counts, tf.float32))], 1)
  scale = tf.exp(tf.minimum(
      LOG_OF_FIRST - new[:, 2:3] - spike, MAX_LOG_SCALE))
  fall = tf.nn.relu(new[:, 1:2] - new[:, :1] - 1.0)
  return scale, new, spike, fall


def relative_gradient(grad, scale):
  """g' of `GradientHistory`, its square finite.

  Args:
    grad: g, float32 tensor.
    scale: float32 tensor that broadcasts to its shape.

  Returns:
    float32 tensor of its shape.
  """
  return tf.clip_by_value(grad * scale, -MAX_GRADIENT, MAX_GRADIENT)
