# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Longer steps for elements that rarely have a gradient."""

import tensorflow.compat.v1 as tf

from .. import arguments
from . import gradient_history
from . import rate_decay
from . import stabilizer

LEAST_FREQUENCY = 0.01


class SparseSteps(stabilizer.Stabilizer):
  """Lengthens the steps of elements that rarely have a gradient.

  With t a tensor's steps since its first gradient, and n the mean number of
  steps of its elements that have a gradient now, both with this one, steps are
  multiplied with

    max(n / t, 0.01)^(-power),

  limited or not. An average of squares over all t steps, with zeros, would be
  n / t times as large as one over n; steps divided by its root would be
  1 / sqrt(n / t) times as long. Elements that never have a gradient make no
  others rare.
  """

  name = "sparse_steps"
  kinds = {"power": arguments.number("a positive number",
                                     lambda value: value > 0.0)}
  # They count the steps of elements, and of tensors.
  needs = (rate_decay.RateDecay, gradient_history.GradientHistory)

  def __init__(self, power=0.5):
    """Takes the power."""
    self._set(locals())

  def needed_options(self):
    """See `Stabilizer`."""
    return ("skip_zero_gradients",)

  def before(self, tensors, state, controls):
    """See `Stabilizer`."""
    nonzero = tf.cast(tf.not_equal(tensors.grad, 0.0), tf.float32)
    num_steps = tf.math.divide_no_nan(
        tensors.layout.tensor_mean(nonzero * (state["num_steps"] + 1.0)),
        tensors.layout.tensor_mean(nonzero))
    frequency = num_steps / tf.maximum(controls.num_steps, 1.0)
    return stabilizer.scaled(controls, tf.pow(
        tf.clip_by_value(frequency, LEAST_FREQUENCY, 1.0), -self.power)), {}
