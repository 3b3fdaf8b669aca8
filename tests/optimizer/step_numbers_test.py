# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what a step makes of the numbers of steps before it."""

import collections

import tensorflow.compat.v1 as tf

from optimizer import step_numbers
from optimizer import tensor_layout

_OPTIONS = collections.namedtuple(
    "Options", "slow_rates_after, rare_step_power")(20.0, 0.5)


class StepNumbersTest(tf.test.TestCase):

  def test_slowness(self):
    # The means of steps with the next one: 5, 40.
    slowness = step_numbers.mean_slowness(
        _OPTIONS, tensor_layout.TensorLayout([[2], [1]]),
        {"num_steps": tf.constant([[0.0], [8.0], [39.0]])})
    self.assertAllClose([[1.0], [0.5]], self.evaluate(slowness))

  def test_rates_that_never_slow_down(self):
    self.assertEqual(1.0, self.evaluate(step_numbers.mean_slowness(
        _OPTIONS._replace(slow_rates_after=0.0), None, {})))

  def test_rare_steps(self):
    layout = tensor_layout.TensorLayout([[3], [2]])
    grad = tf.constant([[1.0], [0.0], [-2.0], [0.0], [5.0]])
    num_steps = tf.constant([[3.0], [15.0], [7.0], [16.0], [0.0]])
    # The mean of 4 and 8 steps of 24; 1 of 5000, which counts as 1 in 100.
    self.assertAllClose([[2.0], [10.0]], self.evaluate(
        step_numbers.rare_steps(
            _OPTIONS, layout, grad, {"num_steps": num_steps},
            tf.constant([[24.0], [5000.0]]))))

  def test_elements_that_never_have_a_gradient_make_no_others_rare(self):
    self.assertAllClose([[1.0]], self.evaluate(step_numbers.rare_steps(
        _OPTIONS, tensor_layout.TensorLayout([[3]]),
        tf.constant([[1.0], [0.0], [0.0]]),
        {"num_steps": tf.constant([[8.0], [0.0], [0.0]])},
        tf.constant([[9.0]]))))


if __name__ == "__main__":
  tf.test.main()
