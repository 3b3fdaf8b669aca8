# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""An example of a model for `ModelAdapter`: Rosenbrock's function."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import functools

import tensorflow as tf


def make_rosenbrock_loss_and_init(device=None):
  """Returns a model-building function, as `ModelAdapter` expects it.

  Args:
    device: A string, the device of the model's ops and variables, or None.

  Returns:
    A function (one that can be pickled) which returns `(make_loss,
    make_init_fn)` for (1 - x)^2 + 100 (y - x^2)^2.
  """
  return functools.partial(_rosenbrock_loss_and_init, device)


def _rosenbrock_loss_and_init(device):
  """See `make_rosenbrock_loss_and_init`."""

  def make_loss():
    with tf.device(device):
      start = tf.random_normal_initializer()
      x = tf.compat.v1.get_variable("x", [1], initializer=start)
      y = tf.compat.v1.get_variable("y", [1], initializer=start)
      steepness = tf.compat.v1.get_variable(
          "steepness", [1], initializer=tf.constant_initializer(100.0),
          trainable=False)
      value = tf.square(1 - x) + steepness * tf.square(y - tf.square(x))
      return tf.squeeze(value)

  def make_init_fn(parameters):
    del parameters  # Their initializers will do.
    return None

  return make_loss, make_init_fn
