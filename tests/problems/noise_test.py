# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the sources of gradient noise."""

import numpy as np
import tensorflow.compat.v1 as tf

from problems import noise


class NoiseTest(tf.test.TestCase):

  def test_distributions(self):
    with self.session() as session:
      source = noise.StatefulNoise(3)
      normal, uniform = session.run(
          [source.normal([100, 200]), source.uniform([20000])])
    self.assertEqual([np.float32] * 2, [normal.dtype, uniform.dtype])
    self.assertAllClose([0, 1], [normal.mean(), normal.std()], atol=0.03)
    self.assertAllClose([0.5, 12**-0.5], [uniform.mean(), uniform.std()],
                        atol=0.02)
    self.assertTrue((uniform >= 0).all() and (uniform < 1).all())

  def test_equal_shapes_get_different_numbers(self):
    with self.session() as session:
      source = noise.StatefulNoise(3)
      first, second = session.run([source.normal([5]), source.normal([5])])
    self.assertNotAllClose(first, second)

  def test_a_seed_makes_it_reproducible(self):
    draws = []
    for seed in (1, 1, 2):
      with tf.Graph().as_default(), self.session() as session:
        source = noise.StatefulNoise(seed)
        tensors = [source.normal([3]), source.uniform([2])]
        draws.append(np.concatenate(session.run(tensors) +
                                    session.run(tensors)))
    self.assertAllEqual(draws[0], draws[1])
    self.assertNotAllClose(draws[0], draws[2])

  def test_without_a_seed_runs_differ(self):
    draws = []
    for _ in range(2):
      with tf.Graph().as_default(), self.session(graph=None):
        with tf.Session() as session:
          draws.append(session.run(noise.StatefulNoise().normal([4])))
    self.assertNotAllClose(*draws)

  def test_derived_seeds(self):
    self.assertIsNone(noise.derive_seed(None, 3))
    seeds = [noise.derive_seed(s, i) for s in range(50) for i in range(50)]
    self.assertLen(set(seeds), 2500)
    self.assertTrue(all(0 <= seed < 2**31 for seed in seeds))


if __name__ == "__main__":
  tf.test.main()
