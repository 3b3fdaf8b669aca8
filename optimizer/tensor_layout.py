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
  """Where each of T tensors lies among P coordinates.

  Attributes:
    others: None; see `RowsLayout`.
  """

  others = None

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

  @property
  def num_elements(self):
    """How many elements the tensors have."""
    return self.num_coordinates

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

  def complete_mean(self, mean, name=None):
    """Means over all elements, from those over the coordinates.

    Args:
      mean: float32 [T, k], a `tensor_mean`.
      name: What it is of, a key of `others`; None if it is of what is 0 for
        these.

    Returns:
      float32 [T, k].
    """
    del name
    return mean

  def complete_sum(self, matrix, name):
    """Sum over all elements, from the coordinates.

    Args:
      matrix: float32 [P, 1].
      name: See `complete_mean`.

    Returns:
      float32 scalar.
    """
    del name
    return tf.reduce_sum(matrix)

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


class RowsLayout(TensorLayout):
  """Some rows of one tensor: T = 1, and P is not static.

  Attributes:
    others: Dict from names to sums over the tensor's elements that are not in
      these rows, float64 scalars; "count" is how many there are.
  """

  def __init__(self, count, others):
    """Takes the number of elements in the rows, an int32 scalar; and others."""
    super().__init__([[1]])
    self.shapes = [[-1, 1]]
    self.others = others
    self._count = tf.cast(count, tf.float64)

  @property
  def num_elements(self):
    """See `TensorLayout`."""
    return tf.cast(self._count + self.others["count"], tf.float32)

  def tensor_mean(self, matrix):
    """See `TensorLayout`."""
    return tf.math.divide_no_nan(
        tf.reduce_sum(matrix, axis=0, keepdims=True),
        tf.cast(self._count, tf.float32))

  def complete_mean(self, mean, name=None):
    """See `TensorLayout`."""
    total = tf.cast(mean, tf.float64) * self._count
    if name is not None:
      total += self.others[name]
    return tf.cast(tf.math.divide_no_nan(
        total, self._count + self.others["count"]), tf.float32)

  def complete_sum(self, matrix, name):
    """See `TensorLayout`."""
    return tf.cast(tf.reduce_sum(tf.cast(matrix, tf.float64)) +
                   self.others[name], tf.float32)
