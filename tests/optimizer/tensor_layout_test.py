# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the layout of many tensors as one column."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import tensor_layout

_SHAPES = [[2, 3], [], [0, 4], [5]]


def _by_segments():
  """Makes layouts average with segment sums rather than a matrix."""
  return tf.test.mock.patch.object(
      tensor_layout, "_MAX_DENSE_ELEMENTS", -1)


class TensorLayoutTest(tf.test.TestCase):

  def test_sizes(self):
    layout = tensor_layout.TensorLayout(_SHAPES)
    self.assertEqual([6, 1, 0, 5], layout.sizes)
    self.assertEqual(4, layout.num_tensors)
    self.assertEqual(12, layout.num_coordinates)

  def test_pack_and_unpack(self):
    for shapes in (_SHAPES, [[2, 3]], [[]], [[0, 2]]):
      layout = tensor_layout.TensorLayout(shapes)
      tensors = [np.float32(np.random.RandomState(i).randn(*shape))
                 for i, shape in enumerate(shapes)]
      column = layout.pack([tf.constant(x, tf.float32) for x in tensors])
      self.assertEqual([layout.num_coordinates, 1], column.shape.as_list())
      unpacked = layout.unpack(column)
      self.assertEqual(shapes, [x.shape.as_list() for x in unpacked])
      with self.session() as session:
        self.assertAllEqual(
            np.concatenate([np.reshape(x, [-1, 1]) for x in tensors]),
            session.run(column))
        for expected, actual in zip(tensors, session.run(unpacked)):
          self.assertAllEqual(expected, actual)

  def test_split_rows(self):
    matrix = np.arange(24, dtype=np.float32).reshape([12, 2])
    parts = tensor_layout.TensorLayout(_SHAPES).split_rows(tf.constant(matrix))
    with self.session() as session:
      parts = session.run(parts)
    for expected, actual in zip(np.split(matrix, [6, 7, 7]), parts):
      self.assertAllEqual(expected, actual)

  def _check_means(self):
    layout = tensor_layout.TensorLayout(_SHAPES)
    matrix = np.random.RandomState(0).randn(12, 3).astype(np.float32)
    mean = layout.tensor_mean(tf.constant(matrix))
    broadcast = layout.broadcast(mean)
    expected = np.stack([matrix[:6].mean(0), matrix[6], np.zeros(3),
                         matrix[7:].mean(0)])
    with self.session() as session:
      self.assertAllClose(expected, session.run(mean))
      self.assertAllClose(expected[[0] * 6 + [1] + [3] * 5],
                          session.run(broadcast))

  def test_means_by_a_matrix(self):
    self._check_means()

  def test_means_by_segments(self):
    with _by_segments():
      self._check_means()

  def test_both_ways_have_the_same_derivatives(self):
    matrix = np.random.RandomState(0).randn(12, 3).astype(np.float32)
    weights = np.random.RandomState(1).randn(12, 3).astype(np.float32)
    gradients = []
    with _by_segments():
      by_segments = tensor_layout.TensorLayout(_SHAPES)
    for layout in (tensor_layout.TensorLayout(_SHAPES), by_segments):
      inputs = tf.constant(matrix)
      outputs = layout.broadcast(layout.tensor_mean(inputs)) * weights
      gradients += tf.gradients(outputs, inputs)
    with self.session() as session:
      by_matrix, by_segments = session.run(gradients)
    self.assertAllClose(by_matrix, by_segments)
    self.assertAllClose(np.tile(weights[7:].mean(0), [5, 1]), by_matrix[7:])

  def test_a_single_tensor_is_left_to_broadcast(self):
    layout = tensor_layout.TensorLayout([[4]])
    matrix = np.arange(8, dtype=np.float32).reshape([4, 2])
    broadcast = layout.broadcast(layout.tensor_mean(tf.constant(matrix)))
    with self.session() as session:
      self.assertAllClose([[3.0, 4.0]], session.run(broadcast))

  def test_mean_of_a_single_empty_tensor_is_zero(self):
    layout = tensor_layout.TensorLayout([[0, 3]])
    with self.session() as session:
      self.assertAllEqual(
          [[0.0, 0.0]], session.run(layout.tensor_mean(tf.zeros([0, 2]))))


if __name__ == "__main__":
  tf.test.main()
