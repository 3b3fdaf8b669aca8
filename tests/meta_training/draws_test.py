# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what is drawn, and of weights of objectives."""

from absl.testing import absltest
import numpy as np

from meta_training import draws


class SampleTest(absltest.TestCase):

  def _assert_close(self, expected, actual, atol=1e-6):
    np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=atol)

  def test_sample_numiter(self):
    rng = np.random.RandomState(0)
    values = [draws.sample_numiter(40, 5, rng) for _ in range(4000)]
    self.assertEqual({int}, set(map(type, values)))
    self.assertGreaterEqual(min(values), 5)
    # Exponential: mean and standard deviation are equal.
    self._assert_close(45, np.mean(values), atol=5 * 40 / np.sqrt(4000))
    self._assert_close(40, np.std(values), atol=5)
    self._assert_close(1 - np.exp(-1), np.mean(np.less(values, 45)), atol=0.05)

  def test_sample_numiter_defaults(self):
    self.assertEqual(50, draws.sample_numiter(0))
    self.assertGreater(
        len(set(draws.sample_numiter(1000) for _ in range(20))), 10)

  def test_sigmoid_weights(self):
    weights = draws.sigmoid_weights(4, slope=2.0, offset=1)
    sigmoids = 1 / (1 + np.exp([2.0, 0.0, -2.0, -4.0]))
    self._assert_close(sigmoids / sigmoids.sum(), weights)

  def test_sigmoid_weights_defaults(self):
    weights = draws.sigmoid_weights(20)
    self._assert_close(1.0, weights.sum())
    self.assertTrue((np.diff(weights) > 0).all())
    # sigmoid(0) and sigmoid(1).
    self._assert_close(0.5 * (1 + np.exp(-1.0)), weights[5] / weights[15])
    self.assertEqual([1.0], draws.sigmoid_weights(1).tolist())

  def test_drawn_seed(self):
    np.random.seed(1)
    state = np.random.get_state()[1].tolist()
    seeds = [draws.drawn_seed() for _ in range(20)]
    self.assertEqual({int}, set(map(type, seeds)))
    self.assertGreaterEqual(min(seeds), 0)
    self.assertLess(max(seeds), 2**31 - 1)
    self.assertGreater(len(set(seeds)), 10)
    self.assertEqual(state, np.random.get_state()[1].tolist())


if __name__ == "__main__":
  absltest.main()
