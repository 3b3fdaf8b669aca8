# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Meta-gradients by truncated backpropagation through unrolls."""

from . import meta_gradient
from .. import inner_problem
from optimizer import arguments


class Backpropagation(meta_gradient.MetaGradient):
  """Differentiates each unroll, which makes one update."""

  def __init__(self, runs_per_update=1):
    """Takes the options.

    Args:
      runs_per_update: Integer, inner runs on a problem, from starts of their
        own, whose meta-gradients an update is the mean of. They are made in
        parallel, in a thread and a session each.
    """
    self.runs_per_update = runs_per_update

  @property
  def unrolls_per_update(self):
    """See `MetaGradient`."""
    return self.runs_per_update

  def check(self, reset_state_every_run):
    """See `MetaGradient.check`."""
    arguments.check("runs_per_update", self.runs_per_update,
                    arguments.integer(1))

  def start(self, problem, lengths, draws, reset_state):
    """See `MetaGradient.start`."""
    replicas = problem.replicas(self.runs_per_update)
    return meta_gradient.together(
        [_Run(replica, lengths, draws.of_run(i), reset_state)
         for i, replica in enumerate(replicas)], len(replicas))


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
