# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""An example of a model for `ModelAdapter`: Rosenbrock's function."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import tensorflow as tf


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
      start = tf.compat.v1.random_normal_initializer()
      x = tf.compat.v1.get_variable("x", [1], initializer=start)
      y = tf.compat.v1.get_variable("y", [1], initializer=start)
      steepness = tf.compat.v1.get_variable(
          "steepness", [1],
          initializer=tf.compat.v1.constant_initializer(100.0),
          trainable=False)
      value = tf.square(1 - x) + steepness * tf.square(y - tf.square(x))
      return tf.squeeze(value)

  def make_init_fn(unused_parameters):
    return None  # The initializers will do.

  return make_loss, make_init_fn
