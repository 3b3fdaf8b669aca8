# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the global learning rate against NumPy."""

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from optimizer import global_learning_rate
from tests.optimizer import oracle
from tests.optimizer import oracle_check


class GlobalLearningRateTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(True, False)
  def test_steps(self, use_resource):
    with tf.Graph().as_default():
      oracle_check.check(
          self, global_learning_rate.GlobalLearningRate(0.1),
          lambda theta, starts: oracle_check.EachTensor(
              [oracle.GlobalLearningRate(theta, start)
               for start in starts]), use_resource)

  def test_meta_parameters(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = global_learning_rate.GlobalLearningRate()
      self.assertEqual([], optimizer.state_keys)
      self.assertEqual([], tf.trainable_variables())
      session.run(tf.global_variables_initializer())
      values = session.run(optimizer.meta_parameters.checkpoint_names())
    self.assertEqual(["LOL/global_learning_rate"], list(values))
    self.assertAllClose(1e-3, values["LOL/global_learning_rate"])

  def test_illegal_options(self):
    for options in (dict(initial_rate="1e-3"), dict(initial_rate=float("nan")),
                    dict(use_log_objective="no"), dict(name=5),
                    dict(random_seed="5"), dict(obj_train_max_multiplier=[])):
      with tf.Graph().as_default():
        with self.assertRaisesRegexp(
            ValueError, "^{} must be ".format(list(options)[0])):
          global_learning_rate.GlobalLearningRate(**options)


if __name__ == "__main__":
  tf.test.main()
