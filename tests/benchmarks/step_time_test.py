# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the times of steps, and what is made of them."""

import functools
import os
import tempfile

import tensorflow.compat.v1 as tf

from benchmarks import plotting
from benchmarks import step_time


class StepTimeTest(tf.test.TestCase):

  def test_rows(self):
    sgd = functools.partial(tf.train.GradientDescentOptimizer, 1e-3)
    rows = list(step_time.rows(["mlp", "convnet"], [1, 2], sgd, 2, 1.0))
    self.assertEqual([("mlp", 1), ("mlp", 2), ("convnet", 1), ("convnet", 2)],
                     [(row.model, row.batch_size) for row in rows])
    for row in rows:
      self.assertGreater(row.adam_ms, 0)
      self.assertAlmostEqual(row.ratio, row.learned_ms / row.adam_ms)
      self.assertFalse(row.is_native)
    self.assertEqual(784 * 64 + 64 + 64 * 64 + 64 + 640 + 10,
                     rows[0].parameters)
    self.assertEqual(9 * 16 + 16 + 9 * 16 * 32 + 32 + 49 * 32 * 10 + 10,
                     rows[2].parameters)

  def test_table_and_plot(self):
    rows = [step_time.Row("mlp", 1234567, size, 2.0, 5.0, 2.5, size > 1)
            for size in (1, 10)]
    self.assertIn("| mlp | 1,234,567 | 1 | 2.00 | 5.00 | 2.5 | no |",
                  step_time.table(rows))
    self.assertIn("| mlp | 1,234,567 | 10 | 2.00 | 5.00 | 2.5 | yes |",
                  step_time.table(rows))
    try:
      plotting.pyplot()
    except ImportError as error:
      self.skipTest(str(error))
    path = os.path.join(tempfile.mkdtemp(dir=self.get_temp_dir()), "plot.png")
    step_time.plot(path, rows)
    self.assertGreater(os.path.getsize(path), 3000)
    self.assertTrue(os.path.exists(path[:-len("png")] + "svg"))

  def test_turns(self):
    """Steps alternate, after two to warm up."""
    turns = []

    class Optimizer(tf.train.GradientDescentOptimizer):

      def __init__(self, name):
        super().__init__(0.1)
        self._turn = name

      def minimize(self, loss):
        return tf.group(
            super().minimize(loss),
            tf.py_func(lambda: turns.append(self._turn), [], []))

    fastest, _, is_native = step_time.measure(
        step_time.mlp, 1, [lambda: Optimizer("a"), lambda: Optimizer("b")], 3,
        60.0)
    self.assertEqual(["a", "b"] * 5, turns)
    self.assertLen(fastest, 2)
    self.assertFalse(is_native)


if __name__ == "__main__":
  tf.test.main()
