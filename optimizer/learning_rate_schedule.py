# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Gradient descent with a learned learning rate for every step."""

import tensorflow.compat.v1 as tf

from . import arguments
from . import meta_parameters
from . import state_spec
from . import step_rule
from . import trainable_optimizer

_MAX_STEPS = 10**7


class LearningRateSchedule(trainable_optimizer.TrainableOptimizer):
  """parameter <- parameter - rate[min(t, n_steps - 1)] gradient."""

  learning_rates = meta_parameters.Attribute("learning_rates")

  def __init__(self, initial_rate=0.0, n_steps=1000, *, name="LRS",
               **base_options):
    """Constructs the optimizer and declares its meta-parameters.

    Args:
      initial_rate: Float, where all learning rates start.
      n_steps: Positive integer, how many rates there are; the last is held.
      name: String, prefix of ops and slots.
      **base_options: See `TrainableOptimizer`.

    Raises:
      ValueError: If an argument is of the wrong kind or out of range.
    """
    arguments.check_all(LearningRateSchedule, locals(),
                        n_steps=arguments.integer(1, _MAX_STEPS))
    super().__init__(name, ["itr"], **base_options)
    self._meta_parameters.declare(
        "learning_rates", [n_steps],
        tf.constant_initializer(initial_rate))

  def _rule(self):
    return step_rule.ElementwiseRule(
        _start, _step, {"itr": state_spec.PER_TENSOR})


def _start(unused_theta, unused_param, unused_draw):
  """State of a tensor: "itr" int32 [], the number of steps it has had."""
  return {"itr": tf.zeros([], tf.int32)}


def _step(theta, param, grad, state):
  """One step of one tensor; see `LearningRateSchedule`."""
  rates = theta["learning_rates"]
  index = tf.minimum(state["itr"], rates.shape.num_elements() - 1)
  return param - tf.gather(rates, index) * grad, {"itr": state["itr"] + 1}
