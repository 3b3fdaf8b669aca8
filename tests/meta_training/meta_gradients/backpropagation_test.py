# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of meta-gradients by backpropagation: what is asked of a problem."""

import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import inner_problem
from meta_training import visit_schedule
from meta_training.meta_gradients import backpropagation
from tests.meta_training import harness


class _Draws:

  def of_run(self, number):
    assert number == 0
    return self

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

  def replicas(self, count):
    assert count == 1
    return [self]

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

  def test_several_runs(self):
    """Their meta-gradients are the mean of what single runs give."""
    schedule = visit_schedule.VisitSchedule(5, 1, True, 1, None, None)
    draws = visit_schedule.RunDraws(schedule, 0, 0)
    problem = inner_problem.InnerProblem(
        harness.OPTIMIZER_SPECS["adam"], *harness.classifier()[0])
    self.addCleanup(problem.close)
    theta = np.float32([-3, 2, 4, -18])

    def gradients(estimator, drawn):
      run = estimator.start(problem, [3, 4], drawn, True)
      return np.array([run.compute(theta, i).gradient for i in range(2)])

    alone = [gradients(backpropagation.Backpropagation(), draws.of_run(i))
             for i in range(3)]
    self.assertNotAllClose(alone[0], alone[1])
    self.assertAllClose(np.mean(alone, axis=0), gradients(
        backpropagation.Backpropagation(3), draws), rtol=1e-5)

  def test_negative_objectives_are_refused(self):
    with self.assertRaisesRegexp(ValueError, "a problem"):
      self._start(_Problem([1.0, -2.0])).compute("theta", 0)


if __name__ == "__main__":
  tf.test.main()
