# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Meta-gradients by truncated backpropagation through unrolls.

A way to estimate meta-gradients has the interface of `Backpropagation` here.
"""

from . import inner_problem


class Backpropagation:
  """Each unroll is differentiated and makes one update.

  Attributes:
    problem_options: Dict, arguments of `InnerProblem` that it asks for.
    num_unrolls: Integer, how often it unrolls a problem for a meta-gradient.
    num_problems: Integer, the problems that it is to visit together.
  """

  problem_options = {}
  num_unrolls = 1
  num_problems = 1

  def start(self, problem, lengths, draws, reset_state):
    """Begins a meta-iteration.

    Args:
      problem: An `InnerProblem`.
      lengths: List of integers, the steps of its unrolls.
      draws: A `visit_schedule.RunDraws`.
      reset_state: Whether the optimizer's state starts anew.

    Returns:
      An object with `lengths`, a list of the numbers of steps behind each
      update, and `compute(values, i)`, which returns the `UnrollResult` of the
      i-th one at these meta-parameters.
    """
    return _Run(problem, lengths, draws, reset_state)


class _Run:
  """Unrolls one after the other from a fresh start of the problem."""

  def __init__(self, problem, lengths, draws, reset_state):
    self.lengths = lengths
    self._problem = problem
    self._draws = draws
    self._reset_state = reset_state
    self._walk = problem.walk(draws.data())

  def compute(self, values, i):
    result = self._problem.unroll(
        values, self.lengths[i], first_unroll=i == 0,
        reset_state=i == 0 and self._reset_state,
        start_seed=self._draws.start_seed(),
        noise_seed=self._draws.noise_seed(i),
        batches=self._walk.take(self.lengths[i]))
    inner_problem.check_objectives(result.objectives, self._problem.spec)
    return result
