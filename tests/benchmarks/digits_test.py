# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the race on the digits, on data of their form."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import digits


def _data(num_rows=40):
  """Images whose label can be read off one pixel, and others to test with."""
  labels = np.int32(np.arange(num_rows) % 2)
  images = np.float32(np.random.RandomState(0).rand(num_rows, 8, 8, 1))
  images[:, 4, 4, 0] = 5.0 * labels
  return (digits.Rows(images[:30], labels[:30]),
          digits.Rows(images[30:], labels[30:]))


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
    runs = digits.race({"a": _adam(1e-3), "b": _adam(1e-3)}, *_data(),
                       seed=1, num_steps=30, batch_size=8)
    self.assertAllClose(runs["a"].losses, runs["b"].losses, rtol=1e-4)
    self.assertLen(runs["a"].losses, 26)
    for losses in runs["a"].losses, runs["a"].test_losses:
      self.assertLess(losses[-1], losses[0])

  def test_losses_are_of_their_rows(self):
    train, test = _data()
    wrong = digits.Rows(test.images, 1 - test.labels)
    run, other = [digits.race({"a": _adam(1e-2)}, train, rows, 1, 100, 8)["a"]
                  for rows in (test, wrong)]
    self.assertAllClose(run.losses, other.losses, rtol=1e-4)
    self.assertLess(run.test_losses[-1], 0.1)
    self.assertGreater(other.test_losses[-1], 1.0)

  def test_time_only_grows(self):
    run = digits.race({"a": _adam(1e-3)}, *_data(), 1, 30, 8)["a"]
    self.assertAllGreater(np.diff(run.seconds), 0.0)
    self.assertEqual([0, 30], [run.steps[0], run.steps[-1]])

  def test_tuned_rate(self):
    rate = digits.tuned_rate(*_data(), [5], 30, 8)
    finals = {each: digits.race({"a": _adam(each)}, *_data(), 5, 30, 8)[
        "a"].losses[-1] for each in (1e-4, rate)}
    self.assertLess(finals[rate], finals[1e-4])


if __name__ == "__main__":
  tf.test.main()
