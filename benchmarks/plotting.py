# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""How the pictures of all benchmarks look.

Lines differ in colour, dashes and marker, so that they can be told apart in
print and by colour-blind readers. The colours are those of Okabe and Ito
(2008), "Color universal design". Each picture is written twice: as PNG for
pages, as SVG for print.
"""

import os
import sys

_INSTALL = ".venv/bin/pip install -r requirements-benchmarks.txt"

COLORS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#D55E00", "#0072B2",
          "#CC79A7", "#F0E442")
"""Okabe and Ito's colours, the one that is hard to see on white last."""

DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_NUM_MARKERS = 8


_told = []


def is_possible():
  """Whether matplotlib is installed; the first time it is not, says so."""
  try:
    import matplotlib
  except ImportError:
    if not _told:
      _told.append(True)
      sys.stderr.write("No pictures, as matplotlib is not installed: {}\n"
                       .format(_INSTALL))
    return False
  matplotlib.use("Agg")
  return True


def pyplot():
  """Imports matplotlib's pyplot, for drawing into files.

  Returns:
    The module.

  Raises:
    ImportError: If it is not installed; says how to install it.
  """
  if not is_possible():
    raise ImportError("Pictures need matplotlib, which is not installed: " +
                      _INSTALL)
  from matplotlib import pyplot as module
  # Text in SVG files stays text, and the same data give the same file.
  module.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "0"})
  return module


def style(index, num_points=0):
  """Arguments of `plot` for the line of an index.

  Args:
    index: Integer >= 0. Lines of indices below 28 all differ.
    num_points: Integer, the points of the line, which some get markers; 0 for
      a line without markers.

  Returns:
    Dict.
  """
  arguments = {"color": COLORS[index % (len(COLORS) - 1)],
               "linestyle": DASHES[index % len(DASHES)]}
  if num_points:
    every = max(1, num_points // _NUM_MARKERS)
    arguments.update(marker=MARKERS[index % len(MARKERS)], markersize=4,
                     markevery=(index * every // len(MARKERS), every))
  return arguments


def save(figure, path, dpi=90):
  """Writes a figure as PNG and, beside it, as SVG; then closes it.

  Args:
    figure: A matplotlib figure.
    path: String that ends in ".png".
    dpi: Integer, the PNG's dots per inch.
  """
  figure.savefig(path, dpi=dpi, bbox_inches="tight")
  # A date would make two equal pictures differ.
  figure.savefig(os.path.splitext(path)[0] + ".svg", bbox_inches="tight",
                 metadata={"Date": None})
  pyplot().close(figure)
