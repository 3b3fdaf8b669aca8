# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Many tensors as one column of coordinates.

A model's tensors, flattened and stacked, are one matrix with a row for each
coordinate. A per-coordinate quantity is then one [P, k] tensor, a per-tensor
quantity one [T, k] tensor, and a step of an optimizer costs the same handful
of ops whatever the number of tensors.
"""

import numpy as np
import tensorflow.compat.v1 as tf

# Above this many elements a dense [T, P] averaging matrix costs more than
# gathers and segment sums.
_MAX_DENSE_ELEMENTS = 2**18


class TensorLayout:
  """Where each of T tensors lies among P coordinates."""

  def __init__(self, shapes):
    """Lays the tensors out in the given order.

    Args:
      shapes: List of lists of integers, the static shapes.
    """
    self.shapes = [[int(dim) for dim in shape] for shape in shapes]
    self.sizes = [int(np.prod(shape)) for shape in self.shapes]
    self.num_tensors = len(self.shapes)
    self.num_coordinates = sum(self.sizes)
    self._dense = (
        self.num_tensors * self.num_coordinates <= _MAX_DENSE_ELEMENTS)

  def pack(self, tensors):
    """Flattens tensors of this layout's shapes into one [P, 1] column."""
    columns = [tf.reshape(tensor, [-1, 1]) for tensor in tensors]
    return columns[0] if len(columns) == 1 else tf.concat(columns, 0)

  def unpack(self, column):
    """Splits a [P, 1] column into a list of tensors of their own shapes."""
    return [tf.reshape(rows, shape)
            for rows, shape in zip(self.split_rows(column), self.shapes)]

  def split_rows(self, matrix):
    """Splits [P, k] into a list of [n_i, k], one for each tensor."""
    if self.num_tensors == 1:
      return [matrix]
    return tf.split(matrix, self.sizes, axis=0)

  def tensor_mean(self, matrix):
    """Means over each tensor's rows: [P, k] to [T, k]; of no rows, 0."""
    if self.num_tensors == 1:
      if not self.num_coordinates:
        return tf.zeros([1, matrix.shape[1]])
      return tf.reduce_mean(matrix, axis=0, keepdims=True)
    if self._dense:
      return tf.matmul(tf.constant(self._averaging_matrix()), matrix)
    sizes = np.maximum(self.sizes, 1).astype(np.float32).reshape([-1, 1])
    return tf.math.unsorted_segment_sum(
        matrix, self._tensor_ids(), self.num_tensors) / sizes

  def broadcast(self, matrix):
    """Gives every coordinate its tensor's row: [T, k] to [P, k].

    With a single tensor the result is the [1, k] input, left to be broadcast.
    """
    if self.num_tensors == 1:
      return matrix
    if self._dense:
      indicators = (self._averaging_matrix().T > 0).astype(np.float32)
      return tf.matmul(tf.constant(indicators), matrix)
    return tf.gather(matrix, self._tensor_ids())

  def _tensor_ids(self):
    return np.repeat(np.arange(self.num_tensors, dtype=np.int32), self.sizes)

  def _averaging_matrix(self):
    ids = self._tensor_ids()
    matrix = np.zeros([self.num_tensors, self.num_coordinates], np.float32)
    matrix[ids, np.arange(self.num_coordinates)] = 1.0
    return matrix / np.maximum(self.sizes, 1).reshape([-1, 1]).astype(
        np.float32)
