# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Trains with slim; tf.contrib.training has the same create_train_op.

TensorFlow 2 has no tf.contrib.

  PYTHONPATH=. python examples/slim.py [logdir]

Without a log directory of your own meta-training, the shipped weights are used.
"""

import sys
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow import contrib

from optimizer import pretrained

slim = contrib.slim


def data():
  """Returns inputs [256, 2] and targets [256, 1] to learn."""
  inputs = np.float32(np.random.RandomState(0).uniform(-1, 1, [256, 2]))
  return inputs, np.sin(3 * inputs[:, :1]) * inputs[:, 1:]


def main(*logdir):
  inputs, targets = data()
  hidden = slim.fully_connected(tf.constant(inputs), 16, tf.tanh)
  outputs = slim.fully_connected(hidden, 1, None)
  loss = tf.losses.mean_squared_error(targets, outputs)
  train_op = slim.learning.create_train_op(
      loss, pretrained.load(*logdir), clip_gradient_norm=5.0)
  print("loss", slim.learning.train(
      train_op, tempfile.mkdtemp(), number_of_steps=100,
      log_every_n_steps=20))


if __name__ == "__main__":
  tf.disable_v2_behavior()
  main(*sys.argv[1:])
