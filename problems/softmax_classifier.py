# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What all classifiers share: the loss, predictions and accuracy.

The objective is

    mean over rows of the cross-entropy
    + l2_reg_scale * (mean over parameter tensors of their sum of squares).

With two classes the cross-entropy is the binary one, of the first logit against
the label; the second logit is not read. With more it is the softmax's.
"""

import math

import numpy as np
import tensorflow.compat.v1 as tf

from . import problem


class SoftmaxClassifier(problem.Problem):
  """Base class: everything but the net. Subclasses define `inference`.

  Attributes:
    l2_reg_scale: Float, the weight of the penalty.
  """

  def __init__(self, param_shapes, random_seed=None, noise_stdev=0.0,
               l2_reg_scale=1e-3):
    """Creates a classifier.

    Args:
      param_shapes: As in `Problem`.
      random_seed: Integer or None; see `Problem`.
      noise_stdev: Float; see `Problem`.
      l2_reg_scale: Float >= 0, the weight of the penalty.

    Raises:
      ValueError: If `l2_reg_scale` is negative, and as `Problem`.
    """
    if not l2_reg_scale >= 0:
      raise ValueError("l2_reg_scale must be >= 0, with 0 for no penalty; got "
                       "{!r}.".format(l2_reg_scale))
    super().__init__(param_shapes, random_seed, noise_stdev)
    self.l2_reg_scale = float(l2_reg_scale)

  def inference(self, params, data):
    """Returns logits.

    Args:
      params: List of float32 tensors, shaped like `param_shapes`.
      data: Tensor whose first axis is rows.

    Returns:
      A float32 tensor of shape [rows, classes].
    """
    raise NotImplementedError(
        "{} must define inference().".format(type(self).__name__))

  def objective(self, parameters, data=None, labels=None):
    """Returns the regularized mean cross-entropy.

    Args:
      parameters: List of float32 tensors, shaped like `param_shapes`.
      data: Tensor whose first axis is rows.
      labels: Tensor of shape [rows] or [rows, 1], of integers. With two
        classes also of floats, the probability of class 1.

    Returns:
      A float32 scalar.

    Raises:
      ValueError: If data or labels are missing, or labels known when the graph
        is built are not numbers of a class.
    """
    if data is None or labels is None:
      raise ValueError(
          "{} classifies rows of a data set and needs data and labels; got "
          "data={!r}, labels={!r}. Give it a Dataset, such as those of "
          "problems.datasets.".format(type(self).__name__, data, labels))
    losses = self._cross_entropy(self.inference(parameters, data),
                                 tf.convert_to_tensor(labels))
    squares = [tf.reduce_sum(tf.square(p)) for p in parameters]
    penalty = tf.add_n(squares) / len(squares)
    return tf.reduce_mean(losses) + self.l2_reg_scale * penalty

  def argmax(self, logits):
    """Returns the most probable class of each row, as the loss reads it.

    Args:
      logits: A float32 tensor of shape [rows, classes].

    Returns:
      An int32 tensor of shape [rows].
    """
    if _num_classes(logits) == 2:
      return tf.cast(logits[:, 0] > 0, tf.int32)
    return tf.argmax(logits, axis=1, output_type=tf.int32)

  def accuracy(self, params, data, labels):
    """Returns the fraction of rows whose most probable class is their label.

    Args:
      params: List of float32 tensors, shaped like `param_shapes`.
      data: Tensor whose first axis is rows.
      labels: Tensor of shape [rows] or [rows, 1].

    Returns:
      A float32 scalar.
    """
    labels = _one_axis(tf.convert_to_tensor(labels))
    predictions = self.argmax(self.inference(params, data))
    return tf.reduce_mean(tf.cast(
        tf.equal(tf.cast(predictions, labels.dtype), labels), tf.float32))

  def _cross_entropy(self, logits, labels):
    """Returns the loss of each row, a float32 tensor of shape [rows]."""
    num_classes = _num_classes(logits)
    _check_labels(tf.get_static_value(labels), num_classes)
    labels = _one_axis(labels)
    if num_classes == 2:
      return tf.nn.sigmoid_cross_entropy_with_logits(
          labels=tf.cast(labels, tf.float32), logits=logits[:, 0])
    # Not the sparse op, which has no second derivative.
    return tf.nn.softmax_cross_entropy_with_logits_v2(
        labels=tf.one_hot(tf.cast(labels, tf.int64), num_classes),
        logits=logits)

  def _initial_tensor(self, shape, noise):
    return 1.2 / math.sqrt(shape[0]) * noise.normal(shape)


def _check_labels(values, num_classes):
  """Raises ValueError for labels of no class, if they are known."""
  if values is None or not values.size:
    return
  # The label of two classes may be a probability.
  fits = ((values >= 0) & (values <= 1) if num_classes == 2 else
          np.isin(values, np.arange(num_classes)))
  if not np.all(fits):
    raise ValueError(
        "Labels must be {} from 0 to {}; got values from {} to {}, such as {}."
        .format("numbers" if num_classes == 2 else "integers", num_classes - 1,
                values.min(), values.max(), values[~fits][0]))


def _num_classes(logits):
  """Returns the number of columns of logits."""
  num_classes = tf.TensorShape(logits.shape).with_rank(2).as_list()[1]
  if num_classes is None:
    raise ValueError("inference() must return logits of a static number of "
                     "classes; got shape {}.".format(logits.shape))
  return num_classes


def _one_axis(labels):
  """Returns labels of shape [rows] or [rows, 1] with shape [rows]."""
  if labels.shape.ndims == 1:
    return labels
  if labels.shape.ndims == 2 and labels.shape.as_list()[1] != 1:
    raise ValueError("Labels must have shape [rows] or [rows, 1]; got {}. For "
                     "one-hot labels use their arg-max.".format(labels.shape))
  return tf.reshape(labels, [-1])
