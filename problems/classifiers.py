# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Classifiers: softmax regression, fully connected and convolutional nets.

What they minimize is in `softmax_classifier`.
"""

import numbers

import numpy as np
import tensorflow.compat.v1 as tf

from . import softmax_classifier


class FullyConnected(softmax_classifier.SoftmaxClassifier):
  """A multi-layer perceptron.

  Parameters are W_1 [features, h_1], b_1 [h_1], W_2 [h_1, h_2], b_2 [h_2], ...,
  the last pair leading to the logits; they start N(0, 1) * 1.2 / sqrt(d), d
  being a tensor's first dimension.
  """

  def __init__(self, n_features, n_classes, hidden_sizes=(32, 64),
               activation=tf.nn.sigmoid, random_seed=None, noise_stdev=0.0,
               l2_reg_scale=1e-3):
    """Creates a net.

    Args:
      n_features: An int.
      n_classes: An int >= 2.
      hidden_sizes: A sequence of ints.
      activation: A function of a tensor, applied to every hidden layer.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.
      l2_reg_scale: A float >= 0, the weight of the penalty.

    Raises:
      ValueError: If an argument is not as above; as `SoftmaxClassifier`.
    """
    _check_n_classes(n_classes)
    if not _is_sizes(hidden_sizes):
      raise ValueError("hidden_sizes must be a sequence of positive integers, "
                       "such as [32]; got {!r}.".format(hidden_sizes))
    sizes = [n_features] + list(hidden_sizes) + [n_classes]
    shapes = []
    for rows, columns in zip(sizes[:-1], sizes[1:]):
      shapes.extend([[rows, columns], [columns]])
    super().__init__(shapes, random_seed, noise_stdev, l2_reg_scale)
    self.n_features = n_features
    self.n_classes = n_classes
    self.hidden_sizes = tuple(hidden_sizes)
    self.activation = activation

  def inference(self, params, data):
    """Returns logits [rows, n_classes] for `data` of n_features a row.

    Rows of more than one axis, such as images, are flattened.

    Args:
      params: List of float32 tensors, shaped like `param_shapes`.
      data: Tensor of shape [rows, n_features] or [rows, ...].

    Returns:
      A float32 tensor of shape [rows, n_classes].
    """
    layer = _flat_rows(data, self.n_features)
    for i in range(0, len(params), 2):
      if i:
        layer = self.activation(layer)
      layer = tf.matmul(layer, params[i]) + params[i + 1]
    return layer


class SoftmaxRegression(FullyConnected):
  """A linear classifier, with parameters W [features, classes], b [classes]."""

  def __init__(self, n_features, n_classes, activation=tf.identity,
               random_seed=None, noise_stdev=0.0, l2_reg_scale=1e-3):
    """Creates a `FullyConnected` without hidden layers.

    Args:
      n_features: An int.
      n_classes: An int >= 2.
      activation: Kept as an attribute; there is no hidden layer to apply it
        to.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.
      l2_reg_scale: A float >= 0, the weight of the penalty.

    Raises:
      ValueError: As `FullyConnected`.
    """
    super().__init__(n_features, n_classes, (), activation, random_seed,
                     noise_stdev, l2_reg_scale)


class SparseSoftmaxRegression(softmax_classifier.SoftmaxClassifier):
  """A linear classifier of bags of ids, by summed embeddings.

  A row of data holds any number of ids, integers in [0, n_classes). Their
  embeddings are summed, and one affine layer makes logits of the sum.
  Parameters are the embeddings [n_classes, n_features], W [n_features,
  n_classes] and b [n_classes]. Where TensorFlow differentiates the look-up,
  the gradient of the embeddings is sparse.
  """

  def __init__(self, n_features, n_classes, activation=tf.identity,
               random_seed=None, noise_stdev=0.0, l2_reg_scale=1e-3):
    """Creates a classifier.

    Args:
      n_features: An int, the size of an embedding.
      n_classes: An int >= 2, the number of classes and of ids.
      activation: As in `SoftmaxRegression`.
      random_seed: As in `SoftmaxRegression`.
      noise_stdev: As in `SoftmaxRegression`.
      l2_reg_scale: As in `SoftmaxRegression`.

    Raises:
      ValueError: As `FullyConnected`.
    """
    _check_n_classes(n_classes)
    super().__init__(
        [[n_classes, n_features], [n_features, n_classes], [n_classes]],
        random_seed, noise_stdev, l2_reg_scale)
    self.n_features = n_features
    self.n_classes = n_classes
    self.activation = activation

  def inference(self, params, data):
    """Returns logits [rows, n_classes] for ids `data` [rows, any]."""
    embeddings, weights, bias = params
    return tf.matmul(self._embed(embeddings, tf.cast(data, tf.int32)),
                     weights) + bias

  def _embed(self, embeddings, ids):
    """Returns the sum of the embeddings of each row, [rows, n_features]."""
    return tf.reduce_sum(tf.nn.embedding_lookup(embeddings, ids), axis=1)


class OneHotSparseSoftmaxRegression(SparseSoftmaxRegression):
  """The same classifier, by multiplying counts of the ids with embeddings."""

  def _embed(self, embeddings, ids):
    counts = tf.reduce_sum(tf.one_hot(ids, self.n_classes), axis=1)
    return tf.matmul(counts, embeddings)


class ConvNet(softmax_classifier.SoftmaxClassifier):
  """Convolutions of stride 1 with SAME padding, then one dense layer.

  Parameters are a kernel [height, width, channels in, filters] per convolution,
  no bias; then W [all outputs, classes] and b [classes]. All start N(0, 0.01).
  """

  def __init__(self, image_shape, n_classes, filter_list,
               activation=tf.nn.relu, random_seed=None, noise_stdev=0.0,
               l2_reg_scale=1e-3):
    """Creates a net.

    Args:
      image_shape: Three ints, (channels, height, width).
      n_classes: An int >= 2.
      filter_list: A sequence of (height, width, number of filters), one per
        convolution.
      activation: A function of a tensor, applied after every convolution.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.
      l2_reg_scale: A float >= 0, the weight of the penalty.

    Raises:
      ValueError: If an argument is not as above; as `SoftmaxClassifier`.
    """
    _check_n_classes(n_classes)
    if not _is_sizes(image_shape) or len(image_shape) != 3:
      raise ValueError("image_shape must be (channels, height, width), such as "
                       "(1, 28, 28); got {!r}.".format(image_shape))
    all_filters = list(filter_list) if np.iterable(filter_list) else [None]
    if not all(_is_sizes(each) and len(each) == 3 for each in all_filters):
      raise ValueError("filter_list must be [(height, width, filters), ...], "
                       "such as [(3, 3, 8)]; got {!r}.".format(filter_list))
    channels, height, width = image_shape
    shapes = []
    for rows, columns, filters in all_filters:
      shapes.append([rows, columns, channels, filters])
      channels = filters
    shapes.extend([[channels * height * width, n_classes], [n_classes]])
    super().__init__(shapes, random_seed, noise_stdev, l2_reg_scale)
    self.image_shape = tuple(image_shape)
    self.n_features = image_shape[0] * height * width
    self.n_classes = n_classes
    self.activation = activation

  def inference(self, params, data):
    """Returns logits.

    Args:
      params: List of float32 tensors, shaped like `param_shapes`.
      data: Tensor of shape [rows, height, width, channels], or with all but
        the first axis flattened into one.

    Returns:
      A float32 tensor of shape [rows, n_classes].
    """
    channels, height, width = self.image_shape
    layer = tf.reshape(_flat_rows(data, self.n_features),
                       [-1, height, width, channels])
    for kernel in params[:-2]:
      layer = self.activation(tf.nn.conv2d(
          layer, kernel, strides=[1, 1, 1, 1], padding="SAME"))
    layer = tf.reshape(layer, [-1, self.param_shapes[-2][0]])
    return tf.matmul(layer, params[-2]) + params[-1]

  def _initial_tensor(self, shape, noise):
    return 0.01 * noise.normal(shape)


def _check_n_classes(n_classes):
  if n_classes < 2:
    raise ValueError("n_classes must be at least 2; got {!r}. A single yes-or-"
                     "no output is n_classes=2.".format(n_classes))


def _is_sizes(value):
  return np.ndim(value) == 1 and all(
      isinstance(size, numbers.Integral) and size > 0 for size in value)


def _flat_rows(data, n_features):
  """Returns data as float32 of shape [rows, n_features]."""
  data = tf.convert_to_tensor(data)
  if data.dtype != tf.float32:
    data = tf.cast(data, tf.float32)
  if data.shape.ndims != 2:
    data = tf.reshape(data, [-1, n_features])
  return data
