# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Kinds of models that only the validation group has.

Like those of `networks`, their starts are drawn from the noise they are given.
Weights start N(0, gain / inputs), biases 0.
"""

import math

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import nets
from benchmarks.comparison import networks
from problems import problem_generator as pg


class DenseNet(networks.ScaledStart, pg.FullyConnected):
  """A multi-layer perceptron with any activation and scale of the start."""

  def __init__(self, n_features, n_classes, hidden_sizes, activation,
               gain=1.0, random_seed=None, noise_stdev=0.0):
    """Creates a net.

    Args:
      n_features: Integer.
      n_classes: Integer.
      hidden_sizes: Sequence of integers.
      activation: Function of a tensor.
      gain: Float, the variance of a weight times the inputs of its layer.
      random_seed: See `Problem`.
      noise_stdev: See `Problem`.
    """
    super().__init__(n_features, n_classes, hidden_sizes,
                     activation, random_seed, noise_stdev)
    self.gain = gain


class RegressionNet(networks.ScaledStart, pg.FullyConnected):
  """A net with tanh and one output: half the mean square of its error.

  The target of a row is the sine of its label.
  """

  gain = 1.0

  def __init__(self, n_features, hidden_sizes, random_seed=None):
    """Creates a net.

    Args:
      n_features: Integer.
      hidden_sizes: Sequence of integers.
      random_seed: See `Problem`.
    """
    super().__init__(n_features, 2, hidden_sizes, tf.tanh,
                     random_seed)
    self.param_shapes[-2:] = [(hidden_sizes[-1], 1), (1,)]

  def objective(self, parameters, data=None, labels=None):
    """Returns the loss, a scalar, for `data` [rows, n_features]."""
    target = tf.sin(tf.cast(labels, tf.float32))
    error = self.inference(parameters, data)[:, 0] - target
    return 0.5 * tf.reduce_mean(tf.square(error))


class CrossEntropyAutoencoder(networks.Autoencoder):
  """Sigmoid layers; the cross-entropy of elements in [0, 1]."""

  def __init__(self, n_features, hidden_sizes, random_seed=None):
    """Creates a net; see `Autoencoder`."""
    super().__init__(n_features, hidden_sizes, random_seed)
    self.activation = tf.sigmoid

  def objective(self, parameters, data=None, labels=None):
    """Returns the mean over all elements, a scalar."""
    return nets.reconstruction_cross_entropy(
        self.inference(parameters, data), data, labels)


class NormalizedResidualNet(networks.ScaledStart, pg.SoftmaxRegression):
  """Dense residual blocks, each with batch normalization in front of a ReLU.

  Parameters are W [features, width], b [width]; for each block W [width,
  width], a scale [1, width] that starts at 1, an offset [width]; then those of
  the logits. Mean and variance are always those of the rows at hand.
  """

  def __init__(self, n_features, n_classes, width, num_blocks,
               random_seed=None):
    """Creates a net.

    Args:
      n_features: Integer.
      n_classes: Integer.
      width: Integer.
      num_blocks: Integer.
      random_seed: See `Problem`.
    """
    super().__init__(
        n_features, n_classes, random_seed=random_seed)
    self.param_shapes = (
        [(n_features, width), (width,)] +
        [(width, width), (1, width), (width,)] * num_blocks +
        [(width, n_classes), (n_classes,)])

  def _initial_tensor(self, shape, noise):
    if len(shape) == 2 and shape[0] == 1:
      return tf.ones(shape)
    return super()._initial_tensor(shape, noise)

  def inference(self, params, data):
    """Returns logits [rows, n_classes] for `data` [rows, n_features]."""
    layer = tf.matmul(data, params[0]) + params[1]
    for i in range(2, len(params) - 2, 3):
      outputs = tf.matmul(layer, params[i])
      mean = tf.reduce_mean(outputs, 0)
      variance = tf.reduce_mean(tf.math.squared_difference(outputs, mean), 0)
      outputs = (outputs - mean) * tf.math.rsqrt(variance + 1e-3)
      layer += tf.nn.relu(outputs * params[i + 1] + params[i + 2])
    return tf.matmul(layer, params[-2]) + params[-1]


class PoolingNet(networks.ScaledStart, pg.ConvNet):
  """3 x 3 convolutions with ReLUs, each followed by 2 x 2 pooling."""

  def __init__(self, image_shape, n_classes, filters, use_max,
               random_seed=None):
    """Creates a net.

    Args:
      image_shape: Three integers, (channels, height, width), the last two
        divisible by 2 for each convolution.
      n_classes: Integer.
      filters: Sequence of integers, the filters of each convolution.
      use_max: Whether a pool's greatest value is taken, or else their mean.
      random_seed: See `Problem`.
    """
    super().__init__(
        image_shape, n_classes, [(3, 3, n) for n in filters], tf.nn.relu,
        random_seed)
    self._pool = tf.nn.max_pool2d if use_max else tf.nn.avg_pool2d
    _, height, width = image_shape
    shrinkage = 2 ** len(filters)
    inputs = (height // shrinkage) * (width // shrinkage) * filters[-1]
    # Each kernel is followed by its bias.
    self.param_shapes = [
        shape for kernel in self.param_shapes[:-2]
        for shape in (kernel, kernel[-1:])] + [
            (inputs, n_classes), (n_classes,)]

  def inference(self, params, data):
    """Returns logits [rows, n_classes]; see `problem_generator.ConvNet`."""
    layer = networks.images(data, self.image_shape)
    for i in range(0, len(params) - 2, 2):
      layer = tf.nn.conv2d(layer, params[i], strides=1, padding="SAME")
      layer = self._pool(tf.nn.relu(layer + params[i + 1]), 2, 2, "VALID")
    layer = tf.reshape(layer, [-1, self.param_shapes[-2][0]])
    return tf.matmul(layer, params[-2]) + params[-1]


class Factorization(pg.Problem):
  """Ratings of pairs as products of embeddings u_i and v_j.

      f(U, V) = mean over pairs (i, j) of (u_i . v_j - a_ij)^2
                + 1e-3 * (mean of U's and V's sums of squares)

  A row of data is a pair; a_ij is an element of a random matrix of half the
  rank. In a batch most rows of U and V have no gradient but the penalty's on
  the rows that are looked up.
  """

  def __init__(self, rows, columns, rank, random_seed=None):
    """Creates the problem.

    Args:
      rows: Integer.
      columns: Integer.
      rank: Integer, even, the length of an embedding.
      random_seed: See `Problem`.
    """
    super().__init__([[rows, rank], [columns, rank]],
                     random_seed)
    rng = np.random.RandomState(self.random_seed)
    self._ratings = rng.randn(rows, rank // 2).dot(
        rng.randn(rank // 2, columns)).astype("float32")

  def objective(self, parameters, data=None, labels=None):
    """Returns f, a scalar, for `data` [pairs, 2]."""
    pairs = tf.cast(data, tf.int32)
    left, right = [tf.gather(factor, pairs[:, i])
                   for i, factor in enumerate(parameters)]
    wanted = tf.gather_nd(tf.constant(self._ratings), pairs)
    error = tf.reduce_sum(left * right, 1) - wanted
    penalty = tf.reduce_mean(tf.reduce_sum(tf.square(left), 1) +
                             tf.reduce_sum(tf.square(right), 1))
    return tf.reduce_mean(tf.square(error)) + 1e-3 * penalty

  def _initial_tensor(self, shape, noise):
    return 0.5 / math.sqrt(shape[1]) * noise.normal(shape)


class NextSymbol(networks.ScaledStart, pg.SoftmaxRegression):
  """Embeddings of the symbols read, side by side, then a softmax layer."""

  gain = 1.0

  def __init__(self, length, n_symbols, size, random_seed=None):
    """Creates a net.

    Args:
      length: Integer, how many symbols it reads.
      n_symbols: Integer.
      size: Integer, the length of an embedding.
      random_seed: See `Problem`.
    """
    super().__init__(length, n_symbols,
                     random_seed=random_seed)
    # As the penalty touches all rows, none would be without gradient.
    self.l2_reg_scale = 0.0
    self.param_shapes = [(n_symbols, size), (length * size, n_symbols),
                         (n_symbols,)]

  def inference(self, params, data):
    """Returns logits [rows, n_symbols] for symbols `data` [rows, length]."""
    read = tf.gather(params[0], tf.cast(data, tf.int32))
    read = tf.reshape(read, [-1, self.param_shapes[1][0]])
    return tf.matmul(read, params[1]) + params[2]


class SkipGram(pg.Problem):
  """Embeddings of symbols, u, and of what stands beside them, v.

      f(U, V) = mean over rows (i, j, k_1, ...) of
                -log sigmoid(u_i . v_j) - sum over k of log sigmoid(-u_i . v_k)
  """

  def __init__(self, num_symbols, size, random_seed=None):
    """Creates the problem.

    Args:
      num_symbols: Integer.
      size: Integer, the length of an embedding.
      random_seed: See `Problem`.
    """
    super().__init__([[num_symbols, size]] * 2, random_seed)

  def init_tensors(self, seed=None, noise=None):
    """See `Problem`: U starts small, V at 0."""
    left, right = super().init_tensors(seed, noise)
    if isinstance(seed, (list, tuple)):
      return [left, right]
    return [0.5 / self.param_shapes[0][1] * left, tf.zeros_like(right)]

  def objective(self, parameters, data=None, labels=None):
    """Returns f, a scalar, for `data` [rows, 2 + wrong ones]."""
    symbols = tf.cast(data, tf.int32)
    left = tf.gather(parameters[0], symbols[:, :1])
    others = tf.gather(parameters[1], symbols[:, 1:])
    logits = tf.reduce_sum(left * others, 2)
    return tf.reduce_mean(tf.nn.softplus(-logits[:, 0]) +
                          tf.reduce_sum(tf.nn.softplus(logits[:, 1:]), 1))


class QLearning(networks.ScaledStart, pg.Problem):
  """Values of moves, learned from values of the moves after them.

  A ReLU net Q of one hidden layer. Gradients are those of half the mean square
  of reward + discount max Q(next) - Q, whose target moves along with Q and is
  taken as a constant. The loss is half the mean square distance to the true
  values, which Q is not told.
  """

  def __init__(self, num_fields, hidden, random_seed=None):
    """Creates the problem.

    Args:
      num_fields: Integer.
      hidden: Integer.
      random_seed: See `Problem`.
    """
    super().__init__([[num_fields, hidden], [hidden], [hidden, 4], [4]],
                     random_seed)

  def objective(self, parameters, data=None, labels=None):
    """Returns the loss, a scalar, for `data` of `transitions`."""
    field, move, reward, following, discount, true = tf.unstack(data, axis=1)
    guess = tf.reduce_sum(self._values(parameters, field) * tf.one_hot(
        tf.cast(move, tf.int32), 4), 1)
    target = tf.stop_gradient(reward + discount * tf.reduce_max(
        self._values(parameters, following), 1))
    surrogate = 0.5 * tf.reduce_mean(tf.square(target - guess))
    loss = 0.5 * tf.reduce_mean(tf.square(true - guess))
    return surrogate + tf.stop_gradient(loss - surrogate)

  def _values(self, parameters, fields):
    """Q [rows, 4] of fields [rows]."""
    hidden = tf.nn.relu(tf.gather(
        parameters[0], tf.cast(fields, tf.int32)) + parameters[1])
    return tf.matmul(hidden, parameters[2]) + parameters[3]


def without_penalty(spec):
  """Builds a classifier whose loss has no weight penalty.

  Such a net fits all its rows in the end, and its gradients vanish.

  Args:
    spec: `Spec` of a `SoftmaxClassifier`.

  Returns:
    The problem.
  """
  built = spec.build()
  built.l2_reg_scale = 0.0
  return built
