# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what builds on or wraps a `tf.train.Optimizer`."""

from absl.testing import parameterized
import tensorflow.compat.v1 as tf
from tensorflow import contrib

from optimizer import pretrained
from tests.training_programs import harness

_slim = contrib.slim


def _slim_train_op(loss, optimizer):
  return _slim.learning.create_train_op(
      loss, optimizer, global_step=tf.train.get_or_create_global_step(),
      clip_gradient_norm=5.0, summarize_gradients=True)


def _training_train_op(loss, optimizer):
  return contrib.training.create_train_op(
      loss, optimizer, global_step=tf.train.get_or_create_global_step())


def _optimize_loss(loss, optimizer):
  return contrib.layers.optimize_loss(
      loss, tf.train.get_or_create_global_step(), None, optimizer,
      clip_gradients=5.0)


def _minimized_by(wrap):
  return lambda loss, optimizer: wrap(optimizer).minimize(
      loss, tf.train.get_or_create_global_step())


_PROGRAMS = {
    "slim": _slim_train_op,
    "contrib_training": _training_train_op,
    "optimize_loss": _optimize_loss,
    "clip_by_norm": _minimized_by(
        lambda optimizer: contrib.estimator.clip_gradients_by_norm(
            optimizer, 5.0)),
    "moving_average": _minimized_by(contrib.opt.MovingAverageOptimizer),
    "loss_scale": _minimized_by(
        lambda optimizer:
        tf.train.experimental.MixedPrecisionLossScaleOptimizer(
            optimizer, "dynamic")),
}


class WrappersTest(harness.TrainingProgramTest, parameterized.TestCase):

  @parameterized.parameters(*sorted(_PROGRAMS))
  def test_trains(self, name):
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      loss = harness.full_loss()
      step = _PROGRAMS[name](loss, pretrained.load(self.logdir))
      self.check_not_trainable()
      with tf.Session(config=harness.session_config()) as session:
        session.run([tf.global_variables_initializer(),
                     tf.local_variables_initializer()])
        losses = [session.run(loss)]
        for _ in range(50):
          session.run(step)
        losses.append(session.run(loss))
        self.assertEqual(50, session.run(tf.train.get_global_step()))
        self.check_meta_parameters(self.state(session))
    self.check_loss_falls(losses)

  def _train(self, directory, name, num_steps, seed=1):
    """Trains as slim and contrib.training do; returns the last loss."""
    with tf.Graph().as_default():
      tf.set_random_seed(seed)
      loss = harness.full_loss()
      step = _PROGRAMS[name](loss, pretrained.load(self.logdir))
      if name == "slim":
        return _slim.learning.train(
            step, directory, number_of_steps=num_steps,
            save_summaries_secs=None, log_every_n_steps=1000,
            session_config=harness.session_config())
      return contrib.training.train(
          step, directory,
          hooks=[tf.train.StopAtStepHook(last_step=num_steps)],
          save_summaries_steps=None, config=harness.session_config())

  @parameterized.parameters("slim", "contrib_training")
  def test_resumes(self, name):
    whole, parts = self.directory("whole"), self.directory("parts")
    with tf.Graph().as_default(), tf.Session() as session:
      loss = harness.full_loss()
      session.run(tf.global_variables_initializer())
      start = session.run(loss)
    self.check_loss_falls([start, self._train(whole, name, 50)])
    expected = harness.read_checkpoint(whole)
    self.check_meta_parameters(expected)
    self._train(parts, name, 25)
    self._train(parts, name, 50, seed=2)
    self.check_same(expected, harness.read_checkpoint(parts))


if __name__ == "__main__":
  tf.test.main()
