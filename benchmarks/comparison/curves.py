# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs optimizers on problems and records the objective.

A problem is built, and compiled, once for an optimizer; meta-parameters are
fed. So a whole grid of learning rates, or several sets of learned weights,
costs one compilation. A run is a chain of unrolls, each going on where the
last one ended. Its length follows from the problem alone, so that the k-th
run of every optimizer sees the same start, minibatches and gradient noise.
"""

import time

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import forward_only
from meta_training import inner_problem
from problems import problem_spec

# Compiling takes about as long as this many uncompiled steps.
_STEPS_THAT_PAY = 10000
# An unroll's trajectory may have so many floats. One step of the hierarchical
# RNN leaves about 30 for every parameter.
_MAX_TRAJECTORY = 2**24
_FLOATS_PER_PARAMETER = 32
# Lengths of unrolls, whose multiples make up the usual horizons.
_UNROLL_LENGTHS = (1000, 500, 250, 100, 50, 25, 10)


def initial_meta_parameters(optimizer_spec):
  """What the meta-parameters of an optimizer start with.

  Args:
    optimizer_spec: Spec of a `TrainableOptimizer`.

  Returns:
    float32 array, all in a row.
  """
  with tf.Graph().as_default():
    variables = list(
        optimizer_spec.build().meta_parameters.variables().values())
    with tf.Session() as session:
      session.run(tf.variables_initializer(variables))
      return np.concatenate(
          [value.ravel() for value in session.run(variables)])


def unroll_length(problem):
  """Integer, steps of one unroll of a problem."""
  with tf.Graph().as_default():
    shapes = problem.spec.build().param_shapes
  num_parameters = sum(int(np.prod(shape)) for shape in shapes)
  most = _MAX_TRAJECTORY // (_FLOATS_PER_PARAMETER * num_parameters)
  for length in _UNROLL_LENGTHS:
    if length <= most:
      return length
  return _UNROLL_LENGTHS[-1]


class Runner:
  """An optimizer on a problem, ready to run."""

  def __init__(self, problem, optimizer_spec, length, steps_to_come):
    """Builds graph and session.

    Args:
      problem: A `groups.Entry`.
      optimizer_spec: Spec of a `TrainableOptimizer`.
      length: Integer, see `unroll_length`.
      steps_to_come: Integer, steps it is expected to run; it is compiled if
        that pays, and can be done.
    """
    self._length = length
    full_batch = problem.batch_size == problem.dataset.size
    self._arguments = (
        optimizer_spec,
        problem_spec.Spec(forward_only.ForwardOnly, (
            problem.spec, None if full_batch else problem.dataset.size)),
        problem.dataset, problem.batch_size)
    self._inner = None
    if problem.compiled and steps_to_come >= _STEPS_THAT_PAY:
      self._inner = self._compiled()
    self.is_compiled = self._inner is not None
    if not self.is_compiled:
      self._inner = self._build(None)
      self._inner.warm_up()

  def _build(self, max_steps):
    # No optimizer stops early for its own reasons.
    return inner_problem.InnerProblem(
        *self._arguments, max_steps=max_steps, obj_train_max_multiplier=-1,
        differentiate=False)

  def _compiled(self):
    inner = self._build(self._length)
    try:
      inner.warm_up()
    except tf.errors.OpError as error:
      tf.logging.error(
          "XLA cannot compile %s: %s", self._arguments[1],
          str(error).splitlines()[0])
      inner.close()
      return None
    return inner

  def run(self, theta, seed, num_steps):
    """Makes one run from a fresh start.

    Args:
      theta: float32 array, the meta-parameters.
      seed: Integer that decides start, minibatches and gradient noise.
      num_steps: Integer.

    Returns:
      (curve, milliseconds a step): a float32 array [num_steps], see `metrics`,
      and a float.
    """
    rng = np.random.RandomState(seed)
    curve = np.full([num_steps], np.inf, np.float32)
    start, done = time.time(), 0
    while done < num_steps:
      length = min(self._length, num_steps - done)
      # The first objective is there twice.
      objectives = self._inner.unroll(
          theta, length, not done, not done, [seed, 0], [seed, 1 + done],
          self._inner.walk(rng).take(length)).objectives[1:]
      curve[done:done + len(objectives)] = objectives
      done += len(objectives)
      if not np.isfinite(objectives[-1]):
        break
    curve[~np.isfinite(curve)] = np.inf
    return curve, 1000 * (time.time() - start) / done

  def close(self):
    """Frees the session's resources."""
    self._inner.close()
