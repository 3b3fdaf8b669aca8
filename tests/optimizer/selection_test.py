# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of choosing elements."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import selection


class SelectTest(tf.test.TestCase):

  def _select(self, mask):
    new, old = tf.fill([2, 2], 1.0), tf.constant([[5.0, 6.0], [7.0, 8.0]])
    chosen = selection.select(tf.constant(mask), new, old)
    slopes = tf.gradients(chosen, [new, old])
    return self.evaluate([chosen] + slopes)

  def test_elements_rows_and_all(self):
    for mask, expected in (
        ([[True, False], [False, True]], [[1, 6], [7, 1]]),
        ([True, False], [[1, 1], [7, 8]]), (True, [[1, 1], [1, 1]])):
      chosen, of_new, of_old = self._select(mask)
      self.assertAllEqual(expected, chosen)
      self.assertAllEqual(np.equal(expected, 1), of_new)
      self.assertAllEqual(np.not_equal(expected, 1), of_old)

  def test_what_is_not_chosen_may_be_anything(self):
    x = tf.constant([4.0, -1.0])
    root = selection.select(x > 0, tf.sqrt(x), tf.zeros_like(x))
    self.assertAllEqual([2.0, 0.0], self.evaluate(root))

  def test_masks_of_another_shape_are_not_broadcast(self):
    with self.assertRaises(ValueError):
      self._select([[True], [False]])


if __name__ == "__main__":
  tf.test.main()
