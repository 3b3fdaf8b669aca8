# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Problems made of others: nets of any layers, and other units."""

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import layers as layers_lib
from problems import problem_generator as pg


class Net(pg.Problem):
  """A stack of layers, fitted to data.

      f = loss + penalty * (mean over parameters of their sum of squares)
  """

  def __init__(self, input_shape, layers, loss, penalty=0.0, random_seed=None):
    """Creates a net.

    Args:
      input_shape: Sequence of integers, the shape of a row of data.
      layers: Sequence of layers of `layers`.
      loss: Function of outputs, data and labels, for instance `cross_entropy`.
      penalty: Float >= 0.
      random_seed: See `Problem`.
    """
    self._tensors, _ = layers_lib.declare(layers, input_shape)
    super().__init__([tensor.shape for tensor in self._tensors],
                     random_seed)
    self.layers = layers
    self._loss = loss
    self._penalty = penalty

  def init_tensors(self, seed=None, noise=None):
    """See `Problem`: what the layers say."""
    if isinstance(seed, (list, tuple)):
      return super().init_tensors(seed)
    if noise is None:
      noise = pg.StatefulNoise(seed)
    return [tensor.mean + tensor.stdev * noise.normal(tensor.shape)
            if tensor.stdev else tf.fill(tensor.shape, tensor.mean)
            for tensor in self._tensors]

  def objective(self, parameters, data=None, labels=None):
    """Returns f, a scalar."""
    parameters = [tf.convert_to_tensor(each) for each in parameters]
    outputs = layers_lib.apply(self.layers, parameters, data)
    loss = self._loss(outputs, data, labels)
    if not self._penalty:
      return loss
    squares = [tf.reduce_sum(tf.square(each)) for each in parameters]
    return loss + self._penalty / len(squares) * tf.add_n(squares)


def cross_entropy(outputs, unused_data, labels):
  """Mean, a scalar: `outputs` [..., classes] are logits, `labels` classes."""
  # Not the sparse op, which has no second derivative.
  return tf.reduce_mean(
      tf.nn.softmax_cross_entropy_with_logits_v2(
          labels=tf.one_hot(tf.cast(labels, tf.int32),
                            outputs.shape.as_list()[-1]),
          logits=outputs))


def squared_error(outputs, unused_data, labels):
  """Mean over all elements, a scalar: `outputs` and `labels` of one shape."""
  return tf.reduce_mean(tf.math.squared_difference(outputs, labels))


def reconstruction_error(outputs, data, unused_labels):
  """Mean over all elements of the squared error, a scalar."""
  return tf.reduce_mean(tf.math.squared_difference(outputs, data))


def reconstruction_cross_entropy(outputs, data, unused_labels):
  """Mean over all elements, a scalar: logits of `data` in [0, 1]."""
  return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(
      labels=data, logits=outputs))


class Reparametrized(pg.Rescale):
  """f(x_1 / c_1, x_2 / c_2, ...): every tensor in units of its own.

  The starting point x_i is c_i times that of f, so that f starts where it does
  by itself. c_i is the product of a factor that all tensors share and one of
  its own, both log-uniform.

  Attributes:
    problem: The wrapped problem f.
    scale: Float, the factor that all share.
    scales: List of floats, the c_i.
  """

  def __init__(self, problem_spec, scale_seed, tensor_factor=10.0,
               common_factor=1.0):
    """Creates the problem.

    Args:
      problem_spec: A `Spec` of, or a, problem f.
      scale_seed: Integer that decides the c_i.
      tensor_factor: Float >= 1. Factors of tensors lie between its inverse and
        itself.
      common_factor: Float >= 1, likewise for what all share.
    """
    rng = np.random.RandomState(scale_seed)
    super().__init__(
        problem_spec, scale=common_factor ** rng.uniform(-1, 1))
    self.scales = [
        float(self.scale * tensor_factor ** rng.uniform(-1, 1))
        for _ in self.param_shapes]

  def init_tensors(self, seed=None, noise=None):
    """Returns c_i times the wrapped problem's; arrays are taken as given."""
    if isinstance(seed, (list, tuple)):
      return super().init_tensors(seed)
    return [scale * tensor for scale, tensor in zip(
        self.scales, self.problem.draw_start(seed, noise))]

  def objective(self, parameters, data=None, labels=None):
    """Returns f(x_1 / c_1, ...), a float32 scalar."""
    return self.problem.scalar_objective(
        [1.0 / scale * tf.convert_to_tensor(parameter)
         for scale, parameter in zip(self.scales, parameters)], data, labels)
