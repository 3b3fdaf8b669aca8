# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The interface of what estimates meta-gradients."""

import queue

from concurrent import futures
import numpy as np

from .. import inner_problem


class MetaGradient:
  """A way to estimate meta-gradients, with options of its own.

  Attributes:
    problem_options: Dict, arguments of `InnerProblem` that it asks for.
    unrolls_per_update: Integer, how often it unrolls a problem for a
      meta-gradient.
    problems_per_update: Integer, the problems that it visits together.
  """

  problem_options = {}
  unrolls_per_update = 1
  problems_per_update = 1

  def settings(self):
    """Dict of its class and options, in terms of JSON."""
    return dict(vars(self), name=type(self).__name__)

  def check(self, reset_state_every_run):
    """Raises ValueError for options that cannot work.

    Args:
      reset_state_every_run: Whether each meta-iteration starts with a fresh
        state of the optimizer.

    Raises:
      ValueError: If one of them cannot work; it names it.
    """

  def bound(self, shapes, trained):
    """Fits it to the meta-parameters of a run.

    Args:
      shapes: OrderedDict from names of meta-parameters to shapes.
      trained: Those names that are trained.

    Returns:
      A `MetaGradient` whose `start` can be called.

    Raises:
      ValueError: If its options do not fit these meta-parameters.
    """
    del shapes, trained
    return self

  def start(self, problem, lengths, draws, reset_state):
    """Begins a meta-iteration.

    Args:
      problem: An `InnerProblem`.
      lengths: List of integers, the steps of its unrolls.
      draws: A `visit_schedule.RunDraws`.
      reset_state: Whether the optimizer starts with a fresh state.

    Returns:
      An object with `lengths`, a list of the numbers of steps behind each
      update, and `compute(values, i)`, which returns the `UnrollResult` of the
      i-th one at these meta-parameters.
    """
    raise NotImplementedError()


def map_in_threads(function, items, resources):
  """Calls a function for each of some items, in a thread for each resource.

  Args:
    function: Function of a resource and an item.
    items: List.
    resources: List, such as replicas of a problem. Each is used by one thread
      at a time.

  Returns:
    List of what the function returned, in the order of the items.
  """
  if len(resources) == 1:
    return [function(resources[0], item) for item in items]
  free = queue.Queue()
  for resource in resources:
    free.put(resource)

  def call(item):
    resource = free.get()
    try:
      return function(resource, item)
    finally:
      free.put(resource)

  with futures.ThreadPoolExecutor(len(resources)) as pool:
    return list(pool.map(call, items))


def together(runs, num_threads=1):
  """Joins runs whose updates are made together.

  Args:
    runs: List of what `MetaGradient.start` returns, with equal `lengths`.
    num_threads: Integer, how many to compute at once; each run then needs a
      problem of its own.

  Returns:
    The same kind of object; the only run, if there is one.
  """
  return runs[0] if len(runs) == 1 else _Together(runs, num_threads)


class _Together:
  """Means over runs; of the objectives, those of the first one."""

  def __init__(self, runs, num_threads):
    self._runs = runs
    self._threads = range(num_threads)
    self.lengths = runs[0].lengths

  def compute(self, values, i):
    results = map_in_threads(
        lambda _, run: run.compute(values, i), self._runs, self._threads)
    usable = [each for each in results if np.isfinite(each.meta_objective)]
    # A problem that gave no meta-objective has no say.
    counted = usable or results
    return inner_problem.UnrollResult(
        float(np.mean([each.meta_objective for each in counted])),
        results[0].objectives,
        np.mean([each.gradient for each in counted], axis=0, dtype=np.float32),
        sum(each.num_nonfinite_runs for each in results))
