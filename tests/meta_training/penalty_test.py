# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the penalty on meta-parameters."""

import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import update_rules
from meta_training import penalty

_OPTIONS = update_rules.UpdateOptions(
    gradient_clip=4.0, l2_reg=0.5, nan_l2_reg=2.0)
_VALUES = np.float32([1.0, -2.0, 3.0])


class PenaltyTest(tf.test.TestCase):

  def _add(self, gradient, meta_objective):
    return self.evaluate(penalty.add(
        tf.constant(gradient, tf.float32), tf.constant(meta_objective),
        tf.constant(_VALUES), _OPTIONS))

  def test_is_clipped_with_the_gradient(self):
    raw, number, applied = self._add([0.5, 0.5, 2.0], 1.0)
    self.assertAllClose([1.5, -1.5, 5.0], raw)
    self.assertEqual(0, number)
    self.assertAllClose([1.5, -1.5, 4.0], applied)

  def test_elements_that_are_not_finite(self):
    _, number, applied = self._add([np.nan, np.inf, 0.5], 1.0)
    self.assertEqual(2, number)
    self.assertAllClose([0.0, 0.0, 3.5], applied)

  def test_without_a_meta_objective_it_is_all_there_is(self):
    for meta_objective in (np.nan, np.inf):
      _, number, applied = self._add([np.nan, 6.0, -np.inf], meta_objective)
      self.assertEqual(2, number)
      # 2 * 2 * value, clipped to 4; -8 + 6 where the gradient is finite.
      self.assertAllClose([4.0, -2.0, 4.0], applied)


if __name__ == "__main__":
  tf.test.main()
