# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tables of what a referee found, and whether a change is an improvement."""

import collections

import numpy as np

from benchmarks.comparison import families
from benchmarks.comparison import referee
from benchmarks.comparison import referee_metrics as rm

_MAX_FAMILY_LOSS = 1.1

Row = collections.namedtuple(
    "Row", "problem, family, optimizer, learning_rate, final_loss, steps, "
    "time_ratio, log_loss_ratio, no_worse, share_of_way, old_speed_up, "
    "diverged, runs")
"""How an optimizer did on a problem.

Attributes:
  problem: String.
  family: String.
  optimizer: String.
  learning_rate: Float, or None for a learned optimizer.
  final_loss: Float, the median at the horizon.
  steps: Float, the median number of steps to the target; infinite if it is not
    reached within five horizons.
  time_ratio: Float, the tuned Adam's steps divided by these.
  log_loss_ratio: Float, log of the final loss over the tuned Adam's.
  no_worse: Bool, whether the final loss is at most 1% above it.
  share_of_way: Float, see `referee_metrics.share_of_way`.
  old_speed_up: Float, steps of the tuned Adam to this final loss, divided by
    the horizon, at most 5 (where Adam's run ends earlier, the bound).
  diverged: Integer, diverged runs.
  runs: Integer.
"""

SUMMARY_FIELDS = (
    "family", "optimizer", "problems", "time ratio (1 = equal to Adam)",
    "95% interval", "reach target", "no worse", "median log loss ratio",
    "train", "diverged runs", "old speed-up")


def rows(outcome):
  """`Row`s of all optimizers of a `referee.Outcome`."""
  family = families.family(outcome.problem)
  adam = outcome.curves[referee.TUNED]
  times = {name: [rm.points_to_target(curve, outcome.target)
                  for curve in curves]
           for name, curves in outcome.curves.items()}
  found = []
  for name, curves in outcome.curves.items():
    diverged = [rm.has_diverged(curve, outcome.points) for curve in curves]
    loss = rm.median([
        float("inf") if bad else rm.final_loss(curve, outcome.points)
        for curve, bad in zip(curves, diverged)])
    found.append(Row(
        outcome.problem.name, family, name, outcome.rates.get(name), loss,
        rm.median(times[name]) * outcome.every,
        rm.time_ratio(times[referee.TUNED], times[name]),
        rm.log_loss(loss, outcome.start) -
        rm.log_loss(outcome.target, outcome.start),
        rm.is_no_worse(loss, outcome.target, outcome.start),
        rm.share_of_way(outcome.start, loss, outcome.target),
        _old_speed_up(loss, adam, outcome.points), sum(diverged), len(curves)))
  return found


def _old_speed_up(loss, adam, points):
  """Adam's time to a loss, in horizons; 0 for one that is infinite."""
  if not np.isfinite(loss):
    return 0.0
  return min(rm.BOUND, rm.median(
      [rm.points_to_target(curve, loss) for curve in adam]) / points)


def summary(all_rows):
  """Sums rows up by optimizer: all problems, then each family.

  Args:
    all_rows: List of `Row`s.

  Returns:
    List of lists of strings, `SUMMARY_FIELDS`.
  """
  names = list(collections.OrderedDict.fromkeys(
      row.optimizer for row in all_rows))
  cells = []
  for family in ("all",) + families.FAMILIES:
    for name in names:
      mine = [row for row in all_rows if row.optimizer == name and
              family in ("all", row.family)]
      if mine:
        cells.append([family, name] + _summary_cells(mine))
  return cells


def _summary_cells(mine):
  mean, low, high = rm.geometric_mean([row.time_ratio for row in mine])
  return [
      str(len(mine)), "{:.2f}".format(mean),
      "{:.2f} to {:.2f}".format(low, high),
      "{:.0%}".format(np.mean([np.isfinite(row.steps) for row in mine])),
      "{:.0%}".format(np.mean([row.no_worse for row in mine])),
      "{:+.3f}".format(np.median([row.log_loss_ratio for row in mine])),
      "{:.0%}".format(np.mean([
          row.share_of_way >= rm.TRAINING_SHARE for row in mine])),
      "{} of {}".format(sum(row.diverged for row in mine),
                        sum(row.runs for row in mine)),
      "{:.2f}".format(np.median([row.old_speed_up for row in mine]))]


def profile_times(outcomes):
  """(names, float array [problems, names]): steps to the target."""
  names = list(outcomes[0].curves)
  return names, np.array([[
      outcome.every * rm.median([
          rm.points_to_target(curve, outcome.target)
          for curve in outcome.curves[name]])
      for name in names] for outcome in outcomes])


Verdict = collections.namedtuple(
    "Verdict", "accepted, reasons, mean, low, high, by_family, by_problem")
"""Whether a candidate replaces a base.

Attributes:
  accepted: Bool.
  reasons: List of strings, why it is not accepted.
  mean: Float, the mean over problems of log(candidate's loss / base's).
  low: Float, the bootstrap interval's lower end.
  high: Float, its upper end.
  by_family: OrderedDict from families to mean log ratios.
  by_problem: List of (problem, family, log ratio).
"""


def paired(outcomes, base, candidate):
  """Compares two optimizers that ran with the same seeds.

  A candidate is accepted if the interval of the mean log ratio lies below 0,
  no family's mean loss is more than 10% higher, and no run of it diverges or
  problem fails to train.

  Args:
    outcomes: List of `referee.Outcome`s with both.
    base: String, a name.
    candidate: String, a name.

  Returns:
    A `Verdict`.
  """
  by_problem, reasons = [], []
  for outcome in outcomes:
    family = families.family(outcome.problem)
    logs = [[rm.log_loss(rm.final_loss(curve, outcome.points), outcome.start)
             for curve in outcome.curves[name]] for name in (candidate, base)]
    by_problem.append((outcome.problem.name, family,
                       float(np.mean(np.subtract(*logs)))))
    row, = [row for row in rows(outcome) if row.optimizer == candidate]
    if row.diverged:
      reasons.append("{} of {} runs diverge on {}".format(
          row.diverged, row.runs, row.problem))
    elif row.share_of_way < rm.TRAINING_SHARE:
      reasons.append("{} does not train: {:.0%} of the way".format(
          row.problem, row.share_of_way))
  by_family = collections.OrderedDict()
  for family in families.FAMILIES:
    values = [value for _, theirs, value in by_problem if theirs == family]
    if values:
      by_family[family] = float(np.mean(values))
      if by_family[family] > np.log(_MAX_FAMILY_LOSS):
        reasons.append("the family {} is {:.0%} worse".format(
            family, np.expm1(by_family[family])))
  ratios = [value for _, _, value in by_problem]
  low, high = rm.bootstrap_interval(ratios)
  if high >= 0:
    reasons.insert(0, "the interval does not lie below 0")
  return Verdict(not reasons, reasons, float(np.mean(ratios)), low, high,
                 by_family, by_problem)
