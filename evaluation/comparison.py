# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares optimizers with tuned baselines on any problem."""

import collections
import numbers
import os
import sys

import numpy as np
import tensorflow.compat.v1 as tf

from . import plots
from . import progress as progress_lib
from . import single_run
from . import unfinished_runs
from optimizer import arguments
from problems import datasets

BASELINES = collections.OrderedDict([
    ("SGD", tf.train.GradientDescentOptimizer),
    ("Momentum", lambda rate: tf.train.MomentumOptimizer(rate, 0.9)),
    ("RMSProp", tf.train.RMSPropOptimizer),
    ("Adam", tf.train.AdamOptimizer),
])
"""Functions of a learning rate that make an optimizer."""


def half_decades(first, last):
  """Learning rates 10^(first / 2), 10^((first + 1) / 2), ..., 10^(last / 2).

  Args:
    first: Integer.
    last: Integer.

  Returns:
    Tuple of floats.
  """
  return tuple(10.0 ** (k / 2.0) for k in range(first, last + 1))


LEARNING_RATES = half_decades(-10, 0)
"""A half-decade grid from 1e-5 to 1."""

_RATES = arguments.Kind(
    "a sequence of positive numbers", list,
    lambda rates: all(isinstance(rate, numbers.Real) and
                      0 < rate < float("inf") for rate in rates))

Comparison = collections.namedtuple("Comparison", "objectives, learning_rates")
"""What a comparison found.

Attributes:
  objectives: OrderedDict from the name of an optimizer to a float64 array
    [runs, num_iter + 1], the objective on all data before every step and after
    the last.
  learning_rates: OrderedDict from the name of a baseline to its tuned rate.
"""


def compare(optimizers, problem, num_iter, dataset=datasets.EMPTY_DATASET,
            batch_size=None, num_runs=5, seed=0, baselines=None,
            learning_rates=LEARNING_RATES, num_tuning_runs=3,
            output_dir=None, out=sys.stdout):
  """Compares optimizers with tuned baselines on a problem of your own.

    metaopt.compare({"learned": pretrained.load}, my_problem, num_iter=500,
                    output_dir="/tmp/compared")

  Args:
    optimizers: Mapping from a name to a function that makes an optimizer.
    problem: A `problem_generator.Problem`, see `metaopt.test_optimizer`.
    num_iter: Integer, steps of a run.
    dataset: The data set.
    batch_size: Rows of a minibatch.
    num_runs: Integer, runs of each optimizer, from the same starts for all.
    seed: Integer, of the first run; the next ones follow.
    baselines: Mapping from a name to a function of a learning rate that makes
      an optimizer; by default SGD, Momentum, RMSProp and Adam.
    learning_rates: Sequence of floats; each baseline gets the one with the
      least mean final objective over other runs than those that count.
    num_tuning_runs: Integer, runs that decide on each rate.
    output_dir: None, or a directory for `objectives.csv`, `table.md` and, if
      matplotlib is installed, a plot as PNG and SVG. A comparison of the same
      problem that was stopped there goes on: its runs are not made again.
    out: Stream that says how far it is and how long the rest takes, as each
      optimizer is done, and the table; or None.

  Returns:
    A `Comparison`: objectives and tuned rates by name.

  Raises:
    ValueError: If there is nothing to compare or an argument cannot be.
  """
  baselines = BASELINES if baselines is None else baselines
  if hasattr(learning_rates, "__iter__"):
    learning_rates = list(learning_rates)
  _check(optimizers, baselines, learning_rates)
  _check_kinds(output_dir, out, seed, num_iter=num_iter, num_runs=num_runs,
               num_tuning_runs=num_tuning_runs)
  if output_dir is not None:
    _make(output_dir)  # Not only when everything has been run.

  unfinished = unfinished_runs.UnfinishedRuns(output_dir, [
      num_iter, batch_size, unfinished_runs.digest(problem, dataset)])
  progress = progress_lib.Progress(
      len(optimizers) * num_runs + len(baselines) * (
          len(learning_rates) * num_tuning_runs + num_runs), out)

  def run(name, make, seeds):
    objectives = []
    for each in seeds:
      progress.begin(name)
      is_found = (name, each) in unfinished.runs
      objectives.append(unfinished.get(
          name, each, lambda each=each: single_run.evaluate(
              make(), problem, num_iter, dataset, batch_size, each)[0]))
      progress.end(not is_found)
    return np.array(objectives)

  def tell(text):
    if out is not None:
      progress.clear()
      out.write(text + "\n")
      out.flush()

  seeds = range(seed, seed + num_runs)
  if unfinished.runs:
    tell("{} runs of a comparison that was stopped need not be made again"
         .format(len(unfinished.runs)))
  # Other runs than those that count.
  tuning_seeds = range(seed + num_runs, seed + num_runs + num_tuning_runs)
  tuned, objectives = collections.OrderedDict(), collections.OrderedDict()
  for name, make in optimizers.items():
    objectives[name] = run(name, make, seeds)
    tell("{}: done".format(name))
  for name, make in baselines.items():
    finals = [np.mean(run(
        "{} at {!r}".format(name, rate), lambda rate=rate, make=make: make(
            rate), tuning_seeds)[:, -1]) for rate in learning_rates]
    finals = np.where(np.isfinite(finals), finals, np.inf)
    tuned[name] = learning_rates[int(np.argmin(finals))]
    objectives[name] = run(
        name, lambda make=make, rate=tuned[name]: make(rate), seeds)
    tell("{}: done, the best of {} learning rates is {:.3g}".format(
        name, len(learning_rates), tuned[name]))
  result = Comparison(objectives, tuned)
  tell("\n" + table(result).rstrip("\n"))
  if output_dir is not None:
    tell(_written(write(result, output_dir)))
  unfinished.remove()
  return result


def _check_kinds(output_dir, out, seed, **positive):
  """Raises ValueError for what is nothing of the kind."""
  for name, value, kind in (("output_dir", output_dir, arguments.PATH),
                            ("out", out, arguments.STREAM)):
    arguments.check(name, value, arguments.optional(kind))
  for name, value in positive.items():
    arguments.check(name, value, arguments.integer(1))
  arguments.check("seed", seed, arguments.integer(-2**63, 2**63 - 1))


def _check(optimizers, baselines, learning_rates):
  """Raises ValueError for what cannot be compared."""
  if not optimizers and not baselines:
    raise ValueError("There is nothing to compare: give optimizers, a mapping "
                     "from a name to a function that makes an optimizer.")
  for makers in (optimizers, baselines):
    if not hasattr(makers, "items"):
      raise ValueError(
          "Expected a mapping from a name to a function that makes an "
          "optimizer, such as {{\"learned\": pretrained.load}}, not {!r}."
          .format(makers))
    for name, make in makers.items():
      if not callable(make):
        raise ValueError(
            "Optimizer {!r} must be a function that makes one, such as lambda: "
            "pretrained.load(), not {!r}: each run needs its own.".format(
                name, make))
  both = sorted(set(optimizers) & set(baselines))
  if both:
    raise ValueError(
        "{!r} is the name of an optimizer and of a baseline: give the "
        "optimizer another name.".format(both[0]))
  arguments.check("learning_rates", learning_rates, _RATES)
  if baselines and not learning_rates:
    raise ValueError("learning_rates is empty: baselines need at least one.")


def _written(paths):
  """What was written, in a line."""
  return "Written: " + ", ".join(paths) + (
      "" if len(paths) > 2 else "; no picture, as matplotlib is not installed")


def _make(output_dir):
  """Makes a directory if there is none."""
  try:
    if not os.path.isdir(output_dir):
      os.makedirs(output_dir)
  except EnvironmentError as error:
    raise ValueError("Cannot make the directory {!r} ({}): choose another "
                     "output_dir.".format(output_dir, error.strerror))


def table(comparison):
  """Lays the final objectives out in Markdown, the best first.

  Args:
    comparison: `Comparison`.

  Returns:
    String that ends with a newline.
  """
  rows = []
  for name, values in comparison.objectives.items():
    finals = np.where(np.isfinite(values[:, -1]), values[:, -1], np.inf)
    rate = comparison.learning_rates.get(name)
    rows.append((np.median(finals), "| {} | {} | {:.6g} | {:.6g} | {:.6g} |\n"
                 .format(name, "nothing tuned" if rate is None else
                         "{:.3g}".format(rate), np.median(finals),
                         finals.min(), finals.max())))
  return ("| optimizer | learning rate | final objective, median | least | "
          "greatest |\n| --- | --- | --- | --- | --- |\n" +
          "".join(text for _, text in sorted(rows)))


def write(comparison, output_dir):
  """Writes `objectives.csv`, `table.md` and, with matplotlib, plots.

  Args:
    comparison: `Comparison`.
    output_dir: String, a directory, which is made if there is none.

  Returns:
    List of the paths of what was written.
  """
  _make(output_dir)
  paths = [os.path.join(output_dir, name) for name in (
      "objectives.csv", "table.md", "objectives.png", "objectives.svg")]
  plots.write_objectives(comparison.objectives, paths[0])
  with open(paths[1], "w") as stream:
    stream.write(table(comparison))
  try:
    for path in paths[2:]:
      plots.plot_objectives(comparison.objectives, path)
  except ImportError:
    return paths[:2]
  return paths
