# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which task of a TensorFlow cluster this is, and how it is found out.

A cluster has two jobs: "ps", the parameter servers, and "worker", of which
number 0 is the chief. The description comes from flags, from TF_CONFIG, or
from Slurm. A run without a description is a task of no cluster.
"""

import collections
import contextlib
import errno
import json
import os
import re
import socket
import time

import tensorflow.compat.v1 as tf

_CONNECT_SECONDS = 2.0
# How long a machine may be out of reach when a task starts.
_REACH_SECONDS = 12.0
_PORT_BASE = 8888
_HTTP2_SETTINGS = b"\4"
# The preface of HTTP/2, which gRPC speaks, and settings without any.
_HTTP2_GREETING = (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
                   b"\0\0\0" + _HTTP2_SETTINGS + b"\0\0\0\0\0")


_Silence = collections.namedtuple("_Silence", "reason, is_there")
"""Why there is no answer, and whether there is a machine at all."""


class Cluster:
  """One task of a cluster."""

  def __init__(self, ps_hosts, worker_hosts, job, task):
    """Checks the description.

    Args:
      ps_hosts: List of strings "host:port".
      worker_hosts: Likewise; the first is the chief.
      job: "ps" or "worker".
      task: Integer, position of this task in its job's list.

    Raises:
      ValueError: If there is no such task, or a job has no tasks.
    """
    self.hosts = {"ps": list(ps_hosts), "worker": list(worker_hosts)}
    for name, hosts in sorted(self.hosts.items()):
      if not hosts:
        raise ValueError("A cluster needs at least one {0!r} task: name its "
                         "host:port in --{0}_hosts or TF_CONFIG.".format(name))
      for host in hosts:
        _check_address(name, host)
    _check_distinct(self.hosts["ps"] + self.hosts["worker"])
    if job not in self.hosts:
      raise ValueError("The job of a task must be ps or worker, not {!r}: set "
                       "--job_name.".format(job))
    if not 0 <= task < len(self.hosts[job]):
      raise ValueError("There is no task {} in the job {!r}, which has {} "
                       "task(s).".format(task, job, len(self.hosts[job])))
    self.job = job
    self.task = task
    self._server = None
    self._seen_hosts = set()

  @property
  def is_chief(self):
    """Whether this task saves, summarizes and restores."""
    return self.job == "worker" and self.task == 0

  @property
  def name(self):
    """What to call this task in text, such as "worker 0 (host:2222)"."""
    return "{} {} ({})".format(self.job, self.task,
                               self.hosts[self.job][self.task])

  @property
  def target(self):
    """Where sessions connect to; the server starts with the first call."""
    if self._server is None:
      try:
        self._server = tf.distribute.Server(
            tf.train.ClusterSpec(self.hosts), self.job, self.task,
            config=tf.ConfigProto(allow_soft_placement=True))
      except tf.errors.OpError as error:
        raise ValueError(
            "Cannot serve as {}: {}. Most likely the port is taken: see "
            "whether that task is running already.".format(
                self.name, error.message))
    return self._server.target

  def device_setter(self):
    """Places variables on parameter servers and the rest on this task."""
    return tf.train.replica_device_setter(
        worker_device="/job:{}/task:{}".format(self.job, self.task),
        cluster=tf.train.ClusterSpec(self.hosts))

  def device_filters(self):
    """What a session of this task needs: no other worker."""
    return ["/job:ps", "/job:{}/task:{}".format(self.job, self.task)]

  def wait_for_parameter_servers(self, log, pause=time.sleep):
    """Returns once all parameter servers answer.

    Opening a session would wait too, but deaf to signals.

    Args:
      log: Function of a string, called with whom it waits for.
      pause: Function that waits for some seconds.

    Raises:
      ValueError: If another kind of server answers, or an address is out of
        reach for long and always was.
    """
    for host in self.hosts["ps"]:
      has_logged, end = False, time.time() + _REACH_SECONDS
      while True:
        silence = _silence(host)
        if silence is None or silence.is_there:
          self._seen_hosts.add(host)
        if silence is None:
          break
        if host not in self._seen_hosts and time.time() > end:
          raise ValueError(
              "No machine can be reached at {!r} ({}): correct --ps_hosts, or "
              "start that machine first.".format(host, silence.reason))
        if not has_logged:
          log("waiting for the parameter server at {}".format(host))
          has_logged = True
        pause(0.5)

  def check(self, error):
    """Raises ValueError if an error says that a server is of another job.

    Args:
      error: A `tf.errors.OpError` of a session of this task.
    """
    found = re.search(r"/job:ps\S*/task:(\d+)\S* unknown device", error.message)
    if found:
      raise ValueError(
          "What answers at {!r} is another task of a cluster, no parameter "
          "server: correct --ps_hosts, and give all tasks the same "
          "lists.".format(self.hosts["ps"][int(found.group(1))]))

  def join(self):
    """Serves until the process is ended."""
    assert self.target
    # The server's threads do the work; Server.join() would not let Ctrl-C in.
    while True:
      time.sleep(3600)


def _check_address(job, host):
  name, _, port = host.rpartition(":")
  if not name or not port.isdigit():
    raise ValueError("Expected host:port for each {!r} task, got {!r}.".format(
        job, host))
  if not 0 < int(port) < 2**16:
    raise ValueError("The port of {!r} in the job {!r} must be from 1 to "
                     "65535.".format(host, job))


def _check_distinct(hosts):
  for host in hosts:
    if hosts.count(host) > 1:
      raise ValueError(
          "The address {!r} is given to {} tasks: each needs one of its own, "
          "parameter servers and workers alike.".format(
              host, hosts.count(host)))


def _silence(host):
  """Why no server of TensorFlow's kind answers at an address.

  Args:
    host: String "host:port".

  Returns:
    None if one answers, or a `_Silence`.

  Raises:
    ValueError: If what answers is another kind of server.
  """
  name, _, port = host.rpartition(":")
  is_there = False
  try:
    connection = socket.create_connection((name, int(port)), _CONNECT_SECONDS)
    is_there = True
    with contextlib.closing(connection):
      connection.settimeout(_CONNECT_SECONDS)
      connection.sendall(_HTTP2_GREETING)
      answer = connection.recv(9)
  except EnvironmentError as error:
    return _Silence(error, is_there or error.errno in (
        errno.ECONNREFUSED, errno.ECONNRESET))
  # A frame begins with three bytes of length and one of type.
  if answer and answer[3:4] != _HTTP2_SETTINGS:
    raise ValueError(
        "What answers at {!r} is no parameter server: correct --ps_hosts, or "
        "free the port.".format(host))
  return None if answer else _Silence("nothing is said", True)


def find(job=None, task=None, ps_hosts=(), worker_hosts=(), num_ps=None,
         num_workers=None):
  """Finds the cluster this process is a task of.

  Host flags come first, then TF_CONFIG, then Slurm; the last needs to be told
  the numbers of tasks, and counts only if there are parameter servers.

  Args:
    job: String or None, said by a flag; so are the other arguments.
    task: Integer or None.
    ps_hosts: Sequence of strings "host:port".
    worker_hosts: Sequence of strings "host:port".
    num_ps: Integer or None.
    num_workers: Integer or None.

  Returns:
    A `Cluster`, or None for a local run.

  Raises:
    ValueError: If the description is incomplete or contradicts the flags.
  """
  source, cluster = None, None
  if ps_hosts or worker_hosts:
    source = "--ps_hosts with --worker_hosts"
    if job is None:
      raise ValueError("--ps_hosts and --worker_hosts describe a cluster: say "
                       "with --job_name and --task which task this is.")
    cluster = Cluster(ps_hosts, worker_hosts, job, task or 0)
  elif "cluster" in _tf_config():
    source, cluster = "TF_CONFIG", _from_tf_config()
  elif num_ps and "SLURM_PROCID" in os.environ:
    source, cluster = "Slurm", _from_slurm(num_ps, num_workers or 1)
  if cluster is None:
    if num_ps or (num_workers or 1) > 1 or task or job:
      raise ValueError(
          "--job_name={}, --task={}, --ps_tasks={} and --worker_tasks={} speak "
          "of a cluster, but none is described. Set --ps_hosts and "
          "--worker_hosts or TF_CONFIG, or start the tasks with srun.".format(
              job, task or 0, num_ps or 0, num_workers or 1))
    return None
  for flag, said, found in (
      ("job_name", job, cluster.job), ("task", task, cluster.task),
      ("ps_tasks", num_ps, len(cluster.hosts["ps"])),
      ("worker_tasks", num_workers, len(cluster.hosts["worker"]))):
    if said is not None and said != found:
      raise ValueError("--{}={} contradicts {}, which says {}: leave the flag "
                       "out or correct one of them.".format(
                           flag, said, source, found))
  return cluster


def _tf_config():
  text = os.environ.get("TF_CONFIG") or "{}"
  try:
    config = json.loads(text)
  except ValueError as error:
    raise ValueError("TF_CONFIG is not JSON ({}): {}".format(error, text))
  if not isinstance(config, dict):
    raise ValueError("TF_CONFIG must be a JSON object, not {}.".format(text))
  return config


def _from_tf_config():
  if "task" not in _tf_config():
    raise ValueError('TF_CONFIG describes a cluster but not this task: add '
                     '"task": {"type": "worker", "index": 0}, say.')
  resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
  hosts = resolver.cluster_spec().as_dict()
  chiefs = list(hosts.get("chief", [])) + list(hosts.get("master", []))
  job, task = resolver.task_type, int(resolver.task_id or 0)
  if job in ("chief", "master"):
    job = "worker"
  elif job == "worker":
    task += len(chiefs)
  return Cluster(hosts.get("ps", []), chiefs + list(hosts.get("worker", [])),
                 job, task)


def _from_slurm(num_ps, num_workers):
  per_node = os.environ.get("SLURM_NTASKS_PER_NODE")
  if per_node is None:
    nodes = int(os.environ.get("SLURM_NNODES", 1))
    per_node = -(-int(os.environ.get("SLURM_NTASKS", 1)) // nodes)
  try:
    # One "GPU" for each task: the resolver hands out as many ports as GPUs.
    resolver = tf.distribute.cluster_resolver.SlurmClusterResolver(
        {"ps": num_ps, "worker": num_workers}, port_base=_PORT_BASE,
        gpus_per_node=int(per_node), gpus_per_task=1,
        tasks_per_node=int(per_node), auto_set_gpu=False)
    hosts = resolver.cluster_spec().as_dict()
  except (RuntimeError, EnvironmentError, KeyError) as error:
    raise ValueError(
        "Slurm started {} task(s), and --ps_tasks={} with --worker_tasks={} "
        "cannot be laid out on them ({}). Start as many tasks as both "
        "together.".format(os.environ.get("SLURM_NTASKS"), num_ps, num_workers,
                           error))
  job, task = resolver.get_task_info()
  return Cluster(hosts["ps"], hosts["worker"], job, task)
