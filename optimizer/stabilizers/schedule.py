# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps that shrink to 0 at the end of a run of known length."""

import tensorflow.compat.v1 as tf

from .. import arguments
from . import gradient_history
from . import stabilizer


class Schedule(stabilizer.Stabilizer):
  """Shrinks steps linearly to 0 over the last part of a run.

  With N = `num_steps`, and t = 1, 2, ... a tensor's steps since its first
  gradient that is not all 0, steps are multiplied with

    min(1, max(N + 1 - t, 0) / (fade N)),

  limited or not. So the last step of the run is the shortest, and from step
  N + 1 on nothing moves.
  """

  name = "schedule"
  kinds = {
      "num_steps": arguments.number("a number of steps from 1",
                                    lambda value: 1.0 <= value < 1e15),
      "fade": arguments.number("a positive number", lambda value: value > 0.0)}
  # It counts a tensor's steps.
  needs = (gradient_history.GradientHistory,)

  def __init__(self, num_steps=1000.0, fade=0.4):
    """Takes N and the part of the run in which steps shrink."""
    self._set(locals())

  def before(self, tensors, state, controls):
    """See `Stabilizer`."""
    left = tf.nn.relu(self.num_steps + 1.0 - controls.num_steps)
    return stabilizer.scaled(controls, tf.minimum(
        left / (self.fade * self.num_steps), 1.0)), {}
