# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of training with a plain session, and with wrappers of optimizers."""

import copy
import os

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from optimizer import pretrained
from tests.training_programs import harness

try:
  from tensorflow import contrib
except ImportError:
  contrib = None  # TensorFlow 2 does not have it.


class SessionTest(harness.TrainingProgramTest):

  def _train(self, make_step, num_steps, restore=None, save=None):
    """Trains in a new graph and session; returns (losses, state).

    Args:
      make_step: Function of loss and global step.
      num_steps: Integer.
      restore: Path of a checkpoint to begin with, or None.
      save: Path of a checkpoint to save after 25 steps, or None.
    """
    with tf.Graph().as_default():
      # Whatever a restored run draws, the checkpoint has to replace it.
      tf.set_random_seed(2 if restore else 1)
      global_step = tf.train.get_or_create_global_step()
      loss = harness.minibatch_loss(global_step)
      total = harness.full_loss()
      step = make_step(loss, global_step)
      saver = tf.train.Saver()
      self.check_not_trainable()
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        if restore:
          saver.restore(session, restore)
        losses = [session.run(total)]
        for i in range(num_steps):
          if save and i == 25:
            saver.save(session, save)
          session.run(step)
          losses.append(session.run(total))
        return losses, self.state(session)

  def _check(self, make_step):
    path = os.path.join(self.directory(), "model")
    losses, end = self._train(make_step, 50, save=path)
    self.check_loss_falls(losses)
    self.check_meta_parameters(end)
    resumed, resumed_end = self._train(make_step, 25, restore=path)
    self.assertEqual(losses[25:], resumed)
    self.check_same(end, resumed_end)

  def test_minimize(self):
    self._check(lambda loss, global_step: pretrained.load(
        self.logdir).minimize(loss, global_step=global_step))

  def test_clipped_gradients(self):
    def make_step(loss, global_step):
      optimizer = pretrained.load(self.logdir)
      gradients, variables = zip(*optimizer.compute_gradients(loss))
      gradients, _ = tf.clip_by_global_norm(gradients, 0.1)
      return optimizer.apply_gradients(
          zip(gradients, variables), global_step=global_step)

    self._check(make_step)

  def test_minimize_of_some_variables(self):
    optimizer = pretrained.load(self.logdir)
    for var_list in ("model/output",), ("model/hidden", "model/bias"):
      with tf.Graph().as_default():
        loss = harness.full_loss()
        trained = [variable for variable in tf.trainable_variables()
                   if variable.op.name in var_list]
        step = optimizer.minimize(loss, var_list=trained)
        with tf.Session(config=harness.session_config()) as session:
          session.run(tf.global_variables_initializer())
          before = self.state(session)
          for _ in range(5):
            session.run(step)
          after = self.state(session)
        for variable in tf.trainable_variables():
          name = variable.op.name
          self.assertEqual(name in var_list,
                           (before[name] != after[name]).any())

  def test_nothing_in_the_graph_before_minimize(self):
    with tf.Graph().as_default() as graph:
      optimizer = pretrained.load(self.logdir)
      self.assertEqual([], optimizer.variables())
      self.assertEqual([], graph.get_operations())

  def test_two_models(self):
    first_logdir, second_logdir = [
        harness.make_logdir(self.directory(str(seed)), seed=seed)
        for seed in (1, 2)]

    def train(num_steps, restore=None, save=None):
      with tf.Graph().as_default():
        tf.set_random_seed(2 if restore else 1)
        first, second = [pretrained.load(logdir)
                         for logdir in (first_logdir, second_logdir)]
        x = tf.get_variable("x", initializer=[1.0, -2.0])
        y = tf.get_variable("y", initializer=[[3.0], [0.5]])
        losses = [tf.reduce_sum(tf.square(x)), tf.reduce_sum(tf.square(y))]
        global_step = tf.train.get_or_create_global_step()
        steps = [first.minimize(losses[0], global_step, [x]),
                 second.minimize(losses[1], var_list=[y])]
        saver = tf.train.Saver()
        with tf.Session(config=harness.session_config()) as session:
          session.run(tf.global_variables_initializer())
          if restore:
            saver.restore(session, restore)
          before = session.run(losses)
          for i in range(num_steps):
            if save and i == 25:
              saver.save(session, save)
            session.run(steps)
          after = session.run(losses)
          self.assertLess(after[0], before[0])
          self.assertLess(after[1], before[1])
          return self.state(session), [
              session.run(each.meta_parameters.checkpoint_names())
              for each in (first, second)]

    path = os.path.join(self.directory(), "model")
    expected, loaded = train(50, save=path)
    for values, logdir in zip(loaded, (first_logdir, second_logdir)):
      self.check_same(harness.read_checkpoint(logdir), values)
    actual, loaded_again = train(25, restore=path)
    self.check_same(expected, actual)
    for values, again in zip(loaded, loaded_again):
      self.check_same(values, again)

  def test_two_graphs(self):
    optimizer = pretrained.load(self.logdir)
    graphs = [tf.Graph(), tf.Graph()]
    sessions, steps, losses = [], [], []
    for graph in graphs:
      with graph.as_default():
        graph.seed = 1
        losses.append(harness.full_loss())
        steps.append(optimizer.minimize(losses[-1]))
        sessions.append(tf.Session(config=harness.session_config()))
        self.addCleanup(sessions[-1].close)
        sessions[-1].run(tf.global_variables_initializer())
    for _ in range(10):
      for session, step in zip(sessions, steps):
        session.run(step)
    states = []
    for graph, session in zip(graphs, sessions):
      with graph.as_default():
        states.append(self.state(session))
        self.check_meta_parameters(states[-1])
    self.check_same(*states)

  def test_copies(self):
    # Estimators copy the parameters of their models.
    optimizer = copy.deepcopy({"optimizer": pretrained.load(self.logdir)})[
        "optimizer"]
    with tf.Graph().as_default():
      step = optimizer.minimize(harness.full_loss())
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        self.check_meta_parameters(self.state(session))

  def test_an_imported_graph_goes_on(self):
    path = os.path.join(self.directory(), "model")
    with tf.Graph().as_default():
      loss = harness.full_loss()
      step = pretrained.load(self.logdir).minimize(loss)
      saver = tf.train.Saver()
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        for _ in range(5):
          session.run(step)
        saver.save(session, path)
        session.run(step)
        expected = self.state(session)
    with tf.Graph().as_default():
      saver = tf.train.import_meta_graph(path + ".meta")
      step, = tf.get_collection(tf.GraphKeys.TRAIN_OP)
      with tf.Session(config=harness.session_config()) as session:
        saver.restore(session, path)
        session.run(step)
        self.check_same(expected, self.state(session))

  def test_object_based_checkpoint(self):
    prefix = os.path.join(self.directory(), "model")

    def train(num_steps, restore=None):
      with tf.Graph().as_default():
        optimizer = pretrained.load(self.logdir)
        loss = harness.full_loss()
        model = {variable.op.name.replace("/", "_"): variable
                 for variable in tf.trainable_variables()}
        checkpoint = tf.train.Checkpoint(optimizer=optimizer, **model)
        status = checkpoint.restore(restore) if restore else None
        step = optimizer.minimize(loss)
        with tf.Session(config=harness.session_config()) as session:
          if restore:
            status.assert_consumed().initialize_or_restore(session)
          else:
            session.run(tf.global_variables_initializer())
          for _ in range(num_steps):
            session.run(step)
          path = checkpoint.save(prefix, session=session)
          return path, self.state(session)

    path, _ = train(5)
    _, expected = train(4, path)
    path, _ = train(2, path)
    _, actual = train(2, path)
    self.check_meta_parameters(actual)
    self.check_same(expected, actual,
                    [name for name in actual if "save_counter" in name])


def _slim_train_op(loss, optimizer):
  return contrib.slim.learning.create_train_op(
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
    "moving_average": _minimized_by(
        lambda optimizer: contrib.opt.MovingAverageOptimizer(optimizer)),
    "loss_scale": _minimized_by(
        lambda optimizer:
        tf.train.experimental.MixedPrecisionLossScaleOptimizer(
            optimizer, "dynamic")),
}


class WrappersTest(harness.TrainingProgramTest, parameterized.TestCase):

  def _require_contrib(self, name):
    if contrib is None and name != "loss_scale":
      self.skipTest("TensorFlow 2 has no tf.contrib, and so no " + name)

  @parameterized.parameters(*sorted(_PROGRAMS))
  def test_trains(self, name):
    self._require_contrib(name)
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
        return contrib.slim.learning.train(
            step, directory, number_of_steps=num_steps,
            save_summaries_secs=None, log_every_n_steps=1000,
            session_config=harness.session_config())
      return contrib.training.train(
          step, directory,
          hooks=[tf.train.StopAtStepHook(last_step=num_steps)],
          save_summaries_steps=None, config=harness.session_config())

  @parameterized.parameters("slim", "contrib_training")
  def test_resumes(self, name):
    self._require_contrib(name)
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
