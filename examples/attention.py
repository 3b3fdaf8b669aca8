# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Evaluates and saves true parameters, for optimizers with attention.

  PYTHONPATH=. python examples/attention.py [logdir]

Such an optimizer keeps in a variable where the next gradient is to be taken,
and the parameter in a slot. The same program works without attention, too.
"""

import os
import sys
import tempfile

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
  train_op = optimizer.minimize(
      loss, global_step=tf.train.get_or_create_global_step())
  # An estimator takes the saver as tf.train.Scaffold(saver=saver).
  saver = optimizer.swapping_saver()
  true = optimizer.true_parameters()
  with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for step in range(101):
      session.run(train_op)
      if step % 20 == 0:
        with true.swapped(session):
          print("step", step, "loss", session.run(loss))
    path = saver.save(session, os.path.join(tempfile.mkdtemp(), "model.ckpt"))
  # For evaluation an ordinary saver finds the parameters.
  with tf.Session() as session:
    tf.train.Saver().restore(session, path)
    print("restored loss", session.run(loss))


if __name__ == "__main__":
  tf.disable_v2_behavior()
  main(*sys.argv[1:])
