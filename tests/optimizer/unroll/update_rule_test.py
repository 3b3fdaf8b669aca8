# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the update an unroll runs."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import trainable_optimizer
from optimizer.unroll import update_rule
from tests.optimizer import harness

_SHAPES = [[2, 3], [], [0, 2], [4]]


class _Momentum(trainable_optimizer.TrainableOptimizer):
  """Velocity per element, a counter per tensor, and a shared total."""

  elementwise = True

  def __init__(self):
    super().__init__("Momentum", ["velocity", "count"])

  def _initialize_state(self, var):
    return {"velocity": tf.zeros([var.shape.num_elements(), 1]),
            "count": tf.zeros([])}

  def _initialize_global_state(self):
    return [tf.constant(5.0)]

  def _compute_update(self, param, grad, state):
    velocity = 0.5 * state["velocity"] + tf.reshape(grad, [-1, 1])
    return (param - tf.reshape(velocity, tf.shape(param)),
            {"velocity": velocity, "count": state["count"] + 1.0})


def _arrays(seed):
  rng = np.random.RandomState(seed)
  return [np.float32(rng.randn(*shape)) for shape in _SHAPES]


class RuleTest(tf.test.TestCase):

  def _run(self, make_rule):
    with tf.Graph().as_default(), self.session() as session:
      rule = make_rule(_Momentum(), _SHAPES)
      params = [tf.constant(x, tf.float32) for x in _arrays(0)]
      state = rule.initial_state(params)
      for i in (1, 2):
        params, attended, state = rule.update(
            params, [tf.constant(x, tf.float32) for x in _arrays(i)], state)
      return session.run([params, attended, rule.per_tensor_state(state),
                          state[1]])

  def _check(self, make_rule):
    params, attended, states, global_state = self._run(make_rule)
    starts, first, second = [_arrays(i) for i in range(3)]
    self.assertLen(states, len(_SHAPES))
    for i in range(len(_SHAPES)):
      velocity = 0.5 * first[i] + second[i]
      self.assertAllClose(starts[i] - first[i] - velocity, params[i])
      self.assertAllEqual(params[i], attended[i])
      self.assertAllClose(velocity.reshape([-1, 1]), states[i][1])
      self.assertAllEqual(2.0, states[i][0])
    self.assertAllEqual([5.0], global_state)

  def test_per_tensor_rule(self):
    self._check(update_rule.PerTensorRule)

  def test_packed_rule(self):
    self._check(update_rule.PackedRule)

  def test_elementwise_optimizers_are_packed(self):
    with tf.Graph().as_default():
      optimizer = _Momentum()
      rule = optimizer._rule(_SHAPES)  # pylint: disable=protected-access
      self.assertIsInstance(rule, update_rule.PackedRule)
      optimizer.elementwise = False
      rule = optimizer._rule(_SHAPES)  # pylint: disable=protected-access
      self.assertNotIsInstance(rule, update_rule.PackedRule)

  def test_packed_state_of_an_optimizer_without_any(self):
    with tf.Graph().as_default():
      rule = update_rule.PackedRule(harness.OPTIMIZERS["global"](), _SHAPES)
      self.assertEqual([[]] * 4, rule.per_tensor_state(([{}], [])))


if __name__ == "__main__":
  tf.test.main()
