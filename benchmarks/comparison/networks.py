# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Kinds of nets that no optimizer here is meta-trained on.

They are `Problem`s whose starts are drawn from the noise they are given, so
that all optimizers start at the same points. Weights start N(0, 2 / inputs)
in front of ReLUs and N(0, 1 / inputs) elsewhere, biases 0. Classifiers have
the weight penalty of `SoftmaxClassifier`, so that no loss ends at 0.
"""

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import nets
from problems import problem_generator as pg


class ScaledStart:
  """Mix-in: weights start N(0, gain / inputs), vectors at 0."""

  gain = 2.0

  def _initial_tensor(self, shape, noise):
    if len(shape) == 1:
      return tf.zeros(shape)
    inputs = int(np.prod(shape[:-1]))
    return np.sqrt(self.gain / inputs).astype(np.float32) * noise.normal(shape)


class ReLUNet(ScaledStart, pg.FullyConnected):
  """A multi-layer perceptron with ReLUs."""

  def __init__(self, n_features, n_classes, hidden_sizes, random_seed=None):
    """Creates a net.

    Args:
      n_features: Integer.
      n_classes: Integer.
      hidden_sizes: Sequence of integers.
      random_seed: See `Problem`.
    """
    super().__init__(n_features, n_classes, hidden_sizes,
                     tf.nn.relu, random_seed)


class ConvNet(ScaledStart, pg.ConvNet):
  """3 x 3 convolutions, the second of stride 2, ReLUs, a dense layer."""

  def __init__(self, image_shape, n_classes, filters, random_seed=None):
    """Creates a net.

    Args:
      image_shape: Three integers, (channels, height, width).
      n_classes: Integer.
      filters: Two integers, the numbers of filters of the convolutions.
      random_seed: See `Problem`.
    """
    super().__init__(
        image_shape, n_classes, [(3, 3, n) for n in filters], tf.nn.relu,
        random_seed)
    channels, height, width = image_shape
    # The second convolution leaves every other row and column.
    outputs = ((height + 1) // 2) * ((width + 1) // 2) * filters[-1]
    self.param_shapes = [
        (3, 3, channels, filters[0]), (filters[0],),
        (3, 3, filters[0], filters[1]), (filters[1],),
        (outputs, n_classes), (n_classes,)]

  def inference(self, params, data):
    """Returns logits [rows, n_classes]; see `problem_generator.ConvNet`."""
    layer = images(data, self.image_shape)
    for i, stride in ((0, 1), (2, 2)):
      layer = tf.nn.relu(
          tf.nn.conv2d(layer, params[i], strides=stride, padding="SAME") +
          params[i + 1])
    layer = tf.reshape(layer, [-1, self.param_shapes[-2][0]])
    return tf.matmul(layer, params[-2]) + params[-1]


class ResidualNet(ScaledStart, pg.ConvNet):
  """A convolution, one residual block, the mean over pixels, a dense layer.

  The first convolution has stride 2. Every convolution is followed by batch
  normalization, whose scales start at 1 and whose mean and variance are always
  those of the rows at hand.
  """

  def __init__(self, image_shape, n_classes, filters, random_seed=None):
    """Creates a net.

    Args:
      image_shape: Three integers, (channels, height, width).
      n_classes: Integer.
      filters: Integer, the filters of each convolution.
      random_seed: See `Problem`.
    """
    super().__init__(
        image_shape, n_classes, [(3, 3, filters)] * 3, tf.nn.relu, random_seed)
    kernels = self.param_shapes[:-2]
    # In this order: a kernel, its scale [1, filters], its offset [filters].
    self.param_shapes = [
        shape for kernel in kernels
        for shape in (kernel, (1, filters), (filters,))]
    self.param_shapes += [(filters, n_classes), (n_classes,)]

  def _initial_tensor(self, shape, noise):
    if len(shape) == 2 and shape[0] == 1:
      return tf.ones(shape)
    return super()._initial_tensor(shape, noise)

  def inference(self, params, data):
    """Returns logits [rows, n_classes]; see `problem_generator.ConvNet`."""
    layer = images(data, self.image_shape)
    stem = tf.nn.relu(
        _normalized_convolution(layer, *params[:3], stride=2))
    layer = tf.nn.relu(_normalized_convolution(stem, *params[3:6]))
    layer = tf.nn.relu(stem + _normalized_convolution(layer, *params[6:9]))
    return tf.matmul(tf.reduce_mean(layer, [1, 2]), params[-2]) + params[-1]


def images(data, image_shape):
  """Makes [rows, height, width, channels] of rows of pixels."""
  images = tf.reshape(data, (-1,) + tuple(image_shape))
  return tf.transpose(images, [0, 2, 3, 1])


def _normalized_convolution(images, kernel, scale, offset, stride=1):
  outputs = tf.nn.conv2d(images, kernel, strides=stride, padding="SAME")
  mean = tf.reduce_mean(outputs, [0, 1, 2])
  variance = tf.reduce_mean(tf.math.squared_difference(outputs, mean),
                            [0, 1, 2])
  scale = tf.reshape(scale, [-1]) * tf.math.rsqrt(variance + 1e-3)
  return (outputs - mean) * scale + offset


class LSTM(ScaledStart, pg.SoftmaxRegression):
  """An LSTM that reads symbols and says what follows the last one.

  Parameters are W [symbols + hidden, 4 hidden] and b [4 hidden] of the gates,
  in the order input, candidate, forget, output, then those of the logits. The
  forget gate has an extra bias of 1.
  """

  gain = 1.0

  def __init__(self, length, n_symbols, hidden, random_seed=None):
    """Creates a net.

    Args:
      length: Integer, how many symbols it reads.
      n_symbols: Integer.
      hidden: Integer, the size of its state.
      random_seed: See `Problem`.
    """
    super().__init__(length, n_symbols, random_seed=random_seed)
    self._hidden = hidden
    self.param_shapes = [(n_symbols + hidden, 4 * hidden), (4 * hidden,),
                         (hidden, n_symbols), (n_symbols,)]

  def inference(self, params, data):
    """Returns logits [rows, n_symbols] for symbols `data` [rows, length]."""
    weights, bias, out_weights, out_bias = params
    inputs = tf.one_hot(tf.cast(data, tf.int32), self.n_classes)
    h = c = tf.zeros_like(inputs[:, 0, :1]) + tf.zeros([self._hidden])
    for t in range(self.n_features):
      gates = tf.matmul(tf.concat([inputs[:, t], h], 1), weights) + bias
      i, g, f, o = tf.split(gates, 4, axis=1)
      c = tf.sigmoid(f + 1.0) * c + tf.sigmoid(i) * tf.tanh(g)
      h = tf.sigmoid(o) * tf.tanh(c)
    return tf.matmul(h, out_weights) + out_bias


class Autoencoder(ScaledStart, pg.FullyConnected):
  """Mean square error of rows squeezed through a narrow layer.

  The layers are dense with tanh, the last one linear.
  """

  gain = 1.0

  def __init__(self, n_features, hidden_sizes, random_seed=None):
    """Creates a net.

    Args:
      n_features: Integer, the columns of the data.
      hidden_sizes: Sequence of integers, the layers between.
      random_seed: See `Problem`.
    """
    super().__init__(n_features, n_features, hidden_sizes, tf.tanh, random_seed)

  def objective(self, parameters, data=None, labels=None):
    """Returns the mean over all elements of the squared error."""
    return nets.reconstruction_error(
        self.inference(parameters, data), data, labels)
