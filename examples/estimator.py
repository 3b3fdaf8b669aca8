# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Trains and evaluates with an estimator.

  PYTHONPATH=. python examples/estimator.py [logdir]

Without a log directory of your own meta-training, the shipped weights are used.
"""

import sys

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained


def data():
  """Returns inputs [256, 2] and targets [256, 1] to learn."""
  inputs = np.float32(np.random.RandomState(0).uniform(-1, 1, [256, 2]))
  return inputs, np.sin(3 * inputs[:, :1]) * inputs[:, 1:]


def input_fn():
  return tf.data.Dataset.from_tensor_slices(data()).repeat().batch(64)


def main(*logdir):
  def model_fn(features, labels, mode):
    hidden = tf.layers.dense(features, 16, tf.tanh)
    loss = tf.losses.mean_squared_error(labels, tf.layers.dense(hidden, 1))
    optimizer = pretrained.load(*logdir)
    train_op = optimizer.minimize(
        loss, global_step=tf.train.get_or_create_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

  estimator = tf.estimator.Estimator(model_fn)
  for _ in range(2):
    estimator.train(input_fn, steps=50)
    print(estimator.evaluate(input_fn, steps=4))


if __name__ == "__main__":
  tf.disable_v2_behavior()
  main(*sys.argv[1:])
