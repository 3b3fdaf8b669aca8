# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Plots of a comparison, and the page that shows them with the tables."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import io
import os
import re

import numpy as np
import six

from benchmarks import plotting
from benchmarks.comparison import groups
from benchmarks.comparison import tables

# So many points of a curve are drawn.
_MAX_POINTS = 400

_INFINITY = 1e300
_OVERVIEW_COLUMNS = 3

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
  for i, (name, result) in enumerate(six.iteritems(outcome.results)):
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


def write(output_dir, outcomes, problem_rows, group_rows, horizon, plots):
  """Writes index.html, the plots it shows, and overview.png.

  Args:
    output_dir: Directory.
    outcomes: List of `comparison.Outcome`s.
    problem_rows: List of `tables.ProblemRow`s.
    group_rows: List of rows of `tables.GROUP_FIELDS`.
    horizon: Integer, steps of a run.
    plots: Whether to draw.
  """
  parts = ["<!DOCTYPE html><meta charset=utf-8><title>Comparison</title>"
           "<style>{}</style><h1>Comparison of optimizers</h1>"
           "<p>{} steps a run. Lines are medians of the runs, bands their "
           "quartiles. Definitions: docs/comparison.md.</p>".format(
               _STYLE, horizon),
           _html(*tables.group_table(group_rows))]
  if plots and outcomes:
    plot_overview(os.path.join(output_dir, "overview.png"), outcomes)
  for group in sorted(set(row.group for row in problem_rows)):
    parts.append("<h2>Group {}: {}</h2>".format(
        group, groups.GROUPS[group].title))
    count = 0
    for outcome in outcomes:
      if outcome.problem.group == group and plots:
        name = "{}{:03d}_{}.png".format(group, count, re.split(
            r"\W", outcome.problem.name)[0].lower())
        plot(os.path.join(output_dir, name), outcome)
        parts.append('<img src="{}" alt="{}">'.format(
            name, _escaped(outcome.problem.name)))
        count += 1
    parts.append(_html(*tables.problem_table(
        [row for row in problem_rows if row.group == group])))
  with io.open(os.path.join(output_dir, "index.html"), "w",
               encoding="utf-8") as stream:
    stream.write(u"\n".join(six.ensure_text(part) for part in parts))


def _html(header, rows):
  """A table in HTML."""
  lines = ["<tr>{}</tr>".format("".join(
      "<{0}>{1}</{0}>".format(tag, _escaped(cell)) for cell in cells))
           for tag, cells in [("th", header)] + [("td", row) for row in rows]]
  return "<table>\n{}\n</table>".format("\n".join(lines))


def _escaped(text):
  return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shortened(text, length=50):
  return text if len(text) <= length else text[:length - 3] + "..."
