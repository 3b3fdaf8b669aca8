# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Plots of objectives; they need matplotlib."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import numpy as np
import six


def plot_objectives(curves, path=None, title=None):
  """Plots objectives against steps; see `metaopt.plot_objectives`."""
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
  for name, values in six.iteritems(curves):
    values = np.asarray(values, np.float64)
    values = np.where(np.isfinite(values), values, np.nan)
    axes.plot(values, label=name)
    lowest = np.nanmin(np.append(values, lowest))
  if lowest > 0:
    axes.set_yscale("log")
  axes.set_xlabel("step")
  axes.set_ylabel("objective")
  axes.set_title(title or "")
  axes.legend()
  if path is not None:
    plot.savefig(path, bbox_inches="tight")
  return plot
