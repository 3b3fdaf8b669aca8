# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of clusters whose tasks are killed or hang, on loopback."""

import signal
import time

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from tests.meta_training import cluster_harness
from tests.meta_training import harness


def _position(logdir):
  return list(harness.arrays(logdir)["run_state/position"])


class _ClusterTest(tf.test.TestCase):

  def _cluster(self, num_ps=1, num_workers=2, **options):
    cluster = cluster_harness.Cluster(
        harness.directory(self), num_ps, num_workers, **dict(
            {"pause": 0.02, "num_problems": 10**6}, **options))
    self.addCleanup(cluster.__exit__)
    servers = [cluster.start("ps", i) for i in range(num_ps)]
    workers = [cluster.start("worker", i) for i in range(num_workers)]
    workers[0].wait_for("visited 0")
    for worker in workers:
      worker.wait_for("meta-objective")
    return cluster, servers, workers


class KillTest(_ClusterTest):

  def test_worker(self):
    # Unrolls so long that it dies in one.
    cluster, _, (chief, worker) = self._cluster(lengths=[40, 60])
    runs = worker.text().count("meta-objective")
    worker.kill()
    chief.wait_for("visited", chief.text().count("visited") + 2)
    again = cluster.start("worker", 1)
    again.wait_for("meta-objective", runs + 2)
    self.assertTrue(chief.running())
    self.assertNotIn("lost", chief.text())

  def test_chief(self):
    cluster, _, (chief, worker) = self._cluster()
    chief.wait_for("visited 2")
    chief.kill()
    # The others go on meanwhile; no chief saves what they do.
    worker.wait_for("meta-objective", worker.text().count("meta-objective") + 3)
    position = _position(cluster.logdir)
    again = cluster.start("worker", 0)
    again.wait_for("continuing from")
    again.wait_for("visited {}".format(position[0]))
    # What the worker had done is of before, so it started over.
    worker.wait_for("the chief restored or closed the run")
    worker.wait_for("resuming from")
    self.assertTrue(worker.running())
    self.assertGreater(_position(cluster.logdir)[0], position[0])

  def test_lone_chief_and_its_parameter_server(self):
    # With one worker the whole trajectory is known: that of a local run.
    cluster, (server,), (chief,) = self._cluster(num_workers=1, num_problems=14)
    logdir = harness.directory(self)
    local = cluster_harness.Task(logdir, "local", {
        "logdir": logdir, "num_problems": 14})
    for visit in (2, 4, 6, 8, 10):
      chief.wait_for("visited {}\n".format(visit))
      if visit in (4, 8):
        server.kill()
        time.sleep(2)
        server = cluster.start("ps", 0)
      else:
        chief.kill()
        chief = cluster.start("worker", 0)
    self.assertEqual(0, chief.wait(), chief.text())
    self.assertEqual(0, local.wait(), local.text())
    harness.assert_equal(self, harness.arrays(logdir),
                         harness.arrays(cluster.logdir))

  def test_parameter_servers(self):
    cluster, servers, (chief, worker) = self._cluster(num_ps=2)
    chief.wait_for("visited 1")
    for died in (0, 1):
      restored = chief.text().count("resuming from " + cluster.logdir)
      servers[died].kill()
      time.sleep(2)  # All wait.
      position = _position(cluster.logdir)
      runs = worker.text().count("meta-objective")
      cluster.start("ps", died)
      chief.wait_for("resuming from " + cluster.logdir, restored + 1)
      chief.wait_for("visited {}\n".format(position[0] + 1))
      worker.wait_for("meta-objective", runs + 2)
      self.assertGreater(_position(cluster.logdir)[0], position[0])


class HangTest(_ClusterTest):
  """SIGSTOP is a machine that answers no more, but whose port is open."""

  def _go_on(self, tasks):
    for task in tasks:
      task.wait_for(
          "meta-objective", task.text().count("meta-objective") + 4)

  def test_one_after_another(self):
    _, (server,), (chief, worker) = self._cluster()
    for hung, others in ((worker, [chief]), (chief, [worker]), (server, [])):
      hung.signal(signal.SIGSTOP)
      if hung is server:
        time.sleep(3)  # All wait.
      self._go_on(others)
      hung.signal(signal.SIGCONT)
      self._go_on([chief, worker])
      self.assertNotIn("lost", chief.text() + worker.text())


class StopTest(_ClusterTest, parameterized.TestCase):
  """Signals are heard while a parameter server does not answer."""

  def _assert_ends(self, task, signum=signal.SIGTERM):
    task.signal(signum)
    cluster_harness.wait_until(
        lambda: not task.running(), task.text, seconds=40)

  @parameterized.parameters(1, 2)
  def test_parameter_server_hangs(self, num_ps):
    cluster, servers, tasks = self._cluster(num_ps=num_ps)
    servers[-1].signal(signal.SIGSTOP)
    time.sleep(2)  # All wait.
    for task in tasks:
      self._assert_ends(task)
      self.assertEqual(0, task.wait(), task.text())
      self.assertIn("stopped while it waited for other tasks", task.text())
      self.assertIn("ended", task.text())
    self.assertGreater(_position(cluster.logdir)[0], 0)

  def test_parameter_server_is_dead(self):
    _, (server,), tasks = self._cluster()
    server.kill()
    for task in tasks:
      # It might be back any moment, so nobody gives up by itself.
      task.wait_for("waiting for an answer of the parameter servers")
      self._assert_ends(task)
      self.assertEqual(0, task.wait(), task.text())

  @parameterized.parameters(signal.SIGINT, signal.SIGTERM)
  def test_before_the_first_answer(self, signum):
    cluster = cluster_harness.Cluster(harness.directory(self), 1, 1)
    self.addCleanup(cluster.__exit__)
    server = cluster.start("ps", 0)
    server.wait_for("serving")
    time.sleep(1)
    server.signal(signal.SIGSTOP)
    chief = cluster.start("worker", 0)
    chief.wait_for("starting")
    time.sleep(8)
    self._assert_ends(chief, signum)


if __name__ == "__main__":
  tf.test.main()
