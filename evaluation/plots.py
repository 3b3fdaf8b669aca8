# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Plots and tables of objectives; plots need matplotlib."""

import csv
import io

import numpy as np

# Okabe and Ito's colours, which colour-blind readers can tell apart; dashes
# tell them apart in print.
_COLORS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#D55E00", "#0072B2",
           "#CC79A7")
_DASHES = ("-", "--", "-.", ":")


def plot_objectives(curves, path=None, title=None):
  """Plots objectives against steps; needs matplotlib.

    metaopt.plot_objectives({"Adam": adam_values, "ours": values}, "plot.png")

  Args:
    curves: Mapping from a name to a sequence of objectives, such as the
      `objective_values` of `test_optimizer`, or to a list of such sequences,
      of which the median and a band of the quartiles are drawn. Where they are
      not finite a curve has a gap.
    path: File to write, of a type that matplotlib knows by its ending; by
      default none is written.
    title: String above the plot.

  Returns:
    A `matplotlib.figure.Figure`. The objective's axis is logarithmic if all
    that is finite is positive.

  Raises:
    ImportError: If matplotlib is not installed.
    ValueError: If there is no curve.
  """
  try:
    # No pyplot: it would choose a window system and keep every figure.
    from matplotlib import figure
    from matplotlib.backends import backend_agg
  except ImportError as error:
    raise ImportError(
        "Plots need matplotlib, which cannot be imported ({}). Install it with "
        "'.venv/bin/python -m pip install matplotlib'; all else works without "
        "it.".format(error))
  if not curves:
    raise ValueError("There is nothing to plot: expected at least one curve.")
  plot = figure.Figure(figsize=(6.4, 4.0))
  backend_agg.FigureCanvasAgg(plot)
  axes = plot.add_subplot(1, 1, 1)
  lowest = np.inf
  for index, (name, values) in enumerate(curves.items()):
    values = np.atleast_2d(np.asarray(values, np.float64))
    values = np.where(np.isfinite(values), values, np.nan)
    style = {"color": _COLORS[index % len(_COLORS)],
             "linestyle": _DASHES[index % len(_DASHES)]}
    # A step has a gap where no run is finite, and no quantiles of nothing.
    known = np.isfinite(values).any(0)
    low, middle, high = np.full([3, values.shape[1]], np.nan)
    low[known], middle[known], high[known] = np.nanpercentile(
        values[:, known], [25, 50, 75], axis=0)
    axes.plot(middle, label=name, **style)
    if len(values) > 1:
      axes.fill_between(np.arange(len(middle)), low, high, alpha=0.2,
                        color=style["color"], linewidth=0)
    lowest = np.nanmin(np.append(values[np.isfinite(values)], lowest))
  if lowest > 0:
    axes.set_yscale("log")
  axes.set_xlabel("step")
  axes.set_ylabel("objective (lower is better)")
  axes.set_title(title or "")
  axes.legend()
  if path is not None:
    plot.savefig(path, bbox_inches="tight")
  return plot


def write_objectives(curves, path):
  """Writes objectives as CSV: optimizer, run, step, objective.

  Args:
    curves: See `plot_objectives`.
    path: File to write.
  """
  with io.open(path, "w", newline="") as stream:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["optimizer", "run", "step", "objective"])
    for name, values in curves.items():
      for run, objectives in enumerate(np.atleast_2d(values)):
        writer.writerows([name, run, step, repr(float(objective))]
                         for step, objective in enumerate(objectives))
