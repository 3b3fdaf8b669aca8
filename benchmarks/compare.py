# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares learned optimizers with tuned SGD, Momentum, RMSProp and Adam.

  ./tools/bazel run //benchmarks:compare -- --quick
  ./tools/bazel run //benchmarks:compare -- --optimizers=/tmp/a,/tmp/b \
      --groups=a,b,v --horizon=1000 --output_dir=/tmp/comparison

Every baseline's learning rate is tuned for every problem. All optimizers then
run from the same starts, with the same minibatches and gradient noise.
Results are kept in the cache directory, so that a comparison that was stopped
goes on, and another set of weights costs no new tuning. See
docs/comparison.md.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import os
import sys

from absl import app
from absl import flags
import tensorflow as tf

from benchmarks import comparison_page
from benchmarks import comparison_problems
from benchmarks import comparison_tables
from benchmarks import contest
from benchmarks import result_cache

FLAGS = flags.FLAGS

flags.DEFINE_list("optimizers", ["hierarchical_rnn"],
                  "Names of shipped optimizers, or log directories.")
flags.DEFINE_list("groups", ["a", "b", "c"],
                  "Groups of problems: a, b, c, v; or d alone.")
flags.DEFINE_list("problems", [], "Only problems with one of these strings "
                  "in their name.")
flags.DEFINE_integer("max_problems", None, "So many of each group at most.",
                     lower_bound=1)
flags.DEFINE_integer("horizon", 1000, "Steps of a run.", lower_bound=10)
flags.DEFINE_string("output_dir", "/tmp/comparison", "Where tables and plots "
                    "are written.")
flags.DEFINE_string("cache_dir", None, "Where results are kept; cache/ of the "
                    "output directory by default.")
flags.DEFINE_bool("plots", True, "Whether to draw curves.")
flags.DEFINE_bool("quick", False, "A smoke run: four problems, 100 steps, few "
                  "learning rates and seeds.")
flags.DEFINE_bool("verbose", False, "Print a line for every problem.")

_QUICK = {"learning_rates": (1e-3, 1e-2, 1e-1), "tuning_seeds": (1001,),
          "seeds": (1, 2)}
_QUICK_PROBLEMS = ("Quadratic(15)", "Branin(noise_stdev=0.3)",
                   "FullyConnected(6, 2", "ReLUNet(12")


def compare(problems, learned, horizon, cache_dir, out=sys.stdout,
            **contest_options):
  """Runs the contest on every problem.

  Args:
    problems: List of `comparison_problems.Entry`s.
    learned: List of `contest.Learned`.
    horizon: Integer, steps of a run.
    cache_dir: Directory of results so far.
    out: Stream that is told of every problem.
    **contest_options: Further arguments of `contest.Contest`.

  Returns:
    List of `contest.Outcome`s.
  """
  bar = tf.keras.utils.Progbar(None)
  ring = contest.Contest(
      learned, horizon, result_cache.ResultCache(cache_dir),
      progress=lambda: bar.add(1), **contest_options)
  bar.target = ring.steps_of_progress * len(problems)
  outcomes = []
  for problem in problems:
    outcomes.append(ring.on(problem))
    if out is not None:
      out.write("\n" + _line(outcomes[-1]))
      out.flush()
  return outcomes


def _line(outcome):
  """What became of a problem, in a line."""
  cells = []
  for row in comparison_tables.problem_rows(outcome):
    rate = "" if row.learning_rate is None else "@{:g}".format(
        row.learning_rate)
    speed_up = "" if row.speed_up is None else " ({}x)".format(
        comparison_tables.show_speed_up(row.speed_up))
    cells.append("{}{} {:.4g}{}".format(
        row.optimizer, rate, row.final_loss, speed_up))
  return "{} {}: {}\n".format(outcome.problem.group, outcome.problem.name,
                              ", ".join(cells))


def write(outcomes, output_dir, seeds, horizon, plots=True):
  """Writes tables, plots and the page.

  Args:
    outcomes: List of `contest.Outcome`s.
    output_dir: Directory, made if it is not there.
    seeds: Sequence of integers, the seeds of the runs.
    horizon: Integer, steps of a run.
    plots: Whether to draw curves; that needs matplotlib.

  Returns:
    The table of groups, Markdown.
  """
  if not os.path.isdir(output_dir):
    os.makedirs(output_dir)
  in_output = lambda name: os.path.join(output_dir, name)
  runs, problems = [], []
  for outcome in outcomes:
    runs.extend(comparison_tables.run_rows(outcome, seeds))
    problems.extend(comparison_tables.problem_rows(outcome))
  groups = comparison_tables.group_rows(problems)
  comparison_tables.write_csv(
      in_output("runs.csv"), comparison_tables.RUN_FIELDS, runs)
  comparison_tables.write_csv(
      in_output("problems.csv"), comparison_tables.ProblemRow._fields, problems)
  comparison_tables.write_csv(
      in_output("summary.csv"), comparison_tables.GROUP_FIELDS, groups)
  table = comparison_tables.markdown(*comparison_tables.group_table(groups))
  with open(in_output("summary.md"), "w") as stream:
    stream.write(table)
  comparison_page.write(output_dir, outcomes, problems, groups, horizon, plots)
  return table


def main(argv):
  """Compares, and prints the table of groups."""
  del argv
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  if FLAGS.groups == ["d"]:
    from benchmarks import large_models
    large_models.run(FLAGS.optimizers)
    return
  learned = []
  for name in FLAGS.optimizers:
    learned.append(contest.load(name, [known.name for known in learned]))
  options, horizon = {}, FLAGS.horizon
  if FLAGS.quick:
    options, horizon = _QUICK, 100
    problems = comparison_problems.select(["b", "v"], _QUICK_PROBLEMS)
  else:
    problems = comparison_problems.select(
        FLAGS.groups, FLAGS.problems, FLAGS.max_problems)
  if FLAGS.plots:
    comparison_page.check_matplotlib()
  outcomes = compare(
      problems, learned, horizon,
      FLAGS.cache_dir or os.path.join(FLAGS.output_dir, "cache"),
      sys.stdout if FLAGS.verbose else None, **options)
  table = write(outcomes, FLAGS.output_dir,
                options.get("seeds", contest.SEEDS), horizon, FLAGS.plots)
  print("\n" + table)
  print("Page: " + os.path.join(FLAGS.output_dir, "index.html"))


if __name__ == "__main__":
  app.run(main)
