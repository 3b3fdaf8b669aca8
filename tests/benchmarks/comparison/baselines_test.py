# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the baselines against the optimizers of tf.train."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import baselines

_THEIRS = {
    "SGD": tf.train.GradientDescentOptimizer,
    "Momentum": lambda rate: tf.train.MomentumOptimizer(rate, 0.9),
    "RMSProp": tf.train.RMSPropOptimizer,
    "Adam": tf.train.AdamOptimizer,
}


class BaselinesTest(tf.test.TestCase, parameterized.TestCase):

  def test_all_are_tested(self):
    """The cosine is tested by hand."""
    self.assertCountEqual(list(_THEIRS) + ["Adam, cosine"], baselines.SPECS)

  @parameterized.parameters(*[
      (name, rate) for name in sorted(_THEIRS) for rate in (0.003, 0.3)])
  def test_twenty_steps_of_the_same_name(self, name, rate):
    rng = np.random.RandomState(0)
    gradients = (rng.randn(20, 2, 3) * 10.0**rng.randint(
        -3, 3, size=[20, 1, 1])).astype(np.float32)
    ours = baselines.SPECS[name].callable(rate)
    results = []
    for optimizer in (ours, _THEIRS[name](rate)):
      with tf.Graph().as_default(), tf.Session() as session:
        gradient = tf.placeholder(tf.float32, [2, 3])
        variable = tf.Variable(np.ones([2, 3], np.float32))
        step = optimizer.apply_gradients([(gradient, variable)])
        session.run(tf.global_variables_initializer())
        trajectory = []
        for value in gradients:
          session.run(step, {gradient: value})
          trajectory.append(session.run(variable))
        results.append(np.array(trajectory))
    self.assertGreater(np.abs(results[1][-1] - 1).max(), rate)
    # TensorFlow's 1 - 0.999 is rounded to float32, which shows in Adam.
    self.assertAllClose(results[1], results[0], rtol=2e-5, atol=2e-5)

  def test_meta_parameters(self):
    """The learning rate comes first, and only the cosine has another."""
    for name, spec in baselines.SPECS.items():
      declared = spec.build().meta_parameters.declarations
      self.assertEqual(
          ["learning_rate"] + ["horizon"] * (name == "Adam, cosine"),
          list(declared))


class AdamCosineTest(tf.test.TestCase):

  def test_by_hand(self):
    """With gradients all 1, a step of Adam is its rate."""
    with tf.Graph().as_default(), tf.Session() as session:
      optimizer = baselines.AdamCosine(0.1, 4.0)
      state = {key: tf.constant([[value]])
               for key, value in optimizer.INITIAL_STATE}
      steps = []
      for _ in range(6):
        change, state = optimizer._step(
            optimizer.meta_parameters.values()["learning_rate"],
            tf.constant([[1.0]]), state)
        steps.append(change[0, 0])
      session.run(tf.global_variables_initializer())
      root = np.sqrt(0.5)
      self.assertAllClose(
          [0.1, 0.05 * (1 + root), 0.05, 0.05 * (1 - root), 0, 0],
          session.run(steps), atol=1e-6)


if __name__ == "__main__":
  tf.test.main()
