# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The inputs of a learned optimizer, made of a gradient.

Symbols, as in Wichrowska et al. 2017, section 3.3: P coordinates; S
timescales; g [P, 1] the gradient; a [P, S] its exponential averages; m [P, S]
the mean squares of those; d and s the decays of the two.
"""

import collections

import numpy as np
import tensorflow.compat.v1 as tf

from . import selection

_MEAN_SQUARE_FLOOR = 1e-12
_SCALE_EPSILON = 1e-16
_LOG_REFERENCE_RATE = np.log(1e-3)
_LOG_EXTREME_RATES = (np.log(1e-6), np.log(1.0))

Observation = collections.namedtuple(
    "Observation", "scaled, mean_squares, log_rate, mean_log_rate")
"""What features are made of.

Attributes:
  scaled: z, float32 [P, S].
  mean_squares: m, float32 [P, S].
  log_rate: float32 [P, 1], log learning rates, or None.
  mean_log_rate: float32 [P or 1, 1], what they are relative to, or None.
"""

Feature = collections.namedtuple("Feature", "width, compute")
"""An input of the RNN.

Attributes:
  width: Integer, the number of its columns.
  compute: Function from an `Observation` to float32 [P, width].
"""


def repeated_square_roots(values, count):
  """Decays of ever slower timescales: v, v^(1/2), v^(1/4)...

  Args:
    values: float32 [P, 1] in [0, 1].
    count: Integer.

  Returns:
    float32 [P, count].
  """
  columns = [values]
  for _ in range(count - 1):
    columns.append(tf.sqrt(columns[-1]))
  return columns[0] if count == 1 else tf.concat(columns, 1)


def asinh(x):
  """log(x + sqrt(1 + x^2)), without its cancellation for negative x.

  Args:
    x: float32 tensor.

  Returns:
    float32 tensor of the same shape.
  """
  sign = tf.stop_gradient(
      selection.select(x < 0, -tf.ones_like(x), tf.ones_like(x)))
  return sign * tf.math.log(sign * x + tf.sqrt(1.0 + x * x))


def scaled_gradient(averages, mean_squares, decays):
  """Divides averaged gradients by their root mean square and compresses.

    m' = (1 - s) (a^2 + 1e-12) + s m,  with s = 0 where m is still 0
    z = asinh(a / sqrt(m' + 1e-16))

  Args:
    averages: a, float32 [P, S].
    mean_squares: m, float32 [P, S].
    decays: s, float32 [P, S] or [P, 1].

  Returns:
    (z, m'), both float32 [P, S].
  """
  decays = selection.select(
      tf.equal(mean_squares, 0.0), tf.zeros_like(mean_squares),
      decays + tf.zeros_like(mean_squares))
  squares = averages * averages + _MEAN_SQUARE_FLOOR
  mean_squares = squares + decays * (mean_squares - squares)
  return compressed(averages, mean_squares), mean_squares


def compressed(averages, mean_squares):
  """asinh(averages / sqrt(mean_squares + 1e-16))."""
  return asinh(averages * tf.math.rsqrt(mean_squares + _SCALE_EPSILON))


def coordinate_features(num_scales, use_grad_products, use_log_means_squared,
                        use_relative_lr, use_extreme_indicator,
                        use_lr_shortcut):
  """Chooses the features of 2017; arguments as `HierarchicalRNN`'s.

  Returns:
    List of `Feature` in the order in which they are fed.
  """
  table = (
      (True, num_scales, _scaled),
      (use_grad_products and num_scales > 1, num_scales - 1, _products),
      (use_log_means_squared, num_scales, _relative_log_mean_squares),
      (use_relative_lr, 1, _relative_log_rate),
      (use_extreme_indicator, 1, _extremeness),
      (use_lr_shortcut, 1, _log_rate),
  )
  return [Feature(width, compute) for used, width, compute in table if used]


# Named functions, as optimizers that hold them can be pickled.


def _scaled(observation):
  return observation.scaled


def _products(observation):
  return observation.scaled[:, :-1] * observation.scaled[:, 1:]


def _relative_log_mean_squares(observation):
  log_mean_squares = tf.math.log(observation.mean_squares + _SCALE_EPSILON)
  return log_mean_squares - tf.reduce_mean(
      log_mean_squares, axis=1, keepdims=True)


def _relative_log_rate(observation):
  return observation.log_rate - observation.mean_log_rate


def _extremeness(observation):
  low, high = _LOG_EXTREME_RATES
  return (tf.nn.relu(observation.log_rate - high) -
          tf.nn.relu(low - observation.log_rate))


def _log_rate(observation):
  return observation.log_rate - _LOG_REFERENCE_RATE
