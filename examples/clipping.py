# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Clips gradients, or does anything else to them, before they are applied.

  PYTHONPATH=. python examples/clipping.py [logdir]

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


def network(inputs):
  hidden = tf.layers.dense(inputs, 16, tf.tanh)
  return tf.layers.dense(hidden, 1)


def main(*logdir):
  inputs, targets = data()
  loss = tf.losses.mean_squared_error(targets, network(tf.constant(inputs)))
  optimizer = pretrained.load(*logdir)
  gradients, variables = zip(*optimizer.compute_gradients(loss))
  gradients, norm = tf.clip_by_global_norm(gradients, 1.0)
  train_op = optimizer.apply_gradients(
      zip(gradients, variables),
      global_step=tf.train.get_or_create_global_step())
  with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for step in range(101):
      value, norm_value, _ = session.run([loss, norm, train_op])
      if step % 20 == 0:
        print("step", step, "loss", value, "norm of gradients", norm_value)


if __name__ == "__main__":
  tf.disable_v2_behavior()
  main(*sys.argv[1:])
