# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps that are limited relative to the size of their tensor."""

import numpy as np
import tensorflow.compat.v1 as tf

from .. import arguments
from . import rate_decay
from . import stabilizer

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
  """

  name = "step_limit"
  kinds = {
      "fraction": arguments.number("a positive number",
                                   lambda value: value > 0.0),
      "floor": arguments.number("a number in [1e-15, 1e15]",
                                lambda value: 1e-15 <= value <= 1e15),
      "excess": arguments.number(
          "a number from 1, or 0 for never",
          lambda value: value == 0.0 or 1.0 <= value < 1e15)}
  follows = (rate_decay.RateDecay,)
  uses_parameters = True
  limits_steps = True

  def __init__(self, fraction=0.02, floor=0.05, excess=0.0):
    """Takes the numbers of the equations above."""
    self._set(locals())

  @property
  def shifts_rates(self):
    """See `Stabilizer`."""
    return bool(self.excess)

  def needed_options(self):
    """See `Stabilizer`."""
    return ("dynamic_output_scale",) if self.excess else ()

  def before(self, tensors, state, controls):
    """See `Stabilizer`."""
    # The root is of the maximum, whose derivative is finite for zeros.
    size = tf.sqrt(tf.maximum(
        tensors.layout.tensor_mean(tensors.param * tensors.param),
        self.floor**2))
    limit = self.fraction * size
    if controls.rate_decay is not None:
      limit *= tf.sqrt(controls.rate_decay)
    return controls._replace(step_limit=limit), {}

  def rate_shift(self, controls, cap):
    """See `Stabilizer`."""
    # Broadcasting may multiply with zeros, so that logs have to be finite.
    return tf.math.log(tf.clip_by_value(self.excess * cap, _LEAST, 1.0))


def caps(norms, direction_squares, limit):
  """What limits steps n v to a root mean square: c = min(1, limit / rms(n v)).

  Args:
    norms: List of n, float32 [T, 1], one a direction.
    direction_squares: List of mean_T(v^2), float32 [T, 1].
    limit: float32 [T, 1].

  Returns:
    List of c, float32 [T, 1].
  """
  # The root is of the maximum, whose derivative is finite for zeros.
  return [tf.math.rsqrt(tf.maximum(square * tf.square(norm / limit), 1.0))
          for norm, square in zip(norms, direction_squares)]
