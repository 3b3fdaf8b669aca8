# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of how a task finds out which of a cluster it is."""

import json
import os
import socket
import threading
import time

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from benchmarks import free_ports
from meta_training.distributed import cluster

_VARIABLES = ("TF_CONFIG", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_NNODES",
              "SLURM_NTASKS_PER_NODE", "PATH")


class FindTest(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    before = {name: os.environ.get(name) for name in _VARIABLES}
    self.addCleanup(self._restore, before)
    for name in _VARIABLES[:-1]:
      os.environ.pop(name, None)

  def _restore(self, before):
    for name, value in before.items():
      os.environ.pop(name, None)
      if value is not None:
        os.environ[name] = value

  def _tf_config(self, hosts, job, task):
    os.environ["TF_CONFIG"] = json.dumps(
        {"cluster": hosts, "task": {"type": job, "index": task}})

  def test_local(self):
    self.assertIsNone(cluster.find())
    self.assertIsNone(cluster.find(num_ps=0, num_workers=1, task=0))

  @parameterized.parameters({"num_ps": 1}, {"num_workers": 2}, {"task": 1},
                            {"job": "ps"})
  def test_none_is_described(self, **said):
    with self.assertRaisesRegexp(ValueError, "none is described. Set --ps_h"):
      cluster.find(**said)

  def test_flags(self):
    found = cluster.find("worker", 1, ["a:1"], ["b:2", "c:3"])
    self.assertEqual({"ps": ["a:1"], "worker": ["b:2", "c:3"]}, found.hosts)
    self.assertEqual("worker 1 (c:3)", found.name)
    self.assertFalse(found.is_chief)
    self.assertTrue(cluster.find("worker", None, ["a:1"], ["b:2"]).is_chief)
    self.assertFalse(cluster.find("ps", None, ["a:1"], ["b:2"]).is_chief)

  @parameterized.parameters(
      (("worker", 2, ["a:1"], ["b:2"]), "no task 2 in the job 'worker'"),
      (("chief", 0, ["a:1"], ["b:2"]), "must be ps or worker, not 'chief'"),
      ((None, 0, ["a:1"], ["b:2"]), "say with --job_name"),
      (("worker", 0, [], ["b:2"]), "at least one 'ps' task"),
      (("worker", 0, ["a"], ["b:2"]), "host:port .* got 'a'"),
      (("worker", 0, [":1"], ["b:2"]), "host:port .* got ':1'"),
      (("worker", 0, ["a:70000"], ["b:2"]), "port of 'a:70000' .* 'ps' must"),
      (("worker", 0, ["a:1"], ["b:0"]), "port of 'b:0' .* 1 to 65535"),
      (("worker", 0, ["a:1"], ["a:1"]), "'a:1' is given to 2 tasks"),
      (("worker", 0, ["a:1"], ["b:2", "b:2"]), "'b:2' is given to 2 tasks"),
      (("worker", 0, ["a:1"], ["b:2"], 2), "--ps_tasks=2 contradicts"),
      (("worker", 0, ["a:1"], ["b:2"], 1, 2), "--worker_tasks=2 contradicts"))
  def test_bad_flags(self, arguments, message):
    with self.assertRaisesRegexp(ValueError, message):
      cluster.find(*arguments)

  def test_tf_config(self):
    self._tf_config({"ps": ["a:1"], "worker": ["b:2", "c:3"]}, "worker", 1)
    found = cluster.find(num_ps=1, num_workers=2)
    self.assertEqual("worker 1 (c:3)", found.name)
    with self.assertRaisesRegexp(ValueError, "--task=0 contradicts TF_CONFIG"):
      cluster.find(task=0)

  @parameterized.parameters(("chief", 0, 0), ("worker", 0, 1))
  def test_tf_config_with_a_chief(self, job, task, expected):
    self._tf_config({"ps": ["a:1"], "chief": ["b:2"], "worker": ["c:3"]}, job,
                    task)
    found = cluster.find()
    self.assertEqual(("worker", expected), (found.job, found.task))
    self.assertEqual(["b:2", "c:3"], found.hosts["worker"])

  def test_bad_tf_config(self):
    for text, message in (("{", "not JSON"), ("[]", "must be a JSON object"),
                          ('{"cluster": {"ps": ["a:1"]}}', "not this task")):
      os.environ["TF_CONFIG"] = text
      with self.assertRaisesRegexp(ValueError, message):
        cluster.find()

  def _slurm(self, rank, num_tasks):
    directory = self.create_tempdir().full_path
    path = os.path.join(directory, "scontrol")
    with open(path, "w") as stream:
      stream.write("#!/bin/sh\necho n1\necho n2\n")
    os.chmod(path, 0o755)
    os.environ.update(
        SLURM_PROCID=str(rank), SLURM_NTASKS=str(num_tasks), SLURM_NNODES="2",
        SLURM_STEP_NODELIST="n[1-2]",
        PATH=directory + os.pathsep + os.environ["PATH"])

  @parameterized.parameters((0, "ps", 0), (1, "worker", 0), (3, "worker", 2))
  def test_slurm(self, rank, job, task):
    self._slurm(rank, 4)
    found = cluster.find(num_ps=1, num_workers=3)
    self.assertEqual((job, task), (found.job, found.task))
    self.assertEqual(["n1:8888"], found.hosts["ps"])
    self.assertEqual(["n1:8889", "n2:8888", "n2:8889"], found.hosts["worker"])

  def test_slurm_numbers(self):
    self._slurm(0, 4)
    with self.assertRaisesRegexp(ValueError, "Slurm started 4 task.s., and"):
      cluster.find(num_ps=1, num_workers=2)
    # A local run within an allocation.
    self.assertIsNone(cluster.find())


class ForeignServerTest(tf.test.TestCase):

  def _listen(self, answer):
    listener = socket.socket()
    self.addCleanup(listener.close)
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)

    def serve():
      while True:
        try:
          connection, _ = listener.accept()
          connection.sendall(answer)
          connection.recv(1000)
          connection.close()
        except EnvironmentError:
          return

    thread = threading.Thread(target=serve)
    thread.daemon = True
    thread.start()
    return "127.0.0.1:{}".format(listener.getsockname()[1])

  def test_is_refused(self):
    for answer in (b"SSH-2.0-OpenSSH_8.4\r\n", b"HTTP/1.1 400 Bad Request\r\n"):
      host = self._listen(answer)
      found = cluster.Cluster([host], ["b:2"], "worker", 0)
      with self.assertRaisesRegexp(
          ValueError, "answers at '{}' is no parameter server".format(host)):
        found.wait_for_parameter_servers(self.fail)

  @tf.test.mock.patch.object(cluster, "_REACH_SECONDS", 0.3)
  def test_a_machine_out_of_reach_is_refused(self):
    place = cluster.Cluster(["no-host.invalid:2"], ["b:2"], "worker", 0)
    said = []
    with self.assertRaisesRegexp(
        ValueError, "be reached at 'no-host.invalid:2' .*correct --ps_hosts"):
      place.wait_for_parameter_servers(said.append)
    self.assertEqual(
        ["waiting for the parameter server at no-host.invalid:2"], said)

  @tf.test.mock.patch.object(cluster, "_REACH_SECONDS", 0.3)
  def test_waits_for_a_machine_that_is_there(self):
    closed, = free_ports.find(1)
    place = cluster.Cluster(
        ["localhost:{}".format(closed)], ["b:2"], "worker", 0)
    with self.assertRaisesRegexp(RuntimeError, "long enough"):
      place.wait_for_parameter_servers(
          lambda text: None, self._tire(RuntimeError("long enough"), 2.0))

  def _tire(self, error, seconds):
    """A pause that raises an error after so many seconds."""
    end = time.time() + seconds

    def pause(seconds):
      time.sleep(seconds)
      if time.time() > end:
        raise error

    return pause

  def test_waits_for_a_server_of_tensorflow(self):
    server = tf.distribute.Server.create_local_server()
    host = server.target[len("grpc://"):]
    cluster.Cluster([host], ["b:2"], "worker",
                    0).wait_for_parameter_servers(self.fail)


if __name__ == "__main__":
  tf.test.main()
