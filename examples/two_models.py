# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Trains two models of one graph, each with an optimizer of its own.

  PYTHONPATH=. python examples/two_models.py [logdir]

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


def network(inputs, name):
  with tf.variable_scope(name):
    hidden = tf.layers.dense(inputs, 16, tf.tanh)
    return tf.layers.dense(hidden, 1)


def main(*logdir):
  inputs, targets = data()
  losses, train_ops = [], []
  for name, wanted in (("first", targets), ("second", -targets)):
    losses.append(tf.losses.mean_squared_error(
        wanted, network(tf.constant(inputs), name)))
    train_ops.append(pretrained.load(*logdir).minimize(
        losses[-1], var_list=tf.trainable_variables(name)))
  with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for step in range(101):
      values, _ = session.run([losses, train_ops])
      if step % 20 == 0:
        print("step", step, "losses", values)


if __name__ == "__main__":
  tf.disable_v2_behavior()
  main(*sys.argv[1:])
