# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of meta-gradients by backpropagation: what is asked of a problem."""

import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import inner_problem
from meta_training.meta_gradients import backpropagation


class _Draws:

  def data(self):
    return np.random.RandomState(0)

  def start_seed(self):
    return [1, 2]

  def noise_seed(self, i):
    return [3, i]


class _Walk:

  def take(self, num_steps):
    return "{} batches".format(num_steps)


class _Problem:
  """Remembers what it is asked."""

  spec = "a problem"

  def __init__(self, objectives=(1.0,)):
    self._objectives = np.array(objectives)
    self.asked = []

  def walk(self, unused_rng):
    return _Walk()

  def unroll(self, theta, num_steps, **options):
    self.asked.append(dict(options, theta=theta, num_steps=num_steps))
    return inner_problem.UnrollResult(0.5, self._objectives, np.zeros([2]))


class BackpropagationTest(tf.test.TestCase):

  def _start(self, problem, reset_state=True):
    return backpropagation.Backpropagation().start(
        problem, [5, 7], _Draws(), reset_state)

  def test_an_unroll_for_each_update(self):
    problem = _Problem()
    run = self._start(problem)
    self.assertEqual([5, 7], run.lengths)
    for i, theta in enumerate(("first", "second")):
      self.assertEqual(0.5, run.compute(theta, i).meta_objective)
    common = {"start_seed": [1, 2]}
    self.assertEqual([
        dict(common, theta="first", num_steps=5, first_unroll=True,
             reset_state=True, noise_seed=[3, 0], batches="5 batches"),
        dict(common, theta="second", num_steps=7, first_unroll=False,
             reset_state=False, noise_seed=[3, 1], batches="7 batches"),
    ], problem.asked)

  def test_the_state_may_go_on(self):
    problem = _Problem()
    self._start(problem, reset_state=False).compute("theta", 0)
    self.assertFalse(problem.asked[0]["reset_state"])

  def test_negative_objectives_are_refused(self):
    with self.assertRaisesRegexp(ValueError, "a problem"):
      self._start(_Problem([1.0, -2.0])).compute("theta", 0)


if __name__ == "__main__":
  tf.test.main()
