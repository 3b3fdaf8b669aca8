# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs an optimizer on a problem and records the loss.

A run is a chain of forward unrolls of meta-training, each going on where the
last one ended. Meta-parameters are fed, so that a grid of learning rates, or
several sets of weights, costs one compilation. The k-th run of every optimizer
has the same start, minibatches and gradient noise. On small nets the loss on
all rows costs as much as several steps, so it is evaluated at some only.
"""

import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import problem_cache

# Divisors of the steps at which tables give losses.
_EVERY = (1, 2, 5, 10, 25, 50)
_MAX_POINTS = 300
_MAX_UNROLL = 1000


def every(horizon):
  """Steps from one evaluation of the loss to the next.

  Args:
    horizon: Integer, the steps of a run.

  Returns:
    Integer that divides the horizon into 300 parts at most.

  Raises:
    ValueError: If there is none.
  """
  for steps in _EVERY:
    if horizon % steps == 0 and horizon // steps <= _MAX_POINTS:
      return steps
  raise ValueError(
      "A horizon must be a multiple of one of {}, at most {} times as long; "
      "got {}. Take 1000, 3000 or 10000.".format(
          ", ".join(map(str, _EVERY)), _MAX_POINTS, horizon))


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


class Runner:
  """An optimizer on a problem, ready to run."""

  def __init__(self, problem, optimizer_spec, horizon, steps_to_come):
    """Builds graph and session.

    Args:
      problem: A `groups.Entry`.
      optimizer_spec: Spec of a `TrainableOptimizer`.
      horizon: Integer, which decides how often the loss is evaluated.
      steps_to_come: Integer, steps it is expected to run; it is compiled if
        that pays.
    """
    self._every = every(horizon)
    # No optimizer stops early for its own reasons.
    self._problems = problem_cache.ProblemCache(
        optimizer_spec, [(problem.spec, problem.dataset, problem.batch_size)],
        obj_train_max_multiplier=-1, differentiate=False,
        evaluate_every=self._every)
    self._unroll = min(horizon, _MAX_UNROLL)
    self._inner = self._problems.get(0, steps_to_come, self._unroll)

  def run(self, theta, seed, num_points, is_done=None,
          progress=lambda fraction: None):
    """Makes one run from a fresh start.

    Args:
      theta: float32 array, the meta-parameters.
      seed: Integer that decides start, minibatches and gradient noise.
      num_points: Integer, how many evaluations of the loss.
      is_done: Function of the curve so far, called after each unroll, that says
        whether the run may end early; None for never.
      progress: Function of a float, what part of the run is done.

    Returns:
      float32 array [num_points], or shorter if it ended early: the loss on all
      rows; infinite from the first value on that is not finite.
    """
    walk = self._inner.walk(np.random.RandomState(seed))
    curve = np.zeros([0], np.float32)
    while len(curve) < num_points and not (
        len(curve) and is_done is not None and is_done(curve)):
      steps = min(self._unroll, self._every * (num_points - len(curve)))
      is_first = not len(curve)
      # The first loss comes twice.
      losses = self._inner.unroll(
          theta, steps, is_first, is_first, [seed, 0], [seed, 1 + len(curve)],
          walk.take(steps)).objectives[1::self._every]
      curve = np.append(curve, losses)
      if len(losses) < steps // self._every or not np.isfinite(losses).all():
        end = int(np.argmin(np.append(np.isfinite(curve), False)))
        return np.append(curve[:end], np.full(
            [num_points - end], np.inf)).astype(np.float32)
      progress(len(curve) / float(num_points))
    return curve.astype(np.float32)

  def close(self):
    """Frees the session's resources."""
    self._problems.close()
