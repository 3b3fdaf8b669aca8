# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that models of the digits build and train."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import digit_models


class DigitModelsTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*digit_models.MODELS)
  def test_trains(self, name):
    rng = np.random.RandomState(0)
    images = np.float32(rng.rand(12, 8, 8, 1))
    labels = np.int32(np.arange(12) % 10)
    with tf.Graph().as_default(), self.session() as session:
      tf.set_random_seed(1)
      loss = digit_models.MODELS[name](tf.constant(images), tf.constant(labels))
      self.assertEqual((tf.float32, []), (loss.dtype, loss.shape.as_list()))
      variables = tf.trainable_variables()
      self.assertNotIn(None, tf.gradients(loss, variables))
      step = tf.train.AdamOptimizer(1e-2).minimize(loss)
      session.run(tf.global_variables_initializer())
      start = session.run(loss)
      for _ in range(50):
        session.run(step)
      self.assertLess(session.run(loss), 0.95 * start)


if __name__ == "__main__":
  tf.test.main()
