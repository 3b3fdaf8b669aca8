# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of problems whose data come from TensorFlow's input queues."""

import threading

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from meta_training import queue_runners
from problems import problem_generator as pg
from problems import problem_spec
from tests.meta_training import harness

_ROWS = np.random.RandomState(0).rand(40, 3).astype(np.float32)


class _FromQueue(pg.Problem):
  """Mean square of rows x - 1, the rows from a queue."""

  def __init__(self):
    super().__init__([(3, 1)], random_seed=1)
    self._batch = tf.train.batch(
        [tf.train.slice_input_producer([_ROWS])[0]], 8)

  def objective(self, parameters, data=None, labels=None):
    return tf.reduce_mean(tf.square(
        tf.matmul(self._batch, parameters[0]) - 1.0))


def _make_model():
  """What `ModelAdapter` takes."""
  queue = tf.train.input_producer(_ROWS, shuffle=False)

  def loss():
    w = tf.get_variable("w", [3, 1])
    return tf.reduce_mean(tf.square(
        tf.matmul(queue.dequeue_many(5), w) - 2.0))

  return loss, None


class QueueRunnersTest(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._num_threads = threading.active_count()

  def _assert_stopped(self):
    self.assertEqual(self._num_threads, threading.active_count())

  @parameterized.parameters(metaopt.test_optimizer, metaopt.evaluate)
  def test_testing(self, function):
    with tf.Graph().as_default() as graph:
      values, _, _ = function(
          tf.train.AdamOptimizer(0.1), _FromQueue(), 60, seed=1, graph=graph)
    self.assertLess(values[-1], 0.5 * values[0])
    self._assert_stopped()

  @parameterized.parameters(None, False)
  def test_training(self, compiled):
    corpus = harness.without_data(_FromQueue) + [
        (problem_spec.Spec(pg.ModelAdapter, (_make_model,)), None, None)]
    path, _ = harness.train(
        harness.directory(self), corpus, select_random_problems=False,
        compiled=compiled, validation=metaopt.Validation(
            harness.without_data(_FromQueue), 1))
    self.assertTrue(path.endswith("model.ckpt-4"), path)
    self._assert_stopped()

  def test_what_a_thread_died_of_is_raised(self):
    def fail():
      raise ValueError("no more rows")

    with tf.Graph().as_default() as graph:
      queue = tf.FIFOQueue(1, [tf.float32])
      row = tf.py_func(fail, [], tf.float32)
      tf.train.add_queue_runner(
          tf.train.QueueRunner(queue, [queue.enqueue(row)]))
      dequeued = queue.dequeue()
    session = tf.Session(graph=graph)
    runners = queue_runners.QueueRunners(session)
    with self.assertRaises(tf.errors.OutOfRangeError):
      session.run(dequeued)
    with self.assertRaisesRegexp(tf.errors.InvalidArgumentError,
                                 "no more rows"):
      runners.close()
    self._assert_stopped()


if __name__ == "__main__":
  tf.test.main()
