# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of waiting that hears signals."""

import os
import signal
import threading
import time

import tensorflow.compat.v1 as tf

from meta_training.distributed import waiting


class WaitingTest(tf.test.TestCase):

  def _after(self, seconds, function):
    timer = threading.Timer(seconds, function)
    timer.start()
    self.addCleanup(timer.join)

  def test_returns_and_raises_what_the_function_does(self):
    waits = waiting.Waiting(self.fail)
    self.assertEqual(7, waits.call(lambda x, y: x + y, 3, y=4))
    with self.assertRaisesRegexp(ZeroDivisionError, "division"):
      waits.call(lambda: 1 // 0)

  def test_handler_runs_meanwhile(self):
    heard = []
    before = signal.signal(signal.SIGUSR1,
                           lambda *unused_args: heard.append(time.time()))
    self.addCleanup(signal.signal, signal.SIGUSR1, before)
    self._after(0.2, lambda: os.kill(os.getpid(), signal.SIGUSR1))
    waiting.Waiting(self.fail).call(time.sleep, 2.0)
    self.assertLess(heard[0], time.time() - 0.5)

  def test_gives_up_after_stop(self):
    waits, end = waiting.Waiting(self.fail), threading.Event()
    self.addCleanup(end.set)
    self._after(0.2, waits.stop)
    start = time.time()
    with tf.test.mock.patch.object(
        waiting, "_PATIENCE_SECONDS", 1.0):
      with self.assertRaises(waiting.StoppedError):
        waits.call(end.wait)
    self.assertBetween(time.time() - start, 1.2, 10.0)

  def test_what_is_answered_after_stop_counts(self):
    waits = waiting.Waiting(self.fail)
    waits.stop()
    self.assertEqual(3, waits.call(lambda: time.sleep(0.7) or 3))

  def test_tells_that_it_waits(self):
    told = []
    waits = waiting.Waiting(told.append)
    with tf.test.mock.patch.object(waiting, "_LOG_SECONDS", 0.1):
      for _ in range(2):
        waits.call(time.sleep, 1.7)
        waits.call(lambda: None)
    self.assertEqual(
        2 * ["waiting for an answer of the parameter servers"], told)

  def test_pauses(self):
    waits = waiting.Waiting(self.fail)
    start = time.time()
    waits.pause(0.2)
    self.assertGreaterEqual(time.time() - start, 0.2)
    waits.stop()
    with self.assertRaises(waiting.StoppedError):
      waits.pause(1000.0)


class SessionTest(tf.test.TestCase):

  def _session(self, graph):
    return waiting.Session(waiting.Waiting(self.fail), "", graph,
                           tf.ConfigProto())

  def test_runs(self):
    with tf.Graph().as_default() as graph:
      variable = tf.get_variable("x", initializer=3.0)
      saver = tf.train.Saver()
      session = self._session(graph)
      session.run(variable.initializer)
      variable.load(4.0, session)
      self.assertEqual(4.0, session.run(variable))
      path = saver.save(session, os.path.join(self.get_temp_dir(), "saved"))
    session.close()
    session.close()
    self.assertEqual(4.0, tf.train.load_variable(path, "x"))
    with self.assertRaisesRegexp(RuntimeError, "closed"):
      session.run(variable)

  def test_errors(self):
    with tf.Graph().as_default() as graph:
      bad = tf.debugging.check_numerics(
          tf.constant(float("nan")), "It is not a number.")
    session = self._session(graph)
    with self.assertRaisesRegexp(tf.errors.InvalidArgumentError,
                                 "It is not a number"):
      session.run(bad)
    session.close()


if __name__ == "__main__":
  tf.test.main()
