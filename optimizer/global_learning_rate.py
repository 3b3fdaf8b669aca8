# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Gradient descent with one learned learning rate."""

import tensorflow.compat.v1 as tf

from . import arguments
from . import meta_parameters
from . import step_rule
from . import trainable_optimizer


class GlobalLearningRate(trainable_optimizer.TrainableOptimizer):
  """parameter <- parameter - rate gradient."""

  learning_rate = meta_parameters.Attribute("global_learning_rate")

  def __init__(self, initial_rate=1e-3, *, name="GLR", **base_options):
    """Constructs the optimizer and declares its meta-parameter.

    Args:
      initial_rate: Float, where the learning rate starts.
      name: String, prefix of ops and slots.
      **base_options: See `TrainableOptimizer`.

    Raises:
      ValueError: If an argument is of the wrong kind.
    """
    arguments.check_all(GlobalLearningRate, locals())
    super().__init__(name, [], **base_options)
    self._meta_parameters.declare(
        "global_learning_rate", [],
        tf.constant_initializer(initial_rate))

  def _rule(self):
    return step_rule.ElementwiseRule(_start, _step, {})


def _start(unused_theta, unused_param, unused_draw):
  """State of a tensor: none."""
  return {}


def _step(theta, param, grad, state):
  """One step of one tensor; see `GlobalLearningRate`."""
  return param - theta["global_learning_rate"] * grad, state
