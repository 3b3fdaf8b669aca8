# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of problems whose objective on all rows is constant."""

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import forward_only
from problems import problem_generator as pg
from problems import problem_spec

_SPEC = problem_spec.Spec.of(pg.SoftmaxRegression, 2, 3)
_DATA = np.float32([[1, 2], [3, -4], [0, 1]])
_LABELS = np.int32([0, 2, 1])


class ForwardOnlyTest(tf.test.TestCase):

  def _objectives(self, num_rows, rows):
    """(Ours, the problem's own) on some rows, with slopes; None for none."""
    ours = forward_only.ForwardOnly(_SPEC, num_rows)
    with tf.Graph().as_default(), self.session() as session:
      parameters = [tf.constant(0.5, shape=shape)
                    for shape in ours.param_shapes]
      found = []
      for problem in (ours, _SPEC.build()):
        value = problem.objective(
            parameters, tf.constant(_DATA[:rows]), tf.constant(_LABELS[:rows]))
        slope = tf.gradients(value, parameters)[1]
        found.append((session.run(value),
                      None if slope is None else session.run(slope)))
    return found

  def test_all_rows(self):
    (value, slope), (expected, its_slope) = self._objectives(3, 3)
    self.assertEqual(expected, value)
    self.assertIsNone(slope)
    self.assertIsNotNone(its_slope)

  def test_minibatches(self):
    for num_rows in (3, None):
      (value, slope), (expected, its_slope) = self._objectives(num_rows, 2)
      self.assertEqual(expected, value)
      self.assertAllEqual(its_slope, slope)
      self.assertGreater(np.abs(slope).max(), 0)

  def test_no_data(self):
    problem = forward_only.ForwardOnly(
        problem_spec.Spec.of(pg.Bowl, 1.0), None)
    with self.session() as session:
      parameters = [tf.constant([[2.0], [3.0]])]
      gradients = problem.gradients(problem.objective(parameters), parameters)
      self.assertAllClose([[[2.0], [3.0]]], session.run(gradients))


if __name__ == "__main__":
  tf.test.main()
