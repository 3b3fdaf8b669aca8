# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the rule that keeps all tensors packed."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer.unroll import hierarchical_rule
from optimizer.unroll import update_rule

_SHAPES = [[2, 3], [], [4]]


def _arrays(seed):
  rng = np.random.RandomState(seed)
  return [np.float32(rng.randn(*shape)) for shape in _SHAPES]


class HierarchicalRuleTest(tf.test.TestCase, parameterized.TestCase):

  def _run(self, make_rule, **options):
    with tf.Graph().as_default(), self.session() as session:
      tf.set_random_seed(1)
      optimizer = hierarchical_rnn.HierarchicalRNN(
          [3, 4, 2], (0.01, 0.01), random_seed=1, **options)
      rule = make_rule(optimizer, _SHAPES)
      params = [tf.constant(array) for array in _arrays(0)]
      state = rule.initial_state(params)
      attended = params
      for i in (1, 2):
        params, attended, state = rule.update(
            params, [tf.constant(array) for array in _arrays(i)], state)
      session.run(tf.global_variables_initializer())
      return session.run(
          [params, attended, rule.per_tensor_state(state), state[1]])

  @parameterized.parameters({}, {"use_attention": True, "rms_floor": 0.2,
                                 "max_relative_step": 0.1})
  def test_same_as_tensor_by_tensor(self, **options):
    params, attended, states, global_state = self._run(
        hierarchical_rule.HierarchicalRule, **options)
    expected = self._run(update_rule.PerTensorRule, **options)
    for start, param, same in zip(_arrays(0), params, expected[0]):
      self.assertTrue((start != param).all())
      self.assertAllClose(same, param, rtol=1e-5)
    self.assertAllClose(expected[1], attended, rtol=1e-5)
    self.assertEqual("use_attention" not in options,
                     np.array_equal(params[0], attended[0]))
    self.assertAllClose(expected[3], global_state, rtol=1e-5)
    self.assertLen(states, len(_SHAPES))
    for state, same in zip(states, expected[2]):
      for value, its in zip(state, same):
        self.assertAllClose(its, value, rtol=1e-5)


if __name__ == "__main__":
  tf.test.main()
