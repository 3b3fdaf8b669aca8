# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the tables of a comparison."""

import collections

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import baselines
from benchmarks.comparison import comparison
from benchmarks.comparison import groups
from benchmarks.comparison import metrics
from benchmarks.comparison import tables

_ENTRY = groups.Entry("v", "P", None, None, None, True)
_ADAM = np.float32([[8.0] * 100 + [4.0] * 100] * 2)
_MINE = np.float32([[8.0] * 50 + [4.0] * 150] * 2)


def _outcome(baselines_compiled=True):
  """Four equal baselines and one, compiled, that is there in half the steps."""
  results = collections.OrderedDict(
      (name, comparison.Result(0.1, _ADAM, [1.0, 3.0], baselines_compiled))
      for name in baselines.SPECS)
  results["mine"] = comparison.Result(None, _MINE, [2.0, 4.0], True)
  return comparison.Outcome(_ENTRY, results, _ADAM)


class TablesTest(tf.test.TestCase):

  def test_rows_of_runs(self):
    rows = tables.run_rows(_outcome(), [7, 9])
    self.assertLen(rows, 10)
    # The mean of Adam's last ten values is 4, where ours ends, at step 110.
    self.assertEqual(
        [("v", "P", "mine", seed, None, 8.0, 4.0, False, 110 / 200.0,
          milliseconds, True) for seed, milliseconds in ((7, 2.0), (9, 4.0))],
        rows[-2:])
    for row in rows[:-2]:
      self.assertIsNone(row[tables.RUN_FIELDS.index("speed_up")])

  def test_rows_of_problems(self):
    rows = {row.optimizer: row for row in tables.problem_rows(_outcome())}
    self.assertEqual(
        (None, 4.0, 110 / 200.0, True, True, 0, 2, 3.0), rows["mine"][3:])
    self.assertEqual((0.1, 4.0, None, True, True, 0, 2, 2.0),
                     rows["Adam"][3:])

  def test_compiled_and_other_runs_have_no_common_clock(self):
    mixed = tables.problem_rows(_outcome(baselines_compiled=False))
    self.assertEqual([None] * 5, [row.ms_per_step for row in mixed])
    for header, cells in (tables.problem_table(mixed),
                          tables.group_table(tables.group_rows(mixed))):
      self.assertEqual("diverged runs", header[-1])
      self.assertLen(cells, 5)
      for row in cells:
        self.assertLen(row, len(header))
    # Beside a problem that has a clock its own cells are empty.
    rows = mixed + [row._replace(problem="Q")
                    for row in tables.problem_rows(_outcome())]
    header, cells = tables.problem_table(rows)
    self.assertEqual("ms a step", header[-1])
    self.assertEqual([""] * 5 + ["2.000"] * 4 + ["3.000"],
                     [row[-1] for row in cells])
    self.assertEqual([2.0] * 4 + [3.0],
                     [row[-1] for row in tables.group_rows(rows)])

  def test_groups(self):
    rows = [tables.ProblemRow("v", name, "mine", None, 1.0, speed_up, adam,
                              best, diverged, 3, milliseconds)
            for name, speed_up, adam, best, diverged, milliseconds in (
                ("P", 1.0, True, True, 1, 2.0),
                ("Q", 2.0, True, False, 0, 5.0),
                ("R", 4.0, False, False, 2, 3.0))]
    grouped = tables.group_rows(rows)
    self.assertEqual([("v", "mine", 3, 2.0, 2 / 3.0, 1 / 3.0, 3, 9, 3.0)],
                     grouped)
    header, (cells,) = tables.group_table(grouped)
    self.assertLen(cells, len(header))
    self.assertEqual(["mine", "3", "2.00", "67%", "33%", "3 of 9", "3.000"],
                     cells[1:])
    header, cells = tables.problem_table(rows)
    self.assertLen(header, len(cells[1]))
    self.assertEqual(["Q", "mine", "", "1", "2.00", "0", "5.000"], cells[1])

  def test_speed_ups(self):
    self.assertEqual(
        ["", "0.50", ">{}".format(metrics.BOUND)],
        [tables.show_speed_up(value) for value in (None, 0.5, metrics.BOUND)])


if __name__ == "__main__":
  tf.test.main()
