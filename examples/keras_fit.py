# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Trains a Keras model, in graph mode.

  PYTHONPATH=. python examples/keras_fit.py [logdir]

Without a log directory of your own meta-training, the shipped weights are used.

Keras cannot keep a `tf.train.Optimizer` in its HDF5 files. To go on later, save
the weights in TensorFlow's format, as below, or use a `tf.train.Saver`.
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


def make_model(logdir):
  model = tf.keras.Sequential([
      tf.keras.layers.Dense(16, "tanh", input_shape=(2,)),
      tf.keras.layers.Dense(1)])
  model.compile(optimizer=pretrained.load(*logdir), loss="mse")
  return model


def main(*logdir):
  path = os.path.join(tempfile.mkdtemp(), "weights")
  model = make_model(logdir)
  model.fit(*data(), epochs=10, batch_size=64, verbose=2)
  model.save_weights(path, save_format="tf")
  # Anywhere else, any time later; the optimizer goes on as well.
  model = make_model(logdir)
  model.load_weights(path)
  model.fit(*data(), epochs=10, batch_size=64, verbose=2)


if __name__ == "__main__":
  tf.disable_v2_behavior()
  main(*sys.argv[1:])
