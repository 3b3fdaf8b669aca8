# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The optimizers that learned ones are compared with.

They are the optimizers of those names of `tf.train`, written as update rules,
so that one compiled unroll serves every learning rate: that is their only
meta-parameter, and is fed. Other hyperparameters have TensorFlow's defaults.
"""

import collections

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import trainable_optimizer
from problems import problem_spec


class Baseline(trainable_optimizer.TrainableOptimizer):
  """Base class: one learning rate, and state that starts as constants.

  Subclasses name their state in `INITIAL_STATE`, a tuple of (key, value), and
  override `_step`.
  """

  elementwise = True
  INITIAL_STATE = ()

  def __init__(self, learning_rate=1e-3):
    """Constructs the optimizer and declares its meta-parameter.

    Args:
      learning_rate: Float, where the learning rate starts.
    """
    super().__init__(
        type(self).__name__, [key for key, _ in self.INITIAL_STATE])
    self._meta_parameters.declare(
        "learning_rate", [], tf.constant_initializer(learning_rate))

  def _initialize_state(self, var):
    """State of a tensor with n elements: float32 [n, 1] for every key."""
    shape = [var.shape.num_elements(), 1]
    return {key: tf.fill(shape, value) for key, value in self.INITIAL_STATE}

  def _compute_update(self, param, grad, state):
    """One step of one tensor."""
    rate = self._meta_parameters.values()["learning_rate"]
    change, state = self._step(rate, tf.reshape(grad, [-1, 1]), state)
    return param - tf.reshape(change, tf.shape(param)), state

  def _step(self, rate, grad, state):
    """Computes what is subtracted from a parameter.

    Args:
      rate: float32 scalar.
      grad: float32 [n, 1].
      state: Dict of float32 [n, 1] tensors.

    Returns:
      (float32 [n, 1], new state).
    """
    raise NotImplementedError(
        "{} must override _step.".format(type(self).__name__))


class SGD(Baseline):
  """parameter <- parameter - rate g."""

  def _step(self, rate, grad, state):
    return rate * grad, state


class Momentum(Baseline):
  """a <- 0.9 a + g, parameter <- parameter - rate a."""

  INITIAL_STATE = (("accumulation", 0.0),)

  def _step(self, rate, grad, state):
    accumulation = 0.9 * state["accumulation"] + grad
    return rate * accumulation, {"accumulation": accumulation}


class RMSProp(Baseline):
  """s <- 0.9 s + 0.1 g^2, parameter <- parameter - rate g / sqrt(s + 1e-10).

  As in TensorFlow, s starts at 1.
  """

  INITIAL_STATE = (("mean_square", 1.0),)

  def _step(self, rate, grad, state):
    mean_square = state["mean_square"]
    mean_square += 0.1 * (tf.square(grad) - mean_square)
    return (rate * grad * tf.math.rsqrt(mean_square + 1e-10),
            {"mean_square": mean_square})


class Adam(Baseline):
  """m <- 0.9 m + 0.1 g, v <- 0.999 v + 0.001 g^2.

  parameter <- parameter - rate_t m / (sqrt(v) + 1e-8), with
  rate_t = rate sqrt(1 - 0.999^t) / (1 - 0.9^t) in step t = 1, 2, ...
  """

  # Powers of the decays, which all elements share but for their layout.
  INITIAL_STATE = (("m", 0.0), ("v", 0.0), ("beta1_power", 1.0),
                   ("beta2_power", 1.0))

  def _step(self, rate, grad, state):
    beta1_power = 0.9 * state["beta1_power"]
    beta2_power = 0.999 * state["beta2_power"]
    m = state["m"] + 0.1 * (grad - state["m"])
    v = state["v"] + 0.001 * (tf.square(grad) - state["v"])
    rate *= tf.sqrt(1 - beta2_power) / (1 - beta1_power)
    return (rate * m / (tf.sqrt(v) + 1e-8),
            {"m": m, "v": v, "beta1_power": beta1_power,
             "beta2_power": beta2_power})


class AdamCosine(Adam):
  """Adam whose rate falls to 0 along half a cosine, until a given horizon.

  In step t = 0, 1, ... the rate is rate (1 + cos(pi t / horizon)) / 2, and 0
  from the horizon on. It knows when the run ends, which no other optimizer
  here does.
  """

  INITIAL_STATE = Adam.INITIAL_STATE + (("steps", 0.0),)

  def __init__(self, learning_rate=1e-3, horizon=1000.0):
    """Constructs the optimizer and declares its meta-parameters.

    Args:
      learning_rate: Float, where the learning rate starts.
      horizon: Float, the step from which on the rate is 0.
    """
    super().__init__(learning_rate)
    self._meta_parameters.declare(
        "horizon", [], tf.constant_initializer(horizon))

  def _step(self, rate, grad, state):
    horizon = self._meta_parameters.values()["horizon"]
    steps = state["steps"]
    passed = tf.minimum(steps / horizon, 1.0)
    change, state = super()._step(
        rate * 0.5 * (1 + tf.cos(np.pi * passed)), grad, state)
    return change, dict(state, steps=steps + 1)


SPECS = collections.OrderedDict(
    (name, problem_spec.Spec(cls)) for name, cls in (
        ("SGD", SGD), ("Momentum", Momentum), ("RMSProp", RMSProp),
        ("Adam", Adam), ("Adam, cosine", AdamCosine)))
"""Specs of the baselines by name."""
