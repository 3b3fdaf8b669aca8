# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a run does next, as a function of its seed and position.

Everything that is drawn for a visit to a problem, the problem itself, the
lengths of the unrolls and the seeds of the draws inside them, follows from
the run's seed and the number of the visit. A run that continues from a
checkpoint therefore continues exactly as it would have without the stop.
"""

import collections
import copy

import numpy as np

from problems import problem_spec

Visit = collections.namedtuple(
    "Visit", "index, problem, unroll_lengths, more_problems")
"""One visit to a problem.

Attributes:
  index: Integer, number of the visit.
  problem: Integer, position in the corpus.
  unroll_lengths: List, for each meta-iteration the list of the numbers of
    steps of its unrolls.
  more_problems: Tuple of integers, those visited together with `problem`.
"""
Visit.__new__.__defaults__ = ((),)

# No visit has such a number.
_SHUFFLES = 0x7ffffffe
_MORE_PROBLEMS = 0x7ffffffd
_MORE_RUNS = 0x6ffffffd

_MAX_SEED = np.iinfo(np.int32).max


class VisitSchedule:
  """Draws the visits of one task."""

  def __init__(self, seed, corpus_size, select_at_random,
               num_meta_iterations, num_unroll_func, num_steps_func, task=0,
               problems_per_update=1):
    """Remembers what to draw from.

    Args:
      seed: Integer.
      corpus_size: Integer, problems of the corpus.
      select_at_random: Whether each problem is drawn at random; otherwise the
        visits walk through shuffles of the corpus.
      num_meta_iterations: Integer, runs of each visit.
      num_unroll_func: Function that draws the number of unrolls of a run. If
        it has an argument `rng` it is given a `np.random.RandomState`.
      num_steps_func: Likewise the number of steps of an unroll.
      task: Integer, number of the task in a cluster.
      problems_per_update: Integer, problems that are visited together.
    """
    self._problems_per_update = problems_per_update
    self._seed = seed
    self._corpus_size = corpus_size
    self._select_at_random = select_at_random
    self._num_meta_iterations = num_meta_iterations
    self._num_unroll_func = num_unroll_func
    self._num_steps_func = num_steps_func
    self._task = task

  def visit(self, index):
    """The `Visit` of a number."""
    rng = self.generator(index)
    first = index * self._problems_per_update
    problems = [self._problem(first + i, rng)
                for i in range(self._problems_per_update)]
    lengths = []
    for _ in range(self._num_meta_iterations):
      num_unrolls = _positive("num_unroll_func",
                              _draw(self._num_unroll_func, rng))
      lengths.append([
          _positive("num_partial_unroll_itrs_func",
                    _draw(self._num_steps_func, rng))
          for _ in range(num_unrolls)])
    return Visit(index, problems[0], lengths, tuple(problems[1:]))

  def expected_new(self, num_known, num_visits):
    """How many problems are expected to be met for the first time.

    Args:
      num_known: Integer, problems of the corpus that were visited before.
      num_visits: Integer, visits to come.

    Returns:
      Float.
    """
    unknown = max(0, self._corpus_size - num_known)
    num_visits *= self._problems_per_update
    if not self._select_at_random:
      return float(min(unknown, num_visits))
    return unknown * (1.0 - (1.0 - 1.0 / self._corpus_size) ** num_visits)

  def generator(self, *path):
    """A `np.random.RandomState` of its own for a visit, or a part of one."""
    return np.random.RandomState(
        [self._seed & 0xffffffff, self._task] + [part + 1 for part in path])

  def seed_pair(self, *path):
    """Two int32 that seed TensorFlow's stateless random ops."""
    return self.generator(*path).randint(0, _MAX_SEED, size=2)

  def _problem(self, number, rng):
    if self._select_at_random:
      return int(rng.randint(self._corpus_size))
    epoch, position = divmod(number, self._corpus_size)
    shuffled = self.generator(_SHUFFLES, epoch).permutation(
        self._corpus_size)
    return int(shuffled[position])


class RunDraws:
  """What is drawn in one meta-iteration."""

  def __init__(self, schedule, visit, run, problem=0):
    """Draws nothing yet.

    Args:
      schedule: A `VisitSchedule`.
      visit: Integer, number of the visit.
      run: Integer, which of its meta-iterations.
      problem: Integer, which of the problems visited together.
    """
    self._schedule = schedule
    self._run = (visit, run)
    if problem:
      self._run = (_MORE_PROBLEMS - problem,) + self._run

  def of_run(self, number):
    """The draws of one of several runs that are made together.

    Args:
      number: Integer, which of them; the first has those of this object.

    Returns:
      A `RunDraws`.
    """
    draws = copy.copy(self)
    if number:
      draws._run = (_MORE_RUNS - number,) + self._run
    return draws

  def data(self):
    """A generator for the walk through the minibatches."""
    return self._schedule.generator(*self._run + (0, 0))

  def start_seed(self):
    """Two int32 that decide the starting point."""
    return self._schedule.seed_pair(*self._run)

  def noise_seed(self, unroll):
    """Two int32 that decide the gradient noise of an unroll."""
    return self._schedule.seed_pair(*self._run + (unroll,))

  def perturbations(self, update):
    """A generator for the perturbations of meta-parameters in an update."""
    return self._schedule.generator(*self._run + (update, 1))


def _draw(function, rng):
  return (function(rng=rng) if problem_spec.takes(function, "rng")
          else function())


def _positive(name, value):
  try:
    number = int(value)
  except (TypeError, ValueError, OverflowError):
    number = 0
  if number != value or number < 1:
    raise ValueError("{} must return a positive integer; it returned "
                     "{!r}.".format(name, value))
  return number
