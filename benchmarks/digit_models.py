# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Models of scikit-learn's 8 x 8 digits, of the kinds that users have.

Each is a function of images, float32 [rows, 8, 8, 1] in [0, 1], and labels,
int32 [rows], that builds the model in the default graph and returns its loss, a
float32 scalar.
"""

import collections

import tensorflow.compat.v1 as tf


def _cross_entropy(logits, labels):
  return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
      labels=labels, logits=logits))


def _dense(layer, sizes, activation):
  layers = tf.layers
  layer = layers.flatten(layer)
  for size in sizes:
    layer = layers.dense(layer, size, activation)
  return layer


def _perceptron(activation, *sizes):
  def loss(images, labels):
    return _cross_entropy(
        _dense(_dense(images, sizes, activation), [10], None), labels)
  return loss


def _autoencoder(activation):
  def loss(images, unused_labels):
    logits = _dense(_dense(images, [32, 8, 32], activation), [64], None)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(
        labels=tf.reshape(images, [-1, 64]), logits=logits))
  return loss


def _regression(images, labels):
  guess = _dense(_dense(images, [48, 48], tf.nn.relu), [1], None)
  return tf.reduce_mean(
      tf.square(guess[:, 0] - tf.cast(labels, tf.float32)))


def _convolutional(images, labels):
  layers = tf.layers
  layer = images
  for filters in (16, 32):
    layer = layers.conv2d(layer, filters, 3, padding="same",
                          activation=tf.nn.relu)
    layer = layers.max_pooling2d(layer, 2, 2)
  return _cross_entropy(_dense(layer, [10], None), labels)


def _batch_norm(images, labels):
  layers = tf.layers
  layer = images
  for filters in (8, 16):
    layer = layers.conv2d(layer, filters, 3, padding="same")
    mean, variance = tf.nn.moments(layer, [0, 1, 2])
    scale = tf.get_variable(
        "scale{}".format(filters), [filters], initializer=tf.ones_initializer())
    offset = tf.get_variable(
        "offset{}".format(filters), [filters],
        initializer=tf.zeros_initializer())
    layer = tf.nn.relu(tf.nn.batch_normalization(
        layer, mean, variance, offset, scale, 1e-5))
    layer = layers.max_pooling2d(layer, 2, 2)
  return _cross_entropy(_dense(layer, [10], None), labels)


def _recurrent(images, labels):
  _, state = tf.nn.dynamic_rnn(
      tf.nn.rnn_cell.GRUCell(16), tf.reshape(images, [-1, 8, 8]),
      dtype=tf.float32)
  return _cross_entropy(_dense(state, [10], None), labels)


MODELS = collections.OrderedDict((
    ("convolutional", _convolutional),
    ("batch_norm", _batch_norm),
    ("relu", _perceptron(tf.nn.relu, 64, 64)),
    ("deep_relu", _perceptron(tf.nn.relu, *[24] * 6)),
    ("deep_elu", _perceptron(tf.nn.elu, *[32] * 8)),
    ("tanh", _perceptron(tf.nn.tanh, 64)),
    ("sigmoid", _perceptron(tf.nn.sigmoid, 32, 32)),
    ("softmax", _perceptron(None)),
    ("relu_autoencoder", _autoencoder(tf.nn.relu)),
    ("sigmoid_autoencoder", _autoencoder(tf.nn.sigmoid)),
    ("regression", _regression),
    ("recurrent", _recurrent),
))
"""The losses by the names of the models."""
