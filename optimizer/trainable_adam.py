# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Adam with trainable hyperparameters."""

import numpy as np
import tensorflow.compat.v1 as tf

from . import arguments
from . import meta_parameters
from . import selection
from . import state_spec
from . import step_rule
from . import trainable_optimizer


class TrainableAdam(trainable_optimizer.TrainableOptimizer):
  """Adam (Kingma & Ba 2015, arXiv:1412.6980), meta-trained.

  Meta-parameters are the logarithm of the learning rate a and of epsilon, and
  the logits of beta1 and beta2. With t the number of steps an element has had:
    m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
    parameter <- parameter - a_t m / (sqrt(v) + epsilon),
    a_t = a sqrt(1 - beta2^t) / (1 - beta1^t)
  which is `tf.train.AdamOptimizer` on dense gradients. Sparse gradients
  update the rows they hold, state included, and no others.
  """

  log_learning_rate = meta_parameters.Attribute("log_learning_rate")
  beta1_logit = meta_parameters.Attribute("beta1_logit")
  beta2_logit = meta_parameters.Attribute("beta2_logit")
  log_epsilon = meta_parameters.Attribute("log_epsilon")

  def __init__(self, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8,
               *, name="Adam", **base_options):
    """Constructs the optimizer and declares its meta-parameters.

    Args:
      learning_rate: Positive float, where the learning rate starts.
      beta1: Float in (0, 1), where the decay of the mean starts.
      beta2: Float in (0, 1), where the decay of the mean square starts.
      epsilon: Positive float, where epsilon starts.
      name: String, prefix of ops and slots.
      **base_options: See `TrainableOptimizer`.

    Raises:
      ValueError: If a hyperparameter is out of its range.
    """
    positive = arguments.number("a positive number", lambda x: x > 0)
    decay = arguments.number("a number in (0, 1)", lambda x: 0 < x < 1)
    arguments.check_all(TrainableAdam, locals(), learning_rate=positive,
                        epsilon=positive, beta1=decay, beta2=decay)
    super().__init__(name, ["m", "v", "t"], **base_options)
    for key, value in (("log_learning_rate", np.log(learning_rate)),
                       ("beta1_logit", _logit(beta1)),
                       ("beta2_logit", _logit(beta2)),
                       ("log_epsilon", np.log(epsilon))):
      self._meta_parameters.declare(
          key, [], tf.constant_initializer(value))

  def _rule(self):
    kinds = dict.fromkeys(self.state_keys, state_spec.PER_ELEMENT)
    return step_rule.ElementwiseRule(_start, _step, kinds)


def _start(unused_theta, param, unused_draw):
  """State of a tensor with n elements: "m", "v" and "t", each [n, 1]."""
  zeros = tf.zeros([param.shape.num_elements(), 1])
  return {"m": zeros, "v": zeros, "t": zeros}


def _step(theta, param, grad, state):
  """One step of one tensor; see the equations of `TrainableAdam`."""
  grad = tf.reshape(grad, [-1, 1])
  t = state["t"] + 1.0
  m = _average(state["m"], grad, theta["beta1_logit"])
  v = _average(state["v"], grad * grad, theta["beta2_logit"])
  rate = (tf.exp(theta["log_learning_rate"]) *
          tf.sqrt(_bias_correction(theta["beta2_logit"], t)) /
          _bias_correction(theta["beta1_logit"], t))
  change = rate * m / (_safe_sqrt(v) + tf.exp(theta["log_epsilon"]))
  return (param - tf.reshape(change, tf.shape(param)),
          {"m": m, "v": v, "t": t})


def _average(average, value, logit):
  """beta average + (1 - beta) value, with no cancellation in 1 - beta."""
  return tf.sigmoid(logit) * average + tf.sigmoid(-logit) * value


def _bias_correction(logit, t):
  """1 - beta^t."""
  return -tf.math.expm1(t * tf.math.log_sigmoid(logit))


def _safe_sqrt(x):
  """sqrt(x), whose derivative at 0 is 0 rather than infinite."""
  positive = x > 0
  root = tf.sqrt(selection.select(positive, x, tf.ones_like(x)))
  return selection.select(positive, root, tf.zeros_like(x))


def _logit(p):
  return np.log(p) - np.log1p(-p)
