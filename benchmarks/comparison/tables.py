# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Rows and tables of a comparison."""

import collections

import numpy as np

from benchmarks.comparison import baselines
from benchmarks.comparison import groups
from benchmarks.comparison import metrics

RUN_FIELDS = (
    "group", "problem", "optimizer", "seed", "learning_rate", "start_loss",
    "final_loss", "diverged", "speed_up", "ms_per_step", "compiled")
"""Columns of the table with a row for each run."""

GROUP_FIELDS = (
    "group", "optimizer", "problems", "median_speed_up",
    "share_no_worse_than_adam", "share_no_worse_than_best", "diverged_runs",
    "runs", "median_ms_per_step")
"""Columns of the table with a row for each group and optimizer."""

ProblemRow = collections.namedtuple(
    "ProblemRow", "group, problem, optimizer, learning_rate, final_loss, "
    "speed_up, no_worse_than_adam, no_worse_than_best, diverged_runs, runs, "
    "ms_per_step")
"""How an optimizer did on a problem: medians over the runs. `ms_per_step` is
None unless the runs of all its optimizers were compiled, or none was."""


def run_rows(outcome, seeds):
  """Rows of `RUN_FIELDS`.

  Args:
    outcome: A `comparison.Outcome`.
    seeds: Sequence of integers, the seeds of the runs.

  Returns:
    List of tuples. The speed-up of a baseline is None; that of an optimizer
    whose loss Adam never reached is infinite.
  """
  rows = []
  for name, result in outcome.results.items():
    for i, curve in enumerate(result.curves):
      rows.append((
          outcome.problem.group, outcome.problem.name, name, seeds[i],
          result.learning_rate, float(curve[0]), metrics.final_loss(curve),
          metrics.has_diverged(curve),
          None if name in baselines.SPECS else metrics.speed_up(
              curve, outcome.adam[i]),
          float(result.milliseconds[i]), result.compiled))
  return rows


def problem_rows(outcome):
  """A `ProblemRow` for each optimizer of a `comparison.Outcome`."""
  rows = []
  # Compiled runs and others have no common clock.
  has_clock = len(set(
      result.compiled for result in outcome.results.values())) == 1
  others = [outcome.results[name].curves for name in baselines.SPECS]
  for name, result in outcome.results.items():
    speed_ups = [] if name in baselines.SPECS else [
        metrics.bounded(metrics.speed_up(curve, adam_curve))
        for curve, adam_curve in zip(result.curves, outcome.adam)]
    rows.append(ProblemRow(
        outcome.problem.group, outcome.problem.name, name,
        result.learning_rate, metrics.median_loss(result.curves),
        float(np.median(speed_ups)) if speed_ups else None,
        metrics.is_no_worse(result.curves, outcome.results["Adam"].curves),
        all(metrics.is_no_worse(result.curves, curves) for curves in others),
        sum(metrics.has_diverged(curve) for curve in result.curves),
        len(result.curves),
        float(np.median(result.milliseconds)) if has_clock else None))
  return rows


def group_rows(rows):
  """Rows of `GROUP_FIELDS` from `ProblemRow`s, in their order.

  Times are of the problems that have them; without any they are None.
  """
  by_group = collections.OrderedDict()
  for row in rows:
    by_group.setdefault((row.group, row.optimizer), []).append(row)
  return [
      key + (len(group),
             None if group[0].speed_up is None else float(
                 np.median([row.speed_up for row in group])),
             float(np.mean([row.no_worse_than_adam for row in group])),
             float(np.mean([row.no_worse_than_best for row in group])),
             sum(row.diverged_runs for row in group),
             sum(row.runs for row in group),
             _median([row.ms_per_step for row in group]))
      for key, group in by_group.items()]


def _median(values):
  """The median of those that are not None; None if all are."""
  known = [value for value in values if value is not None]
  return float(np.median(known)) if known else None


def group_table(rows):
  """The table of groups.

  Args:
    rows: List of rows of `GROUP_FIELDS`.

  Returns:
    (header, cells): a list and a list of lists of strings.
  """
  header = ["group", "optimizer", "problems", "median speed-up over Adam",
            "no worse than Adam", "no worse than the best of four",
            "diverged runs", "ms a step"]
  cells = []
  for row in rows:
    group, name, problems, speed_up, adam, best, diverged, runs, time = row
    cells.append([
        "{} ({})".format(group, groups.GROUPS[group].title), name,
        str(problems), show_speed_up(speed_up), "{:.0%}".format(adam),
        "{:.0%}".format(best), "{} of {}".format(diverged, runs),
        _show_time(time)])
  return _without_empty_times(header, cells)


def problem_table(rows):
  """The table of problems, from `ProblemRow`s: (header, cells)."""
  header = ["problem", "optimizer", "learning rate", "final loss", "speed-up",
            "diverged runs", "ms a step"]
  return _without_empty_times(header, [
      [row.problem, row.optimizer,
       "" if row.learning_rate is None else "{:g}".format(row.learning_rate),
       "{:.4g}".format(row.final_loss), show_speed_up(row.speed_up),
       str(row.diverged_runs), _show_time(row.ms_per_step)]
      for row in rows])


def _show_time(milliseconds):
  return "" if milliseconds is None else "{:.3f}".format(milliseconds)


def _without_empty_times(header, cells):
  """A table without its last column, the times, if that is empty."""
  if cells and not any(row[-1] for row in cells):
    return header[:-1], [row[:-1] for row in cells]
  return header, cells


def show_speed_up(value):
  """A speed-up as text: empty for None, a bound where it is one."""
  if value is None:
    return ""
  return (">{}".format(metrics.BOUND) if value >= metrics.BOUND
          else "{:.2f}".format(value))
