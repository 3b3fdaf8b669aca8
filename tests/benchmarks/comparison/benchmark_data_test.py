# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the data sets that only benchmarks have."""

import tensorflow.compat.v1 as tf

from benchmarks.comparison import benchmark_data
from problems import datasets


class DataTest(tf.test.TestCase):

  def test_text(self):
    data = benchmark_data.text(5, 100)

    def as_text(row):
      return "".join(benchmark_data.SYMBOLS[int(number)] for number in row)

    poem = " ".join(benchmark_data._TEXT.split())
    for row, label in zip(data.data, data.labels):
      self.assertIn(as_text(row) + as_text([label]), poem)

  def test_made_up(self):
    for data, n_classes in (
        (benchmark_data.images(6, 90, 3, random_seed=1), 3),
        (benchmark_data.low_rank(7, 2, 90, random_seed=1), 1),
        (benchmark_data.sine_labels(7, 90, 3, random_seed=1), 3)):
      self.assertEqual(90, data.size)
      self.assertEqual(list(range(n_classes)), sorted(set(data.labels)))

  def test_digits(self):
    try:
      data = benchmark_data.digits(100)
    except ImportError as error:
      self.assertIn(benchmark_data.INSTALL, str(error))
      self.skipTest(str(error))
    self.assertEqual((100, 64), data.data.shape)
    self.assertEqual(1.0, data.data.max())
    self.assertEqual(10, len(set(data.labels)))


class ScaleTest(tf.test.TestCase):

  def test_columns_differ_in_scale(self):
    plain = datasets.random(3, 40, n_classes=2, random_seed=1)
    scaled = benchmark_data.badly_scaled(3, 40, 2, 4.0, random_seed=1)
    self.assertAllClose(plain.data * [0.01, 1.0, 100.0], scaled.data)
    self.assertAllEqual(plain.labels, scaled.labels)


if __name__ == "__main__":
  tf.test.main()
