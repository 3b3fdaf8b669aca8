# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of functions that optimizers of the release call."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import utils


class UtilsTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    tf.reset_default_graph()

  def _run(self, value):
    with self.session() as session:
      session.run(tf.global_variables_initializer())
      return session.run(value)

  def test_elementwise(self):
    self.assertAllEqual([1.0, 5.0, 5.0], self._run(
        utils.make_finite(tf.constant([1.0, np.inf, np.nan]), 5.0)))
    x = np.float32([-2.0, 0.0, 3.0])
    self.assertAllClose(np.arcsinh(x), self._run(utils.asinh(tf.constant(x))))

  def test_affine_and_project(self):
    x, y = np.float32([[1, 2]]), np.float32([[3]])
    result = utils.affine([tf.constant(x), tf.constant(y)], 2, scale=0.0,
                          vec_mean=0.5, bias_init=1.0)
    self.assertEqual(["Affine/Matrix", "Affine/Bias"],
                     [v.op.name for v in tf.global_variables()])
    self.assertAllClose([[4.0, 4.0]], self._run(result))
    self.assertAllClose([[9.0]], self._run(utils.project(
        tf.constant(x), tf.constant([[1.0], [1.0]]), activation=tf.square)))

  def test_scaling(self):
    g, ms = tf.constant([[2.0], [2.0]]), tf.constant([[0.0], [1.0]])
    self.assertAllClose([[4.0], [2.5]], self._run(
        utils.new_mean_squared(g, 0.5, ms)))
    scaled, new = self._run(utils.rms_scaling(g, 0.5, ms))
    self.assertAllClose([[4.0], [2.5]], new)
    self.assertAllClose(np.arcsinh([[1.0], [2.0 / 2.5**0.5]]), scaled)
    scaled, new = self._run(utils.rms_scaling(g, 0.5, g, update_ms=False))
    self.assertAllClose(np.arcsinh([[2**0.5]] * 2), scaled)
    self.assertAllClose([[2.0], [2.0]], new)

  def test_sparse(self):
    indices, values = self._run(utils.accumulate_sparse_gradients(
        tf.IndexedSlices(tf.constant([[1.0], [2.0], [3.0]]),
                         tf.constant([4, 1, 4]))))
    self.assertAllEqual([4, 1], indices)
    self.assertAllEqual([[4.0], [2.0]], values)
    # Three rows of two elements.
    dense = tf.constant([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]])
    rows = utils.slice_tensor(dense, tf.constant([2, 0]), [3, 2])
    self.assertAllEqual([[4], [5], [0], [1]], self._run(rows))
    self.assertAllEqual([[0], [1], [0], [0], [4], [5]], self._run(
        utils.stack_tensor(rows, tf.constant([2, 0]), dense, [3, 2])))
    self.assertAllEqual([[-4], [-5], [2], [3], [4], [5]], self._run(
        utils.update_slices(-rows[:2], tf.constant([0]), dense, [3, 2])))


if __name__ == "__main__":
  tf.test.main()
