# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the referee's tables and verdicts, on curves made by hand."""

import collections
import os

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import plotting
from benchmarks.comparison import groups
from benchmarks.comparison import referee
from benchmarks.comparison import report
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

_Spec = problem_spec.Spec.of
_POINTS = 20


def _entry(spec, size=0):
  dataset = datasets.random(size, 40) if size else datasets.EMPTY_DATASET
  return groups.Entry("b", str(spec), spec, dataset, 8 if size else None)


def _curve(end, at, length=100):
  """Falls from 100 to `end` with point number `at`."""
  return np.array([100.0] * (at - 1) + [end] * (length - at + 1))


def _outcome(entry, **curves):
  """Two equal runs for each; Adam reaches 1 with the last point, 20."""
  everything = collections.OrderedDict(
      [(referee.TUNED, [_curve(1.0, _POINTS)] * 2),
       (referee.COSINE, [_curve(0.6, _POINTS)] * 2),
       (referee.DEFAULT, [_curve(50.0, 10)] * 2)] +
      [(name, [curve] * 2) for name, curve in sorted(curves.items())])
  return referee.Outcome(entry, 1.0, 100.0, {referee.TUNED: 0.1}, everything,
                         _POINTS, 5)


_QUIET = _entry(_Spec(pg.Quadratic, 3))
_NOISY = _entry(_Spec(pg.Quadratic, 3, noise_stdev=0.1))
_NET = _entry(_Spec(pg.FullyConnected, 4, 2, hidden_sizes=(3,)), 4)


class RowsTest(tf.test.TestCase):

  def test_by_hand(self):
    late = _curve(1.0, 41)
    late[1:40] = 10.0
    rows = {row.optimizer: row for row in report.rows(_outcome(
        _QUIET, fast=_curve(0.5, 8), late=late, bad=_curve(np.inf, 10)))}
    adam, fast, late, bad = [rows[name] for name in (
        referee.TUNED, "fast", "late", "bad")]
    self.assertEqual((100, 1.0, 0.0, True, 0), (
        adam.steps, adam.time_ratio, adam.log_loss_ratio, adam.no_worse,
        adam.diverged))
    self.assertEqual((40, 2.5, True), (fast.steps, fast.time_ratio,
                                       fast.no_worse))
    self.assertAllClose(np.log(0.5), fast.log_loss_ratio)
    self.assertAllClose(np.log(200) / np.log(100), fast.part_of_way)
    self.assertEqual([True, False], [
        row.no_worse_than_cosine for row in (fast, adam)])
    # Two points are averaged from point 40 on, so the loss is 1 at 42.
    self.assertEqual(210, late.steps)
    self.assertAllClose(20 / 42.0, late.time_ratio)
    self.assertFalse(late.no_worse)
    self.assertAllClose(0.5, late.part_of_way)
    self.assertEqual((2, 2, 0.2, np.inf), (
        bad.diverged, bad.runs, bad.time_ratio, bad.rise))

  def test_rise_and_first_steps(self):
    """Points are 5 steps apart: at 50 steps the default is at 50 of 100."""
    hump = _curve(1.0, 5)
    hump[10:13] = 3.0
    steady = _curve(20.0, 2)
    rows = {row.optimizer: row for row in report.rows(_outcome(
        _QUIET, hump=hump, steady=steady))}
    self.assertEqual([3.0, 1.0, 1.0], [
        rows[name].rise for name in ("hump", "steady", referee.TUNED)])
    # The horizon is 100, so that there is no loss at 100 and 300.
    self.assertEqual([[0.06], [0.4], [1.0], [2.0]], [
        rows[name].beside_default
        for name in ("hump", "steady", referee.DEFAULT, referee.TUNED)])

  def test_summary(self):
    rows = []
    for entry, mine in ((_QUIET, _curve(0.5, 10)), (_NET, _curve(2.0, 10))):
      rows += report.rows(_outcome(entry, mine=mine))
    cells = {tuple(row[:2]): row[2:] for row in report.summary(rows)}
    # The ratios are 2 and 1/5, log losses log 0.5 and log 2.
    self.assertEqual(
        ["2", "0.63", "0.20 to 2.00", "50%", "50%", "50%", "+0.000", "100%",
         "100%", "100%", "0 of 4"], cells["all", "mine"])
    self.assertLen(report.SUMMARY_FIELDS, 2 + len(cells["all", "mine"]))
    self.assertEqual(["1", "2.00"], cells["deterministic", "mine"][:2])
    self.assertEqual(["1", "0.20"], cells["nets", "mine"][:2])
    self.assertNotIn(("sparse", "mine"), cells)

  def test_profile_times(self):
    names, times = report.profile_times([
        _outcome(_QUIET, mine=_curve(1.0, 10)),
        _outcome(_NET, mine=_curve(2.0, 10))])
    self.assertEqual(
        [referee.TUNED, referee.COSINE, referee.DEFAULT, "mine"], names)
    self.assertAllEqual([[100, 100, np.inf, 50],
                         [100, 100, np.inf, np.inf]], times)


class WriteTest(tf.test.TestCase):

  def test_files(self):
    directory = os.path.join(self.get_temp_dir(), "new")
    table = report.write(directory, [_outcome(_QUIET, mine=_curve(0.5, 10))])
    self.assertIn("| all | mine | 1 | 2.00 |", table)
    with open(os.path.join(directory, "problems.md")) as stream:
      self.assertIn("| Quadratic(3) | mine |  | 0.5 | 2.00 | 1 | 0.01 |",
                    stream.read())
    with open(os.path.join(directory, "problems.csv")) as stream:
      self.assertLen(stream.readlines(), 5)
    pictures = [name for name in os.listdir(directory) if "profile" in name]
    self.assertCountEqual(
        ["profile.png", "profile.svg"] if plotting.is_possible() else [],
        pictures)


class PairedTest(tf.test.TestCase):

  def _paired(self, *ends):
    """The verdict on final losses (quiet, noisy, net); the base's are 2."""
    return report.paired(
        [_outcome(entry, base=_curve(2.0, 10), new=_curve(end, 10))
         for entry, end in zip((_QUIET, _NOISY, _NET), ends)], "base", "new")

  def test_accepts(self):
    found = self._paired(1.0, 1.0, 1.9)
    self.assertTrue(found.accepted)
    self.assertEqual([], found.reasons)
    logs = np.log([0.5, 0.5, 0.95])
    self.assertAllClose(logs.mean(), found.mean)
    self.assertAllClose([logs.min(), logs.max()], [found.low, found.high])
    self.assertAllClose(logs[[2, 1, 0]], list(found.by_family.values()))
    self.assertEqual(["nets", "noisy", "deterministic"],
                     list(found.by_family))

  def test_interval(self):
    found = self._paired(1.0, 1.0, 2.1)
    self.assertFalse(found.accepted)
    self.assertEqual(["the interval does not lie below 0"], found.reasons)

  def test_family(self):
    found = self._paired(1.0, 1.0, 2.4)
    self.assertIn("the family nets is 20% worse", found.reasons)

  def test_divergence(self):
    found = self._paired(1.0, np.inf, 1.9)
    self.assertFalse(found.accepted)
    self.assertTrue(found.reasons[1].startswith("2 of 2 runs diverge on "))
    self.assertTrue(np.isfinite(found.mean))

  def test_fails_to_train(self):
    """To 2.5 from 100 is 80.1% of the way to 1, to 2.6 is 79.3%."""
    self.assertEqual([], [reason for reason in self._paired(
        1.0, 1.0, 2.5).reasons if "train" in reason])
    self.assertLen([reason for reason in self._paired(
        1.0, 1.0, 2.6).reasons if "does not train: 79%" in reason], 1)


if __name__ == "__main__":
  tf.test.main()
