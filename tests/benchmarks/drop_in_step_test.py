# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that the cost of drop-in steps is measured."""

import tensorflow.compat.v1 as tf

from benchmarks import drop_in_step


class DropInStepTest(tf.test.TestCase):

  def test_rows_and_table(self):
    shapes = [[3, 4], [4]]
    rows = drop_in_step.alternate(shapes, 2)
    self.assertEqual(["adam", "native", "tensorflow"],
                     [row.optimizer for row in rows])
    for row in rows:
      self.assertGreater(row.step_seconds, 0)
      self.assertGreater(row.build_seconds, 0)
    self.assertFalse(rows[0].is_native)
    self.assertFalse(rows[2].is_native)

  def test_rows_of_a_table(self):
    rows = drop_in_step.alternate(
        [[9, 2]], 2, drop_in_step.TABLE_OPTIMIZERS, 3)
    self.assertEqual(["lazy", "native", "tensorflow"],
                     [row.optimizer for row in rows])

  def test_table(self):
    rows = [drop_in_step.Row("adam", False, 0.1, 0.001),
            drop_in_step.Row("native", True, 0.2, 0.002),
            drop_in_step.Row("tensorflow", False, 0.3, 0.01)]
    lines = drop_in_step.table("model", [[1000]], rows).splitlines()
    self.assertEqual(
        ["model", "native", "1,000", "1", "0.20", "2.000", "2000.00", "2.0",
         "5.00"], lines[1].split())
    lines = drop_in_step.table(
        "model", [[1000]], [row._replace(is_native=False) for row in rows])
    self.assertEndsWith(lines.splitlines()[1], "not native here")

  def test_shapes(self):
    shapes = drop_in_step.resnet50_shapes()
    self.assertLen(shapes, 161)


if __name__ == "__main__":
  tf.test.main()
