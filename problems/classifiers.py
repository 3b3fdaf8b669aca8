# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Classifiers: softmax regression, fully connected and convolutional nets.

All of them minimize

    mean over rows of the cross-entropy
    + l2_reg_scale * (mean over parameter tensors of their sum of squares).

With two classes the cross-entropy is the binary one, of the first logit against
the label; the second logit is not looked at. With more it is the softmax's.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import math

import tensorflow as tf

from . import problem


class Classifier(problem.Problem):
  """Base class: everything but the net. Subclasses define `inference`.

  Attributes:
    n_features: An int, the number of columns of the data.
    n_classes: An int; labels are 0 to n_classes - 1.
    l2_reg_scale: A float, the weight of the penalty.
  """

  def __init__(self, n_features, n_classes, param_shapes, random_seed=None,
               noise_stdev=0.0, l2_reg_scale=1e-3):
    """Creates a classifier.

    Args:
      n_features: An int.
      n_classes: An int >= 2.
      param_shapes: As in `Problem`.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.
      l2_reg_scale: A float >= 0, the weight of the penalty.

    Raises:
      ValueError: if `n_classes` or `l2_reg_scale` is too small, and as
        `Problem`.
    """
    if n_classes < 2:
      raise ValueError("n_classes must be at least 2; got %r. A single yes-or-"
                       "no output is n_classes=2." % (n_classes,))
    if not l2_reg_scale >= 0:
      raise ValueError("l2_reg_scale must be >= 0, with 0 for no penalty; got "
                       "%r." % (l2_reg_scale,))
    super(Classifier, self).__init__(param_shapes, random_seed, noise_stdev)
    self.n_features = n_features
    self.n_classes = n_classes
    self.l2_reg_scale = float(l2_reg_scale)

  def inference(self, params, data):
    """Returns logits.

    Args:
      params: A list of float32 tensors, shaped like `param_shapes`.
      data: A float32 tensor of shape [rows, n_features].

    Returns:
      A float32 tensor of shape [rows, n_classes].
    """
    raise NotImplementedError(
        "%s must define inference()." % type(self).__name__)

  def objective(self, parameters, data=None, labels=None):
    """Returns the regularized mean cross-entropy.

    Args:
      parameters: A list of float32 tensors, shaped like `param_shapes`.
      data: A float32 tensor of shape [rows, n_features].
      labels: An int32 tensor of shape [rows].

    Returns:
      A float32 scalar.

    Raises:
      ValueError: if data or labels are missing.
    """
    if data is None or labels is None:
      raise ValueError(
          "%s classifies rows of a data set and needs data and labels; got "
          "data=%r, labels=%r. Give it a Dataset, such as datasets.random(%r, "
          "1000)." % (type(self).__name__, data, labels, self.n_features))
    losses = self._cross_entropy(self.inference(parameters, data), labels)
    squares = [tf.reduce_sum(tf.square(p)) for p in parameters]
    penalty = tf.add_n(squares) / len(squares)
    return tf.reduce_mean(losses) + self.l2_reg_scale * penalty

  def argmax(self, logits):
    """Returns the most probable class of each row, as the loss reads it.

    Args:
      logits: A float32 tensor of shape [rows, n_classes].

    Returns:
      An int32 tensor of shape [rows].
    """
    if self.n_classes == 2:
      return tf.cast(logits[:, 0] > 0, tf.int32)
    return tf.argmax(logits, axis=1, output_type=tf.int32)

  def accuracy(self, params, data, labels):
    """Returns the fraction of rows whose most probable class is their label.

    Args:
      params: A list of float32 tensors, shaped like `param_shapes`.
      data: A float32 tensor of shape [rows, n_features].
      labels: An int32 tensor of shape [rows].

    Returns:
      A float32 scalar.
    """
    predictions = self.argmax(self.inference(params, data))
    return tf.reduce_mean(
        tf.cast(tf.equal(predictions, tf.cast(labels, tf.int32)), tf.float32))

  def _cross_entropy(self, logits, labels):
    """Returns the loss of each row, a float32 tensor of shape [rows]."""
    if self.n_classes == 2:
      return tf.nn.sigmoid_cross_entropy_with_logits(
          labels=tf.cast(labels, tf.float32), logits=logits[:, 0])
    # Not the sparse op, which has no second derivative.
    return tf.nn.softmax_cross_entropy_with_logits_v2(
        labels=tf.one_hot(tf.cast(labels, tf.int32), self.n_classes),
        logits=logits)

  def _initial_tensor(self, shape, noise):
    return 1.2 / math.sqrt(shape[0]) * noise.normal(shape)


class FullyConnected(Classifier):
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
      hidden_sizes: A sequence of ints, the sizes of the hidden layers.
      activation: A function of a tensor, applied to every hidden layer.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.
      l2_reg_scale: A float >= 0, the weight of the penalty.

    Raises:
      ValueError: as `Classifier`.
    """
    sizes = [n_features] + list(hidden_sizes) + [n_classes]
    shapes = []
    for rows, columns in zip(sizes[:-1], sizes[1:]):
      shapes.extend([[rows, columns], [columns]])
    super(FullyConnected, self).__init__(n_features, n_classes, shapes,
                                         random_seed, noise_stdev,
                                         l2_reg_scale)
    self.hidden_sizes = tuple(hidden_sizes)
    self.activation = activation

  def inference(self, params, data):
    """Returns logits [rows, n_classes] for `data` [rows, n_features]."""
    layer = data
    for i in range(0, len(params), 2):
      if i:
        layer = self.activation(layer)
      layer = tf.matmul(layer, params[i]) + params[i + 1]
    return layer


class SoftmaxRegression(FullyConnected):
  """A linear classifier, with parameters W [features, classes], b [classes]."""

  def __init__(self, n_features, n_classes, random_seed=None, noise_stdev=0.0,
               l2_reg_scale=1e-3):
    """Creates a linear classifier.

    Args:
      n_features: An int.
      n_classes: An int >= 2.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.
      l2_reg_scale: A float >= 0, the weight of the penalty.

    Raises:
      ValueError: as `Classifier`.
    """
    super(SoftmaxRegression, self).__init__(
        n_features, n_classes, hidden_sizes=(), random_seed=random_seed,
        noise_stdev=noise_stdev, l2_reg_scale=l2_reg_scale)


class SparseSoftmaxRegression(Classifier):
  """A linear classifier of bags of integers, by summed embeddings.

  A row of data holds any number of integers in [0, n_features); its logits are
  b + the sum over them of W's rows. Parameters are W [features, classes] and b
  [classes]. Where TensorFlow differentiates the look-up, the gradient of W is
  sparse.
  """

  def __init__(self, n_features, n_classes, random_seed=None, noise_stdev=0.0,
               l2_reg_scale=1e-3):
    """Creates a classifier.

    Args:
      n_features: An int, the number of different integers in the data.
      n_classes: An int >= 2.
      random_seed: An int or None; see `Problem`.
      noise_stdev: A float; see `Problem`.
      l2_reg_scale: A float >= 0, the weight of the penalty.

    Raises:
      ValueError: as `Classifier`.
    """
    super(SparseSoftmaxRegression, self).__init__(
        n_features, n_classes, [[n_features, n_classes], [n_classes]],
        random_seed, noise_stdev, l2_reg_scale)

  def inference(self, params, data):
    """Returns logits [rows, n_classes] for integers `data` [rows, any]."""
    rows = tf.nn.embedding_lookup(params[0], tf.cast(data, tf.int32))
    return tf.reduce_sum(rows, axis=1) + params[1]


class OneHotSparseSoftmaxRegression(SparseSoftmaxRegression):
  """The same classifier, by multiplying counts of the integers with W."""

  def inference(self, params, data):
    """Returns logits [rows, n_classes] for integers `data` [rows, any]."""
    one_hot = tf.one_hot(tf.cast(data, tf.int32), self.n_features)
    return tf.matmul(tf.reduce_sum(one_hot, axis=1), params[0]) + params[1]


class ConvNet(Classifier):
  """Convolutions of stride 1 with SAME padding, then one dense layer.

  Parameters are, per convolution, a kernel [height, width, channels in,
  filters] and a bias [filters]; then W [all outputs, classes] and b [classes].
  All start N(0, 0.01).
  """

  def __init__(self, image_shape, n_classes, filter_list,
               activation=tf.nn.sigmoid, random_seed=None, noise_stdev=0.0,
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
      ValueError: if `image_shape` is not three sizes, and as `Classifier`.
    """
    if len(image_shape) != 3:
      raise ValueError("image_shape must be (channels, height, width), such as "
                       "(1, 28, 28); got %r." % (image_shape,))
    channels, height, width = image_shape
    shapes = []
    for rows, columns, filters in filter_list:
      shapes.extend([[rows, columns, channels, filters], [filters]])
      channels = filters
    shapes.extend([[channels * height * width, n_classes], [n_classes]])
    super(ConvNet, self).__init__(image_shape[0] * height * width, n_classes,
                                  shapes, random_seed, noise_stdev,
                                  l2_reg_scale)
    self.image_shape = tuple(image_shape)
    self.activation = activation

  def inference(self, params, data):
    """Returns logits.

    Args:
      params: A list of float32 tensors, shaped like `param_shapes`.
      data: A float32 tensor of shape [rows, channels, height, width], or with
        all but the first axis flattened into one.

    Returns:
      A float32 tensor of shape [rows, n_classes].
    """
    layer = tf.reshape(data, (-1,) + self.image_shape)
    # The CPU's convolutions want channels last.
    layer = tf.transpose(layer, [0, 2, 3, 1])
    for i in range(0, len(params) - 2, 2):
      layer = tf.nn.conv2d(layer, params[i], strides=[1, 1, 1, 1],
                           padding="SAME")
      layer = self.activation(layer + params[i + 1])
    layer = tf.reshape(layer, [-1, self.param_shapes[-2][0]])
    return tf.matmul(layer, params[-2]) + params[-1]

  def _initial_tensor(self, shape, noise):
    return 0.01 * noise.normal(shape)
