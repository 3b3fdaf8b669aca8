# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Measures an optimizer in training on problems that it is not trained on."""

import typing

import numpy as np
import tensorflow.compat.v1 as tf

from . import checkpoints
from . import inner_problem
from . import run_description
from . import training_arguments
from optimizer import arguments
from optimizer import meta_parameters
from problems import corpus_entry

NUM_STEPS = 500
"""Steps of a run on a problem of the validation."""

# Added to objectives, which may be 0, before their logarithm.
_EPSILON = 1e-10
_MAX_SEED = np.iinfo(np.int32).max


class Validation(typing.NamedTuple):
  """What an optimizer in training is measured on.

  Attributes:
    problems: Sequence like `problems_and_data` of `metaopt.train_optimizer`,
      problems that are not trained on. Their mean log objective after 500 steps
      is summarized, and the best checkpoint by it is kept in the sub-directory
      `best` of the run's, for `pretrained.load`.
    every: Integer, visits from one validation to the next.
  """
  problems: typing.Sequence = ()
  every: int = 10

  def checked(self):
    """The same, with a list of `CorpusEntry`.

    Returns:
      A `Validation`.

    Raises:
      ValueError: If there is anything that cannot work.
    """
    problems = list(map(corpus_entry.as_entry, self.problems or ()))
    training_arguments.check_problems(problems)
    arguments.check("validate_every", self.every, arguments.integer(1))
    return self._replace(problems=problems)


class Validator:
  """After every so many visits, one run on each of some problems.

  All runs of a problem have the same start, minibatches and gradient noise.
  The value is the mean over problems of log(objective + 1e-10) after
  `NUM_STEPS` steps; infinite if an objective is not finite. The last one is
  also written into `validation.json` in the run's directory, so that a run that
  was killed in a validation makes it when it is resumed.

  Attributes:
    names: List of strings, what tells the problems from others.
  """

  def __init__(self, optimizer_spec, entries, every, seed, logdir, report,
               describe):
    """Builds nothing yet.

    Args:
      optimizer_spec: Spec of the `TrainableOptimizer`.
      entries: List of `corpus_entry.CorpusEntry`; without any, nothing is ever
        done.
      every: Integer, visits from one validation to the next.
      seed: Integer that decides what the runs draw.
      logdir: String, the run's directory.
      report: A `reports.Report`.
      describe: Function that writes a description of the optimizer into a
        directory.

    Raises:
      IOError: If the best checkpoint cannot be kept in the directory.
    """
    self._optimizer_spec = optimizer_spec
    self._entries = entries
    self._every = every
    self._seed = seed
    self._logdir = logdir
    self.names = run_description.problem_names(self._entries)
    self._criterion = {"problems": self.names, "steps": NUM_STEPS, "seed": seed}
    self._report = report
    self._best = self._entries and checkpoints.BestCheckpoint(
        logdir, self._criterion, describe)
    self._problems = None

  def is_due(self, num_visits, prefix):
    """Whether a checkpoint is to be measured, and was not yet.

    Args:
      num_visits: Integer, visits made.
      prefix: String, of the checkpoint of after the last one.

    Returns:
      Bool.
    """
    return bool(
        self._entries and num_visits and num_visits % self._every == 0 and
        not checkpoints.is_validated(self._logdir, prefix, self._criterion))

  def validate(self, prefix):
    """Measures a checkpoint, keeps it if it is the best, and reports.

    Args:
      prefix: String.

    Raises:
      IOError: If it cannot be written.
    """
    value = self.measure(prefix)
    is_best = self._best.offer(prefix, value)
    self._report.validation(
        value, self._best.path if is_best else None,
        int(tf.train.load_variable(prefix, "global_step")))
    # From here on a run that is resumed does not repeat it.
    checkpoints.write_validation(self._logdir, prefix, value, self._criterion)

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
