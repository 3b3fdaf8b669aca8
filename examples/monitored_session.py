# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Trains with a monitored session, which saves and resumes by itself.

  PYTHONPATH=. python examples/monitored_session.py [logdir]

Without a log directory of your own meta-training, the shipped weights are used.

Start it again with the same checkpoint_dir and it goes on where it was.
"""

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
  global_step = tf.train.get_or_create_global_step()
  train_op = pretrained.load(*logdir).minimize(loss, global_step=global_step)
  hooks = [tf.train.StopAtStepHook(last_step=100)]
  with tf.train.MonitoredTrainingSession(
      checkpoint_dir=tempfile.mkdtemp(), save_checkpoint_steps=50,
      hooks=hooks) as session:
    while not session.should_stop():
      value, step, _ = session.run([loss, global_step, train_op])
      if step % 20 == 0:
        print("step", step, "loss", value)


if __name__ == "__main__":
  tf.disable_v2_behavior()
  main(*sys.argv[1:])
