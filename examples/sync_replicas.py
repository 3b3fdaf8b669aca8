# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Trains synchronously on a cluster: here a small one in one process.

  PYTHONPATH=. python examples/sync_replicas.py [logdir]

Without a log directory of your own meta-training, the shipped weights are used.
In a cluster of your own, every worker calls `work`.
"""

import socket
import sys
import threading

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained


def data():
  """Returns inputs [256, 2] and targets [256, 1] to learn."""
  inputs = np.float32(np.random.RandomState(0).uniform(-1, 1, [256, 2]))
  return inputs, np.sin(3 * inputs[:, :1]) * inputs[:, 1:]


def network(inputs):
  hidden = tf.layers.dense(inputs, 16, tf.tanh)
  return tf.layers.dense(hidden, 1)


def work(server, index, num_workers, *logdir):
  """Takes part in the training as worker number `index`."""
  with tf.Graph().as_default(), tf.device(tf.train.replica_device_setter(
      ps_tasks=1, worker_device="/job:worker/task:%d" % index)):
    inputs, targets = [values[index::num_workers] for values in data()]
    loss = tf.losses.mean_squared_error(targets, network(tf.constant(inputs)))
    global_step = tf.train.get_or_create_global_step()
    optimizer = tf.train.SyncReplicasOptimizer(
        pretrained.load(*logdir), replicas_to_aggregate=num_workers)
    train_op = optimizer.minimize(loss, global_step=global_step)
    hooks = [optimizer.make_session_run_hook(index == 0),
             tf.train.StopAtStepHook(last_step=100)]
    with tf.train.MonitoredTrainingSession(
        server.target, is_chief=index == 0, hooks=hooks,
        stop_grace_period_secs=1) as session:
      while not session.should_stop():
        value, step, _ = session.run([loss, global_step, train_op])
        if index == 0 and step % 20 == 0:
          print("step", step, "loss", value)


def start_servers():
  """Returns the servers of two workers; there is a parameter server too."""
  sockets = [socket.socket() for _ in range(3)]
  for each in sockets:
    each.bind(("localhost", 0))
  addresses = ["localhost:%d" % each.getsockname()[1] for each in sockets]
  for each in sockets:
    each.close()
  cluster = {"ps": addresses[:1], "worker": addresses[1:]}
  return [tf.train.Server(cluster, job_name=job, task_index=index)
          for job, index in (("ps", 0), ("worker", 0), ("worker", 1))][1:]


def main(*logdir):
  threads = [threading.Thread(target=work, args=(server, index, 2) + logdir)
             for index, server in enumerate(start_servers())]
  for thread in threads:
    thread.daemon = True
    thread.start()
  threads[0].join()


if __name__ == "__main__":
  tf.disable_v2_behavior()
  main(*sys.argv[1:])
