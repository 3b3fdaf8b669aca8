# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Functions for writing your own update rules."""

import tensorflow.compat.v1 as tf

from . import gradient_features
from . import rnn_cells
from . import selection

asinh = gradient_features.asinh


def make_finite(t, replacement):
  """Replaces what is infinite or not a number.

  Args:
    t: float32 tensor.
    replacement: Tensor of the same shape, or a number.

  Returns:
    float32 tensor of the same shape.
  """
  return selection.select(
      tf.math.is_finite(t), t, tf.zeros_like(t) + replacement)


def affine(inputs, output_size, scope="Affine", scale=0.1, vec_mean=0.0,
           include_bias=True, bias_init=0.0, random_seed=None):
  """Applies an affine map whose variables `tf.get_variable` makes.

  Args:
    inputs: float32 [n, rows], or a list of such to concatenate.
    output_size: Integer, columns of the result.
    scope: String, variable scope of "Matrix" [rows, output_size] and "Bias"
      [output_size].
    scale: Float; the matrix is drawn from N(vec_mean, scale / sqrt(rows)).
    vec_mean: Float.
    include_bias: Whether there is a bias.
    bias_init: Float, initial value of every bias.
    random_seed: None, or an integer that decides what is drawn.

  Returns:
    float32 [n, output_size].
  """
  if isinstance(inputs, (list, tuple)):
    inputs = tf.concat(inputs, 1)
  with tf.variable_scope(scope):
    parameters = rnn_cells.make_variables(
        rnn_cells.affine_declarations(
            inputs.shape.as_list()[1], output_size, scale, vec_mean, bias_init,
            include_bias), inputs.dtype, random_seed)
  outputs = tf.matmul(inputs, parameters["Matrix"])
  return outputs + parameters["Bias"] if include_bias else outputs


def project(inputs, weights, bias=0.0, activation=tf.identity):
  """activation(inputs weights + bias).

  Args:
    inputs: float32 [n, rows], or a list of such to concatenate.
    weights: float32 [rows, columns].
    bias: float32 [columns], or a number.
    activation: Function of a tensor.

  Returns:
    float32 [n, columns].
  """
  if isinstance(inputs, (list, tuple)):
    inputs = tf.concat(inputs, 1)
  return activation(tf.matmul(inputs, weights) + bias)


def new_mean_squared(grad_vec, decay, ms):
  """The next mean square, see `gradient_features.scaled_gradient`.

  Args:
    grad_vec: float32 [n, k].
    decay: float32 [n, k] or [n, 1], or a number.
    ms: float32 [n, k], the last mean square; where it is 0, decay counts as 0.

  Returns:
    float32 [n, k].
  """
  return gradient_features.scaled_gradient(grad_vec, ms, decay)[1]


def rms_scaling(gradient, decay, ms, update_ms=True):
  """Divides a gradient by its root mean square, and compresses it.

  Args:
    gradient: float32 [n, k].
    decay: See `new_mean_squared`.
    ms: float32 [n, k], the mean square.
    update_ms: Whether the gradient counts for the mean square first.

  Returns:
    (scaled gradient, mean square), both float32 [n, k].
  """
  if update_ms:
    return gradient_features.scaled_gradient(gradient, ms, decay)
  return gradient_features.compressed(gradient, ms), ms


def accumulate_sparse_gradients(grad):
  """Sums up the rows of a sparse gradient that have the same index.

  Args:
    grad: `tf.IndexedSlices`.

  Returns:
    (indices [m], each there once; values [m, ...]).
  """
  indices, ids = tf.unique(grad.indices)
  return indices, tf.math.unsorted_segment_sum(
      grad.values, ids, tf.size(indices))


def slice_tensor(dense, indices, head_dims):
  """Takes rows of a tensor whose first axis is several axes flattened.

  Args:
    dense: Tensor [d_0 * ... * d_h, ...].
    indices: int32 or int64 [m], along the first of the axes.
    head_dims: List of integers or int32 tensor, [d_0, ..., d_h].

  Returns:
    Tensor [m * d_1 * ... * d_h, ...].
  """
  tail = tf.shape(dense)[1:]
  rows = tf.gather(tf.reshape(dense, tf.concat([head_dims, tail], 0)), indices)
  return tf.reshape(rows, tf.concat([[-1], tail], 0))


def stack_tensor(slices, indices, dense, head_dims):
  """Undoes `slice_tensor`; rows that are missing are 0.

  Args:
    slices: Tensor [m * d_1 * ... * d_h, ...].
    indices: int32 or int64 [m], each there once.
    dense: Tensor of the shape of the result.
    head_dims: See `slice_tensor`.

  Returns:
    Tensor like `dense`.
  """
  head_dims = tf.convert_to_tensor(head_dims, tf.int32)
  shape = tf.concat([head_dims, tf.shape(dense)[1:]], 0)
  rows = tf.reshape(slices, tf.concat([tf.shape(indices), shape[1:]], 0))
  stacked = tf.scatter_nd(tf.expand_dims(indices, 1), rows,
                          tf.cast(shape, indices.dtype))
  stacked = tf.reshape(stacked, tf.shape(dense))
  stacked.set_shape(dense.shape)
  return stacked


def update_slices(slices, indices, dense, head_dims):
  """Undoes `slice_tensor`; rows that are missing are those of `dense`.

  Args and result are those of `stack_tensor`.
  """
  present = stack_tensor(tf.ones_like(slices), indices, dense, head_dims)
  return selection.select(
      tf.not_equal(present, tf.zeros_like(present)),
      stack_tensor(slices, indices, dense, head_dims), dense)
