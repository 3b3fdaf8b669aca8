# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the hooks of 2017, and of the rule they make."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer import release_hooks
from optimizer import state_spec
from optimizer import step_rule
from optimizer import trainable_adam
from optimizer import trainable_optimizer

_DRAW = tf.random.uniform


class _SignDescent(trainable_optimizer.TrainableOptimizer):
  """x <- x - exp(l) sign(g)."""

  def __init__(self, **options):
    super().__init__("SignDescent", ["steps"], **options)
    self._meta_parameters.declare("log_rate", [],
                                  tf.constant_initializer(np.log(0.5)))

  def _initialize_state(self, var):
    return {"steps": tf.zeros([])}

  def _compute_update(self, param, grad, state):
    rate = tf.exp(self._meta_parameters.values()["log_rate"])
    return param - rate * tf.sign(grad), {"steps": state["steps"] + 1.0}


class _HalfAdam(trainable_adam.TrainableAdam):
  """Half the steps of Adam."""

  def _compute_update(self, param, grad, state):
    new, state = super()._compute_update(param, grad, state)
    return param + 0.5 * (new - param), state


class _Remembering(hierarchical_rnn.HierarchicalRNN):
  """Has the parameter of 2017 in its state, and checks that it is there."""

  def _compute_updates(self, params, grads, states, global_state):
    for param, state in zip(params, states):
      assert state[state_spec.TRUE_PARAM] is param
    params, states, global_state, attended = super()._compute_updates(
        params, grads, states, global_state)
    for param, state in zip(params, states):
      assert state[state_spec.TRUE_PARAM] is param
    return params, states, global_state, attended


class _OfARule(_HalfAdam):
  """Has a rule again: what it inherits as hooks does not count."""

  def _rule(self):
    return step_rule.ElementwiseRule(
        lambda theta, param, draw: {}, lambda theta, param, grad, state: (
            param - 7.0, state), {})


class HooksTest(tf.test.TestCase):

  def test_default_hooks(self):
    with tf.Graph().as_default():
      optimizer = trainable_optimizer.TrainableOptimizer("Name", [])
      self.assertEqual({}, optimizer._initialize_state(tf.zeros([2])))
      self.assertEqual([], optimizer._initialize_global_state())
      with self.assertRaisesRegexp(NotImplementedError, "_compute_update"):
        optimizer._compute_update(tf.zeros([2]), tf.zeros([2]), {})
      with self.assertRaisesRegexp(NotImplementedError,
                                   "TrainableOptimizer must override"):
        optimizer._compute_updates([tf.zeros([2])], [tf.zeros([2])], [{}], [])

  def test_compute_updates_calls_compute_update(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = _SignDescent()
      session.run(tf.global_variables_initializer())
      params, states, global_state, attended = session.run(
          optimizer._compute_updates(
              [tf.constant([1.0]), tf.constant(2.0)],
              [tf.constant([-3.0]), tf.constant(0.1)],
              [{"steps": tf.constant(4.0)}, {"steps": tf.constant(7.0)}],
              [tf.constant(9.0)]))
    self.assertAllClose([1.5], params[0])
    self.assertAllClose(1.5, params[1])
    self.assertEqual([5.0, 8.0], [state["steps"] for state in states])
    self.assertEqual([9.0], global_state)
    self.assertAllClose([1.5], attended[0])

  def test_hooks_of_an_optimizer_with_a_rule(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = hierarchical_rnn.HierarchicalRNN(
          [3, 4, 2], (0.01, 0.01), use_attention=True)
      param = tf.constant([1.0, -2.0])
      state = optimizer._initialize_state(param)
      self.assertEqual(optimizer.state_keys, sorted(state))
      shared = optimizer._initialize_global_state()
      by_hooks = optimizer._compute_updates(
          [param], [tf.ones([2])], [state], shared)
      rule = optimizer.rule
      theta = optimizer.meta_parameters.values()
      by_rule = rule.update(theta, [param], [tf.ones([2])],
                            rule.init(theta, [param], _DRAW))
      session.run(tf.global_variables_initializer())
      by_hooks, by_rule = session.run([by_hooks, by_rule])
    self.assertAllEqual(by_rule[0][0], by_hooks[0][0])
    self.assertAllEqual(by_rule[1][0], by_hooks[3][0])
    self.assertAllEqual(by_rule[0][0],
                        by_hooks[1][0][state_spec.TRUE_PARAM])
    self.assertAllEqual(by_rule[2].shared, by_hooks[2])


class RuleTest(tf.test.TestCase):

  def test_which_rule(self):
    with tf.Graph().as_default():
      for make, has_hooks in (
          (trainable_adam.TrainableAdam, False), (_HalfAdam, True),
          (_OfARule, False), (_SignDescent, True), (_Remembering, True),
          (hierarchical_rnn.HierarchicalRNN, False)):
        self.assertEqual(has_hooks, isinstance(
            make().rule, release_hooks.HookRule))
      optimizer = trainable_adam.TrainableAdam()
      optimizer._compute_update = None
      self.assertIsInstance(optimizer.rule, release_hooks.HookRule)

  def test_theta_is_an_argument(self):
    with tf.Graph().as_default(), self.session() as session:
      rule = _SignDescent().rule
      theta = {"log_rate": tf.constant(0.0)}
      state = rule.init(theta, [tf.constant([2.0])], _DRAW)
      params, attended, state = session.run(rule.update(
          theta, [tf.constant([2.0])], [tf.constant([-3.0])], state))
    self.assertAllEqual([3.0], params[0])
    self.assertAllEqual([3.0], attended[0])
    self.assertEqual(1.0, state.tensors[0]["steps"])

  def test_overrides_of_an_elementwise_rule(self):
    rows = {}
    for make in (trainable_adam.TrainableAdam, _HalfAdam):
      with tf.Graph().as_default(), self.session() as session:
        optimizer = make(0.1)
        self.assertTrue(optimizer.rule.elementwise)
        x = tf.Variable(tf.zeros([3, 2]))
        step = optimizer.apply_gradients([(tf.IndexedSlices(
            tf.ones([1, 2]), tf.constant([1])), x)])
        session.run(tf.global_variables_initializer())
        session.run(step)
        rows[make] = session.run(x)
    self.assertAllClose(0.5 * rows[trainable_adam.TrainableAdam],
                        rows[_HalfAdam])
    self.assertAllEqual([[0, 0], [1, 1], [0, 0]], rows[_HalfAdam] != 0)

  def test_the_parameter_in_the_state_of_2017(self):
    values = []
    for make in (hierarchical_rnn.HierarchicalRNN, _Remembering):
      with tf.Graph().as_default(), self.session() as session:
        optimizer = make([3, 4, 2], (0.01, 0.01), use_attention=True,
                         random_seed=1, use_native=False)
        x = tf.Variable([1.0, -2.0])
        step = optimizer.minimize(tf.reduce_sum(tf.square(x)), var_list=[x])
        session.run(tf.global_variables_initializer())
        for _ in range(3):
          session.run(step)
        values.append(session.run([x, optimizer.get_slot(x, "true_param")]))
    self.assertAllClose(*values)
    self.assertTrue(np.all(values[0][0] != values[0][1]))


if __name__ == "__main__":
  tf.test.main()
