# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of models with all sorts of variables."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained
from optimizer import trainable_adam
from tests.training_programs import harness


def _loss(use_resource):
  """Adds a model with one variable of every sort, and its loss."""
  def get(name, shape, dtype=tf.float32, partitioner=None):
    with tf.variable_scope("zoo", use_resource=use_resource):
      return tf.get_variable(
          name, shape, dtype, partitioner=partitioner,
          initializer=tf.random_normal_initializer(0.0, 0.3, seed=5))

  partition = tf.fixed_size_partitioner
  words = get("words", [9, 3])
  shards = get("shards", [10, 3], partitioner=partition(3))
  rows = get("rows", [6, 4], partitioner=partition(2))
  columns = get("columns", [4, 6], partitioner=partition(3, axis=1))
  single = get("single", [6, 2], partitioner=partition(1))
  scale, offset = get("scale", []), get("offset", [1])
  empty = get("empty", [0, 3])
  half = get("half", [2, 2], tf.float16)
  double = get("double", [2, 2], tf.float64)
  brain = get("brain", [2], tf.bfloat16)
  get("unused", [3])
  ids = tf.constant([[1, 4], [4, 4], [0, 8], [7, 1]])
  embedded = (tf.reduce_sum(tf.gather(words, ids), 1) +
              tf.nn.embedding_lookup_sparse(
                  shards, tf.SparseTensor([[0, 0], [1, 0], [1, 1], [2, 0],
                                           [3, 0]], [9, 3, 3, 5, 0], [4, 2]),
                  None, combiner="sum"))
  hidden = tf.tanh(tf.concat([embedded, embedded], 1))
  hidden = tf.matmul(tf.matmul(hidden, tf.convert_to_tensor(rows)),
                     tf.convert_to_tensor(columns))
  hidden = tf.matmul(tf.tanh(hidden), tf.convert_to_tensor(single))
  hidden = tf.matmul(tf.cast(hidden, tf.float16), half)
  hidden = tf.matmul(tf.cast(hidden, tf.float64), double)
  outputs = (tf.cast(hidden, tf.float32) * tf.exp(scale) + offset +
             tf.cast(brain, tf.float32))
  targets = tf.constant([[1.0, -1.0], [0.5, 2.0], [-1.0, 0.0], [0.0, 1.0]])
  return (tf.reduce_mean(tf.square(outputs - targets)) +
          tf.reduce_sum(tf.square(empty)))


class VariablesTest(harness.TrainingProgramTest, parameterized.TestCase):

  def _logdir(self, name):
    if name == "hierarchical":
      return self.logdir
    return harness.make_logdir(
        self.directory("adam"), trainable_adam.TrainableAdam, spread=0.0,
        learning_rate=0.03)

  @parameterized.parameters(
      ("hierarchical", True), ("hierarchical", False), ("adam", True),
      ("adam", False))
  def test_every_sort(self, name, use_resource):
    logdir = self._logdir(name)
    path = os.path.join(self.directory(), "model.ckpt")

    tf.set_random_seed(1)
    loss = _loss(use_resource)
    optimizer = pretrained.load(logdir)
    step = optimizer.minimize(loss)
    self.check_not_trainable()
    saver = tf.train.Saver()
    start = tf.global_variables_initializer()

    def train(steps, restore=None):
      with tf.Session(config=harness.session_config()) as session:
        session.run(start)
        if restore:
          saver.restore(session, restore)
        losses = [session.run(loss)]
        for i in steps:
          if i == 25 and not restore:
            saver.save(session, path)
          session.run(step)
          losses.append(session.run(loss))
        self.check_same(
            {key: value for key, value in harness.read_checkpoint(
                logdir).items() if key.startswith("LOL/")},
            session.run(optimizer.meta_parameters.checkpoint_names()))
        return losses, self.state(session)

    losses, expected = train(range(50))
    self.check_loss_falls(losses)
    rest, actual = train(range(25, 50), restore=path)
    self.assertEqual(losses[25:], rest)
    self.check_same(expected, actual)

  @parameterized.parameters(True, False)
  def test_slots(self, use_resource):
    with tf.Graph().as_default():
      optimizer = pretrained.load(self.logdir)
      optimizer.minimize(_loss(use_resource))
      self.assertEqual(
          ["grad_accum1", "grad_accum2", "grad_accum3", "grad_accum4",
           "inp_decay", "layer", "log_learning_rate", "ms1", "ms2", "ms3",
           "ms4", "parameter", "scl_decay"], optimizer.get_slot_names())
      shapes = {}
      for variable in tf.trainable_variables():
        for key in ("parameter", "layer", "ms1"):
          slot = optimizer.get_slot(variable, key)
          if "unused" in variable.op.name:
            self.assertIsNone(slot)
            continue
          self.assertEqual(variable.op.name + "/hRNN_" + key,
                           slot.op.name)
          shapes[slot.op.name] = slot.shape.as_list()
      self.assertEqual([27, 10], shapes["zoo/words/hRNN_parameter"])
      self.assertEqual([1, 10], shapes["zoo/scale/hRNN_parameter"])
      self.assertEqual(
          [12, 10], shapes["zoo/shards/part_0/hRNN_parameter"])
      self.assertEqual([0, 1], shapes["zoo/empty/hRNN_ms1"])
      self.assertEqual([1, 20], shapes["zoo/empty/hRNN_layer"])

  def test_a_look_up_of_nothing(self):
    for name in ("hierarchical", "adam"):
      with tf.Graph().as_default():
        words = tf.get_variable("words", initializer=np.ones(
            [4, 2], np.float32))
        ids = tf.placeholder(tf.int32, [None])
        step = pretrained.load(self._logdir(name)).minimize(
            tf.reduce_sum(tf.gather(words, ids)))
        with tf.Session(config=harness.session_config()) as session:
          session.run(tf.global_variables_initializer())
          values = []
          for fed in ([], [1, 1]):
            session.run(step, {ids: fed})
            values.append(session.run(words))
        self.assertTrue(np.all(np.isfinite(values)))
        if name == "adam":
          self.assertAllEqual(np.ones([4, 2]), values[0])
          self.assertAllEqual([False, True, False, False],
                              np.all(values[1] < 1.0, axis=1))

  @parameterized.parameters(True, False)
  def test_unknown_shape(self, use_resource):
    with tf.Graph().as_default():
      ragged = tf.Variable(
          tf.placeholder(tf.float32), name="ragged", validate_shape=False,
          use_resource=use_resource)
      with self.assertRaisesRegexp(
          ValueError, "'ragged:0' has shape <unknown>, but hRNN "
          ".*needs a static shape"):
        pretrained.load(self.logdir).minimize(tf.reduce_sum(ragged))

  def test_the_same_variable_twice(self):
    with tf.Graph().as_default():
      x = tf.get_variable("x", [2])
      with self.assertRaisesRegexp(ValueError, "'x:0' comes with two"):
        pretrained.load(self.logdir).apply_gradients(
            [(tf.ones([2]), x), (tf.ones([2]), x)])

  def test_what_is_no_variable(self):
    with tf.Graph().as_default():
      x = tf.get_variable("x", [2])
      with self.assertRaisesRegexp(ValueError, "in place of a variable"):
        pretrained.load(self.logdir).apply_gradients([(x, tf.ones([2]))])

  def test_double_precision_is_kept_where_nothing_steps(self):
    with tf.Graph().as_default():
      x = tf.get_variable("x", initializer=np.float64([0.1, 0.1]))
      step = pretrained.load(self.logdir).apply_gradients(
          [(tf.constant([np.nan, 1.0], tf.float64), x)])
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        first, second = session.run(x)
    self.assertEqual(0.1, first)
    self.assertNotEqual(0.1, second)
    # What steps was computed in single precision.
    self.assertEqual(np.float32(second), second)


if __name__ == "__main__":
  tf.test.main()
