# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of synchronous training on a cluster."""

import os
import threading

import tensorflow.compat.v1 as tf

from benchmarks import free_ports
from optimizer import pretrained
from tests.training_programs import harness


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
  tf.test.main()
