# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Says why an unroll is not finite, if that is so from its start."""

import contextlib

import numpy as np
import tensorflow.compat.v1 as tf

from . import queue_runners
from optimizer.unroll import step_noise


class StartCheck:
  """Checks once each problem whose first unroll of a run is not finite."""

  def __init__(self, log):
    """Has checked none.

    Args:
      log: Function of a string, called with what is wrong.
    """
    self._log = log
    self._checked = set()

  def check(self, problem, result, start_seed):
    """Checks the start of a run, if what came of it is not finite.

    Args:
      problem: An `InnerProblem`.
      result: The `UnrollResult` of the first unroll.
      start_seed: Pair of integers that decided the start.
    """
    is_finite = np.isfinite(result.meta_objective) and (
        np.isfinite(result.gradient).all())
    name = str(problem.spec)
    if is_finite or name in self._checked:
      return
    self._checked.add(name)
    fault = _fault(problem, start_seed)
    if fault:
      self._log(
          "  {} of {} is not finite where runs start: such runs teach nothing. "
          "Start elsewhere, or change the objective there".format(fault, name))


def _fault(problem, start_seed):
  """What is not finite at the start of a problem; None if all is."""
  with tf.Graph().as_default() as graph:
    built = problem.spec.build()
    draws = step_noise.UnrollNoise(tf.constant(start_seed, tf.int32), 1)
    parameters = [
        tf.convert_to_tensor(tensor)
        for tensor in built.draw_start(noise=draws.at_step(0))]
    dataset = problem.minibatches.dataset
    data = [tf.constant(values) for values in dataset] if dataset.size else []
    objective = built.scalar_objective(parameters, *data)
    gradients = built.checked_gradients(objective, parameters)
    with tf.Session(graph=graph) as session:
      session.run([tf.global_variables_initializer(),
                   tf.local_variables_initializer()])
      with contextlib.closing(queue_runners.QueueRunners(session)):
        built.init_fn(session)
        value, arrays = session.run([objective, gradients])
  if not np.isfinite(value):
    return "the objective"
  if not all(np.isfinite(array).all() for array in arrays):
    return "the gradient of the objective"
  return None
