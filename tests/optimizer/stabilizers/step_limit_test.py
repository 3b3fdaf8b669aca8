# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of limits of steps."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer.stabilizers import stabilizer
from optimizer.stabilizers import step_limit
from optimizer import tensor_layout


class StepLimitTest(tf.test.TestCase):

  def _limit(self, param, controls=stabilizer.Controls()):
    limit = step_limit.StepLimit(fraction=0.1, floor=0.5)
    return self._controls(limit, [[2], [1]], param, controls).step_limit

  def _controls(self, limit, shapes, param, controls):
    layout = tensor_layout.TensorLayout(shapes)
    (name, measure), = limit.measured.items()
    controls, _ = limit.before(stabilizer.Tensors(layout, None, {
        name: layout.tensor_mean(measure(param, {}))}), {}, controls)
    return controls

  def test_limits(self):
    param = tf.constant([[1.0], [7.0], [0.1]])
    self.assertAllClose([[0.5], [0.05]], self.evaluate(self._limit(param)))
    decay = tf.constant([[0.25], [1.0]])
    self.assertAllClose([[0.25], [0.05]], self.evaluate(
        self._limit(param, stabilizer.Controls(rate_decay=decay))))

  def test_caps(self):
    # Root mean squares of normalized moves are 2, above 0.05, and 0.005.
    cap, = step_limit.caps(
        [tf.constant([[0.5], [0.5]])], [tf.constant([[16.0], [1e-4]])], [],
        tf.constant([[0.05], [0.05]]))
    self.assertAllClose([[0.025], [1.0]], self.evaluate(cap))

  def test_no_step_and_hardly_any_limit(self):
    # As of an empty tensor: its direction counts as 0, its size as the floor.
    norm, square = tf.constant([[1.0]]), tf.constant([[0.0]])
    for limit in (1e-10, 1e-24):
      cap, = step_limit.caps([norm], [square], [square],
                             tf.constant([[limit]]), tf.constant([[limit]]))
      slopes = tf.gradients(cap, [norm, square])
      self.assertAllEqual([[1.0]], self.evaluate(cap))
      self.assertAllEqual(np.isfinite(self.evaluate(slopes)),
                          [[[True]], [[True]]])

  def test_steps_that_are_too_short(self):
    # Root mean squares of moves with a gradient: 0.5, 0.25, 0.005 and 0.
    squares = tf.constant([[0.25], [0.0625], [2.5e-5], [0.0]])
    cap, = step_limit.caps([tf.ones([4, 1])], [squares / 2.0], [squares],
                           tf.fill([4, 1], 0.7), tf.fill([4, 1], 0.5))
    self.assertAllClose([[1.0], [2.0], [10.0], [1.0]], self.evaluate(cap))
    limit = step_limit.StepLimit(least=0.5)
    self.assertTrue(limit.shifts_rates)
    self.assertAllClose(
        np.log([[1.0], [2.0], [10.0]]), self.evaluate(limit.rate_shift(
            stabilizer.Controls(), tf.constant([[0.5], [2.0], [10.0]]))))

  def test_least_steps_shrink_as_rates_slow_down(self):
    controls = self._controls(
        step_limit.StepLimit(0.1, 0.5, least=0.5), [[1]], tf.constant([[2.0]]),
        stabilizer.Controls(rate_decay=tf.constant([[0.25]])))
    self.assertAllClose([[0.1]], self.evaluate(controls.step_limit))
    self.assertAllClose([[0.0125]], self.evaluate(controls.least_step))

  def test_rates_of_steps_that_are_far_too_long(self):
    def shift(excess, cap):
      limit = step_limit.StepLimit(excess=excess)
      self.assertTrue(limit.shifts_rates)
      return self.evaluate(limit.rate_shift(
          stabilizer.Controls(), tf.constant(cap)))

    log2 = np.log(2.0)
    self.assertAllClose([[-log2], [0.0]], shift(1.0, [[0.5], [1.0]]))
    self.assertAllClose([[-log2], [0.0]], shift(4.0, [[0.125], [0.25]]))
    self.assertTrue(np.isfinite(shift(1.0, [[0.0]])).all())
    self.assertFalse(step_limit.StepLimit().shifts_rates)

  def test_derivatives_at_zero_are_finite(self):
    param, moves = tf.zeros([3, 1]), tf.zeros([2, 1])
    limit = self._limit(param)
    square = moves * moves
    cap, = step_limit.caps([tf.ones([2, 1])], [square], [square], limit,
                           0.5 * limit)
    for slope in self.evaluate(tf.gradients([limit, cap], [param, moves])):
      self.assertAllEqual(np.zeros_like(slope), slope)


if __name__ == "__main__":
  tf.test.main()
