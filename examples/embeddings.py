# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Trains embeddings, kept in shards.

  PYTHONPATH=. python examples/embeddings.py [logdir]

Without a log directory of your own meta-training, the shipped weights are used.

The hierarchical RNN takes a step for every row whether it was looked up or not:
a row that was not has gradient zero, but also momentum.
"""

import sys

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained


def main(*logdir):
  targets = np.float32(np.random.RandomState(0).randn(200, 1))
  table = tf.get_variable(
      "table", [200, 8], partitioner=tf.fixed_size_partitioner(4),
      initializer=tf.random_normal_initializer(0.0, 0.3))

  def loss_of(ids):
    outputs = tf.layers.dense(tf.nn.embedding_lookup(table, ids), 1,
                              name="output", reuse=tf.AUTO_REUSE)
    return tf.losses.mean_squared_error(tf.gather(targets, ids), outputs)

  loss = loss_of(tf.random.uniform([100], maxval=200, dtype=tf.int32))
  loss_of_all = loss_of(tf.range(200))
  train_op = pretrained.load(*logdir).minimize(loss)
  with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for step in range(101):
      value, _ = session.run([loss_of_all, train_op])
      if step % 20 == 0:
        print("step", step, "loss", value)


if __name__ == "__main__":
  tf.disable_v2_behavior()
  main(*sys.argv[1:])
