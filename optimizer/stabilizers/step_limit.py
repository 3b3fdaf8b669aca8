# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps that are limited relative to the size of their tensor."""

import numpy as np
import tensorflow.compat.v1 as tf

from .. import arguments
from .. import selection
from . import rate_decay
from . import stabilizer

MAX_RAISE = 10.0
_MAX_RATIO = 1e19  # Its square is finite in float32.
_LEAST = np.finfo(np.float32).tiny


class StepLimit(stabilizer.Stabilizer):
  """Scales steps down that are long beside their tensor.

    size = sqrt(max(mean_T(w^2), floor^2))
    limit = fraction size sqrt(rate_decay)

  The root mean square of a tensor's step is at most the limit, and so is that
  of the way to the attended location. `rate_decay` is that of `Controls`, if
  there is any.

  Where steps are more than `excess` times too long and are multiplied with c,
  log learning rates become lower as well, by log(1 / (c excess)). Otherwise
  rates would go on rising while the limit leaves them without effect, and
  steps would stay at the limit for long after the RNN begins to lower them.
  An `excess` of 0 is never.

  The root mean square over the elements that have a gradient is at least

    least limit rate_decay:

  shorter steps are lengthened, tenfold at most, and log learning rates rise by
  as much. Otherwise a limit without excess would stop too soon where gradients
  are noisy, as the RNN lowers rates at almost every step. With 0 there is no
  least length.
  """

  name = "step_limit"
  kinds = {
      "fraction": arguments.number("a positive number",
                                   lambda value: value > 0.0),
      "floor": arguments.number("a number in [1e-15, 1e15]",
                                lambda value: 1e-15 <= value <= 1e15),
      "excess": arguments.number(
          "a number from 1, or 0 for never",
          lambda value: value == 0.0 or 1.0 <= value < 1e15),
      "least": arguments.number("a number in [0, 1]",
                                lambda value: 0.0 <= value <= 1.0)}
  measured = {"squared_parameter": lambda param, unused_state: param * param}
  follows = (rate_decay.RateDecay,)
  uses_parameters = True
  limits_steps = True

  def __init__(self, fraction=0.02, floor=0.05, excess=0.0, least=0.0):
    """Takes the numbers of the equations above."""
    self._set(locals())

  @property
  def shifts_rates(self):
    """See `Stabilizer`."""
    return bool(self.excess or self.least)

  def needed_options(self):
    """See `Stabilizer`."""
    return ("dynamic_output_scale",) if self.shifts_rates else ()

  def before(self, tensors, state, controls):
    """See `Stabilizer`."""
    # The root is of the maximum, whose derivative is finite for zeros.
    size = tf.sqrt(tf.maximum(
        tensors.means["squared_parameter"], self.floor**2))
    limit = self.fraction * size
    if controls.rate_decay is not None:
      limit *= tf.sqrt(controls.rate_decay)
    least = self.least * limit if self.least else None
    if self.least and controls.rate_decay is not None:
      least *= controls.rate_decay
    return controls._replace(step_limit=limit, least_step=least), {}

  def rate_shift(self, controls, cap):
    """See `Stabilizer`."""
    # Broadcasting may multiply with zeros, so that logs have to be finite.
    shift = tf.math.log(tf.maximum(cap, 1.0))
    if self.excess:
      shift += tf.math.log(tf.clip_by_value(self.excess * cap, _LEAST, 1.0))
    return shift


def caps(norms, direction_squares, active_squares, limit, least=None):
  """What brings steps n v to a root mean square from `least` to `limit`.

    c = min(1, limit / rms(n v)) min(10, max(1, least / rms'(n v)))

  rms' is over elements that have a gradient; of steps that are 0 it counts as
  `least`.

  Args:
    norms: List of n, float32 [T, 1], one a direction.
    direction_squares: List of mean_T(v^2), float32 [T, 1].
    active_squares: List of the same over elements that have a gradient.
    limit: float32 [T, 1].
    least: float32 [T, 1], or None for no least length.

  Returns:
    List of c, float32 [T, 1].
  """
  # The root is of the maximum, whose derivative is finite for zeros.
  found = [tf.math.rsqrt(tf.maximum(square * _squared_ratio(norm, limit), 1.0))
           for norm, square in zip(norms, direction_squares)]
  if least is None:
    return found
  ratios = [square * _squared_ratio(norm, least)
            for norm, square in zip(norms, active_squares)]
  return [cap * tf.math.rsqrt(selection.select(
      tf.equal(ratio, 0.0), tf.ones_like(ratio),
      tf.clip_by_value(ratio, MAX_RAISE**-2, 1.0)))
          for cap, ratio in zip(found, ratios)]


def _squared_ratio(norm, limit):
  """(norm / limit)^2, finite: a direction of zeros times it is to be 0."""
  return tf.square(tf.minimum(norm / limit, _MAX_RATIO))
