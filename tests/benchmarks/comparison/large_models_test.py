# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of training large models, on a small one."""

import io
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import large_models


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
        large_models.Model(_small_net, 8),
        tf.train.AdamOptimizer(0.01), 60)
    self.assertEqual(3 * 9 * 4 + 4 + 8 + 36 * 10 + 10, size)
    result = large_models.summarize("adam", "small", values, seconds, size)
    self.assertTrue(result.is_finite)
    self.assertTrue(result.is_falling)
    self.assertLess(result.last_loss, 0.7 * result.first_loss)

  def test_does_not_fall(self):
    for values, finite, falling in (([1.0] * 10 + [2.0], True, False),
                                    ([3.0, np.nan, 2.0], False, True),
                                    ([3.0, 2.0, np.nan], False, False)):
      result = large_models.summarize("x", "y", np.array(values), 1.0, 5)
      self.assertEqual((finite, falling),
                       (result.is_finite, result.is_falling))

  def test_run(self):
    models = dict(large_models.MODELS)
    large_models.MODELS["small"] = large_models.Model(_small_net, 8)
    try:
      out = io.StringIO()
      results = large_models.run(
          ["hierarchical_rnn"], 3, tempfile.mkdtemp(dir=self.get_temp_dir()),
          1e-5, ["small"], out)
    finally:
      del large_models.MODELS["small"]
    self.assertEqual(sorted(models), sorted(large_models.MODELS))
    self.assertTrue(results[0].is_finite)
    self.assertIn("| hierarchical_rnn | small | 490 | 3 |", out.getvalue())


if __name__ == "__main__":
  tf.test.main()
