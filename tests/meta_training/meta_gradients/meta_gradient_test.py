# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of meta-gradients of several runs."""

import threading

import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import inner_problem
from meta_training.meta_gradients import meta_gradient


class _Run:
  """Gives a result."""

  lengths = [3, 4]

  def __init__(self, meta_objective, gradient, num_nonfinite_runs=0):
    self._result = inner_problem.UnrollResult(
        meta_objective, np.full([4], meta_objective, np.float32),
        np.array(gradient, np.float32), num_nonfinite_runs)

  def compute(self, unused_values, unused_i):
    return self._result


class MapInThreadsTest(tf.test.TestCase):

  def test_order_and_resources(self):
    barrier = threading.Barrier(3, timeout=60)

    def function(resource, item):
      barrier.wait()  # All three are at work at the same time.
      return resource, 10 * item

    found = meta_gradient.map_in_threads(function, list(range(6)), list("abc"))
    self.assertEqual([0, 10, 20, 30, 40, 50], [item for _, item in found])
    for three in (found[:3], found[3:]):
      self.assertEqual(["a", "b", "c"], sorted(each for each, _ in three))

  def test_errors_are_raised(self):
    for resources in ("a", "ab"):
      with self.assertRaisesRegexp(ZeroDivisionError, "zero"):
        meta_gradient.map_in_threads(
            lambda _, item: 1 // item, [1, 0], list(resources))


class TogetherTest(tf.test.TestCase):

  def test_one_is_itself(self):
    run = _Run(1.0, [2.0])
    self.assertIs(run, meta_gradient.together([run]))

  def test_means(self):
    run = meta_gradient.together(
        [_Run(1.0, [2.0, -4.0], 1), _Run(4.0, [1.0, 6.0], 2)])
    self.assertEqual([3, 4], run.lengths)
    result = run.compute(None, 0)
    self.assertEqual(2.5, result.meta_objective)
    self.assertAllClose([1.5, 1.0], result.gradient)
    self.assertEqual(3, result.num_nonfinite_runs)
    # Of the first problem: those of others have other lengths of their own.
    self.assertAllEqual([1.0] * 4, result.objectives)

  def test_a_problem_without_a_meta_objective_has_no_say(self):
    result = meta_gradient.together(
        [_Run(float("nan"), [9.0]), _Run(4.0, [1.0])]).compute(None, 1)
    self.assertEqual(4.0, result.meta_objective)
    self.assertAllEqual([1.0], result.gradient)

  def test_none_has_a_meta_objective(self):
    result = meta_gradient.together(
        [_Run(float("nan"), [1.0]), _Run(float("inf"), [3.0])]).compute(None, 0)
    self.assertFalse(np.isfinite(result.meta_objective))
    self.assertAllEqual([2.0], result.gradient)


if __name__ == "__main__":
  tf.test.main()
