# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the race on the digits, on data of their form."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import digits


def _data(num_rows=40):
  """Images whose label can be read off one pixel."""
  labels = np.int32(np.arange(num_rows) % 2)
  images = np.float32(np.random.RandomState(0).rand(num_rows, 8, 8, 1))
  images[:, 4, 4, 0] = 5.0 * labels
  return images, labels


def _adam(rate):
  return lambda: tf.train.AdamOptimizer(rate)


class ModelsTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*digits.MODELS)
  def test_trains(self, name):
    images = np.float32(np.random.RandomState(0).rand(12, 8, 8, 1))
    labels = np.int32(np.arange(12) % 10)
    with tf.Graph().as_default(), self.session() as session:
      tf.set_random_seed(1)
      loss = digits.MODELS[name](tf.constant(images), tf.constant(labels))
      self.assertEqual((tf.float32, []), (loss.dtype, loss.shape.as_list()))
      self.assertNotIn(None, tf.gradients(loss, tf.trainable_variables()))
      step = tf.train.AdamOptimizer(1e-2).minimize(loss)
      session.run(tf.global_variables_initializer())
      start = session.run(loss)
      for _ in range(50):
        session.run(step)
      self.assertLess(session.run(loss), 0.95 * start)


class RaceTest(tf.test.TestCase):

  def test_same_start_and_same_batches(self):
    images, labels = _data()
    runs = digits.race({"a": _adam(1e-3), "b": _adam(1e-3)}, images, labels,
                       seed=1, num_steps=30, batch_size=8)
    self.assertAllClose(runs["a"].losses, runs["b"].losses, rtol=1e-4)
    self.assertLen(runs["a"].losses, 26)
    self.assertLess(runs["a"].losses[-1], runs["a"].losses[0])

  def test_time_only_grows(self):
    images, labels = _data()
    run = digits.race({"a": _adam(1e-3)}, images, labels, 1, 30, 8)["a"]
    self.assertAllGreater(np.diff(run.seconds), 0.0)

  def test_tuned_rate(self):
    images, labels = _data()
    rate = digits.tuned_rate(images, labels, [5], 30, 8)
    finals = {each: digits.race({"a": _adam(each)}, images, labels, 5, 30, 8)[
        "a"].losses[-1] for each in (1e-4, rate)}
    self.assertLess(finals[rate], finals[1e-4])


if __name__ == "__main__":
  tf.test.main()
