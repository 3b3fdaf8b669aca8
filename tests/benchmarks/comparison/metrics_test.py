# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what comparisons measure, on curves made by hand."""

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import metrics

_INF = float("inf")


def _curve(*pieces):
  """A float32 curve of (value, count) pieces."""
  return np.concatenate([np.full([count], value, np.float32)
                         for value, count in pieces])


class LossTest(tf.test.TestCase):

  def test_window(self):
    self.assertEqual([5, 10, 10, 10, 100], [
        metrics.window(n) for n in (5, 10, 999, 1000, 10000)])

  def test_final_loss(self):
    curve = np.arange(2000, dtype=np.float32)
    self.assertAlmostEqual(1989.5, metrics.final_loss(curve))
    self.assertEqual(_INF, metrics.final_loss(_curve((1, 50), (_INF, 1))))

  def test_has_diverged(self):
    self.assertFalse(metrics.has_diverged(_curve((3, 10), (2, 10))))
    self.assertFalse(metrics.has_diverged(_curve((3, 20))))
    self.assertFalse(metrics.has_diverged(_curve((3, 5), (90, 9), (2, 10))))
    self.assertTrue(metrics.has_diverged(_curve((3, 10), (3.1, 10))))
    self.assertTrue(metrics.has_diverged(_curve((3, 10), (_INF, 10))))

  def test_median_loss(self):
    curves = np.array([_curve((4, 10), (value, 10)) for value in (1, 2, 9)])
    self.assertEqual(2.0, metrics.median_loss(curves))
    self.assertEqual(_INF, metrics.median_loss(curves[[0, 2, 2]]))


class SpeedUpTest(tf.test.TestCase):

  def test_steps_to_reach(self):
    curve = _curve((5, 10), (1, 10))
    self.assertEqual(1, metrics.steps_to_reach(curve, 5.0, 1))
    self.assertEqual(11, metrics.steps_to_reach(curve, 4.0, 1))
    # The mean of four is 5, 4, 3, 2, 1 from the tenth value on.
    self.assertEqual(13, metrics.steps_to_reach(curve, 2.0, 4))
    self.assertEqual(_INF, metrics.steps_to_reach(curve, 0.5, 4))

  def test_no_credit_after_the_end(self):
    curve = _curve((5, 10), (1, 10), (_INF, 10))
    self.assertEqual(14, metrics.steps_to_reach(curve, 1.0, 4))
    self.assertEqual(_INF, metrics.steps_to_reach(curve, 0.5, 4))
    self.assertEqual(_INF, metrics.steps_to_reach(_curve((_INF, 3)), 1.0, 4))

  def test_equal_optimizers(self):
    curve = np.linspace(5, 1, 100).astype(np.float32)
    self.assertEqual(1.0, metrics.speed_up(curve, curve))

  def test_adam_needs_twice_the_steps(self):
    learned = np.linspace(5, 1, 100).astype(np.float32)
    adam = np.linspace(5, 1, 200).astype(np.float32)
    self.assertAlmostEqual(2.0, metrics.speed_up(learned, adam), delta=0.1)
    learned = np.append(learned, _curve((1, 100)))
    self.assertAlmostEqual(0.5, metrics.speed_up(adam, learned), delta=0.1)

  def test_rounding_does_not_count(self):
    learned = _curve((1, 1), (0.5, 99))
    adam = _curve((1, 50), (0.5 + 3e-7, 50))
    self.assertEqual(0.6, metrics.speed_up(learned, adam))

  def test_bounds(self):
    learned = _curve((5, 10), (0.5, 10))
    self.assertEqual(_INF, metrics.speed_up(learned, _curve((5, 10), (1, 90))))
    self.assertEqual(0.0, metrics.speed_up(
        _curve((5, 10), (6, 10)), learned))
    self.assertEqual([0.0, 4.0, 5.0, 5.0], [
        metrics.bounded(x) for x in (0.0, 4.0, 6.0, _INF)])

  def test_is_no_worse(self):
    better, worse, lost = (np.array([_curve((4, 10), (value, 10))] * 3)
                           for value in (1, 2, _INF))
    self.assertTrue(metrics.is_no_worse(better, worse))
    self.assertTrue(metrics.is_no_worse(better, better))
    self.assertFalse(metrics.is_no_worse(worse, better))
    self.assertFalse(metrics.is_no_worse(lost, worse))


if __name__ == "__main__":
  tf.test.main()
