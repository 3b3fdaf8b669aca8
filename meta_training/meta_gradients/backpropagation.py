# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Meta-gradients by truncated backpropagation through unrolls."""

from . import meta_gradient
from .. import inner_problem


class Backpropagation(meta_gradient.MetaGradient):
  """Differentiates each unroll, which makes one update."""

  def start(self, problem, lengths, draws, reset_state):
    """See `MetaGradient.start`."""
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
