# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""An example of a model for `ModelAdapter`: Rosenbrock's function."""

import tensorflow.compat.v1 as tf


def make_rosenbrock_loss_and_init(device=None):
  """Builds (1 - x)^2 + 100 (y - x^2)^2, as `ModelAdapter` expects a model.

    ModelAdapter(make_rosenbrock_loss_and_init)

  Args:
    device: String, the device of the model's ops and variables, or None.

  Returns:
    A pair of functions `(make_loss, make_init_fn)`.
  """

  def make_loss():
    with tf.device(device):
      start = tf.random_normal_initializer()
      x = tf.get_variable("x", [1], initializer=start)
      y = tf.get_variable("y", [1], initializer=start)
      steepness = tf.get_variable(
          "steepness", [1],
          initializer=tf.constant_initializer(100.0),
          trainable=False)
      value = tf.square(1 - x) + steepness * tf.square(y - tf.square(x))
      return tf.squeeze(value)

  def make_init_fn(unused_parameters):
    return None  # The initializers will do.

  return make_loss, make_init_fn
