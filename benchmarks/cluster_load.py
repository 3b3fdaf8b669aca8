# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""How fast a cluster on this machine is, and what one parameter server bears.

  ./tools/bazel run //benchmarks:cluster_load -- --seconds=10

Starts one parameter server and, one after the other,

  - 1 and 2 workers that meta-train HierarchicalRNN on Quadratic(25), compiled,
    in unrolls of 250 steps, the mean of metarun's defaults. No problem of the
    corpus gives updates much faster, so these workers are the hungriest;
  - 1, 2 and 4 clients that do nothing but send updates.

From each it takes the updates a second, the bytes of an update on the loopback
interface, headers and acknowledgements included, whatever else crosses it
subtracted, and the processor time for an update, of the parameter server and
of the worker. With one core for each task,

  capacity = 1 / (processor seconds of the parameter server for an update)
  appetite = 1 / (processor seconds of a worker for an update)
  workers  = capacity / appetite.

Processor time is used because it changes little when cores are shared, with
each other or with other programs; updates a second do. The parameter server
has many threads, so on several cores it bears more. What more than four
connections cost is not measured, nor is a network other than loopback.
"""

import collections
import os
import shutil
import subprocess
import sys
import tempfile
import time

from absl import app
from absl import flags
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import free_ports
from meta_training.distributed import cluster
from meta_training import meta_optimizer
from meta_training import update_rules
import metaopt
from optimizer import hierarchical_rnn
from optimizer import meta_parameters
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

FLAGS = flags.FLAGS

flags.DEFINE_float("seconds", 10.0, "How long to measure each.")
flags.DEFINE_string("role", None, "What a process that this program starts is: "
                    "ps, worker or client.")
flags.DEFINE_integer("role_task", 0, "Its number.")
flags.DEFINE_list("role_hosts", [], "All addresses, the server's first.")
flags.DEFINE_string("role_dir", None, "Its log directory.")

_SPEC = problem_spec.Spec(hierarchical_rnn.HierarchicalRNN, (), {})
_CORPUS = [(problem_spec.Spec(pg.Quadratic, (25,), {}),
            datasets.EMPTY_DATASET, None)]
_STEPS = 250
_START_SECONDS = 300
_BASELINE_SECONDS = 3
_GIGABIT = 125e6

Load = collections.namedtuple(
    "Load", "updates_per_second, bytes_per_update, server_seconds, "
    "worker_seconds")
"""What was measured; the last two are processor time of an update."""


def run_role():
  """Is a task of the cluster, until it is killed."""
  job = "ps" if FLAGS.role == "ps" else "worker"
  task = cluster.Cluster(FLAGS.role_hosts[:1], FLAGS.role_hosts[1:], job,
                         FLAGS.role_task)
  if job == "ps":
    task.join()
  if FLAGS.role == "worker":
    metaopt.train_optimizer(
        FLAGS.role_dir, _SPEC, _CORPUS, 10**9, 1, lambda: 10, lambda: _STEPS,
        learning_rate=1e-6, out=sys.stdout, cluster=task,
        options=metaopt.RunOptions(seed=1, compiled=True))
  meta = meta_optimizer.MetaOptimizer(
      FLAGS.role_dir, _SPEC, update_rules.RMSProp(), 1, learning_rate=1e-6,
      cluster=task, log=print)
  gradient = np.full(
      [meta_parameters.total_size(meta.shapes)], 1e-3, np.float32)
  print("  run 1: only updates", flush=True)
  while True:
    meta.update(gradient, 0.0)


class Tasks:
  """A parameter server with workers or clients; a context manager."""

  def __init__(self, role, count):
    self._role, self._count = role, count
    self._directory = tempfile.mkdtemp()
    self._processes = []
    self.hosts = ["localhost:{}".format(port)
                  for port in free_ports.find(count + 1)]

  def __enter__(self):
    self._start("ps", 0)
    for task in range(self._count):
      self._start(self._role, task)
    end = time.time() + _START_SECONDS
    while any("  run 1:" not in self._text(self._role, task)
              for task in range(self._count)):
      failed = any(process.poll() is not None for process in self._processes)
      if failed or time.time() > end:
        raise RuntimeError("A task failed, or took more than {} s to start: "
                           "{}".format(_START_SECONDS, self._texts()))
      time.sleep(0.5)
    return self

  def __exit__(self, *unused_error):
    for process in self._processes:
      process.kill()
      process.wait()
    shutil.rmtree(self._directory)

  def _path(self, role, task):
    return os.path.join(self._directory, "{}_{}.log".format(role, task))

  def _text(self, role, task):
    with open(self._path(role, task)) as stream:
      return stream.read()

  def _texts(self):
    return "\n".join([self._text("ps", 0)] + [
        self._text(self._role, task) for task in range(self._count)])

  def _start(self, role, task):
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path),
                       TF_CPP_MIN_LOG_LEVEL="2")
    environment.pop("TF_CONFIG", None)
    with open(self._path(role, task), "w") as log:
      self._processes.append(subprocess.Popen(
          [sys.executable, "-u", os.path.abspath(__file__), "--role=" + role,
           "--role_task={}".format(task),
           "--role_hosts=" + ",".join(self.hosts),
           "--role_dir=" + os.path.join(self._directory, "train")],
          env=environment, stdout=log, stderr=subprocess.STDOUT))

  def measure(self, seconds, other_bytes_per_second):
    """Returns a `Load`."""
    with tf.Graph().as_default():
      with tf.device("/job:ps/task:0"):
        step = tf.get_variable(
            "global_step", [], tf.int32, use_resource=False)
      # Closed while there is somebody to close it with: else that waits long.
      with tf.Session("grpc://" + self.hosts[0]) as session:
        before = self._counts(session, step)
        time.sleep(seconds)
        after = self._counts(session, step)
    passed, updates, transferred, server, workers = [
        late - early for early, late in zip(before, after)]
    return Load(updates / passed,
                (transferred - other_bytes_per_second * passed) / updates,
                server / updates, workers / updates)

  def _counts(self, session, step):
    cpu = [_cpu_seconds(process.pid) for process in self._processes]
    return (time.time(), int(session.run(step)), _loopback_bytes(), cpu[0],
            sum(cpu[1:]))


def _loopback_bytes():
  """Bytes that the loopback interface has received so far."""
  with open("/proc/net/dev") as stream:
    for line in stream:
      name, _, counts = line.partition(":")
      if name.strip() == "lo":
        return int(counts.split()[0])
  raise RuntimeError("/proc/net/dev has no line for the interface lo: this "
                     "benchmark needs Linux with a loopback interface.")


def _cpu_seconds(pid):
  with open("/proc/{}/stat".format(pid)) as stream:
    # The name of the program, in parentheses, may have blanks.
    values = stream.read().rpartition(")")[2].split()
  return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


def _measure_all(role, counts, other):
  print("\n| {0}s | updates/s | each | bytes/update | server, CPU ms/update | "
        "{0}, CPU ms/update |\n|---|---|---|---|---|---|".format(role))
  loads = []
  for count in counts:
    with Tasks(role, count) as tasks:
      loads.append(tasks.measure(FLAGS.seconds, other))
    load = loads[-1]
    print("| {} | {:.1f} | {:.1f} | {:,.0f} | {:.1f} | {:.1f} |".format(
        count, load.updates_per_second, load.updates_per_second / count,
        load.bytes_per_update, 1e3 * load.server_seconds,
        1e3 * load.worker_seconds), flush=True)
  return loads


def _print_estimate(workers, clients):
  capacity = 1 / max(load.server_seconds for load in clients)
  appetite = 1 / workers[0].worker_seconds
  traffic = capacity * workers[0].bytes_per_update
  print("\nWith a core for each task, one parameter server applies {:.0f} "
        "updates/s ({:.0f} were reached here,\nwith all tasks on these cores) "
        "and feeds {:.1f} workers that make {:.1f} updates/s each, the "
        "hungriest,\nor {:.0f} workers that make one a second. Its traffic "
        "then is {:.1f} MB/s, {:.0%} of Gigabit Ethernet.".format(
            capacity, max(load.updates_per_second for load in clients),
            capacity / appetite, appetite, capacity, traffic / 1e6,
            traffic / _GIGABIT))


def main(unused_argv):
  """Measures and prints, or is one of the tasks."""
  tf.logging.set_verbosity(tf.logging.ERROR)
  tf.disable_v2_behavior()
  if FLAGS.role:
    run_role()
  with tf.Graph().as_default():
    declarations = _SPEC.build().meta_parameters.declarations
    size = meta_parameters.total_size(
        {name: declaration.shape
         for name, declaration in declarations.items()})
  before = _loopback_bytes()
  time.sleep(_BASELINE_SECONDS)
  other = (_loopback_bytes() - before) / _BASELINE_SECONDS
  print("{} cores, {:.0f} bytes/s of others on lo. {:,} meta-parameters: an "
        "update reads them, sends a gradient\nand reads the new ones, {:,} "
        "bytes without headers.".format(os.cpu_count(), other, size, 12 * size))
  workers = _measure_all("worker", (1, 2), other)
  _print_estimate(workers, _measure_all("client", (1, 2, 4), other))


if __name__ == "__main__":
  app.run(main)
