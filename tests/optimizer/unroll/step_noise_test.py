# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the noise of an unroll."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer.unroll import step_noise


class UnrollNoiseTest(tf.test.TestCase):

  def _noise(self, seed=(1, 2), num_steps=500, num_rows=None):
    return step_noise.UnrollNoise(tf.constant(seed), tf.constant(num_steps),
                                  num_rows)

  def test_a_step_asked_twice_gives_the_same(self):
    noise = self._noise()
    requests = [noise.at_step(tf.constant(t)).normal([3]) for t in (4, 4, 5)]
    with self.session() as session:
      first, again, other = session.run(requests)
      self.assertAllEqual(first, session.run(requests[0]))
    self.assertAllEqual(first, again)
    self.assertTrue(np.all(first != other))

  def test_requests_of_a_step_differ(self):
    step = self._noise().at_step(tf.constant(0))
    with self.session() as session:
      first, second = session.run([step.normal([4]), step.normal([4])])
    self.assertTrue(np.all(first != second))

  def test_seeds(self):
    draws = [self._noise(seed).at_step(tf.constant(0)).normal([4])
             for seed in ((1, 2), (1, 2), (2, 2))]
    with self.session() as session:
      first, again, other = session.run(draws)
    self.assertAllEqual(first, again)
    self.assertTrue(np.all(first != other))

  def test_distributions(self):
    noise = self._noise()
    steps = [noise.at_step(t) for t in range(3)]
    normal = [step.normal([10000]) for step in steps]
    uniform = [step.uniform([10000]) for step in steps]
    with self.session() as session:
      normal, uniform = session.run([normal, uniform])
    self.assertAllClose(0.0, np.mean(normal), atol=0.03)
    self.assertAllClose(1.0, np.std(normal), atol=0.03)
    self.assertAllClose(0.5, np.mean(uniform), atol=0.01)
    self.assertAllClose(12**-0.5, np.std(uniform), atol=0.01)
    self.assertGreaterEqual(np.min(uniform), 0.0)
    self.assertLess(np.max(uniform), 1.0)

  def test_padding_changes_nothing_but_the_shape(self):
    draws = [self._noise(num_steps=3, num_rows=rows)
             .at_step(tf.constant(2)).normal([2]) for rows in (None, 8)]
    for tensor in draws:
      self.assertEqual([2], tensor.shape.as_list())
    with self.session() as session:
      plain, padded = session.run(draws)
    self.assertAllEqual(plain, padded)

  def test_scalars_and_empty_shapes(self):
    step = self._noise().at_step(tf.constant(1))
    with self.session() as session:
      scalar, empty = session.run([step.normal([]), step.uniform([0, 2])])
    self.assertEqual((), scalar.shape)
    self.assertEqual((0, 2), empty.shape)

  def test_another_order_is_an_error(self):
    noise = self._noise()
    step = noise.at_step(tf.constant(0))
    step.normal([2])
    step.uniform([3])
    step = noise.at_step(tf.constant(1))
    step.normal([2])
    with self.assertRaisesRegexp(ValueError, "request 1 .*same order"):
      step.uniform([4])
    with self.assertRaisesRegexp(ValueError, "request 0 .*same order"):
      noise.at_step(tf.constant(2)).uniform([2])

  def test_in_a_loop(self):
    noise = self._noise(num_steps=4)
    _, total = tf.while_loop(
        lambda t, _: t < 4,
        lambda t, total: (t + 1, total + noise.at_step(t).normal([2])),
        (0, tf.zeros([2])))
    outside = tf.add_n([noise.at_step(t).normal([2]) for t in range(4)])
    with self.session() as session:
      total, outside = session.run([total, outside])
    self.assertAllClose(outside, total)


if __name__ == "__main__":
  tf.test.main()
