# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Starts, watches and kills the tasks of a small cluster, or a local run.

Run as a program, it is one task; the tests start it that way.
"""

import json
import os
import signal
import subprocess
import sys
import time

from benchmarks import free_ports

_ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
_SECONDS = 240


def wait_until(condition, what, seconds=_SECONDS):
  """Returns once a function is true; raises AssertionError after a while."""
  end = time.time() + seconds
  while not condition():
    if time.time() > end:
      raise AssertionError("Waited in vain: " + (
          what() if callable(what) else what))
    time.sleep(0.1)


class Task:
  """A process that is one task."""

  def __init__(self, directory, name, options):
    self.path = os.path.join(directory, name + ".log")
    self._log = open(self.path, "a")
    environment = dict(os.environ, PYTHONPATH=_ROOT, TF_CPP_MIN_LOG_LEVEL="3",
                       TASK_OPTIONS=json.dumps(options))
    environment.pop("TF_CONFIG", None)
    self._process = subprocess.Popen(
        [sys.executable, "-u", os.path.abspath(__file__)], env=environment,
        stdout=self._log, stderr=subprocess.STDOUT)

  def text(self):
    """What the task has written, from its first start on."""
    with open(self.path) as stream:
      return stream.read()

  def wait_for(self, text, count=1):
    """Waits until a text is in the log so often."""
    wait_until(
        lambda: self.text().count(text) >= count or not self.running(),
        lambda: "{!r} in {}: {}".format(text, self.path, self.text()))
    assert self.text().count(text) >= count, self.text()

  def running(self):
    """Whether it has not ended."""
    return self._process.poll() is None

  def wait(self):
    """Returns the exit code."""
    wait_until(lambda: not self.running(),
               lambda: "the end of {}: {}".format(self.path, self.text()))
    return self._process.returncode

  def signal(self, signum):
    """Sends a signal."""
    self._process.send_signal(signum)

  def kill(self):
    """SIGKILL, the end without a word."""
    if self.running():
      self._process.send_signal(signal.SIGKILL)
    self._process.wait()
    self._log.close()


class Cluster:
  """Tasks on loopback that train in one directory; a context manager."""

  def __init__(self, directory, num_ps, num_workers, **options):
    self.directory = directory
    self.logdir = os.path.join(directory, "train")
    ports = free_ports.find(num_ps + num_workers)
    hosts = ["localhost:{}".format(port) for port in ports]
    self._options = dict(options, logdir=self.logdir, ps_hosts=hosts[:num_ps],
                         worker_hosts=hosts[num_ps:])
    self.tasks = []

  def start(self, job, task, **options):
    """Starts a task, also one that was killed; returns the `Task`."""
    started = Task(self.directory, "{}{}".format(job, task), dict(
        self._options, job=job, task=task, **options))
    self.tasks.append(started)
    return started

  def __enter__(self):
    return self

  def __exit__(self, *unused_error):
    for task in self.tasks:
      task.kill()


def run_task(options):
  """Trains, or serves."""
  import tensorflow.compat.v1 as tf
  from meta_training import reports
  from meta_training.distributed import cluster as cluster_lib
  import metaopt
  from tests.meta_training import harness
  # A process in the background may have been told to ignore it.
  signal.signal(signal.SIGINT, signal.default_int_handler)
  task = None
  if options.get("ps_hosts"):
    task = cluster_lib.Cluster(options["ps_hosts"], options["worker_hosts"],
                               options["job"], options["task"])
    if task.job == "ps":
      print("serving")
      task.join()
  tf.logging.set_verbosity(tf.logging.ERROR)
  print("starting")
  is_chief = task is None or task.is_chief
  pause = options.get("pause", 0.0)
  lengths = options.get("lengths", [2, 5])

  def draw(rng):
    time.sleep(pause)
    return int(rng.randint(*lengths))

  def on_start(stop):
    signal.signal(signal.SIGTERM, lambda *unused_args: stop())
    print("started")

  strategies = {}
  if "strategies" in options:
    strategies = {
        "meta_gradient": metaopt.EvolutionStrategies(*options["strategies"]),
        "update_rule": metaopt.Adam(averaging_decay=0.9)}
  harness.train(
      options["logdir"],
      harness.without_data(harness.Parabola, **options.get("problem", {})) +
      harness.classifier(),
      harness.OPTIMIZER_SPECS[options.get("optimizer", "adam")],
      num_problems=options.get("num_problems", 3), num_meta_iterations=2,
      num_unrolls=draw, num_steps=draw, seed=options.get("seed", 5),
      learning_rate=options.get("learning_rate", 0.01),
      select_random_problems=not is_chief, out=_Echo(), cluster=task,
      on_start=on_start, verbosity=reports.EVERYTHING,
      callbacks=[lambda name, index, *_: print("visited", index)],
      **strategies)
  print("ended")


class _Echo:
  """Standard output as a stream whose content can be asked for."""

  def write(self, text):
    sys.stdout.write(text)

  def flush(self):
    sys.stdout.flush()

  def getvalue(self):
    return ""


if __name__ == "__main__":
  run_task(json.loads(os.environ["TASK_OPTIONS"]))
