# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A cache of inner problems, which are built when first visited."""

import collections

import tensorflow.compat.v1 as tf

from . import inner_problem

# Compiling takes about as long as this many uncompiled steps.
_STEPS_THAT_PAY = 10000
# A compiled unroll has room for at least so many steps.
_MIN_COMPILED_STEPS = 2048


class ProblemCache:
  """The problems of a corpus, built when first visited and then cached.

  A problem is compiled when that pays for the steps it is still to run; what
  XLA cannot compile, or makes slower, runs uncompiled. Only so many are cached,
  those least recently used go first.
  """

  def __init__(self, optimizer_spec, problems_and_data, compiled=None,
               capacity=128, log=tf.logging.info, **options):
    """Remembers the corpus; builds nothing.

    Args:
      optimizer_spec: Spec of the `TrainableOptimizer`.
      problems_and_data: List of (problem spec, dataset, batch size).
      compiled: True, False, or None for whatever takes less time.
      capacity: How many problems to cache.
      log: Function of a string, called with what happens.
      **options: Further arguments of `InnerProblem`.
    """
    self._options = options
    self._optimizer_spec = optimizer_spec
    self._problems_and_data = problems_and_data
    self._compiled = compiled
    self._capacity = capacity
    self._log = log
    self._cached = collections.OrderedDict()
    self._uncompilable = set()

  def get(self, index, steps_to_come, longest_unroll):
    """The problem of an index, ready to run.

    Args:
      index: Integer, position in the corpus.
      steps_to_come: How many steps it is expected to run yet.
      longest_unroll: The most steps of an unroll of this visit.

    Returns:
      An `InnerProblem`.
    """
    problem = self._cached.pop(index, None)
    if problem is not None and not self._fits(
        problem, index, steps_to_come, longest_unroll):
      problem.close()
      problem = None
    if problem is None:
      problem = self._build(index, steps_to_come, longest_unroll)
    self._cached[index] = problem
    while len(self._cached) > self._capacity:
      _, oldest = self._cached.popitem(last=False)
      oldest.close()
    return problem

  def __contains__(self, index):
    """Whether the problem of an index is cached."""
    return index in self._cached

  def __len__(self):
    """How many are cached."""
    return len(self._cached)

  def _fits(self, problem, index, steps_to_come, longest_unroll):
    if problem.max_steps is None:
      return not self._compiling_pays(index, steps_to_come)
    return longest_unroll <= problem.max_steps

  def _compiling_pays(self, index, steps_to_come):
    if index in self._uncompilable or self._compiled is False:
      return False
    return bool(self._compiled) or steps_to_come >= _STEPS_THAT_PAY

  def _build(self, index, steps_to_come, longest_unroll):
    spec, dataset, batch_size = self._problems_and_data[index][:3]
    arguments = (self._optimizer_spec, spec, dataset, batch_size)
    if self._compiling_pays(index, steps_to_come):
      max_steps = _MIN_COMPILED_STEPS
      while max_steps < longest_unroll:
        max_steps *= 2
      problem = inner_problem.InnerProblem(
          *arguments, max_steps=max_steps, **self._options)
      reason = self._reason_not_to_compile(problem)
      if not reason:
        return problem
      problem.close()
      self._uncompilable.add(index)
      self._log("{} runs uncompiled, {}".format(spec, reason))
    return inner_problem.InnerProblem(*arguments, **self._options)

  def _reason_not_to_compile(self, problem):
    """Compiles a problem: an empty string, or why it should not be."""
    if self._compiled is None and problem.has_convolutions:
      return "as XLA's convolutions are slow"
    try:
      problem.warm_up()
    except tf.errors.OpError as error:
      return "XLA cannot compile it: " + str(error).splitlines()[0]
    return ""

  def close(self):
    """Closes all that are cached."""
    while self._cached:
      self._cached.popitem()[1].close()
