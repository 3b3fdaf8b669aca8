# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the rule that keeps all tensors packed."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer import stabilizers

_SHAPES = [[2, 3], [], [4]]


def _arrays(seed):
  rng = np.random.RandomState(seed)
  return [np.float32(rng.randn(*shape)) for shape in _SHAPES]


class HierarchicalRuleTest(tf.test.TestCase, parameterized.TestCase):

  def _run(self, is_packed, **options):
    with tf.Graph().as_default(), self.session() as session:
      tf.set_random_seed(1)
      optimizer = hierarchical_rnn.HierarchicalRNN(
          [3, 4, 2], (0.01, 0.01), random_seed=1, **options)
      rule = optimizer.rule
      if is_packed:
        rule = rule.packed(_SHAPES)
      theta = optimizer.meta_parameters.values()
      params = [tf.constant(array) for array in _arrays(0)]
      state = rule.init(theta, params, optimizer.seeded_uniform)
      attended = params
      for i in (1, 2):
        params, attended, state = rule.update(
            theta, params, [tf.constant(array) for array in _arrays(i)], state)
      session.run(tf.global_variables_initializer())
      return session.run([params, attended, rule.unpacked(state)])

  @parameterized.parameters({}, {
      "use_attention": True,
      "stabilizers": (stabilizers.StepLimit(fraction=0.1, floor=0.2),)})
  def test_same_as_tensor_by_tensor(self, **options):
    params, attended, (states, shared) = self._run(True, **options)
    expected = self._run(False, **options)
    for start, param, same in zip(_arrays(0), params, expected[0]):
      self.assertTrue((start != param).all())
      self.assertAllClose(same, param, rtol=1e-5)
    self.assertAllClose(expected[1], attended, rtol=1e-5)
    self.assertEqual("use_attention" not in options,
                     np.array_equal(params[0], attended[0]))
    self.assertAllClose(expected[2].shared, shared, rtol=1e-5)
    self.assertLen(states, len(_SHAPES))
    for state, same in zip(states, expected[2].tensors):
      self.assertAllClose(same, state, rtol=1e-5)


if __name__ == "__main__":
  tf.test.main()
