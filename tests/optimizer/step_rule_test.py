# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the contract between optimizers and what runs them."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import state_spec
from optimizer import step_rule
from tests.optimizer import harness

_SHAPES = [[2, 3], [], [0, 2], [4]]


class _Momentum(step_rule.ElementwiseRule):
  """Velocity per element, a counter per tensor."""

  def __init__(self):
    super().__init__(self._start, self._step, {
        "velocity": state_spec.PER_ELEMENT, "count": state_spec.PER_TENSOR})

  def _start(self, unused_theta, param, unused_draw):
    return {"velocity": tf.zeros([param.shape.num_elements(), 1]),
            "count": tf.zeros([])}

  def _step(self, theta, param, grad, state):
    velocity = (theta["decay"] * state["velocity"] +
                tf.reshape(grad, [-1, 1]))
    return (param - tf.reshape(velocity, tf.shape(param)),
            {"velocity": velocity, "count": state["count"] + 1.0})


def _arrays(seed, shapes=tuple(_SHAPES)):
  rng = np.random.RandomState(seed)
  return [np.float32(rng.randn(*shape)) for shape in shapes]


def _constants(arrays):
  return [tf.constant(array, tf.float32) for array in arrays]


class RuleTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(True, False)
  def test_an_elementwise_rule(self, is_packed):
    theta = {"decay": 0.5}
    with tf.Graph().as_default(), self.session() as session:
      rule = _Momentum()
      if is_packed:
        rule = rule.packed(_SHAPES)
      params = _constants(_arrays(0))
      state = rule.init(theta, params, tf.random.uniform)
      for i in (1, 2):
        params, attended, state = rule.update(
            theta, params, _constants(_arrays(i)), state)
      self.assertLen(state.tensors, 1 if is_packed else 4)
      params, attended, (states, shared) = session.run(
          [params, attended, rule.unpacked(state)])
    starts, first, second = [_arrays(i) for i in range(3)]
    self.assertEqual([], shared)
    self.assertLen(states, len(_SHAPES))
    for i in range(len(_SHAPES)):
      velocity = 0.5 * first[i] + second[i]
      self.assertAllClose(starts[i] - first[i] - velocity, params[i])
      self.assertAllEqual(params[i], attended[i])
      self.assertAllClose(velocity.reshape([-1, 1]), states[i]["velocity"])
      self.assertAllEqual(2.0, states[i]["count"])

  def test_only_elementwise_rules_are_packed_by_themselves(self):
    rule = _Momentum()
    self.assertIsInstance(rule.packed(_SHAPES), step_rule.PackedRule)
    rule.elementwise = False
    self.assertIs(rule, rule.packed(_SHAPES))

  def test_packed_state_of_an_optimizer_without_any(self):
    with tf.Graph().as_default():
      optimizer = harness.OPTIMIZERS["global"]()
      rule = optimizer.rule.packed(_SHAPES)
      state = rule.init(optimizer.meta_parameters.values(),
                        _constants(_arrays(0)), tf.random.uniform)
      self.assertEqual(([{}] * 4, []), rule.unpacked(state))

  def test_has_to_be_overridden(self):
    rule = step_rule.StepRule(state_spec.StateSpec({}))
    with self.assertRaisesRegexp(NotImplementedError, "override init"):
      rule.init({}, [], None)
    with self.assertRaisesRegexp(NotImplementedError, "override update"):
      rule.update({}, [], [], None)
    self.assertIsNone(rule.native_update(None))
    self.assertEqual([], rule.hidden_variables())

  @parameterized.parameters(*sorted(harness.OPTIMIZERS))
  def test_state_is_as_declared(self, name):
    """Its keys and kinds, at the start and after a step."""
    with tf.Graph().as_default():
      optimizer = harness.OPTIMIZERS[name]()
      rule, theta = optimizer.rule, optimizer.meta_parameters.values()
      params = _constants(_arrays(0, [[2, 3], [5]]))
      state = rule.init(theta, params, tf.random.uniform)
      _, _, new = rule.update(theta, params, params, state)
      for tensors in (state.tensors, new.tensors):
        for param, values in zip(params, tensors):
          self.assertEqual(optimizer.state_keys, sorted(values))
          self.assertEqual(set(rule.state_spec.kinds), set(values))
          for key, value in values.items():
            kind = rule.state_spec.kind(key, value.shape, param.shape)
            size = param.shape.num_elements()
            self.assertEqual(kind == state_spec.PER_ELEMENT,
                             value.shape.as_list()[:1] == [size])
      tf.nest.assert_same_structure(state, new)


class OutsideOfOptimizersTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*sorted(harness.OPTIMIZERS))
  def test_in_a_function(self, name):
    """A rule needs no optimizer, collections or variables to compute with."""
    with tf.Graph().as_default(), self.session() as session:
      optimizer = harness.OPTIMIZERS[name]()
      rule = optimizer.rule
      params, grads = [_constants(_arrays(i, [[2, 3], [5]])) for i in (0, 1)]
      session.run(tf.global_variables_initializer())
      theta = {key: tf.constant(value) for key, value in session.run(
          optimizer.meta_parameters.values()).items()}
      variables = tf.global_variables()
      state = rule.init(theta, params, tf.random.uniform)
      expected = rule.update(theta, params, grads, state)
      actual = tf.function(rule.update, autograph=False)(
          theta, params, grads, state)
      self.assertEqual(variables, tf.global_variables())
      expected, actual = session.run([expected, actual])
    self.assertAllClose(expected[0], actual[0], rtol=1e-6)
    self.assertAllClose(expected[2].tensors, actual[2].tensors, rtol=1e-5)


if __name__ == "__main__":
  tf.test.main()
