# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of who is the chief, and of who may update."""

import tensorflow.compat.v1 as tf

from meta_training.distributed import lease

_OPTIONS = {"learning_rate": 0.5, "problems": ["f", "g"]}


class _Task:
  """A lease with a graph and a session, as each task has."""

  def __init__(self, target, name, **changed):
    with tf.Graph().as_default() as graph:
      self.lease = lease.Lease("", name, dict(_OPTIONS, **changed))
      self._initializers = [
          variable.initializer for variable in self.lease.variables]
      self._beat = self.lease.variables[0].assign_add([0, 1])
      self._missing = tf.zeros([0])
      with tf.control_dependencies([self.lease.check]):
        self._update = tf.no_op()
    self.session = tf.Session(target, graph)

  def take(self, pause):
    self.lease.take(self.session, pause)

  def begin(self, opened=True):
    """Becomes the chief of a cluster that had none, and lets updates in."""
    self.session.run(self._initializers)
    self.take(None)
    if opened:
      self.open()

  def open(self):
    self.lease.open(self.session)

  def release(self, how):
    self.lease.release(self.session, how)

  def beat(self, unused_seconds):
    self.session.run(self._beat)

  def join(self, pause=None, log=None):
    self.lease.join(self.session, self._missing, pause, log)

  def may_update(self):
    try:
      self.session.run(self._update, self.lease.feeds)
      return True
    except tf.errors.InvalidArgumentError:
      return False

  def close(self):
    self.lease.stop_beating()
    self.session.close()


class LeaseTest(tf.test.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._server = tf.distribute.Server.create_local_server()

  def setUp(self):
    super().setUp()
    self._chief, self._other = self._task("chief"), self._task("other")

  def _task(self, name, **changed):
    task = _Task(self._server.target, name, **changed)
    self.addCleanup(task.close)
    return task

  def _who_may_update(self):
    return [task.may_update() for task in (self._chief, self._other)]

  def test_updates_are_for_who_has_joined(self):
    self._chief.begin()
    self.assertEqual([True, False], self._who_may_update())
    self._other.join()
    self.assertEqual([True, True], self._who_may_update())

  def test_a_new_chief_bars_who_joined_the_last(self):
    self._chief.begin()
    self._other.join()
    self._chief.release(lease.CLOSED)
    # There is nobody to wait for.
    self._other.take(None)
    self.assertFalse(self._chief.may_update())
    self._other.open()
    self.assertEqual([False, True], self._who_may_update())

  def test_a_chief_whose_heart_beats_stays(self):
    self._chief.begin()
    with self.assertRaisesRegexp(lease.SupersededError,
                                 "a chief already: chief.*give other another"):
      self._other.take(self._chief.beat)
    self.assertEqual([True, False], self._who_may_update())

  def test_a_dead_chief_is_replaced(self):
    self._chief.begin()
    self._chief.lease.stop_beating()
    waits = []
    self._other.take(waits.append)
    self.assertEqual(lease._LEASE_SECONDS, sum(waits))
    self.assertFalse(self._chief.may_update())

  def test_waits_for_the_chief(self):
    self._chief.begin(opened=False)
    lines, pauses = [], []

    def pause(seconds):
      pauses.append(seconds)
      if len(pauses) == 3:
        self._chief.open()

    self._other.join(pause, lines.append)
    self.assertLen(pauses, 3)
    self.assertEqual(["waiting for the chief"], lines)
    self.assertEqual([True, True], self._who_may_update())

  def test_all_is_done(self):
    self._chief.begin()
    self._chief.release(lease.FINISHED)
    with self.assertRaises(lease.RunFinishedError):
      self._other.join()

  def test_other_options(self):
    self._chief.begin()
    for changed, message in (
        ({"learning_rate": 0.25}, "learning_rate is 0.5 there and 0.25 here"),
        ({"problems": ["f", "h"]}, "problems are g there and h here"),
        ({"problems": ["g", "f"]}, "the order of the problems is another"),
        ({"decay": 1}, "decay is None there and 1 here")):
      with self.assertRaisesRegexp(
          ValueError, "third cannot join chief, .*: {}. ".format(message)):
        self._task("third", **changed).join()


if __name__ == "__main__":
  tf.test.main()
