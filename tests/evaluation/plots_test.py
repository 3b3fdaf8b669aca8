# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of plots and files of objectives."""

import collections
import os
import pkgutil
import sys

from absl.testing import absltest
import numpy as np

from evaluation import plots


class PlotTest(absltest.TestCase):

  def test_plot(self):
    if pkgutil.find_loader("matplotlib") is None:
      self.skipTest("matplotlib is not installed")
    path = os.path.join(self.create_tempdir().full_path, "plot.png")
    plot = plots.plot_objectives(
        collections.OrderedDict([("a", [4.0, 2.0, np.inf]), ("b", [3.0])]),
        path, "Two runs")
    with open(path, "rb") as stream:
      self.assertEqual(b"\x89PNG", stream.read(4))
    axes, = plot.axes
    self.assertEqual(
        ("log", "step", "objective (lower is better)", "Two runs", ["a", "b"]),
        (axes.get_yscale(), axes.get_xlabel(), axes.get_ylabel(),
         axes.get_title(), [line.get_label() for line in axes.lines]))
    np.testing.assert_array_equal([4.0, 2.0, np.nan], axes.lines[0].get_ydata())
    plot = plots.plot_objectives({"a": [1.0, 0.0]})
    self.assertEqual("linear", plot.axes[0].get_yscale())
    with self.assertRaisesRegexp(ValueError, "at least one curve"):
      plots.plot_objectives({})

  def test_without_matplotlib(self):
    with absltest.mock.patch.dict(sys.modules, {"matplotlib": None}):
      with self.assertRaisesRegexp(ImportError, "pip install matplotlib"):
        plots.plot_objectives({"a": [1.0]})


class WriteTest(absltest.TestCase):

  def test_one_run_and_several(self):
    path = os.path.join(self.create_tempdir().full_path, "objectives.csv")
    plots.write_objectives(collections.OrderedDict(
        [("a", [1.0, 0.1]), ("b", [[2.0], [float("inf")]])]), path)
    with open(path) as stream:
      self.assertEqual(
          ["optimizer,run,step,objective", "a,0,0,1.0", "a,0,1,0.1",
           "b,0,0,2.0", "b,1,0,inf"], stream.read().splitlines())


if __name__ == "__main__":
  absltest.main()
