# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs pages that meta-train as they stand, and checks what they claim."""

import os
import re
import sys

import numpy as np
import tensorflow.compat.v1 as tf

from tests import repository


class PagesAtFullSizeTest(tf.test.TestCase):

  def _run_page(self, path):
    """Runs a page in a directory of its own; returns its names."""
    os.chdir(self.create_tempdir().full_path)
    sys.path.insert(0, os.getcwd())
    return repository.run_page(path)

  def test_own_problem(self):
    page = "docs/own_problem.md"
    curves = self._run_page(page)["curves"]
    self.assertEqual(["Adam", "ours", "shipped weights"], sorted(curves))
    least = min(np.min(curve) for curve in curves.values())
    self.assertLess(curves["ours"][-1], 1.05 * least)
    self.assertLess(curves["shipped weights"][-1], 0.5 * curves["Adam"][0])
    self.assertLess(curves["Adam"][-1], 1.01 * least)
    # Of what the page shows, the end of ours depends on the processor.
    printed = re.findall(
        r"objective (\S+) -> (\S+) in 200 .* lowest (\S+) after",
        repository.read(page))
    self.assertLen(printed, 3)
    for name, (first, last, lowest) in zip(
        ("ours", "shipped weights", "Adam"), printed):
      self.assertAllClose(float(first), curves[name][0], rtol=1e-4)
      if name != "ours":
        self.assertAllClose(float(last), curves[name][-1], rtol=0.01)
      self.assertAllClose(float(lowest), np.min(curves[name]), rtol=0.05)

  def test_evolution_strategies(self):
    ends = self._run_page("docs/evolution_strategies.md")["ends"]
    for problem in ("Rosenbrock", "Beale"):
      self.assertLess(ends["after", problem], 0.01 * ends["before", problem])

  def test_model_adapter(self):
    ends = self._run_page("docs/model_adapter.md")["ends"]
    self.assertLess(ends["after"], 0.1 * ends["before"])
    self.assertLess(ends["shipped weights"], ends["after"])

  def test_new_optimizer(self):
    ends = self._run_page("docs/new_optimizer.md")["ends"]
    self.assertLen(ends["after"], 3)
    for before, after in zip(ends["before"], ends["after"]):
      self.assertLess(after, before)


if __name__ == "__main__":
  tf.test.main()
