# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of training large models, on a small one."""

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import large_models


def _small_net(weights, input_shape, classes):
  """What a constructor in tf.keras.applications returns, but small."""
  assert weights is None
  inputs = tf.keras.layers.Input(input_shape)
  layer = tf.keras.layers.Conv2D(4, 3, 2, activation="relu")(inputs)
  layer = tf.keras.layers.BatchNormalization()(layer)
  layer = tf.keras.layers.Flatten()(layer)
  return tf.keras.Model(
      inputs, tf.keras.layers.Dense(classes, activation="softmax")(layer))


class LargeModelsTest(tf.test.TestCase):

  def test_falls(self):
    values, seconds, size = large_models.losses(
        large_models.Model(_small_net, 8), tf.train.AdamOptimizer(0.01), 60)
    self.assertEqual(3 * 9 * 4 + 4 + 8 + 36 * 10 + 10, size)
    self.assertLess(values[-6:].mean(), 0.7 * values[:6].mean())
    self.assertEqual(["adam", "small", "490", "60"], large_models.cells(
        "adam", "small", values, seconds, size)[:4])

  def test_does_not_fall(self):
    for values, finite, falling in (([1.0] * 10 + [2.0], "yes", "no"),
                                    ([3.0, np.nan, 2.0], "no", "yes"),
                                    ([3.0, 2.0, np.nan], "no", "no")):
      cells = large_models.cells("x", "y", np.array(values), 1.0, 5)
      self.assertEqual([finite, falling], cells[6:8])


if __name__ == "__main__":
  tf.test.main()
