# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the problems that decide while meta-training."""

import tensorflow.compat.v1 as tf

from benchmarks.comparison import validation_problems
from problems import datasets


class ValidationProblemsTest(tf.test.TestCase):

  def test_data_fit_the_problems(self):
    rows = validation_problems.problems()
    self.assertLen(rows, 31)
    for spec, dataset, batch_size in rows:
      if batch_size is None:
        self.assertIs(datasets.EMPTY_DATASET, dataset)
        continue
      self.assertLess(batch_size, dataset.size)
      with tf.Graph().as_default():
        problem = spec.build()
        objective = problem.objective(
            [tf.zeros(shape) for shape in problem.param_shapes],
            tf.constant(dataset.data[:batch_size]),
            tf.constant(dataset.labels[:batch_size]))
        self.assertEqual([], objective.shape.as_list(), repr(spec))

  def test_the_same_data_each_time(self):
    first, again = [validation_problems.problems() for _ in range(2)]
    self.assertEqual(repr(first), repr(again))


if __name__ == "__main__":
  tf.test.main()
