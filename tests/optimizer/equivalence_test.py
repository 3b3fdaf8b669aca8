# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that drop-in steps and unrolls take the same way."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from problems import datasets
from problems import problem_generator
from tests.optimizer import harness

_STEPS = 12


class EquivalenceTest(tf.test.TestCase, parameterized.TestCase):

  def _check(self, make_optimizer, l2_reg_scale=1e-3):
    problem = problem_generator.FullyConnected(
        3, 2, hidden_sizes=(4,), activation=tf.tanh, l2_reg_scale=l2_reg_scale)
    rng = np.random.RandomState(0)
    starts = [np.float32(rng.randn(*shape)) for shape in problem.param_shapes]
    data = np.float32(rng.randn(10, 3))
    labels = np.int32(rng.randint(2, size=10))
    harness.start_at(problem, starts)
    # The unroll sees the whole data set as its minibatch.
    batches = np.tile(np.arange(10), [_STEPS, 1])
    dataset = datasets.Dataset(data, labels)
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      optimizer = make_optimizer()
      unroll = harness.Unroll(optimizer, problem, dataset)
      variables = [tf.Variable(start) for start in starts]
      loss = problem.objective(variables, data, labels)
      step = optimizer.apply_gradients(
          zip(problem.gradients(loss, variables), variables))
      params = variables
      if optimizer.use_attention:
        # The variables are where the gradients are taken.
        params = [optimizer.get_slot(v, "true_param") for v in variables]
        loss = problem.objective(params, data, labels)
      with tf.Session(config=harness.fast_config()) as session:
        session.run(tf.global_variables_initializer())
        harness.perturb(optimizer, session, 0.1)
        meta = list(optimizer.meta_parameters.variables().values())
        session.run([variable.initializer for variable in tf.global_variables()
                     if all(variable is not other for other in meta)])
        result = unroll.run(session, _STEPS, batches=batches)
        objectives = []
        for _ in range(_STEPS):
          objectives.append(session.run(loss))
          session.run(step)
        values = session.run(params)
        slots = session.run([[optimizer.get_slot(v, key)
                              for key in optimizer.state_keys]
                             for v in variables])
    self.assertAllClose(objectives, result.objectives[1:], rtol=1e-4)
    self.assertNotAllClose(objectives[0], objectives[-1], rtol=1e-3)
    for i in range(len(values)):
      self.assertAllClose(values[i], result.loop[i], rtol=1e-4, atol=1e-5)
      self.assertLen(result.state[i], len(optimizer.state_keys))
      for expected, actual in zip(slots[i], result.state[i]):
        self.assertAllClose(expected, actual, rtol=1e-3, atol=1e-4)

  @parameterized.parameters(*sorted(harness.OPTIMIZERS))
  def test_trajectories(self, name):
    self._check(harness.OPTIMIZERS[name])

  def test_with_attention(self):
    self._check(
        lambda: harness.OPTIMIZERS["hierarchical"](use_attention=True))

  def test_skipping_zero_gradients(self):
    # The second of two logits has no gradient but for the penalty.
    self._check(lambda: harness.OPTIMIZERS["hierarchical"](
        skip_zero_gradients=True), l2_reg_scale=0.0)

  @parameterized.parameters((harness.stabilized, True),
                            (harness.shipped, False))
  def test_stabilized(self, make_optimizer, use_attention):
    # The second of two logits has no gradient but for the penalty.
    self._check(lambda: make_optimizer(use_attention=use_attention),
                l2_reg_scale=0.0)


if __name__ == "__main__":
  tf.test.main()
