# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Learning rates that do not keep the time of meta-training."""

import tensorflow.compat.v1 as tf

from .. import arguments
from . import stabilizer


class RateDecay(stabilizer.Stabilizer):
  """From step n on, learning rates change ever more slowly.

  In an element's t-th step the RNN's change of its log learning rate is
  multiplied by

    min(1, n / t)^q.

  Where the RNN lowers rates by the same factor each step, they fall
  exponentially up to step n. With q = 1 they fall like a power of t from there
  on, so that no length of a run is built in; with q < 1 like exp(-a t^(1 - q))
  for some a.

  A tensor's `Controls.rate_decay` is min(1, n / t), where t is 1 plus the mean
  number of steps that its elements have made.
  """

  name = "rate_decay"
  element_state = {"num_steps": 1}
  measured = {"num_steps": lambda unused_param, state: state["num_steps"]}
  kinds = {
      "after": arguments.number("a number of steps from 1",
                                lambda value: 1.0 <= value < 1e15),
      "power": arguments.number("a number from 0", lambda value: value >= 0.0)}

  def __init__(self, after=200.0, power=1.0):
    """Takes n and q."""
    self._set(locals())

  def needed_options(self):
    """See `Stabilizer`."""
    return ("dynamic_output_scale",)

  def before(self, tensors, state, controls):
    """See `Stabilizer`."""
    num_steps = tensors.means["num_steps"] + 1.0
    return controls._replace(
        rate_decay=tf.minimum(self.after / num_steps, 1.0)), {}

  def rate_change(self, change, state):
    """See `Stabilizer`."""
    num_steps = state["num_steps"] + 1.0
    decay = tf.minimum(self.after / num_steps, 1.0)
    if self.power != 1.0:
      decay = tf.pow(decay, self.power)
    return change * decay, {"num_steps": num_steps}
