# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the data sets that only benchmarks have."""

import numpy as np
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

  def test_license(self):
    for part, word in enumerate(("definitions", "grant")):
      data = benchmark_data.next_symbols(16, 2000, part)
      self.assertAllEqual(data.data[:, 1:], data.labels[:, :-1])
      text = "".join(benchmark_data.SYMBOLS[int(number)]
                     for number in benchmark_data._license(part))
      self.assertIn(word, text)
      masked = benchmark_data.masked_text(16, 2000, part)
      self.assertAllEqual(data.data[:, 8], masked.labels)
      self.assertAllEqual([27] * 2000, masked.data[:, 8])

  def test_skip_grams(self):
    data = benchmark_data.skip_grams(1000, 2000, 3, random_seed=1).data
    self.assertEqual((2000, 5), data.shape)
    self.assertBetween(data.max(), 900, 999)
    alike = np.mean(data[:, 0] % 50 == data[:, 1] % 50)
    self.assertBetween(alike, 0.65, 0.8)

  def test_transitions(self):
    """Rewards are what the best ways lead to: Bellman's equation."""
    data = benchmark_data.transitions(4, 0.9).data
    best = {}
    for field, _, _, _, _, value in data:
      best[field] = max(value, best.get(field, 0.0))
    for _, _, reward, following, discount, value in data:
      self.assertAllClose(reward + discount * best[following], value)

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
    wrong = benchmark_data.digits(100, wrong=0.5, shape=(8, 8, 1))
    self.assertAllEqual(data.data, wrong.data.reshape([100, 64]))
    self.assertBetween(np.mean(data.labels != wrong.labels), 0.3, 0.6)
    self.assertAllClose(data.labels / 9.0,
                        benchmark_data.digit_values(100).labels[:, 0])
    raw, plain = [benchmark_data.table("wine", each) for each in (False, True)]
    self.assertGreater(raw.data.max(), 1000)
    self.assertAllClose(np.ones([13]), plain.data.std(0), rtol=1e-3)


class ScaleTest(tf.test.TestCase):

  def test_columns_differ_in_scale(self):
    plain = datasets.random(3, 40, n_classes=2, random_seed=1)
    scaled = benchmark_data.badly_scaled(3, 40, 2, 4.0, random_seed=1)
    self.assertAllClose(plain.data * [0.01, 1.0, 100.0], scaled.data)
    self.assertAllEqual(plain.labels, scaled.labels)


if __name__ == "__main__":
  tf.test.main()
