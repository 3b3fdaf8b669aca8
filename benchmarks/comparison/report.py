# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A whole comparison: all problems in turn, then tables, plots and page."""

import hashlib
import os
import sys
import time

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import text_tables
from benchmarks.comparison import comparison
from benchmarks.comparison import page
from benchmarks.comparison import result_cache
from benchmarks.comparison import tables


def run(problems, learned, horizon, cache_dir, out=sys.stdout,
        **options):
  """Compares the optimizers on every problem.

  Args:
    problems: List of `groups.Entry`s.
    learned: List of `comparison.Learned`.
    horizon: Integer, steps of a run.
    cache_dir: Directory of results so far.
    out: Stream that is told of every problem.
    **options: Further arguments of `comparison.Comparison`.

  Returns:
    List of `comparison.Outcome`s.
  """
  bar = tf.keras.utils.Progbar(None)
  compare = comparison.Comparison(
      learned, horizon, result_cache.ResultCache(cache_dir),
      progress=lambda: bar.add(1), **options)
  bar.target = compare.steps_of_progress * len(problems)
  outcomes = []
  for problem in problems:
    outcomes.append(compare.on(problem))
    if out is not None:
      out.write("\n" + _line(outcomes[-1]))
      out.flush()
  return outcomes


def _line(outcome):
  """What became of a problem, in a line."""
  cells = []
  for row in tables.problem_rows(outcome):
    rate = "" if row.learning_rate is None else "@{:g}".format(
        row.learning_rate)
    speed_up = "" if row.speed_up is None else " ({}x)".format(
        tables.show_speed_up(row.speed_up))
    cells.append("{}{} {:.4g}{}".format(
        row.optimizer, rate, row.final_loss, speed_up))
  return "{} {}: {}\n".format(outcome.problem.group, outcome.problem.name,
                              ", ".join(cells))


def write(outcomes, output_dir, seeds, horizon, plots=True, learned=(),
          command=None, quick=False):
  """Writes tables, plots and the page.

  Args:
    outcomes: List of `comparison.Outcome`s.
    output_dir: Directory, made if it is not there.
    seeds: Sequence of integers, the seeds of the runs.
    horizon: Integer, steps of a run.
    plots: Whether to draw curves; that needs matplotlib.
    learned: The list of `comparison.Learned`.
    command: String, the command that made the comparison, or None.
    quick: Whether that was a smoke run.

  Returns:
    The table of groups, Markdown.
  """
  if not os.path.isdir(output_dir):
    os.makedirs(output_dir)

  def in_output(name):
    return os.path.join(output_dir, name)

  runs, problems = [], []
  for outcome in outcomes:
    runs.extend(tables.run_rows(outcome, seeds))
    problems.extend(tables.problem_rows(outcome))
  group_rows = tables.group_rows(problems)
  text_tables.write_csv(
      in_output("runs.csv"), tables.RUN_FIELDS, runs)
  text_tables.write_csv(
      in_output("problems.csv"), tables.ProblemRow._fields, problems)
  text_tables.write_csv(
      in_output("summary.csv"), tables.GROUP_FIELDS, group_rows)
  table = text_tables.markdown(*tables.group_table(group_rows))
  with open(in_output("summary.md"), "w") as stream:
    stream.write(table)
  page.write(output_dir, outcomes, problems, group_rows, horizon, plots,
             _notes(seeds, learned, command), quick)
  return table


def _notes(seeds, learned, command):
  """How a comparison was made: list of (name, text)."""
  notes = [("date", time.strftime("%Y-%m-%d"))]
  if command:
    notes.append(("command", command))
  notes.append(("seeds", ", ".join(str(seed) for seed in seeds)))
  for optimizer in learned:
    # Whoever has other weights of the same name can see it.
    digest = hashlib.sha1(np.ascontiguousarray(optimizer.theta)).hexdigest()
    notes.append(("weights of " + optimizer.name, "{:,} numbers, SHA-1 {}, "
                  "{}".format(optimizer.theta.size, digest[:12],
                              optimizer.description)))
  return notes
