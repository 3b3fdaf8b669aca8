# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what a person at a shell sees of a test: summary and plot."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections
import os
import pkgutil
import sys

import numpy as np
import six
import tensorflow as tf

import metaopt
from problems import problem_generator


class _Parabola(problem_generator.Problem):
  """1/2 ||x||^2, its gradient x."""

  def __init__(self):
    super(_Parabola, self).__init__([[2]])

  def objective(self, parameters, data=None, labels=None):
    return 0.5 * tf.reduce_sum(tf.square(parameters[0]))


class SummaryTest(tf.test.TestCase):

  def test_summary(self):
    out = six.StringIO()
    for rate, stream in ((0.1, out), (1e20, out), (0.1, None)):
      result = metaopt.evaluate(
          tf.compat.v1.train.GradientDescentOptimizer(rate), _Parabola(), 5,
          seed=[np.float32([2.0, -1.0])], out=stream)
      self.assertLen(result, 3)
    lines = out.getvalue().splitlines()
    self.assertLen(lines, 2)
    six.assertRegex(
        self, lines[0], r"^GradientDescentOptimizer on _Parabola: objective "
        r"2.5 -> 0.871696 in 5 steps, [0-9.e-]+ s; lowest 0.871696 after step "
        r"5$")
    six.assertRegex(
        self, lines[1], "objective 2.5 -> (inf|nan) in .*; lowest 2.5 after "
        "step 0; not finite after step 1$")


class PlotTest(tf.test.TestCase):

  def test_plot(self):
    if pkgutil.find_loader("matplotlib") is None:
      self.skipTest("matplotlib is not installed")
    path = os.path.join(self.get_temp_dir(), "plot.png")
    plot = metaopt.plot_objectives(
        collections.OrderedDict([("a", [4.0, 2.0, np.inf]), ("b", [3.0])]),
        path, "Two runs")
    with open(path, "rb") as stream:
      self.assertEqual(b"\x89PNG", stream.read(4))
    axes, = plot.axes
    self.assertEqual(
        ("log", "step", "objective (lower is better)", "Two runs", ["a", "b"]),
        (axes.get_yscale(), axes.get_xlabel(), axes.get_ylabel(),
         axes.get_title(), [line.get_label() for line in axes.lines]))
    self.assertAllEqual([4.0, 2.0, np.nan], axes.lines[0].get_ydata())
    plot = metaopt.plot_objectives({"a": [1.0, 0.0]})
    self.assertEqual("linear", plot.axes[0].get_yscale())
    with self.assertRaisesRegexp(ValueError, "at least one curve"):
      metaopt.plot_objectives({})

  def test_without_matplotlib(self):
    mock = tf.compat.v1.test.mock
    with mock.patch.dict(sys.modules, {"matplotlib": None}):
      with self.assertRaisesRegexp(ImportError, "pip install matplotlib"):
        metaopt.plot_objectives({"a": [1.0]})


if __name__ == "__main__":
  tf.test.main()
