# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of monitored sessions, which checkpoint, die and go on by themselves.

Those of a synchronous cluster are among them.
"""

import os
import signal
import subprocess
import sys
import threading

import tensorflow.compat.v1 as tf

from benchmarks import free_ports
from optimizer import pretrained
from tests.training_programs import harness


class _DieHook(tf.train.SessionRunHook):
  """Kills the process, which gets no chance to save, after a step."""

  def __init__(self, last_step):
    self._last_step = last_step

  def before_run(self, run_context):
    del run_context
    return tf.train.SessionRunArgs(tf.train.get_global_step())

  def after_run(self, run_context, run_values):
    del run_context
    if run_values.results >= self._last_step:
      os.kill(os.getpid(), signal.SIGKILL)


def train(logdir, model_dir, last_step, die_at=None, seed=1):
  """Trains, with a checkpoint every five steps, until a global step."""
  with tf.Graph().as_default():
    tf.set_random_seed(seed)
    global_step = tf.train.get_or_create_global_step()
    loss = harness.minibatch_loss(global_step)
    step = pretrained.load(logdir).minimize(loss, global_step=global_step)
    hooks = [tf.train.StopAtStepHook(last_step=last_step)]
    if die_at is not None:
      hooks.append(_DieHook(die_at))
    saver = tf.train.Saver(max_to_keep=None)
    with tf.train.MonitoredTrainingSession(
        checkpoint_dir=model_dir, save_checkpoint_steps=5,
        save_checkpoint_secs=None, save_summaries_steps=None,
        log_step_count_steps=None, hooks=hooks,
        scaffold=tf.train.Scaffold(saver=saver),
        config=harness.session_config()) as session:
      while not session.should_stop():
        session.run(step)


class MonitoredSessionTest(harness.TrainingProgramTest):

  def _loss_of(self, model_dir, step):
    with tf.Graph().as_default(), tf.Session() as session:
      loss = harness.full_loss()
      tf.train.Saver().restore(
          session, os.path.join(model_dir, "model.ckpt-%d" % step))
      return session.run(loss)

  def test_killed_and_resumed(self):
    whole, killed = self.directory("whole"), self.directory("killed")
    train(self.logdir, whole, 50)
    expected = harness.read_checkpoint(whole)
    self.assertEqual(50, expected["global_step"])
    self.check_meta_parameters(expected)
    self.check_loss_falls([self._loss_of(whole, 0), self._loss_of(whole, 50)])
    status = subprocess.call(
        [sys.executable, os.path.abspath(__file__), "train", self.logdir,
         killed], env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
    self.assertEqual(-signal.SIGKILL, status)
    self.assertIn("-25", tf.train.latest_checkpoint(killed))
    train(self.logdir, killed, 50, seed=2)
    self.check_same(expected, harness.read_checkpoint(killed))

  def test_session_then_monitored_session_then_estimator(self):
    whole, shared = self.directory("whole"), self.directory("shared")
    train(self.logdir, whole, 15)
    expected = harness.read_checkpoint(whole)
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      global_step = tf.train.get_or_create_global_step()
      loss = harness.minibatch_loss(global_step)
      step = pretrained.load(self.logdir).minimize(loss, global_step)
      self.check_not_trainable()
      saver = tf.train.Saver()
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        for _ in range(5):
          session.run(step)
        saver.save(session, os.path.join(shared, "model.ckpt"), global_step)
    train(self.logdir, shared, 10, seed=2)

    def model_fn(features, labels, mode):
      del features, labels
      global_step = tf.train.get_global_step()
      loss = harness.minibatch_loss(global_step)
      with tf.name_scope("training"):
        step = pretrained.load(self.logdir).minimize(loss, global_step)
      return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=step)

    tf.estimator.Estimator(model_fn, shared, tf.estimator.RunConfig(
        tf_random_seed=3, session_config=harness.session_config())).train(
            lambda: tf.data.Dataset.from_tensors(0).repeat(), max_steps=15)
    self.check_same(expected, harness.read_checkpoint(shared))


def _start_cluster():
  """Returns the servers of two workers; there is a parameter server too."""
  addresses = ["localhost:%d" % port for port in free_ports.find(3)]
  cluster = {"ps": addresses[:1], "worker": addresses[1:]}
  tf.train.Server(cluster, job_name="ps", task_index=0)
  return [tf.train.Server(cluster, job_name="worker", task_index=i)
          for i in range(2)]


class SyncReplicasTest(harness.TrainingProgramTest):

  def _run(self, directory, last_step, seed=1):
    """Trains with two workers until they have made so many steps."""
    workers = _start_cluster()
    initialized = threading.Event()
    # SyncReplicasOptimizer adds up two gradients of the present step, whoever
    # they are from: a worker that is ahead may take both tokens of a step. They
    # are one of each worker if nobody starts a step before all have ended one.
    together = threading.Barrier(2, timeout=100)
    errors = []

    def work(index):
      try:
        self._work(workers[index], index, directory, last_step, seed,
                   initialized, together)
      except Exception as error:  # pylint: disable=broad-except
        errors.append(error)
        together.abort()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
      thread.daemon = True
      thread.start()
    for thread in threads:
      thread.join(200)
      self.assertFalse(thread.is_alive())
    self.assertEqual([], errors)

  def _work(self, server, index, directory, last_step, seed, initialized,
            together):
    if index > 0:
      # A worker that finds the variables missing looks again in 30 seconds.
      self.assertTrue(initialized.wait(100))
    with tf.Graph().as_default():
      tf.set_random_seed(seed)
      # Made where no device is chosen: the variables go to the server anyway.
      optimizer = tf.train.SyncReplicasOptimizer(
          pretrained.load(self.logdir), replicas_to_aggregate=2,
          total_num_replicas=2)
      with tf.device(tf.train.replica_device_setter(
          1, worker_device="/job:worker/task:%d" % index)):
        global_step = tf.train.get_or_create_global_step()
        loss = harness.minibatch_loss(global_step, index)
        step = optimizer.minimize(loss, global_step=global_step)
      for variable in tf.global_variables():
        self.assertIn("/job:ps", variable.device)
      self.check_not_trainable()
      hooks = [optimizer.make_session_run_hook(index == 0, num_tokens=0)]
      if index == 0:
        hooks.append(tf.train.CheckpointSaverHook(
            directory, save_steps=5, saver=tf.train.Saver(max_to_keep=None)))
      # The workers stop together: each takes part in every step.
      hooks.append(tf.train.StopAtStepHook(last_step=last_step))
      with tf.train.MonitoredTrainingSession(
          server.target, is_chief=index == 0, checkpoint_dir=directory,
          save_checkpoint_secs=None, save_summaries_steps=None,
          log_step_count_steps=None, hooks=hooks,
          config=harness.session_config(),
          # At the end the chief's queue runner waits for gradients in vain.
          stop_grace_period_secs=1) as session:
        initialized.set()
        while not session.should_stop():
          together.wait()
          session.run(step)

  def _read(self, directory, step):
    return harness.read_checkpoint(
        os.path.join(directory, "model.ckpt-%d" % step))

  def test_trains_and_resumes(self):
    whole, parts = self.directory("whole"), self.directory("parts")
    self._run(whole, 50)
    self.assertEqual(os.path.join(whole, "model.ckpt-50"),
                     tf.train.latest_checkpoint(whole))
    expected = self._read(whole, 50)
    self.check_meta_parameters(expected)
    losses = []
    with tf.Graph().as_default(), tf.Session() as session:
      loss = harness.full_loss()
      for step in (0, 50):
        tf.train.Saver().restore(session, os.path.join(
            whole, "model.ckpt-%d" % step))
        losses.append(session.run(loss))
    self.check_loss_falls(losses)
    self._run(parts, 20)
    self._run(parts, 50, seed=2)
    self.check_same(expected, self._read(parts, 50))


if __name__ == "__main__":
  if sys.argv[1:2] == ["train"]:
    train(sys.argv[2], sys.argv[3], 50, die_at=28)
  else:
    tf.test.main()
