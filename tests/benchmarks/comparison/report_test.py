# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of comparing on several problems, and of what is written."""

import csv
import io
import os
import re
import tempfile
import time

import tensorflow.compat.v1 as tf

from benchmarks import plotting
from benchmarks.comparison import comparison
from benchmarks.comparison import curves
from benchmarks.comparison import groups
from benchmarks.comparison import report
from optimizer import trainable_adam
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

_Spec = problem_spec.Spec

_QUADRATIC = groups.Entry(
    "b", "Quadratic(3)", _Spec(pg.Quadratic, (3,), {
        "random_seed": 5, "noise_stdev": 0.1}),
    datasets.EMPTY_DATASET, None, True)
_NET = groups.Entry(
    "v", "FullyConnected(4, 2)", _Spec(pg.FullyConnected, (4, 2), {
        "hidden_sizes": (3,)}),
    datasets.random_mlp(4, 40, random_seed=3), 10, True)
_OPTIONS = {"learning_rates": (1e-3, 0.1, 1e9), "tuning_seeds": (7, 8),
            "seeds": (1, 2)}


def _learned(name, rate):
  spec = _Spec(trainable_adam.TrainableAdam, (rate,))
  return comparison.Learned(name, spec, curves.initial_meta_parameters(spec),
                         "TrainableAdam")


class CompareTest(tf.test.TestCase):

  def test_tables_and_page(self):
    directory = tempfile.mkdtemp(dir=self.get_temp_dir())
    out = io.StringIO()
    outcomes = report.run(
        [_QUADRATIC, _NET], [_learned("learned", 0.05)], 50,
        os.path.join(directory, "cache"), out, **_OPTIONS)
    self.assertRegexpMatches(out.getvalue(), r"b Quadratic\(3\): SGD@0.1 ")
    try:
      plotting.pyplot()
      plots = True
    except ImportError:
      plots = False
    table = report.write(
        outcomes, directory, (1, 2), 50, plots, [_learned("learned", 0.05)],
        "compare --quick", quick=True)
    self.assertIn("| b (held out, same families) | learned | 1 |", table)
    rows = self._read(directory, "runs.csv")
    self.assertLen(rows, 2 * 5 * 2)
    self.assertEqual({"1", "2"}, set(row["seed"] for row in rows))
    self.assertEqual([row["speed_up"] == "" for row in rows],
                     [row["optimizer"] != "learned" for row in rows])
    self.assertLen(self._read(directory, "problems.csv"), 2 * 5)
    adam = [row for row in self._read(directory, "summary.csv")
            if row["optimizer"] == "Adam"]
    self.assertLen(adam, 2)
    for row in adam:
      self.assertEqual("1.0", row["share_no_worse_than_adam"])
      self.assertEqual("0", row["diverged_runs"])
    with open(os.path.join(directory, "index.html")) as stream:
      html = stream.read()
    self.assertIn("FullyConnected(4, 2)", html)
    for text in ("<strong>This was a smoke run", "seeds: 1, 2<",
                 "date: " + time.strftime("%Y"), "command: compare --quick<",
                 "weights of learned: 4 numbers, SHA-1 "):
      self.assertIn(text, html)
    self._check_bold(directory, html)
    for link in re.findall('href="([^"]+)"', html):
      self.assertTrue('id="{}"'.format(link[1:]) in html if link[0] == "#" else
                      os.path.exists(os.path.join(directory, link)), link)
    if not plots:
      self.skipTest("No plots: matplotlib is not installed.")
    images = re.findall('img src="([^"]+)"', html)
    self.assertEqual(["b000_quadratic.png", "v000_fullyconnected.png"], images)
    for image in images + ["overview.png"]:
      self.assertGreater(os.path.getsize(os.path.join(directory, image)), 5000)

  def _check_bold(self, directory, html):
    """Asserts that the lowest final loss of each problem is bold."""
    rows = self._read(directory, "problems.csv")
    for problem in set(row["problem"] for row in rows):
      losses = {row["optimizer"]: float(row["final_loss"]) for row in rows
                if row["problem"] == problem}
      bold = re.findall(
          "<td>{}</td><td>(\\w+)</td><td>[^<]*</td><td><b>".format(
              re.escape(problem)), html)
      self.assertEqual([name for name in losses
                        if losses[name] == min(losses.values())], bold)

  def _read(self, directory, name):
    with open(os.path.join(directory, name)) as stream:
      return list(csv.DictReader(stream))


if __name__ == "__main__":
  tf.test.main()
