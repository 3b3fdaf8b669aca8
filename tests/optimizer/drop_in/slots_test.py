# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what an optimizer keeps of each variable, and of all."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer import stabilizers
from tests.optimizer import harness


class SlotsTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    self._graph = tf.Graph()
    context = self._graph.as_default()
    context.__enter__()
    self.addCleanup(context.__exit__, None, None, None)

  def _session(self):
    session = tf.Session(config=harness.fast_config())
    self.addCleanup(session.close)
    session.run(tf.global_variables_initializer())
    return session

  def test_slots(self):
    optimizer = harness.OPTIMIZERS["adam"]()
    x, y = tf.Variable(tf.zeros([2, 3])), tf.Variable(0.0)
    optimizer.apply_gradients([(tf.ones([2, 3]), x), (tf.ones([]), y)])
    self.assertEqual(["m", "t", "v"], optimizer.get_slot_names())
    self.assertEqual([6, 1], optimizer.get_slot(x, "m").shape.as_list())
    self.assertEqual([1, 1], optimizer.get_slot(y, "v").shape.as_list())
    self.assertIsNone(optimizer.get_slot(x, "typo"))
    variables = optimizer.variables()
    self.assertLen(variables, 10)
    self.assertLen([v for v in variables if v.name.startswith("LOL/")], 4)
    self.assertLen([v for v in variables if "Adam" in v.name], 6)

  def test_a_second_step_op_shares_the_state(self):
    optimizer = harness.OPTIMIZERS["hierarchical"]()
    x = tf.Variable([1.0, 2.0])
    optimizer.apply_gradients([(tf.ones([2]), x)])
    before = tf.global_variables()
    optimizer.apply_gradients([(-tf.ones([2]), x)])
    self.assertEqual(before, tf.global_variables())

  def test_two_optimizers_in_one_graph(self):
    first, second = [harness.OPTIMIZERS["hierarchical"]() for _ in range(2)]
    x, y = tf.Variable([1.0, 2.0]), tf.Variable([1.0, 2.0])
    steps = [first.apply_gradients([(tf.ones([2]), x)]),
             second.apply_gradients([(tf.ones([2]), y)])]
    mine = set(variable.name for variable in first.variables())
    others = set(variable.name for variable in second.variables())
    self.assertEqual(len(mine), len(others))
    self.assertFalse(mine & others)
    session = self._session()
    before = session.run(second.variables())
    session.run(steps[0])
    for old, new in zip(before, session.run(second.variables())):
      self.assertAllEqual(old, new)

  def test_one_optimizer_in_two_graphs(self):
    optimizer = harness.OPTIMIZERS["hierarchical"]()
    results = []
    for _ in range(2):
      with tf.Graph().as_default() as graph:
        x = tf.Variable([1.0, 2.0])
        step = optimizer.apply_gradients([(tf.constant([3.0, -1.0]), x)])
        variables = optimizer.variables()
        self.assertTrue(all(v.graph is graph for v in variables))
        with tf.Session(config=harness.fast_config()) as session:
          session.run(tf.global_variables_initializer())
          harness.load_meta_parameters(optimizer, {
              name: np.full(variable.shape.as_list(), 0.1) for name, variable
              in optimizer.meta_parameters.checkpoint_names().items()}, session)
          session.run(tf.variables_initializer(
              [v for v in variables if not v.name.startswith("LOL/")]))
          for _ in range(3):
            session.run(step)
          results.append(session.run(x))
    self.assertAllEqual(results[0], results[1])
    self.assertAllInRange(results[0] - [1.0, 2.0], -1.0, 1.0)
    self.assertTrue(np.all(results[0] != [1.0, 2.0]))

  def test_saved_and_restored_with_the_model(self):
    optimizer = harness.OPTIMIZERS["hierarchical"]()
    x = tf.Variable([1.0, 2.0])
    step = optimizer.apply_gradients([(x.read_value() * 2.0, x)])
    session = self._session()
    saver = tf.train.Saver()
    session.run(step)
    path = saver.save(session, self.get_temp_dir() + "/model")
    session.run(step)
    expected = session.run(x)
    session = self._session()
    saver.restore(session, path)
    session.run(step)
    self.assertAllEqual(expected, session.run(x))

  def test_restored_from_slots_of_another_name(self):
    def build():
      x = tf.Variable([1.0, 2.0], name="x")
      return x, hierarchical_rnn.HierarchicalRNN(
          (2, 3, 3), stabilizers=(stabilizers.GradientHistory(),)
      ).apply_gradients([(x.read_value() * 2.0, x)])

    x, step = build()
    old_names = {
        variable.op.name.replace("_gradient_history", "_gradient_unit"):
        variable for variable in tf.global_variables()}
    self.assertIn("x/hRNN_gradient_unit", old_names)
    session = self._session()
    session.run(step)
    path = tf.train.Saver(old_names).save(
        session, self.get_temp_dir() + "/model")
    session.run(step)
    expected = session.run(x)
    session = self._session()
    with self.assertRaisesRegex(
        tf.errors.NotFoundError, "x/hRNN_gradient_history not found"):
      tf.train.Saver().restore(session, path)
    tf.train.Saver(old_names).restore(session, path)
    session.run(step)
    self.assertAllEqual(expected, session.run(x))


if __name__ == "__main__":
  tf.test.main()
