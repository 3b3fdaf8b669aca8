# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of meta-training on clusters whose tasks all stay alive."""

import os

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from benchmarks import free_ports
from tests.meta_training import cluster_harness
from tests.meta_training import harness


class TrainingTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters((1, "adam"), (2, "hierarchical"))
  def test_one_worker_is_the_local_run(self, num_ps, optimizer):
    logdir = harness.directory(self)
    local = cluster_harness.Task(logdir, "local", {
        "logdir": logdir, "optimizer": optimizer})
    with cluster_harness.Cluster(harness.directory(self), num_ps, 1,
                                 optimizer=optimizer) as cluster:
      for task in range(num_ps):
        cluster.start("ps", task)
      self.assertEqual(0, cluster.start("worker", 0).wait())
      self.assertEqual(0, local.wait(), local.text())
      expected = harness.arrays(logdir)
      self.assertGreater(expected["global_step"], 8)
      harness.assert_equal(self, expected, harness.arrays(cluster.logdir))

  @parameterized.parameters(False, True)
  def test_evolution_strategies(self, persistent):
    logdir, strategies = harness.directory(self), [0.05, 2, persistent]
    local = cluster_harness.Task(logdir, "local", {
        "logdir": logdir, "strategies": strategies})
    with cluster_harness.Cluster(harness.directory(self), 2, 1,
                                 strategies=strategies) as cluster:
      for task in range(2):
        cluster.start("ps", task)
      self.assertEqual(0, cluster.start("worker", 0).wait())
      self.assertEqual(0, local.wait(), local.text())
      for name in ("", "averaged"):
        harness.assert_equal(
            self, harness.arrays(os.path.join(logdir, name)),
            harness.arrays(os.path.join(cluster.logdir, name)))

  def test_two_workers(self):
    with cluster_harness.Cluster(harness.directory(self), 1, 2,
                                 num_problems=6, pause=0.05) as cluster:
      cluster.start("ps", 0)
      # The other worker waits for the chief.
      worker = cluster.start("worker", 1)
      worker.wait_for("waiting for the chief")
      chief = cluster.start("worker", 0)
      self.assertEqual(0, chief.wait(), chief.text())
      self.assertEqual(0, worker.wait(), worker.text())
      self.assertEqual(6, chief.text().count("visited"))
      self.assertNotIn("visited", worker.text())
      self.assertNotIn("saved", worker.text())
      self.assertIn("the chief has made all visits", worker.text())
      self.assertEqual(
          6, harness.arrays(cluster.logdir)["run_state/position"][0])


class RefusalTest(tf.test.TestCase):

  def test_other_options(self):
    with cluster_harness.Cluster(harness.directory(self), 1, 4,
                                 num_problems=10**6) as cluster:
      cluster.start("ps", 0)
      chief = cluster.start("worker", 0)
      chief.wait_for("visited 0")
      for task, options, text in (
          (1, {"learning_rate": 0.5},
           "learning_rate is 0.01 there and 0.5 here"),
          (2, {"optimizer": "schedule"},
           "optimizer is TrainableAdam there and LearningRateSchedule here"),
          (3, {"problem": {"curvature": 2.0}},
           "problems are Parabola() there and Parabola(curvature=2.0) here")):
        worker = cluster.start("worker", task, **options)
        self.assertEqual(1, worker.wait())
        self.assertIn(text, worker.text())
        self.assertIn("their options differ", worker.text())
      self.assertTrue(chief.running())

  def test_the_address_of_a_worker_as_a_parameter_server(self):
    with cluster_harness.Cluster(harness.directory(self), 1, 1,
                                 num_problems=10**6) as cluster:
      hosts = ["localhost:{}".format(port) for port in free_ports.find(3)]
      cluster.start("ps", 0, worker_hosts=hosts[:1])
      chief = cluster.start("worker", 0, worker_hosts=hosts[:1])
      chief.wait_for("visited 0")
      for task in (0, 1):
        worker = cluster.start(
            "worker", task, logdir=harness.directory(self),
            ps_hosts=hosts[:1], worker_hosts=hosts[1:])
        self.assertEqual(1, worker.wait(), worker.text())
        self.assertIn(
            "ValueError: What answers at {!r} is another task of a "
            "cluster".format(hosts[0]), worker.text())
      self.assertTrue(chief.running())

  def test_two_chiefs(self):
    with cluster_harness.Cluster(harness.directory(self), 1, 1,
                                 num_problems=10**6) as cluster:
      cluster.start("ps", 0)
      chief = cluster.start("worker", 0)
      chief.wait_for("visited 0")
      same_directory = cluster.start("worker", 0)
      self.assertEqual(1, same_directory.wait())
      self.assertRegexpMatches(
          same_directory.text(),
          "Another run writes in '{}': process .* as worker 0".format(
              cluster.logdir))
      other = {"logdir": harness.directory(self)}
      same_port = cluster.start("worker", 0, **other)
      self.assertEqual(1, same_port.wait())
      self.assertIn("Cannot serve as worker 0", same_port.text())
      port, = free_ports.find(1)
      elsewhere = cluster.start(
          "worker", 0, worker_hosts=["localhost:{}".format(port)], **other)
      self.assertEqual(1, elsewhere.wait())
      self.assertIn("This cluster has a chief already: worker 0",
                    elsewhere.text())
      before = chief.text().count("visited")
      chief.wait_for("visited", before + 2)


if __name__ == "__main__":
  tf.test.main()
