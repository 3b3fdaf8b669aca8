# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures an optimizer in training on problems that it is not trained on."""

import numpy as np
import tensorflow.compat.v1 as tf

from . import best_checkpoint
from . import inner_problem
from . import run_description
from optimizer import checkpoint_list
from optimizer import meta_parameters

NUM_STEPS = 500
"""Steps of a run on a problem of the validation."""

# Added to objectives, which may be 0, before their logarithm.
_EPSILON = 1e-10
_MAX_SEED = np.iinfo(np.int32).max


class Validation:
  """After every so many visits, one run on each of some problems.

  All runs of a problem have the same start, minibatches and gradient noise.
  The value is the mean over problems of log(objective + 1e-10) after
  `NUM_STEPS` steps; infinite if an objective is not finite.

  Attributes:
    names: List of strings, what tells the problems from others.
  """

  def __init__(self, optimizer_spec, entries, every, seed, report, describe):
    """Builds nothing yet.

    Args:
      optimizer_spec: Spec of the `TrainableOptimizer`.
      entries: List of `corpus_entry.CorpusEntry`; without any, nothing is ever
        done.
      every: Integer, visits from one validation to the next.
      seed: Integer that decides what the runs draw.
      report: A `reports.Report`.
      describe: Function that writes a description of the optimizer into a
        directory.
    """
    self._optimizer_spec = optimizer_spec
    self._entries = entries
    self._every = every
    self._seed = seed
    self.names = run_description.problem_names(entries)
    self._criterion = {"problems": self.names, "steps": NUM_STEPS, "seed": seed}
    self._report = report
    self._describe = describe
    self._problems = None

  def __call__(self, unused_name, index, logdir, unused_metadata):
    """A callback of `metaopt.train_optimizer`."""
    if not self._entries or (index + 1) % self._every:
      return
    prefix = checkpoint_list.latest(logdir)
    value = self.measure(prefix)
    best = best_checkpoint.BestCheckpoint(logdir, self._criterion)
    is_best = best.show(prefix, value)
    if is_best:
      self._describe(best.path)
    self._report.validation(value, best.path if is_best else None)

  def measure(self, prefix):
    """The value of a checkpoint.

    Args:
      prefix: String.

    Returns:
      Float, lower is better.
    """
    if self._problems is None:
      self._problems = [inner_problem.InnerProblem(
          self._optimizer_spec, entry.spec, entry.dataset, entry.batch_size,
          differentiate=False) for entry in self._entries]
    theta = self._meta_parameters(prefix)
    return float(np.mean([self._log_final(theta, problem, i)
                          for i, problem in enumerate(self._problems)]))

  def _meta_parameters(self, prefix):
    """float32 array, all meta-parameters of a checkpoint in a row."""
    with tf.Graph().as_default():
      optimizer = self._optimizer_spec.build()
      optimizer.make_meta_parameters()
      names = list(optimizer.meta_parameters.shapes())
    reader = tf.train.load_checkpoint(prefix)
    return np.concatenate([
        np.ravel(reader.get_tensor("{}/{}".format(
            meta_parameters.OPTIMIZER_SCOPE, name))) for name in names]).astype(
                np.float32)

  def _log_final(self, theta, problem, index):
    rng = np.random.RandomState([self._seed & 0xffffffff, index])
    start_seed, noise_seed = rng.randint(0, _MAX_SEED, size=[2, 2])
    # Objectives are of before each step.
    num_steps = NUM_STEPS + 1
    final = problem.unroll(
        theta, num_steps, first_unroll=True, reset_state=True,
        start_seed=start_seed, noise_seed=noise_seed,
        batches=problem.walk(rng).take(num_steps)).objectives[-1]
    return np.log(final + _EPSILON) if np.isfinite(final) else np.inf

  def close(self):
    """Frees what the problems hold."""
    for problem in self._problems or []:
      problem.close()
    self._problems = None
