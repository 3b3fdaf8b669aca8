# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the page of a comparison."""

import io
import os

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import page
from benchmarks.comparison import tables


class PageTest(tf.test.TestCase):

  def test_band(self):
    runs = np.array([[1, 2, 3], [2, 4, 6], [3, 6, np.inf]], np.float32)
    steps, low, median, high = page.band(runs)
    self.assertAllEqual([0, 1, 2], steps)
    self.assertAllClose([1.5, 3, 4.5], low)
    self.assertAllClose([2, 4, 6], median)
    self.assertAllClose([2.5, 5], high[:2])
    self.assertTrue(np.isnan(high[2]))

  def test_bands_of_long_curves_are_thinned_out(self):
    curve = np.arange(10000, dtype=np.float32)
    steps, low, median, high = page.band(np.stack([curve] * 2))
    self.assertLen(steps, 400)
    self.assertAllEqual([0, 9999], steps[[0, -1]])
    for quartile in (low, median, high):
      self.assertAllEqual(steps, quartile)

  def test_text_is_escaped(self):
    directory = self.create_tempdir().full_path
    row = tables.ProblemRow("v", "f<a & b>", "mine", None, 0.5, 2.0, True,
                            True, 1, 3, 0.25)
    page.write(directory, [], [row], tables.group_rows([row]), 50, False)
    self.assertEqual(["index.html"], os.listdir(directory))
    with io.open(os.path.join(directory, "index.html"),
                 encoding="utf-8") as stream:
      html = stream.read()
    self.assertIn("<td>f&lt;a &amp; b&gt;</td><td>mine</td>", html)
    self.assertIn("<td>1 of 3</td><td>0.250</td>", html)
    self.assertIn("50 steps a run", html)

  def test_best_cells(self):
    rows = [("a", 3.0, 1.0), ("b", 1.0, None), ("a", 2.0, float("inf")),
            ("a", 2.0, 0.0), ("b", float("nan"), None)]
    self.assertEqual({(2, 1), (3, 1), (1, 1), (3, 2)}, page.best_cells(
        rows, lambda row: row[0],
        {column: lambda row, column=column: row[column]
         for column in (1, 2)}))


if __name__ == "__main__":
  tf.test.main()
