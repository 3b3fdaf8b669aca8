# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A whole comparison: all problems in turn, then tables, plots and page."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import os
import sys

import tensorflow as tf

from benchmarks import comparison_page
from benchmarks import comparison_tables
from benchmarks import contest
from benchmarks import result_cache


def run(problems, learned, horizon, cache_dir, out=sys.stdout,
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
