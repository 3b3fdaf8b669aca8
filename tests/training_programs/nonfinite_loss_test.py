# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of a loss that for one step is not a number."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained
from tests.training_programs import harness


class NonfiniteLossTest(harness.TrainingProgramTest):

  def _program(self, skip=True, attention=False):
    """Returns a function from factors of the loss in each step to all states.
    """
    logdir = self.logdir
    if attention:
      logdir = harness.make_logdir(
          self.directory("attention"), use_attention=True)
    with tf.Graph().as_default() as graph:
      tf.set_random_seed(1)
      factor = tf.placeholder(tf.float32, [])
      loss = harness.full_loss() * factor
      optimizer = pretrained.load(logdir)
      if not skip:
        optimizer.skip_nonfinite = False
      step = optimizer.minimize(loss, tf.train.get_or_create_global_step())
      start = tf.global_variables_initializer()

    def train(factors):
      with graph.as_default(), tf.Session(
          config=harness.session_config()) as session:
        session.run(start)
        states = [self.state(session)]
        for value in factors:
          session.run(step, {factor: value})
          states.append(self.state(session))
      return states
    return train

  def test_skipping_is_the_default_and_can_be_switched_off(self):
    optimizer = pretrained.load(self.logdir)
    self.assertTrue(optimizer.skip_nonfinite)
    optimizer.skip_nonfinite = False
    self.assertFalse(optimizer.skip_nonfinite)
    self.assertTrue(pretrained.load(self.logdir).skip_nonfinite)

  def test_a_step_without_a_number_changes_nothing(self):
    for attention in (False, True):
      train = self._program(attention=attention)
      good = train([1.0] * 4)
      for bad in (np.nan, np.inf, -np.inf):
        states = train([1.0, 1.0, bad, bad, 1.0, 1.0])
        for expected, actual in zip(
            [good[2], good[2], good[3], good[4]], states[3:]):
          self.check_same(expected, actual, ["global_step"])
        self.assertEqual(6, states[-1]["global_step"])

  def test_training_goes_on(self):
    states = self._program()([1.0] * 20 + [np.nan] + [1.0] * 20)
    for name, value in states[-1].items():
      self.assertTrue(np.all(np.isfinite(value)), name)
    self.check_meta_parameters(states[-1])

  def test_first_step(self):
    train = self._program()
    states = train([np.nan, 1.0, 1.0])
    good = train([1.0, 1.0])
    self.check_same(states[0], states[1], ["global_step"])
    self.check_same(good[-1], states[-1], ["global_step"])

  def test_without_skipping_it_is_over(self):
    state = self._program(skip=False)([1.0, np.nan])[-1]
    self.assertTrue(np.all(np.isnan(state["model/output"])))

  def test_one_tensor_of_two(self):
    with tf.Graph().as_default():
      x = tf.get_variable("x", initializer=[1.0, 2.0])
      y = tf.get_variable("y", initializer=[1.0, 2.0])
      bad = tf.placeholder(tf.float32, [])
      step = pretrained.load(self.logdir).apply_gradients(
          [(tf.stack([bad, 1.0]), x), (tf.constant([1.0, 1.0]), y)])
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        session.run(step, {bad: 1.0})
        before = self.state(session)
        session.run(step, {bad: np.nan})
        after = self.state(session)
    changed = {name: np.any(before[name] != after[name]) for name in before}
    self.assertFalse(changed["x/hRNN_layer"])
    self.assertTrue(changed["y/hRNN_layer"])
    # The global level goes by the tensor it could see.
    self.assertTrue(changed["hRNN/global_state"])
    self.assertAllEqual([False, True], before["x"] != after["x"])
    self.assertAllEqual([True, True], before["y"] != after["y"])
    self.assertAllEqual([False, True], np.any(
        before["x/hRNN_parameter"] !=
        after["x/hRNN_parameter"], axis=1))
    for value in after.values():
      self.assertTrue(np.all(np.isfinite(value)))


if __name__ == "__main__":
  tf.test.main()
