# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what the referee measures, with values worked out by hand."""

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import metrics

_INF = float("inf")


class CurveTest(tf.test.TestCase):

  def test_smoothed(self):
    """Up to 39 points a window is one, at 40 to 59 it is two."""
    curve = np.arange(45.0)
    smoothed = metrics.smoothed(curve)
    self.assertAllEqual(curve[:39], smoothed[:39])
    self.assertAllClose([38.5, 39.5, 40.5], smoothed[39:42])

  def test_smoothed_with_what_is_not_finite(self):
    curve = np.ones([45])
    curve[42:] = _INF
    curve[3] = np.nan
    smoothed = metrics.smoothed(curve)
    self.assertTrue(np.isposinf(smoothed[3]))
    self.assertAllEqual(np.ones([38]), smoothed[4:42])
    self.assertTrue(np.isposinf(smoothed[42:]).all())

  def test_final_loss(self):
    self.assertEqual(195.0 - 0.5, metrics.final_loss(np.arange(300.0), 200))

  def test_points_to_target(self):
    curve = [8.0, 4.0, 2.0, 1.0]
    self.assertEqual(1, metrics.points_to_target(curve, 8.0))
    self.assertEqual(3, metrics.points_to_target(curve, 2.5))
    self.assertEqual(4, metrics.points_to_target(curve, 1.0 - 7e-6))
    self.assertEqual(_INF, metrics.points_to_target(curve, 1.0 - 9e-6))
    self.assertEqual(_INF, metrics.points_to_target([8.0, _INF, _INF], 2.0))

  def test_has_diverged(self):
    self.assertFalse(metrics.has_diverged([3.0, 9.0, 2.0], 3))
    self.assertTrue(metrics.has_diverged([3.0, 2.0, 3.1], 3))
    self.assertFalse(metrics.has_diverged([3.0, 2.0, 3.1], 2))
    self.assertTrue(metrics.has_diverged([3.0, _INF], 2))

  def test_rise(self):
    self.assertEqual(1.0, metrics.rise([4.0, 2.0, 2.0, 1.0], 4))
    self.assertEqual(3.0, metrics.rise([4.0, 2.0, 6.0, 1.0, 2.0], 5))
    # What comes after the horizon does not count.
    self.assertEqual(1.0, metrics.rise([4.0, 2.0, 6.0], 2))
    # A millionth of the start is as good as nothing.
    self.assertAllClose(10.0, metrics.rise([1.0, 1e-9, 1e-5], 3))
    self.assertEqual(_INF, metrics.rise([1.0, np.nan], 2))
    # Two points are averaged at 40 to 59.
    curve = np.ones([45])
    curve[43] = 5.0
    self.assertAllClose(3.0, metrics.rise(curve, 45))


class ProblemTest(tf.test.TestCase):

  def test_time_ratio(self):
    self.assertEqual(2.0, metrics.time_ratio([100, 90, 500], [40, 50, 60]))
    self.assertEqual(0.5, metrics.time_ratio([100], [200]))
    self.assertEqual(5.0, metrics.time_ratio([100], [10]))
    self.assertEqual(0.2, metrics.time_ratio([100], [_INF]))
    self.assertEqual(5.0, metrics.time_ratio([_INF], [100]))
    self.assertEqual(1.0, metrics.time_ratio([_INF], [_INF]))

  def test_median(self):
    self.assertEqual(2.0, metrics.median([3.0, 1.0, 2.0]))
    self.assertEqual(2.5, metrics.median([4.0, 1.0, 2.0, 3.0]))
    self.assertEqual(3.0, metrics.median([1.0, 3.0, _INF]))
    self.assertEqual(_INF, metrics.median([1.0, _INF, _INF]))
    self.assertEqual(_INF, metrics.median([1.0, _INF]))

  def test_log_loss(self):
    self.assertAllClose(np.log(0.5), metrics.log_loss(0.5, 2.0))
    self.assertAllClose(np.log(2e-6), metrics.log_loss(0.0, 2.0))
    self.assertAllClose(np.log(20.0), metrics.log_loss(1e9, 2.0))
    self.assertAllClose(np.log(20.0), metrics.log_loss(_INF, 2.0))

  def test_part_of_way(self):
    self.assertAllClose(1.0, metrics.part_of_way(100.0, 1.0, 1.0))
    self.assertAllClose(0.5, metrics.part_of_way(100.0, 10.0, 1.0))
    self.assertAllClose(1.5, metrics.part_of_way(100.0, 0.1, 1.0))
    self.assertAllClose(-0.25, metrics.part_of_way(1.0, 10.0, 1e-4))
    self.assertEqual(1.0, metrics.part_of_way(1.0, 0.5, 1.0))
    self.assertEqual(0.0, metrics.part_of_way(1.0, 1.5, 1.0))

  def test_is_no_worse(self):
    self.assertTrue(metrics.is_no_worse(1.0099, 1.0, 1.0))
    self.assertFalse(metrics.is_no_worse(1.0101, 1.0, 1.0))
    # Both are 0 as far as float32 can tell.
    self.assertTrue(metrics.is_no_worse(1e-7, 1e-9, 1.0))
    self.assertFalse(metrics.is_no_worse(1e-5, 1e-9, 1.0))


class GroupTest(tf.test.TestCase):

  def test_bootstrap_of_two_values(self):
    """A mean is 0, 1 or 2 with probabilities 1/4, 1/2, 1/4."""
    self.assertEqual((0.0, 2.0), metrics.bootstrap_interval([0.0, 2.0]))
    self.assertEqual((1.0, 1.0), metrics.bootstrap_interval(
        [0.0, 2.0], level=0.4))
    self.assertEqual((3.0, 3.0), metrics.bootstrap_interval([3.0] * 4))

  def test_bootstrap_of_many_values(self):
    """Close to the normal interval: 1.96 standard errors."""
    values = np.random.RandomState(3).randn(400)
    low, high = metrics.bootstrap_interval(values)
    error = 1.96 * values.std() / 20
    self.assertAllClose(values.mean() - error, low, atol=0.01)
    self.assertAllClose(values.mean() + error, high, atol=0.01)
    self.assertEqual((low, high), metrics.bootstrap_interval(values))

  def test_geometric_mean(self):
    mean, low, high = metrics.geometric_mean([0.5, 2.0])
    self.assertAllClose([1.0, 0.5, 2.0], [mean, low, high])

  def test_performance_profile(self):
    """Problem 1: both at once; 2: 3 times slower; 3: unsolved by any."""
    times = [[10, 10, _INF], [30, 10, 20], [_INF, _INF, _INF]]
    profile = metrics.performance_profile(times, [1.0, 2.0, 3.0])
    self.assertAllClose([[1 / 3, 2 / 3, 0], [1 / 3, 2 / 3, 1 / 3],
                         [2 / 3, 2 / 3, 1 / 3]], profile)


if __name__ == "__main__":
  tf.test.main()
