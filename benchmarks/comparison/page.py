# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Plots of a comparison, and the page that shows them with the tables."""

import io
import os
import re

import numpy as np

from benchmarks import plotting
from benchmarks.comparison import groups
from benchmarks.comparison import tables

# So many points of a curve are drawn.
_MAX_POINTS = 400

_INFINITY = 1e300
_OVERVIEW_COLUMNS = 3

_QUICK = ("This was a smoke run: few problems, steps, seeds and learning "
          "rates. It says that the comparison works, and nothing of the "
          "optimizers.")
_FILES = ("runs.csv", "problems.csv", "summary.csv", "summary.md")
# Columns of `tables.group_table` in which the highest value is the best, and
# that of `tables.problem_table` in which the lowest is.
_SPEED_UP, _SHARES = 3, (4, 5)
_FINAL_LOSS = 3

_STYLE = ("body{font-family:sans-serif;max-width:70em;margin:2em auto}"
          "table{border-collapse:collapse}td,th{border:1px solid #ccc;"
          "padding:.2em .6em;text-align:left}img{width:23em}")


def plot(path, outcome):
  """Draws the loss of all optimizers: median and quartiles of the runs.

  Args:
    path: Where the PNG goes; an SVG goes beside it.
    outcome: A `comparison.Outcome`.
  """
  pyplot = plotting.pyplot()
  figure, axes = pyplot.subplots(figsize=(6, 4))
  _draw(axes, outcome)
  plotting.save(figure, path)


def plot_overview(path, outcomes):
  """Draws a few of the problems, evenly spread, in one picture.

  Args:
    path: Where the PNG goes; an SVG goes beside it.
    outcomes: List of `comparison.Outcome`s, at least one.
  """
  pyplot = plotting.pyplot()
  count = min(len(outcomes), _OVERVIEW_COLUMNS * 2)
  chosen = [outcomes[i] for i in np.linspace(
      0, len(outcomes) - 1, count).astype(np.int64)]
  figure, grid = pyplot.subplots(
      -(-count // _OVERVIEW_COLUMNS), min(count, _OVERVIEW_COLUMNS),
      figsize=(15, 8), squeeze=False)
  for axes in grid.ravel()[count:]:
    axes.axis("off")
  for axes, outcome in zip(grid.ravel(), chosen):
    _draw(axes, outcome, legend=False)
  handles, labels = grid[0, 0].get_legend_handles_labels()
  figure.legend(handles, [label.rpartition(" ")[0] or label
                          for label in labels],
                loc="upper center", ncol=len(labels))
  figure.tight_layout(rect=(0, 0, 1, 0.95))
  plotting.save(figure, path, dpi=70)


def _draw(axes, outcome, legend=True):
  lowest = np.inf
  for i, (name, result) in enumerate(outcome.results.items()):
    steps, low, median, high = band(result.curves)
    label = name if result.learning_rate is None else "{} {:g}".format(
        name, result.learning_rate)
    line, = axes.plot(steps, median, label=label,
                      linewidth=1 if result.learning_rate else 2,
                      **plotting.style(i, len(steps)))
    axes.fill_between(steps, low, high, alpha=0.15, color=line.get_color())
    lowest = min(lowest, np.nanmin(low) if np.isfinite(low).any() else np.inf)
  if lowest > 0:
    axes.set_yscale("log")
  start = float(np.max(outcome.results["Adam"].curves[:, 0]))
  axes.set_ylim(top=2 * start if lowest > 0 else None)
  axes.set_xlabel("step")
  axes.set_ylabel("loss on all rows (lower is better)")
  axes.set_title(_shortened(outcome.problem.name), fontsize=9)
  if legend:
    axes.legend(fontsize=8)


def band(curves):
  """Quartiles of curves, thinned out.

  Args:
    curves: float32 array [runs, steps].

  Returns:
    (steps, 25%, 50%, 75%): arrays of up to some 400 elements; NaN where a
    quartile is infinite.
  """
  steps = np.unique(np.linspace(0, curves.shape[1] - 1, _MAX_POINTS).astype(
      np.int64))
  # NumPy interpolates between infinities wrongly.
  values = np.minimum(curves[:, steps].astype(np.float64), _INFINITY)
  quartiles = np.percentile(values, [25, 50, 75], axis=0)
  quartiles[quartiles > _INFINITY / 100] = np.nan
  return (steps,) + tuple(quartiles)


def write(output_dir, outcomes, problem_rows, group_rows, horizon, plots,
          notes=(), quick=False):
  """Writes index.html, the plots it shows, and overview.png.

  Args:
    output_dir: Directory.
    outcomes: List of `comparison.Outcome`s.
    problem_rows: List of `tables.ProblemRow`s.
    group_rows: List of rows of `tables.GROUP_FIELDS`.
    horizon: Integer, steps of a run.
    plots: Whether to draw.
    notes: Sequence of (name, text), how the comparison was made.
    quick: Whether to warn that this was a smoke run.
  """
  names = sorted(set(row.group for row in problem_rows))
  parts = ["<!DOCTYPE html><meta charset=utf-8><title>Comparison</title>"
           "<style>{}</style><h1>Comparison of optimizers</h1>"
           "{}<p>{} steps a run. Lines are medians of the runs, bands their "
           "quartiles; the best value is bold. Speed-up: steps Adam takes to "
           "the optimizer's final loss, over the steps of a run. Final loss: "
           "mean over the last 1% of the steps, lower is better.</p>".format(
               _STYLE, "<p><strong>{}</strong></p>".format(_QUICK) if quick else
               "", horizon),
           "<ul>{}</ul>".format("".join("<li>{}: {}</li>".format(
               _escaped(name), _escaped(text)) for name, text in notes)),
           _links(["#group-" + name for name in names],
                  ["Group " + name for name in names]), _links(_FILES, _FILES),
           _html(*tables.group_table(group_rows), bold=best_cells(
               group_rows, lambda row: row[0], {
                   # That Adam is no worse than Adam is no news.
                   column: lambda row, column=column: (
                       None if row[_SPEED_UP] is None else -row[column])
                   for column in (_SPEED_UP,) + _SHARES}))]
  if plots and outcomes:
    plot_overview(os.path.join(output_dir, "overview.png"), outcomes)
  for group in names:
    parts.append('<h2 id="group-{0}">Group {0}: {1}</h2>'.format(
        group, groups.GROUPS[group].title))
    count = 0
    for outcome in outcomes:
      if outcome.problem.group == group and plots:
        name = "{}{:03d}_{}.png".format(group, count, re.split(
            r"\W", outcome.problem.name)[0].lower())
        plot(os.path.join(output_dir, name), outcome)
        parts.append('<a href="{}"><img src="{}" alt="{}"></a>'.format(
            os.path.splitext(name)[0] + ".svg", name,
            _escaped(outcome.problem.name)))
        count += 1
    rows = [row for row in problem_rows if row.group == group]
    parts.append(_html(*tables.problem_table(rows), bold=best_cells(
        rows, lambda row: row.problem,
        {_FINAL_LOSS: lambda row: row.final_loss})))
  with io.open(os.path.join(output_dir, "index.html"), "w",
               encoding="utf-8") as stream:
    stream.write("\n".join(parts))


def best_cells(rows, key, values):
  """Where the best values of a table are.

  Args:
    rows: List, the table's rows.
    key: Function of a row: rows with the same are compared.
    values: Dict from columns to functions of a row, lowest is best; None, and
      what is not finite, is never best.

  Returns:
    Set of (row, column); of equal values, all of them.
  """
  best = set()
  for column, value in values.items():
    for i, row in enumerate(rows):
      others = [value(other) for other in rows if key(other) == key(row)]
      finite = [each for each in others
                if each is not None and np.isfinite(each)]
      if finite and value(row) == min(finite):
        best.add((i, column))
  return best


def _links(targets, texts):
  return "<p>{}</p>".format(" &middot; ".join(
      '<a href="{}">{}</a>'.format(*each) for each in zip(targets, texts)))


def _html(header, rows, bold=()):
  """A table in HTML; `bold` has pairs (row, column)."""
  lines = ["<tr>{}</tr>".format("".join(
      "<th>{}</th>".format(_escaped(cell)) for cell in header))]
  for i, row in enumerate(rows):
    lines.append("<tr>{}</tr>".format("".join(
        ("<td><b>{}</b></td>" if (i, j) in bold else "<td>{}</td>").format(
            _escaped(cell)) for j, cell in enumerate(row))))
  return "<table>\n{}\n</table>".format("\n".join(lines))


def _escaped(text):
  return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shortened(text, length=50):
  return text if len(text) <= length else text[:length - 3] + "..."
