# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of variables that hold an attended location."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained
from tests.training_programs import harness


def _start(shape, dtype=None, partition_info=None):
  """Initializer of rows that are all the same, whatever part they are of."""
  del partition_info
  return tf.cast(tf.tile([[1.3, -2.1]], [shape[0], 1]), dtype)


def _loss(dtype, use_resource, partitioned):
  """Adds a quadratic; returns (loss, its variable or the parts of it)."""
  x = tf.get_variable(
      "x", [4, 2], dtype, use_resource=use_resource,
      initializer=_start,
      partitioner=tf.fixed_size_partitioner(2) if partitioned else None)
  loss = tf.reduce_sum(tf.square(tf.cast(x, tf.float32) - 0.5))
  return loss, list(x) if partitioned else [x]


_SORTS = (
    (tf.float32, True, False), (tf.float32, False, False),
    (tf.float32, True, True), (tf.float32, False, True),
    (tf.float16, True, False), (tf.float64, False, True),
    (tf.bfloat16, True, False))


class AttentionTest(harness.TrainingProgramTest, parameterized.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls.logdir = harness.make_logdir(
        os.path.join(cls.logdir, "attention"), use_attention=True)
    cls.meta_parameters = {
        name: value for name, value in harness.read_checkpoint(
            cls.logdir).items() if name.startswith("LOL/")}

  def _train(self, num_steps, sort=_SORTS[0], restore=None, save=None):
    """Trains; returns (state, locations, parameters), and what `save` kept.

    Args:
      num_steps: Integer.
      sort: Arguments of `_loss`.
      restore: Path of a checkpoint to begin with, or None.
      save: Path of a checkpoint to save after half of the steps, or None. With
        one, what was saved is returned as a second triple.
    """
    with tf.Graph().as_default():
      tf.set_random_seed(2 if restore else 1)
      loss, parts = _loss(*sort)
      optimizer = pretrained.load(self.logdir)
      step = optimizer.minimize(loss, tf.train.get_or_create_global_step())
      saver = optimizer.swapping_saver(max_to_keep=3)
      true = tf.concat([optimizer.get_slot(part, "true_param")
                        for part in parts], 0)
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        if restore:
          saver.restore(session, restore)
        located = tf.concat([tf.cast(part, tf.float32) for part in parts], 0)

        def values():
          return (self.state(session),) + tuple(session.run([located, true]))

        for i in range(num_steps):
          if save and i == num_steps // 2:
            saver.save(session, save)
            saved = values()
          session.run(step)
        return (values(), saved) if save else values()

  @parameterized.parameters(*_SORTS)
  def test_swapping_saver(self, dtype, use_resource, partitioned):
    sort = (dtype, use_resource, partitioned)
    path = os.path.join(self.directory(), "model.ckpt")
    (expected, _, _), (half, located, true) = self._train(30, sort, save=path)
    self.assertTrue(np.all(located != true))
    self.check_meta_parameters(half)
    # Under the variable's own name, and of its type: the parameter.
    saved = harness.read_checkpoint(path)
    self.assertEqual(dtype.as_numpy_dtype, saved["x"].dtype)
    self.assertAllEqual(true.astype(dtype.as_numpy_dtype), saved["x"])
    self.assertAllEqual(true, saved["x/hRNN_true_param"])
    self.assertAllEqual(
        located, saved["x/hRNN_location"].astype(np.float32))
    # An ordinary saver reads it, as for evaluation.
    with tf.Graph().as_default(), tf.Session() as session:
      _, parts = _loss(*sort)
      tf.train.Saver().restore(session, path)
      self.assertAllEqual(
          true.astype(dtype.as_numpy_dtype).astype(np.float32),
          session.run(tf.concat([tf.cast(part, tf.float32)
                                 for part in parts], 0)))
    # And training goes on.
    resumed, _, _ = self._train(15, sort, restore=path)
    self.check_same(expected, resumed)

  def test_losses_fall(self):
    _, located, true = self._train(0)
    self.assertAllEqual(located, true)
    _, _, end = self._train(50)
    self.check_loss_falls([np.sum(np.square(value - 0.5))
                           for value in (true, end)], 0.8)

  def test_swapping_saver_of_some_variables(self):
    with tf.Graph().as_default():
      loss, parts = _loss(*_SORTS[0])
      optimizer = pretrained.load(self.logdir)
      with self.assertRaisesRegexp(RuntimeError, "minimize.*swapping_saver"):
        optimizer.swapping_saver()
      step = optimizer.minimize(loss)
      slot = optimizer.get_slot(parts[0], "true_param")
      with self.assertRaisesRegexp(ValueError, "'x:0'.*/hRNN_true_param:0'"):
        optimizer.swapping_saver(parts)
      path = os.path.join(self.directory(), "model.ckpt")
      savers = [optimizer.swapping_saver(parts + [slot]),
                optimizer.swapping_saver({"x": parts[0], "slot": slot})]
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        for saver, name in zip(savers, (slot.op.name, "slot")):
          saved = harness.read_checkpoint(saver.save(session, path))
          self.assertEqual(
              sorted(["x", "x/hRNN_location", name]),
              sorted(saved))
          self.assertAllEqual(session.run(slot), saved["x"])

  def test_swapping_saver_in_an_estimator(self):
    def model_fn(features, labels, mode):
      del features, labels
      loss, _ = _loss(*_SORTS[0])
      if mode != tf.estimator.ModeKeys.TRAIN:
        return tf.estimator.EstimatorSpec(mode, loss=loss)
      optimizer = pretrained.load(self.logdir)
      step = optimizer.minimize(loss, tf.train.get_global_step())
      return tf.estimator.EstimatorSpec(
          mode, loss=loss, train_op=step,
          scaffold=tf.train.Scaffold(saver=optimizer.swapping_saver()))

    def estimator(name, seed):
      return tf.estimator.Estimator(
          model_fn, self.directory(name), tf.estimator.RunConfig(
              tf_random_seed=seed, session_config=harness.session_config()))

    def input_fn():
      return tf.data.Dataset.from_tensors(0).repeat()

    whole = estimator("whole", 1).train(input_fn, max_steps=20)
    expected = harness.read_checkpoint(whole.model_dir)
    estimator("parts", 1).train(input_fn, max_steps=10)
    parts = estimator("parts", 2).train(input_fn, max_steps=20)
    self.check_same(expected, harness.read_checkpoint(parts.model_dir))
    evaluation = whole.evaluate(input_fn, steps=1)
    self.assertAllClose(
        np.sum(np.square(expected["x/hRNN_true_param"] - 0.5)),
        evaluation["loss"])

  @parameterized.parameters(*_SORTS)
  def test_swapped_in_a_session(self, dtype, use_resource, partitioned):
    with tf.Graph().as_default():
      loss, parts = _loss(dtype, use_resource, partitioned)
      optimizer = pretrained.load(self.logdir)
      step = optimizer.minimize(loss)
      true = optimizer.true_parameters()
      tf.get_default_graph().finalize()
      slots = [optimizer.get_slot(part, "true_param") for part in parts]
      with tf.Session(config=harness.session_config()) as session:
        session.run([variable.initializer for variable in
                     tf.global_variables() + tf.local_variables()])
        for _ in range(3):
          session.run(step)
        before = session.run(parts)
        expected = [value.astype(dtype.as_numpy_dtype)
                    for value in session.run(slots)]
        with true.swapped(session):
          for each, value in zip(expected, session.run(parts)):
            self.assertAllEqual(each, value)
        for each, value in zip(before, session.run(parts)):
          self.assertAllEqual(each, value)
          self.assertTrue(np.any(value.astype(np.float32) !=
                                 expected[0].astype(np.float32)))
        session.run(true.swap_in)
        self.assertAllEqual(expected[0], session.run(parts[0]))
        session.run(true.swap_out)
        self.assertAllEqual(before[0], session.run(parts[0]))
        with self.assertRaises(KeyError), true.swapped(session):
          raise KeyError()
        self.assertAllEqual(before[0], session.run(parts[0]))

  def test_without_attention(self):
    logdir = harness.make_logdir(self.directory("plain"))
    with tf.Graph().as_default():
      loss, parts = _loss(*_SORTS[0])
      optimizer = pretrained.load(logdir)
      step = optimizer.minimize(loss)
      saver, true = optimizer.swapping_saver(), optimizer.true_parameters()
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        value = session.run(parts[0])
        with true.swapped(session):
          self.assertAllEqual(value, session.run(parts[0]))
        path = saver.save(session, os.path.join(self.directory(), "model"))
    saved = harness.read_checkpoint(path)
    self.assertAllEqual(value, saved["x"])
    self.assertNotIn("x/hRNN_location", saved)

  def test_a_warm_start_counts(self):
    path = os.path.join(self.directory(), "warm")
    with tf.Graph().as_default(), tf.Session() as session:
      x = tf.get_variable("x", initializer=np.full([4, 2], 7.0, np.float32))
      session.run(x.initializer)
      tf.train.Saver().save(session, path)
    with tf.Graph().as_default():
      loss, parts = _loss(*_SORTS[0])
      optimizer = pretrained.load(self.logdir)
      step = optimizer.minimize(loss)
      saver, true = optimizer.swapping_saver(), optimizer.true_parameters()
      # As an estimator does, after the slots are made.
      tf.train.init_from_checkpoint(path, {"x": "x"})
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        with true.swapped(session):
          self.assertAllEqual(np.full([4, 2], 7.0), session.run(parts[0]))
        saved = harness.read_checkpoint(saver.save(session, path + "-2"))
        self.assertAllEqual(np.full([4, 2], 7.0), saved["x"])
        session.run(step)
        for value in session.run(parts + [
            optimizer.get_slot(parts[0], "true_param")]):
          self.assertAllClose(np.full([4, 2], 7.0), value, atol=0.2)
          self.assertTrue(np.all(value != 7.0))

  def test_constraint(self):
    with tf.Graph().as_default():
      x = tf.get_variable(
          "x", initializer=[1.0, -1.0],
          constraint=lambda value: tf.clip_by_value(value, -1.0, 1.0))
      optimizer = pretrained.load(self.logdir)
      step = optimizer.minimize(-tf.reduce_sum(x))
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        for _ in range(3):
          session.run(step)
        for value in session.run([x, optimizer.get_slot(x, "true_param")]):
          self.assertEqual(1.0, value[0])
          self.assertAllInRange(value[1:], -0.999, 0.9)


if __name__ == "__main__":
  tf.test.main()
