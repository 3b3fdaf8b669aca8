# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of stepping rows in blocks."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import row_blocks


class RowBlocksTest(tf.test.TestCase, parameterized.TestCase):

  def test_num_blocks(self):
    with tf.test.mock.patch.object(row_blocks, "_BLOCK_ROWS", 10):
      self.assertEqual((1, True), row_blocks.num_blocks(10))
      self.assertEqual((3, True), row_blocks.num_blocks(21))
      self.assertEqual((3, False), row_blocks.num_blocks(23))
      self.assertEqual((5, True), row_blocks.num_blocks(35))

  @parameterized.parameters((6, 2, True), (7, 3, False), (7, 1, True))
  def test_map_rows(self, num_rows, count, equal):
    rng = np.random.RandomState(0)
    values = np.float32(rng.randn(num_rows, 3)), np.float32(
        rng.randn(num_rows, 1))
    results, means = row_blocks.map_rows(
        lambda columns: ([columns[0] * columns[1], columns[1] + 1.0],
                         [columns[0], columns[1]]),
        [tf.constant(value) for value in values], [3, 1], tf.constant(count),
        equal)
    results, means = self.evaluate((results, means))
    self.assertAllClose(values[0] * values[1], results[0])
    self.assertAllClose(values[1] + 1.0, results[1])
    for value, mean in zip(values, means):
      self.assertAllClose(value.mean(0, keepdims=True), mean)


if __name__ == "__main__":
  tf.test.main()
