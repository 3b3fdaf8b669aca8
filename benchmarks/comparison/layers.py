# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Layers that nets are made of.

A layer keeps its options only. `declare(shape)` lists the tensors it needs for
inputs of a shape, without the axis of rows, and says the shape of its outputs;
`apply(params, inputs)` computes them. All can be differentiated twice, also
where XLA compiles them.
"""

import collections
import functools
import math

import numpy as np
import tensorflow.compat.v1 as tf

Tensor = collections.namedtuple("Tensor", "shape, mean, stdev")
"""A parameter that starts N(mean, stdev^2).

Attributes:
  shape: Sequence of integers.
  mean: Float.
  stdev: Float.
"""

ACTIVATIONS = {"linear": tf.identity, "relu": tf.nn.relu, "elu": tf.nn.elu,
               "tanh": tf.tanh, "sigmoid": tf.sigmoid}
_KERNEL = 3


def declare(layers, shape):
  """What a stack of layers needs.

  Args:
    layers: Sequence of layers.
    shape: Sequence of integers, of the inputs without the axis of rows.

  Returns:
    A list of `Tensor`s, and the shape of the outputs, likewise.
  """
  tensors = []
  for layer in layers:
    more, shape = layer.declare(shape)
    tensors += more
  return tensors, shape


def apply(layers, params, inputs):
  """Computes a stack of layers.

  Args:
    layers: Sequence of layers.
    params: List of tensors, those that `declare` lists.
    inputs: Tensor [rows, ...].

  Returns:
    A tensor [rows, ...].
  """
  for layer in layers:
    count = len(layer.declare(inputs.shape.as_list()[1:])[0])
    inputs = layer.apply(params[:count], inputs)
    params = params[count:]
  return inputs


def _weights(shape, start):
  """A `Tensor` of weights; the last axis is that of the outputs."""
  inputs = float(np.prod(shape[:-1]))
  outputs = float(np.prod(shape[:-2]) * shape[-1])
  variance = {"he": 2 / inputs, "glorot": 2 / (inputs + outputs),
              "lecun": 1 / inputs, "zeros": 0.0}[start]
  return Tensor(shape, 0.0, math.sqrt(variance))


def _bias(size, mean=0.0):
  return Tensor([size], mean, 0.0)


class _Layer:
  """Shows its options, in the order of the constructor's arguments."""

  def declare(self, shape):
    """See the module."""
    raise NotImplementedError

  def apply(self, params, inputs):
    """See the module."""
    raise NotImplementedError

  def __repr__(self):
    return "{}({})".format(type(self).__name__, ", ".join(
        str(value) for value in vars(self).values()))


class Dense(_Layer):
  """activation(x W + b)."""

  def __init__(self, units, activation="linear", start="glorot"):
    self.units = units
    self.activation = activation
    self.start = start

  def declare(self, shape):
    """See the module."""
    return ([_weights([shape[-1], self.units], self.start),
             _bias(self.units)], list(shape[:-1]) + [self.units])

  def apply(self, params, inputs):
    """See the module: `inputs` [rows, ..., features]."""
    return ACTIVATIONS[self.activation](_product(inputs, params[0]) + params[1])


def _product(inputs, weights):
  """[rows, ..., features] times a matrix [features, units]."""
  shape = inputs.shape.as_list()
  if len(shape) == 2:
    return tf.matmul(inputs, weights)
  return tf.reshape(
      tf.matmul(tf.reshape(inputs, [-1, shape[-1]]), weights),
      [-1] + shape[1:-1] + weights.shape.as_list()[-1:])


class LayerNorm(_Layer):
  """Scale and offset of channels, normalized for each row and position."""

  def declare(self, shape):
    """See the module."""
    return [_bias(shape[-1], 1.0), _bias(shape[-1])], shape

  def apply(self, params, inputs):
    """See the module: the last axis of `inputs` is that of the channels."""
    mean = tf.reduce_mean(inputs, -1, keepdims=True)
    variance = tf.reduce_mean(tf.math.squared_difference(inputs, mean), -1,
                              keepdims=True)
    return ((inputs - mean) * tf.math.rsqrt(variance + 1e-5) * params[0] +
            params[1])


class Positions(_Layer):
  """Adds a vector for each position: [rows, length, size]."""

  def declare(self, shape):
    """See the module."""
    return [Tensor(list(shape), 0.0, 0.02)], shape

  def apply(self, params, inputs):
    """See the module."""
    return inputs + params[0]


class Attention(_Layer):
  """Attention of positions to each other, or only to those before them."""

  def __init__(self, heads, is_causal=False):
    self.heads = heads
    self.is_causal = is_causal

  def declare(self, shape):
    """See the module."""
    size = shape[-1]
    return ([_weights([size, 3 * size], "glorot"),
             _weights([size, size], "glorot")], shape)

  def apply(self, params, inputs):
    """See the module: `inputs` [rows, length, size]."""
    length, size = inputs.shape.as_list()[1:]
    query, key, value = [
        tf.transpose(tf.reshape(
            part, [-1, length, self.heads, size // self.heads]), [0, 2, 1, 3])
        for part in tf.split(_product(inputs, params[0]), 3, axis=-1)]
    scores = tf.matmul(query, key, transpose_b=True) / math.sqrt(
        size // self.heads)
    if self.is_causal:
      scores += np.triu(np.full([length, length], -1e9, np.float32), 1)
    mixed = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), [0, 2, 1, 3])
    return _product(tf.reshape(mixed, [-1, length, size]), params[1])


class At(_Layer):
  """What is at one position: [rows, length, size] to [rows, size]."""

  def __init__(self, position):
    self.position = position

  def declare(self, shape):
    """See the module."""
    return [], list(shape[1:])

  def apply(self, params, inputs):
    """See the module."""
    return inputs[:, self.position]


class Activation(_Layer):
  """One of `ACTIVATIONS`."""

  def __init__(self, name):
    self.name = name

  def declare(self, shape):
    """See the module."""
    return [], shape

  def apply(self, params, inputs):
    """See the module."""
    return ACTIVATIONS[self.name](inputs)


class BatchNorm(_Layer):
  """Scale and offset of channels that the rows at hand normalize."""

  def declare(self, shape):
    """See the module."""
    return [_bias(shape[-1], 1.0), _bias(shape[-1])], shape

  def apply(self, params, inputs):
    """See the module: the last axis of `inputs` is that of the channels."""
    axes = list(range(inputs.shape.ndims - 1))
    mean = tf.reduce_mean(inputs, axes)
    # Not tf.nn.moments, whose second derivative lacks that of the mean.
    variance = tf.reduce_mean(tf.math.squared_difference(inputs, mean), axes)
    return ((inputs - mean) * (params[0] * tf.math.rsqrt(variance + 1e-3)) +
            params[1])


class Residual(_Layer):
  """x + layers(x)."""

  def __init__(self, layers):
    self.layers = layers

  def declare(self, shape):
    """See the module."""
    return declare(self.layers, shape)[0], shape

  def apply(self, params, inputs):
    """See the module."""
    return inputs + apply(self.layers, params, inputs)


class Conv(_Layer):
  """A 3 x 3 convolution of images padded with zeros, with a bias."""

  def __init__(self, filters, activation="linear", start="he"):
    self.filters = filters
    self.activation = activation
    self.start = start

  def declare(self, shape):
    """See the module."""
    height, width, channels = shape
    return ([_weights([_KERNEL, _KERNEL, channels, self.filters], self.start),
             _bias(self.filters)], [height, width, self.filters])

  def apply(self, params, inputs):
    """See the module: `inputs` [rows, height, width, channels]."""
    # A matrix product, since XLA compiles tf.nn.conv2d to slow code.
    height, width, channels = inputs.shape.as_list()[1:]
    padded = tf.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]])
    patches = tf.concat(
        [padded[:, i:i + height, j:j + width]
         for i in range(_KERNEL) for j in range(_KERNEL)], 3)
    size = _KERNEL * _KERNEL * channels
    outputs = tf.matmul(tf.reshape(patches, [-1, size]),
                        tf.reshape(params[0], [size, self.filters]))
    outputs = tf.reshape(outputs, [-1, height, width, self.filters])
    return ACTIVATIONS[self.activation](outputs + params[1])


class Pool(_Layer):
  """The greatest value ("max"), or the "mean", of each 2 x 2 pixels."""

  def __init__(self, kind):
    self.kind = kind

  def declare(self, shape):
    """See the module."""
    height, width, channels = shape
    return [], [height // 2, width // 2, channels]

  def apply(self, params, inputs):
    """See the module: `inputs` [rows, height, width, channels]."""
    height, width, channels = inputs.shape.as_list()[1:]
    blocks = tf.reshape(
        inputs, [-1, height // 2, 2, width // 2, 2, channels])
    if self.kind == "mean":
      return tf.reduce_mean(blocks, [2, 4])
    # Not tf.reduce_max: its gradient divides by the number of elements equal
    # to the greatest, and XLA, which computes these twice, finds none at times.
    return functools.reduce(
        tf.maximum, [blocks[:, :, i, :, j] for i in range(2) for j in range(2)])


class Flatten(_Layer):
  """All axes but that of the rows into one."""

  def declare(self, shape):
    """See the module."""
    return [], [int(np.prod(shape))]

  def apply(self, params, inputs):
    """See the module."""
    return tf.reshape(inputs, [-1, int(np.prod(inputs.shape.as_list()[1:]))])


class Embedding(_Layer):
  """A vector for each symbol: [rows, length] to [rows, length, size]."""

  def __init__(self, num_symbols, size, stdev):
    self.num_symbols = num_symbols
    self.size = size
    self.stdev = stdev

  def declare(self, shape):
    """See the module."""
    return ([Tensor([self.num_symbols, self.size], 0.0, self.stdev)],
            list(shape) + [self.size])

  def apply(self, params, inputs):
    """See the module: `inputs` are integers."""
    return tf.gather(params[0], tf.cast(inputs, tf.int32))


class Factors(_Layer):
  """Of a pair (i, j) the prediction u_i . v_j + a_i + b_j.

  Parameters are U [rows, rank], V [columns, rank], a [rows, 1], b [columns, 1].
  """

  def __init__(self, rows, columns, rank, stdev):
    self.rows = rows
    self.columns = columns
    self.rank = rank
    self.stdev = stdev

  def declare(self, shape):
    """See the module."""
    return ([Tensor([self.rows, self.rank], 0.0, self.stdev),
             Tensor([self.columns, self.rank], 0.0, self.stdev),
             Tensor([self.rows, 1], 0.0, 0.0),
             Tensor([self.columns, 1], 0.0, 0.0)], [1])

  def apply(self, params, inputs):
    """See the module: `inputs` [rows, 2] are integers."""
    i, j = tf.unstack(tf.cast(inputs, tf.int32), axis=1)
    left, right, left_bias, right_bias = [
        tf.gather(param, index) for param, index in zip(params, (i, j, i, j))]
    return (tf.reduce_sum(left * right, 1, keepdims=True) + left_bias +
            right_bias)


def _zero_state(inputs, units):
  """Zeros [rows, units] for `inputs` [rows, length, features]."""
  return tf.tile(tf.zeros_like(inputs[:, 0, :1]), [1, units])


class Recurrent(_Layer):
  """The last state of h <- tanh([x_t, h] W + b), h starting at 0.

  It is unrolled, as nobody can differentiate a `tf.while_loop` twice.
  """

  def __init__(self, units):
    self.units = units

  def declare(self, shape):
    """See the module."""
    return ([_weights([shape[-1] + self.units, self.units], "glorot"),
             _bias(self.units)], [self.units])

  def apply(self, params, inputs):
    """See the module: `inputs` [rows, length, features]."""
    h = _zero_state(inputs, self.units)
    for t in range(inputs.shape.as_list()[1]):
      h = tf.tanh(
          tf.matmul(tf.concat([inputs[:, t], h], 1), params[0]) + params[1])
    return h


class GRU(_Layer):
  """The last state of gated recurrent units, unrolled.

      r, u = sigmoid([x_t, h] W + b)
      h <- u h + (1 - u) tanh([x_t, r h] V + c)

  The gates' bias b starts at 1, as that of TensorFlow's `GRUCell`.
  """

  def __init__(self, units):
    self.units = units

  def declare(self, shape):
    """See the module."""
    inputs = shape[-1] + self.units
    return ([_weights([inputs, 2 * self.units], "glorot"),
             _bias(2 * self.units, 1.0),
             _weights([inputs, self.units], "glorot"), _bias(self.units)],
            [self.units])

  def apply(self, params, inputs):
    """See the module: `inputs` [rows, length, features]."""
    weights, bias, candidate_weights, candidate_bias = params
    h = _zero_state(inputs, self.units)
    for t in range(inputs.shape.as_list()[1]):
      gates = tf.matmul(tf.concat([inputs[:, t], h], 1), weights) + bias
      reset, keep = tf.split(tf.sigmoid(gates), 2, axis=1)
      candidate = tf.tanh(
          tf.matmul(tf.concat([inputs[:, t], reset * h], 1),
                    candidate_weights) + candidate_bias)
      h = keep * h + (1 - keep) * candidate
    return h
