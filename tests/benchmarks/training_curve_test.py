# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of summing a run up."""

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import training_curve


class TrainingCurveTest(tf.test.TestCase):

  def _write(self, directory, values):
    with tf.Graph().as_default():
      writer = tf.summary.FileWriter(directory)
    for step, value in values:
      writer.add_summary(tf.Summary(value=[
          tf.Summary.Value(tag="MetaObjective", simple_value=value),
          tf.Summary.Value(tag="other", simple_value=100.0)]), step)
    writer.close()

  def test_reads_and_groups(self):
    directory = self.get_temp_dir()
    self._write(directory, [(10, -1.0), (20, -2.0), (30, np.nan),
                            (40, -4.0), (50, -6.0)])
    points = training_curve.read(directory)
    self.assertEqual([10, 20, 30, 40, 50], [point[0] for point in points])
    rows = training_curve.summarize(points, 2)
    self.assertEqual([(30, 3), (50, 5)],
                     [(row.updates, row.visits) for row in rows])
    self.assertAllClose([-1.5, -5.0],
                        [row.median_meta_objective for row in rows])
    self.assertAllClose([-5.5, -4.5],
                        [rows[1].lower_quartile, rows[1].upper_quartile])
    self.assertLen(training_curve.summarize(points, 100), 5)

  def test_an_empty_directory(self):
    with self.assertRaisesRegexp(ValueError, "no events"):
      training_curve.read(self.create_tempdir().full_path)


if __name__ == "__main__":
  tf.test.main()
