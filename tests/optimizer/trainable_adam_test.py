# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of Adam against NumPy and against TensorFlow's."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import trainable_adam
from tests.optimizer import harness
from tests.optimizer import oracle
from tests.optimizer import oracle_check


class OracleTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(True, False)
  def test_steps(self, use_resource):
    with tf.Graph().as_default():
      oracle_check.check(
          self, trainable_adam.TrainableAdam(0.1, epsilon=1e-3),
          lambda theta, starts: oracle_check.EachTensor(
              [oracle.TrainableAdam(theta, start) for start in starts]),
          use_resource)


class EquivalenceTest(tf.test.TestCase, parameterized.TestCase):

  def _compare(self, other, gradients, arrays, num_steps=60, draw_feed=None):
    """Steps both optimizers; returns their trajectories."""
    ours = trainable_adam.TrainableAdam(0.03, 0.8, 0.98, 1e-4)
    trajectories = []
    variables, steps = [], []
    for optimizer in (ours, other):
      mine = [tf.Variable(array, use_resource=True) for array in arrays]
      variables.append(mine)
      steps.append(optimizer.apply_gradients(zip(gradients(mine), mine)))
    rng = np.random.RandomState(1)
    with tf.Session(config=harness.fast_config()) as session:
      session.run(tf.global_variables_initializer())
      for _ in range(num_steps):
        feed = {} if draw_feed is None else draw_feed(rng)
        session.run(steps, feed)
        trajectories.append([harness.flat(values)
                             for values in session.run(variables)])
    return np.transpose(trajectories, [1, 0, 2])

  def test_follows_adam(self):
    with tf.Graph().as_default():
      arrays = [np.float32([[1.0, -2.0], [0.5, 3.0]]), np.float32(4.0)]

      def gradients(variables):
        x, y = variables
        loss = tf.reduce_sum(tf.square(tf.matmul(x, [[1.0], [2.0]]) - y))
        return tf.gradients(loss, variables)

      ours, theirs = self._compare(
          tf.train.AdamOptimizer(0.03, 0.8, 0.98, 1e-4), gradients, arrays)
    self.assertGreater(np.abs(theirs[-1] - theirs[0]).max(), 0.5)
    self.assertAllClose(theirs, ours, rtol=1e-5, atol=1e-5)

  def test_follows_adam_through_noise(self):
    with tf.Graph().as_default():
      feed = tf.placeholder(tf.float32, [6])
      ours, theirs = self._compare(
          tf.train.AdamOptimizer(0.03, 0.8, 0.98, 1e-4),
          lambda variables: [feed], [np.zeros([6], np.float32)],
          draw_feed=lambda rng: {feed: rng.randn(6) * 10.0**rng.randint(-3, 3)})
    self.assertAllClose(theirs, ours, rtol=1e-4, atol=1e-5)

  def test_rows_follow_an_adam_of_their_own(self):
    if tf.version.VERSION.startswith("2."):
      self.skipTest("TensorFlow 2 has no tf.contrib, and so no LazyAdam")
    from tensorflow import contrib
    # LazyAdamOptimizer counts steps for the whole variable. A row that is
    # there from the first step on sees the same count as with ours.
    with tf.Graph().as_default():
      feed = tf.placeholder(tf.float32, [3, 2])
      gradient = tf.IndexedSlices(feed, tf.constant([3, 1, 3]),
                                  tf.constant([5, 2]))
      ours, theirs = self._compare(
          contrib.opt.LazyAdamOptimizer(0.03, 0.8, 0.98, 1e-4),
          lambda variables: [gradient], [np.ones([5, 2], np.float32)],
          draw_feed=lambda rng: {feed: rng.randn(3, 2)})
    self.assertAllClose(theirs, ours, rtol=1e-4, atol=1e-5)
    rows = ours[-1].reshape([5, 2])
    self.assertAllEqual(np.ones([3, 2]), rows[[0, 2, 4]])
    self.assertTrue(np.all(rows[[1, 3]] != 1.0))

  def test_a_row_starts_its_count_when_it_appears(self):
    with tf.Graph().as_default():
      optimizer = trainable_adam.TrainableAdam(0.03)
      x = tf.Variable(tf.zeros([2, 1]))
      rows = tf.placeholder(tf.int32, [None])
      step = optimizer.apply_gradients([(tf.IndexedSlices(
          tf.ones([tf.size(rows), 1]), rows, [2, 1]), x)])
      with tf.Session(config=harness.fast_config()) as session:
        session.run(tf.global_variables_initializer())
        for indices in ([0], [0], [0, 1]):
          session.run(step, {rows: indices})
        self.assertAllEqual([[3.0], [1.0]],
                            session.run(optimizer.get_slot(x, "t")))
        # The first step of Adam is the learning rate, whatever the gradient.
        self.assertAllClose([[-0.09], [-0.03]], session.run(x), rtol=1e-4)


class ConstructorTest(tf.test.TestCase, parameterized.TestCase):

  def test_meta_parameters(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = trainable_adam.TrainableAdam()
      self.assertEqual([], tf.trainable_variables())
      session.run(tf.global_variables_initializer())
      values = session.run(optimizer.meta_parameters.checkpoint_names())
    self.assertAllClose(
        {"LOL/log_learning_rate": np.log(1e-3),
         "LOL/beta1_logit": np.log(9.0),
         "LOL/beta2_logit": np.log(999.0),
         "LOL/log_epsilon": np.log(1e-8)}, dict(values), rtol=1e-6)

  @parameterized.parameters(
      (dict(learning_rate=0.0), "learning_rate must be a positive number"),
      (dict(epsilon=-1.0), "epsilon must be a positive number"),
      (dict(beta1=1.0), r"beta1 must be a number in \(0, 1\)"),
      (dict(learning_rate="x"), "learning_rate must be a positive number"),
      (dict(use_log_objective=None), "use_log_objective must be True or"),
      (dict(beta2=0.0), r"beta2 must be a number in \(0, 1\)"),
  )
  def test_illegal_options(self, options, message):
    with tf.Graph().as_default():
      with self.assertRaisesRegexp(ValueError, message):
        trainable_adam.TrainableAdam(**options)


if __name__ == "__main__":
  tf.test.main()
