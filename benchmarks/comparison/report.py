# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tables, a picture and verdicts of what a referee found."""

import collections
import os

import numpy as np

from benchmarks import plotting
from benchmarks import text_tables
from benchmarks.comparison import groups
from benchmarks.comparison import metrics
from benchmarks.comparison import referee

Row = collections.namedtuple(
    "Row", "problem, family, optimizer, learning_rate, final_loss, steps, "
    "time_ratio, log_loss_ratio, no_worse, no_worse_than_cosine, part_of_way, "
    "rise, beside_default, diverged, runs")
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
  no_worse_than_cosine: Bool, likewise beside the tuned Adam with a cosine.
  part_of_way: Float, see `metrics.part_of_way`.
  rise: Float, the largest of the runs; see `metrics.rise`.
  beside_default: List of floats, at each of `metrics.MARKS` before the horizon
    the median loss divided by that of Adam at 1e-3.
  diverged: Integer, diverged runs.
  runs: Integer.
"""

_MAX_FAMILY_LOSS = 1.1

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

SUMMARY_FIELDS = (
    "family", "optimizer", "problems", "speed (1 = tuned Adam)",
    "95% interval", "reach target", "no worse than tuned Adam",
    "than tuned cosine", "median log loss ratio", "train",
    "rise below {:g}".format(metrics.MAX_RISE),
    "within twice Adam 1e-3 at " + ", ".join(map(str, metrics.MARKS)),
    "diverged runs")

PROBLEM_FIELDS = (
    "problem", "optimizer", "learning rate", "final loss", "speed", "rise",
    "loss / Adam 1e-3 at " + ", ".join(map(str, metrics.MARKS)))


def rows(outcome):
  """`Row`s of all optimizers of a `referee.Outcome`."""
  family = groups.family(outcome.problem)
  points, start = outcome.points, outcome.start
  times = {name: [metrics.points_to_target(curve, outcome.target)
                  for curve in curves]
           for name, curves in outcome.curves.items()}
  losses = {name: median_loss(outcome, name) for name in outcome.curves}
  cosine = losses.get(referee.COSINE, float("nan"))
  found = []
  for name, curves in outcome.curves.items():
    found.append(Row(
        outcome.problem.name, family, name, outcome.rates.get(name),
        losses[name], metrics.median(times[name]) * outcome.every,
        metrics.time_ratio(times[referee.TUNED], times[name]),
        metrics.log_loss(losses[name], start) -
        metrics.log_loss(outcome.target, start),
        metrics.is_no_worse(losses[name], outcome.target, start),
        metrics.is_no_worse(losses[name], cosine, start),
        metrics.part_of_way(start, losses[name], outcome.target),
        max(metrics.rise(curve, points) for curve in curves),
        _beside_default(outcome, name),
        sum(metrics.has_diverged(curve, points) for curve in curves),
        len(curves)))
  return found


def median_loss(outcome, name):
  """The median final loss of an optimizer, diverged runs at infinity."""
  return metrics.median([
      float("inf") if metrics.has_diverged(curve, outcome.points) else
      metrics.final_loss(curve, outcome.points)
      for curve in outcome.curves[name]])


def _beside_default(outcome, name):
  """Median losses at the marks, divided by those of Adam at 1e-3."""
  ratios = []
  for mark in metrics.MARKS:
    point = mark // outcome.every
    if point >= outcome.points:
      break
    mine, its = [
        metrics.median([float(curve[point]) for curve in outcome.curves[each]])
        for each in (name, referee.DEFAULT)]
    least = metrics.tolerance(outcome.start)
    ratios.append(max(mine, least) / max(its, least))
  return ratios


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
  for family in ("all",) + groups.FAMILIES:
    for name in names:
      mine = [row for row in all_rows if row.optimizer == name and
              family in ("all", row.family)]
      if mine:
        cells.append([family, name] + _summary_cells(mine))
  return cells


def _summary_cells(mine):
  def percentage(is_good):
    return "{:.0%}".format(np.mean([is_good(row) for row in mine]))

  mean, low, high = metrics.geometric_mean([row.time_ratio for row in mine])
  return [
      str(len(mine)), "{:.2f}".format(mean),
      "{:.2f} to {:.2f}".format(low, high),
      percentage(lambda row: np.isfinite(row.steps)),
      percentage(lambda row: row.no_worse),
      percentage(lambda row: row.no_worse_than_cosine),
      "{:+.3f}".format(np.median([row.log_loss_ratio for row in mine])),
      percentage(lambda row: row.part_of_way >= metrics.TRAINING_PART),
      percentage(lambda row: row.rise < metrics.MAX_RISE),
      ", ".join(percentage(lambda row, i=i: row.beside_default[i] <= 2.0)
                for i in range(len(mine[0].beside_default))),
      "{} of {}".format(sum(row.diverged for row in mine),
                        sum(row.runs for row in mine))]


def problem_cells(all_rows):
  """A line for each `Row`: lists of strings, `PROBLEM_FIELDS`."""
  return [
      [row.problem, row.optimizer,
       "" if row.learning_rate is None else "{:g}".format(row.learning_rate),
       "{:.4g}".format(row.final_loss), "{:.2f}".format(row.time_ratio),
       "{:.3g}".format(row.rise),
       ", ".join("{:.2g}".format(ratio) for ratio in row.beside_default)]
      for row in all_rows]


def profile_times(outcomes):
  """(names, float array [problems, names]): steps to the target."""
  names = list(outcomes[0].curves)
  return names, np.array([[
      outcome.every * metrics.median([
          metrics.points_to_target(curve, outcome.target)
          for curve in outcome.curves[name]])
      for name in names] for outcome in outcomes])


def write(output_dir, outcomes):
  """Writes problems.csv, problems.md, summary.md and, if it can, profile.png.

  Args:
    output_dir: String, made if it is not there.
    outcomes: List of `referee.Outcome`s.

  Returns:
    String, the summary.
  """
  if not os.path.isdir(output_dir):
    os.makedirs(output_dir)
  all_rows = [row for outcome in outcomes for row in rows(outcome)]
  text_tables.write_csv(
      os.path.join(output_dir, "problems.csv"), Row._fields,
      [row._replace(beside_default=" ".join(
          "{:.4g}".format(ratio) for ratio in row.beside_default))
       for row in all_rows])
  table = text_tables.markdown(SUMMARY_FIELDS, summary(all_rows))
  for name, text in (
      ("summary.md", table),
      ("problems.md", text_tables.markdown(
          PROBLEM_FIELDS, problem_cells(all_rows)))):
    with open(os.path.join(output_dir, name), "w") as stream:
      stream.write(text)
  if plotting.is_possible():
    plot(os.path.join(output_dir, "profile.png"), outcomes, all_rows)
  return table


def plot(path, outcomes, all_rows):
  """Draws speed, rises and first steps, as PNG and SVG.

  Args:
    path: String, the PNG.
    outcomes: List of `referee.Outcome`s.
    all_rows: List of their `Row`s.
  """
  figure, (speed, rises, first) = plotting.pyplot().subplots(
      1, 3, figsize=(15, 4))
  names, times = profile_times(outcomes)
  taus = np.geomspace(1.0, 10.0, 200)
  profile = metrics.performance_profile(times, taus)
  for i, name in enumerate(names):
    style = plotting.style(i, len(taus))
    speed.plot(taus, profile[:, i], label=name, **style)
    mine = [row for row in all_rows if row.optimizer == name]
    values = np.geomspace(1.0, 100.0, 200)
    rises.plot(values, [np.mean([row.rise <= value for row in mine])
                        for value in values], **style)
    worst = np.max([row.beside_default for row in mine], axis=0)
    first.plot(metrics.MARKS[:len(worst)], worst,
               **plotting.style(i, len(worst)))
  for axes in (speed, rises):
    axes.set_xscale("log")
    axes.set_ylim(0, 1.02)
    axes.set_ylabel("fraction of problems (higher is better)")
  speed.set_xlabel("steps to tuned Adam's final loss / the fastest one's")
  rises.set_xlabel("largest rise of the loss over its best so far")
  rises.axvline(metrics.MAX_RISE, color="gray", linewidth=0.8)
  first.set_yscale("log")
  first.axhline(2.0, color="gray", linewidth=0.8)
  first.set_xlabel("step")
  first.set_xticks(metrics.MARKS)
  first.set_ylabel("loss / Adam's at 1e-3, worst problem")
  figure.tight_layout()
  figure.legend(loc="lower center", ncol=len(names), fontsize=8,
                bbox_to_anchor=(0.5, -0.08))
  plotting.save(figure, path)


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
    family = groups.family(outcome.problem)
    logs = [[metrics.log_loss(metrics.final_loss(curve, outcome.points),
                              outcome.start)
             for curve in outcome.curves[name]] for name in (candidate, base)]
    by_problem.append((outcome.problem.name, family,
                       float(np.mean(np.subtract(*logs)))))
    row, = [row for row in rows(outcome) if row.optimizer == candidate]
    if row.diverged:
      reasons.append("{} of {} runs diverge on {}".format(
          row.diverged, row.runs, row.problem))
    elif row.part_of_way < metrics.TRAINING_PART:
      reasons.append("{} does not train: {:.0%} of the way".format(
          row.problem, row.part_of_way))
  by_family = collections.OrderedDict()
  for family in groups.FAMILIES:
    values = [value for _, theirs, value in by_problem if theirs == family]
    if values:
      by_family[family] = float(np.mean(values))
      if by_family[family] > np.log(_MAX_FAMILY_LOSS):
        reasons.append("the family {} is {:.0%} worse".format(
            family, np.expm1(by_family[family])))
  ratios = [value for _, _, value in by_problem]
  low, high = metrics.bootstrap_interval(ratios)
  if high >= 0:
    reasons.insert(0, "the interval does not lie below 0")
  return Verdict(not reasons, reasons, float(np.mean(ratios)), low, high,
                 by_family, by_problem)


def show(found, candidate):
  """A `Verdict` as text.

  Args:
    found: The verdict.
    candidate: String, the candidate's name.

  Returns:
    String.
  """
  lines = ["{}: {}. Mean log ratio {:+.4f}, 95% interval {:+.4f} to {:+.4f} "
           "(below 0 is better).".format(
               candidate, "ACCEPT" if found.accepted else "REJECT", found.mean,
               found.low, found.high)]
  lines += ["  not accepted: " + reason for reason in found.reasons]
  lines += ["  {}: {:+.4f}".format(family, value)
            for family, value in found.by_family.items()]
  for problem, family, value in sorted(found.by_problem,
                                       key=lambda item: -item[2]):
    lines.append("    {:+.3f} {} ({})".format(value, problem, family))
  return "\n".join(lines)
