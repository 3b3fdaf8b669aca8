# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that models end where they would if TensorFlow's ops trained them."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer.native import native_step
from optimizer import pretrained
from tests.optimizer import harness
from tests.optimizer.native import native_harness

_STEPS = 300
_ROWS = 512
_BATCH = 16
_CLASSES = 4

# Relative to the loss. Native steps by other instructions end up to 4e-7 apart,
# as do TensorFlow's and any of them.
_TOLERANCE = 5e-6


def _weights(name, *shape):
  return tf.get_variable(
      name, shape, use_resource=True,
      initializer=tf.random_normal_initializer(
          0.0, 1.0 / np.sqrt(np.prod(shape[:-1])), seed=len(name)))


def _cross_entropy(logits, labels):
  return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
      labels=labels, logits=logits))


def _some_wrong(labels, rng):
  """Labels that no model learns wholly, so that losses stay away from 0."""
  return np.where(rng.uniform(size=_ROWS) < 0.3,
                  rng.randint(_CLASSES, size=_ROWS), labels)


def _perceptron(rng):
  """Says which side of a curved surface points are on."""
  points = np.float32(rng.randn(_ROWS, 6))
  sides = np.float32(points[:, :1] * points[:, 1:2] + points[:, 2:3] > 0)

  def loss(rows):
    hidden = tf.sigmoid(tf.matmul(tf.gather(points, rows), _weights(
        "hidden", 6, 12)) + _weights("bias", 12))
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(
        labels=tf.gather(sides, rows),
        logits=tf.matmul(hidden, _weights("out", 12, 1))))
  return loss


def _embedding(rng):
  """A softmax regression of three words, whose gradient is sparse."""
  words = rng.randint(40, size=[_ROWS, 3])
  labels = _some_wrong(words.sum(1) * _CLASSES // 120, rng)

  def loss(rows):
    vectors = tf.reshape(tf.nn.embedding_lookup(
        _weights("vectors", 40, 5), tf.gather(words, rows)), [-1, 15])
    return _cross_entropy(
        tf.matmul(vectors, _weights("softmax", 15, _CLASSES)) +
        _weights("bias", _CLASSES), tf.gather(labels, rows))
  return loss


def _convolution(rng):
  """Finds the quarter of a noisy image that is bright."""
  labels = rng.randint(_CLASSES, size=[_ROWS])
  images = np.float32(rng.randn(_ROWS, 8, 8, 1))
  for image, label in zip(images, labels):
    image[label // 2 * 4:][:4, label % 2 * 4:][:, :4] += 0.5
  labels = _some_wrong(labels, rng)

  def loss(rows):
    layer = tf.nn.relu(tf.nn.conv2d(
        tf.gather(images, rows), _weights("filter", 3, 3, 1, 6), strides=2,
        padding="SAME") + _weights("bias", 6))
    return _cross_entropy(
        tf.matmul(tf.reshape(layer, [-1, 96]), _weights(
            "softmax", 96, _CLASSES)), tf.gather(labels, rows))
  return loss


def _train(make_model, native, instructions=""):
  """Trains a model by the shipped weights.

  Args:
    make_model: Function of random numbers; returns a function from rows of the
      data to a loss.
    native: Whether by native steps.
    instructions: String, of native steps; the best by default.

  Returns:
    Losses of all rows: at the start, before the last step and after it.
  """
  rng = np.random.RandomState(0)
  losses = []
  with native_harness.environment(**{
      native_harness.INSTRUCTIONS: instructions}), \
      tf.Graph().as_default() as graph:
    batch = tf.placeholder(tf.int32, [None])
    loss = make_model(rng)(batch)
    step = pretrained.load(use_native=native).minimize(loss)
    if native_step.is_in(graph) != native:
      raise AssertionError("Expected a native step: {}.".format(native))
    with tf.Session(config=harness.fast_config()) as session:
      session.run(tf.global_variables_initializer())
      for i in range(_STEPS):
        if i in (0, _STEPS - 1):
          losses.append(session.run(loss, {batch: np.arange(_ROWS)}))
        session.run(step, {batch: rng.randint(_ROWS, size=_BATCH)})
      losses.append(session.run(loss, {batch: np.arange(_ROWS)}))
  return losses


class NativeTrainingTest(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    native_harness.require_library(self)

  @parameterized.parameters(_perceptron, _embedding, _convolution)
  def test_the_end_is_the_same(self, make_model):
    start, before, end = _train(make_model, native=False)
    self.assertLess(end, 0.7 * start)
    # One step more or less would be seen.
    self.assertGreater(abs(end - before), 10 * _TOLERANCE * end)
    for instructions in ("", "baseline", "plain"):
      native_start, _, native_end = _train(
          make_model, native=True, instructions=instructions)
      self.assertAllClose(start, native_start, rtol=1e-6, atol=0)
      self.assertAllClose(end, native_end, rtol=_TOLERANCE, atol=0)


if __name__ == "__main__":
  tf.test.main()
