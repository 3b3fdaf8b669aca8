# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of clusters whose tasks are killed, on loopback."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import time

import tensorflow as tf

from tests.meta_training import cluster_harness
from tests.meta_training import harness


def _position(logdir):
  return list(harness.arrays(logdir)["run_state/position"])


class FaultsTest(tf.test.TestCase):

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
    worker.wait_for("going on from")
    self.assertTrue(worker.running())
    self.assertGreater(_position(cluster.logdir)[0], position[0])

  def test_lone_chief_repeats_nothing(self):
    # With one worker the whole trajectory is known: that of a local run.
    cluster, _, (chief,) = self._cluster(num_workers=1, num_problems=12)
    logdir = harness.directory(self)
    local = cluster_harness.Task(logdir, "local", {
        "logdir": logdir, "num_problems": 12})
    for visit in (2, 5, 8):
      chief.wait_for("visited {}\n".format(visit))
      chief.kill()
      chief = cluster.start("worker", 0)
    self.assertEqual(0, chief.wait(), chief.text())
    self.assertEqual(0, local.wait(), local.text())
    harness.assert_equal(self, harness.arrays(logdir),
                         harness.arrays(cluster.logdir))

  def test_parameter_servers(self):
    for died in (0, 1):
      cluster, servers, (chief, worker) = self._cluster(num_ps=2)
      chief.wait_for("visited 1")
      servers[died].kill()
      time.sleep(2)  # All wait.
      position = _position(cluster.logdir)
      runs = worker.text().count("meta-objective")
      cluster.start("ps", died)
      chief.wait_for("going on from " + cluster.logdir)
      chief.wait_for("visited {}\n".format(position[0] + 1))
      worker.wait_for("meta-objective", runs + 2)
      self.assertGreater(_position(cluster.logdir)[0], position[0])
      cluster.__exit__()

  def test_lone_chief_and_its_parameter_server(self):
    cluster, (server,), (chief,) = self._cluster(num_workers=1, num_problems=8)
    logdir = harness.directory(self)
    local = cluster_harness.Task(logdir, "local", {
        "logdir": logdir, "num_problems": 8})
    for visit in (2, 5):
      chief.wait_for("visited {}\n".format(visit))
      server.kill()
      time.sleep(2)
      server = cluster.start("ps", 0)
    self.assertEqual(0, chief.wait(), chief.text())
    self.assertEqual(0, local.wait(), local.text())
    harness.assert_equal(self, harness.arrays(logdir),
                         harness.arrays(cluster.logdir))


if __name__ == "__main__":
  tf.test.main()
