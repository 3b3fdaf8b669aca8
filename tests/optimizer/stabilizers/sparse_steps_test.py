# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of steps of elements that rarely have a gradient."""

import tensorflow.compat.v1 as tf

from optimizer.stabilizers import sparse_steps
from optimizer.stabilizers import stabilizer
from optimizer import tensor_layout


class SparseStepsTest(tf.test.TestCase):

  def _step_scale(self, shapes, grad, num_steps, tensor_steps, before=None):
    controls, _ = sparse_steps.SparseSteps(0.5).before(
        stabilizer.Tensors(tensor_layout.TensorLayout(shapes),
                           tf.constant(grad), {}),
        {"num_steps": tf.constant(num_steps)},
        stabilizer.Controls(num_steps=tf.constant(tensor_steps),
                            step_scale=before))
    return self.evaluate(controls.step_scale)

  def test_rare_steps(self):
    # The mean of 4 and 8 steps of 24; 1 of 5000, which counts as 1 in 100.
    arguments = (
        [[3], [2]], [[1.0], [0.0], [-2.0], [0.0], [5.0]],
        [[3.0], [15.0], [7.0], [16.0], [0.0]], [[24.0], [5000.0]])
    self.assertAllClose([[2.0], [10.0]], self._step_scale(*arguments))
    self.assertAllClose([[1.0], [30.0]], self._step_scale(
        *arguments, before=tf.constant([[0.5], [3.0]])))

  def test_elements_that_never_have_a_gradient_make_no_others_rare(self):
    self.assertAllClose([[1.0]], self._step_scale(
        [[3]], [[1.0], [0.0], [0.0]], [[8.0], [0.0], [0.0]], [[9.0]]))


if __name__ == "__main__":
  tf.test.main()
