# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks the arguments of meta-training."""

import numbers
import typing

import numpy as np

from . import minibatches
from . import reports
from optimizer import arguments
from problems import problem_spec


class RunOptions(typing.NamedTuple):
  """How a run of `metaopt.train_optimizer` is made.

  Attributes:
    seed: Integer that decides all that a new run draws, or None.
    compiled: Whether XLA compiles unrolls; None for whatever takes less time.
    reset_rnn_params: Whether every meta-iteration starts with a fresh state of
      the optimizer; otherwise only the first of a visit.
    initial: None, or what a new run begins with: a name of
      `pretrained.names()`, or the directory of a run. A run that is resumed
      ignores it.
    on_start: None or a function that is given another function, which asks
      the run to stop after the current meta-iteration and save.
    verbosity: How much is written: `reports.ATTENTION`, 0, for what needs
      attention, `SCREENFUL`, 1, for at most a screenful a minute, `EVERYTHING`,
      2.
    profile: Whether to write a timeline of a short unroll after each visit,
      for TensorBoard's Profile and, `timeline-<step>.json`, Chrome's viewer.
    flags: None, or a dict in terms of JSON that the record of the run shall
      also hold, such as the flags of a program.
  """
  seed: typing.Optional[int] = None
  compiled: typing.Optional[bool] = None
  reset_rnn_params: bool = True
  initial: typing.Optional[str] = None
  on_start: typing.Optional[typing.Callable] = None
  verbosity: int = reports.SCREENFUL
  profile: bool = False
  flags: typing.Optional[dict] = None


def check(optimizer_spec, problems_and_data, num_problems, num_meta_iterations,
          num_unroll_func, num_partial_unroll_itrs_func, learning_rate,
          gradient_clip):
  """Checks the arguments that `metaopt.train_optimizer` had in 2017.

  Args:
    optimizer_spec: Spec of the optimizer.
    problems_and_data: List of `corpus_entry.CorpusEntry`.
    num_problems: Integer.
    num_meta_iterations: Integer.
    num_unroll_func: Function.
    num_partial_unroll_itrs_func: Function.
    learning_rate: Float.
    gradient_clip: Float.

  Raises:
    ValueError: If one of them cannot work.
  """
  check_kind("optimizer_spec", optimizer_spec, problem_spec.Spec,
             "Spec(HierarchicalRNN, ([10, 20, 20],))")
  _check_class(optimizer_spec, "TrainableOptimizer", "meta_parameters")
  if not problems_and_data:
    raise ValueError("There are no problems to train on: include at least one "
                     "problem set.")
  check_problems(problems_and_data)
  arguments.check("num_problems", num_problems, arguments.integer(1))
  arguments.check(
      "num_meta_iterations", num_meta_iterations, arguments.integer(1))
  for name, value in (
      ("num_unroll_func", num_unroll_func),
      ("num_partial_unroll_itrs_func", num_partial_unroll_itrs_func)):
    if not callable(value):
      raise ValueError("{} must be a function that returns a number, such as "
                       "'lambda: {}', not a {}.".format(
                           name, value, type(value).__name__))
  check_number("learning_rate", learning_rate, "positive", lambda x: x > 0)
  check_number("gradient_clip", gradient_clip, "positive", lambda x: x > 0)


def check_problems(entries):
  """Checks problems and their data.

  Args:
    entries: List of `corpus_entry.CorpusEntry`.

  Raises:
    ValueError: If one of them cannot work.
  """
  for entry in entries:
    _check_class(entry.spec, "Problem", "objective")
    try:
      minibatches.check(entry.dataset, entry.batch_size)
    except ValueError as error:
      raise ValueError("{}: {}".format(entry.spec, error))


def check_kind(name, value, kind, example):
  """Checks of what class an argument is.

  Args:
    name: String, what to call it.
    value: Anything.
    kind: The class.
    example: String, an expression that would do.

  Raises:
    ValueError: If it is of another class.
  """
  if not isinstance(value, kind):
    raise ValueError("{} must be of class {}.{}, such as {}, not {!r}.".format(
        name, kind.__module__.rpartition(".")[2], kind.__name__, example,
        value))


def _check_class(spec, wanted, attribute):
  """Raises ValueError for a spec of a class that lacks an attribute.

  What a function returns is not checked.
  """
  if isinstance(spec.callable, type) and not hasattr(spec.callable, attribute):
    raise ValueError("Expected a Spec of a {}, got one of {}.{}.".format(
        wanted, spec.callable.__module__, spec.callable.__name__))


def check_number(name, value, kind, fits):
  """Checks a real number.

  Args:
    name: String, what to call it.
    value: Anything.
    kind: String, what it has to be.
    fits: Function that says whether a number is that.

  Raises:
    ValueError: If it is not, also if it is not in float32.
  """
  if not isinstance(value, (numbers.Real, np.number)) or not fits(value):
    raise ValueError("{} must be {}, not {!r}.".format(name, kind, value))
  with np.errstate(over="ignore", under="ignore"):
    rounded = np.float32(value)
  if not np.isfinite(rounded) or (value and not rounded):
    raise ValueError("{} must be {}; {!r} becomes {} in float32.".format(
        name, kind, value, rounded))


def saves(is_chief, cluster):
  """Whether this process writes checkpoints and summaries.

  Args:
    is_chief: True, False, or None for what follows from the cluster.
    cluster: A `cluster.Cluster`, or None for a local run.

  Returns:
    Bool.

  Raises:
    ValueError: If the two contradict each other.
  """
  if cluster is None:
    return is_chief is None or bool(is_chief)
  if is_chief is not None and bool(is_chief) != cluster.is_chief:
    raise ValueError(
        "is_chief={!r} contradicts the cluster, in which this is {}: worker 0 "
        "is the chief. Leave is_chief out.".format(is_chief, cluster.name))
  return cluster.is_chief
