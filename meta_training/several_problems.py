# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""One meta-gradient of runs on several problems."""

import numpy as np

from . import inner_problem


def together(runs):
  """Joins runs on several problems, whose updates are made together.

  Args:
    runs: List of what `Backpropagation.start` returns, with equal `lengths`.

  Returns:
    The same kind of object; the only run, if there is one.
  """
  return runs[0] if len(runs) == 1 else _Together(runs)


class _Together:
  """Means over the problems; of the objectives, those of the first one."""

  def __init__(self, runs):
    self._runs = runs
    self.lengths = runs[0].lengths

  def compute(self, values, i):
    results = [run.compute(values, i) for run in self._runs]
    usable = [each for each in results if np.isfinite(each.meta_objective)]
    # A problem that gave no meta-objective has no say.
    counted = usable or results
    return inner_problem.UnrollResult(
        float(np.mean([each.meta_objective for each in counted])),
        results[0].objectives,
        np.mean([each.gradient for each in counted], axis=0, dtype=np.float32),
        sum(each.num_nonfinite_runs for each in results))
