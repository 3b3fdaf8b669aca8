# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of training with a plain session."""

import copy
import os

import tensorflow.compat.v1 as tf

from optimizer import pretrained
from tests.training_programs import harness


class SessionTest(harness.TrainingProgramTest):

  def _train(self, make_step, num_steps, restore=None, save=None):
    """Trains in a new graph and session; returns (losses, state)."""
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
        for _ in range(num_steps):
          session.run(step)
          losses.append(session.run(total))
        if save:
          saver.save(session, save)
        return losses, self.state(session)

  def _check(self, make_step):
    losses, end = self._train(make_step, 50)
    self.check_loss_falls(losses)
    self.check_meta_parameters(end)
    path = os.path.join(self.directory(), "model")
    first, _ = self._train(make_step, 25, save=path)
    second, resumed_end = self._train(make_step, 25, restore=path)
    self.assertEqual(losses, first + second[1:])
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
          for _ in range(num_steps):
            session.run(steps)
          if save:
            saver.save(session, save)
          after = session.run(losses)
          self.assertLess(after[0], before[0])
          self.assertLess(after[1], before[1])
          return self.state(session), [
              session.run(each.meta_parameters.checkpoint_names())
              for each in (first, second)]

    expected, loaded = train(50)
    for values, logdir in zip(loaded, (first_logdir, second_logdir)):
      self.check_same(harness.read_checkpoint(logdir), values)
    path = os.path.join(self.directory(), "model")
    train(25, save=path)
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


if __name__ == "__main__":
  tf.test.main()
