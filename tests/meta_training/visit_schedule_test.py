# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what a run does next."""

import functools

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from meta_training import visit_schedule


def _schedule(seed=1, num_problems=5, at_random=True, runs=2,
              num_unrolls=lambda rng: int(rng.randint(1, 4)),
              num_steps=lambda rng: int(rng.randint(1, 9)), task=0):
  return visit_schedule.VisitSchedule(
      seed, num_problems, at_random, runs, num_unrolls, num_steps, task)


class VisitScheduleTest(tf.test.TestCase, parameterized.TestCase):

  def test_follows_from_seed_and_number(self):
    first, again = _schedule(), _schedule()
    # In another order, as after a restart.
    later = [again.visit(i) for i in reversed(range(20))][::-1]
    self.assertEqual([first.visit(i) for i in range(20)], later)
    self.assertEqual(list(range(20)), [visit.index for visit in later])

  def test_seeds_and_tasks_differ(self):
    rows = [[schedule.visit(i)[1:] for i in range(10)]
            for schedule in (_schedule(), _schedule(seed=2),
                              _schedule(task=1))]
    self.assertNotEqual(rows[0], rows[1])
    self.assertNotEqual(rows[0], rows[2])

  @parameterized.parameters(0, -1, 2**31 - 1, 2**40)
  def test_any_integer_is_a_seed(self, seed):
    self.assertEqual(_schedule(seed).visit(3), _schedule(seed).visit(3))

  def test_lengths(self):
    all_visits = [_schedule().visit(i) for i in range(200)]
    for visit in all_visits:
      self.assertLen(visit.unroll_lengths, 2)
    unrolls = [len(run) for visit in all_visits for run in visit.unroll_lengths]
    steps = [length for visit in all_visits for run in visit.unroll_lengths
             for length in run]
    self.assertEqual({1, 2, 3}, set(unrolls))
    self.assertEqual(set(range(1, 9)), set(steps))

  def test_functions_without_generator(self):
    schedule = _schedule(num_unrolls=lambda: 2, num_steps=lambda: 7)
    self.assertEqual([[7, 7], [7, 7]], schedule.visit(0).unroll_lengths)

  def test_partial_functions_get_the_generator(self):
    draw = functools.partial(metaopt.sample_numiter, 40, 1)
    first, again = [
        _schedule(num_unrolls=draw, num_steps=draw).visit(0)
        for _ in range(2)]
    self.assertEqual(first, again)

  @parameterized.parameters(
      0, -1, 1.5, "3", None, float("nan"), float("inf"))
  def test_numbers_must_be_positive_integers(self, number):
    with self.assertRaisesRegexp(ValueError, "num_unroll_func.*%r" % number):
      _schedule(num_unrolls=lambda: number).visit(0)
    with self.assertRaisesRegexp(ValueError, "num_partial_unroll_itrs_func"):
      _schedule(num_steps=lambda: number).visit(0)

  def test_whole_floats_are_integers(self):
    lengths = _schedule(num_unrolls=lambda: 2.0).visit(0).unroll_lengths
    self.assertLen(lengths[0], 2)


class ProblemTest(tf.test.TestCase):

  def test_at_random(self):
    schedule = _schedule()
    counts = np.bincount([schedule.visit(i).problem for i in range(1000)])
    self.assertLen(counts, 5)
    # Five standard deviations of a binomial distribution.
    self.assertAllInRange(counts, 200 - 64, 200 + 64)

  def test_in_order_of_shuffles(self):
    schedule = _schedule(at_random=False)
    problems = [schedule.visit(i).problem for i in range(50)]
    epochs = np.reshape(problems, [10, 5])
    for epoch in epochs:
      self.assertEqual(list(range(5)), sorted(epoch))
    self.assertGreater(len(set(map(tuple, epochs))), 1)

  def test_several_at_a_time(self):
    visits = [visit_schedule.VisitSchedule(
        1, 5, False, 1, lambda: 1, lambda: 2, problems_per_update=count).visit
              for count in (1, 2)]
    for i in range(10):
      visit = visits[1](i)
      self.assertEqual(
          [visits[0](2 * i).problem, visits[0](2 * i + 1).problem],
          [visit.problem] + list(visit.more_problems))
      self.assertEqual((), visits[0](i).more_problems)

  def test_several_at_random(self):
    schedule = visit_schedule.VisitSchedule(
        1, 5, True, 1, lambda: 1, lambda: 2, problems_per_update=3)
    visits = [schedule.visit(i) for i in range(1000)]
    for j in range(2):
      counts = np.bincount([visit.more_problems[j] for visit in visits])
      self.assertAllInRange(counts, 200 - 64, 200 + 64)


class RunDrawsTest(tf.test.TestCase):

  def test_all_differ(self):
    schedule = visit_schedule.VisitSchedule(
        1, 5, True, 1, lambda: 1, lambda: 2)
    draws = []
    for path in ((0, 0), (0, 1), (1, 0), (0, 0, 1), (0, 1, 1), (0, 0, 2)):
      run = visit_schedule.RunDraws(schedule, *path)
      draws.append(run.start_seed()[0])
      for i in range(3):
        draws.append(run.noise_seed(i)[0])
        draws.append(run.perturbations(i).randint(2**31 - 1))
      draws.append(run.data().randint(2**31 - 1))
    self.assertLen(set(draws), 6 * 8)


class DrawsTest(tf.test.TestCase):

  def test_seed_pairs(self):
    schedule = _schedule()
    pairs = [tuple(schedule.seed_pair(i, run, unroll)) for i in range(4)
             for run in range(4) for unroll in range(4)]
    self.assertLen(set(pairs), 64)
    for pair in pairs:
      self.assertLen(pair, 2)
      self.assertAllInRange(pair, 0, 2**31 - 1)
    self.assertEqual(pairs[0], tuple(_schedule().seed_pair(0, 0, 0)))

  def test_generators_are_apart(self):
    schedule = _schedule()
    draws = [schedule.generator(*path).randint(2**31 - 1)
             for path in ((0,), (1,), (0, 0), (0, 1), (1, 0), (0, 0, 0))]
    self.assertLen(set(draws), 6)

  def test_expected_new(self):
    for at_random, expected in ((True, 2 * (1 - 0.75 ** 3)), (False, 2.0)):
      schedule = visit_schedule.VisitSchedule(
          1, 4, at_random, 1, lambda: 1, lambda: 1)
      self.assertAlmostEqual(expected, schedule.expected_new(2, 3))
      self.assertEqual(0.0, schedule.expected_new(4, 3))
      self.assertEqual(0.0, schedule.expected_new(2, 0))


if __name__ == "__main__":
  tf.test.main()
