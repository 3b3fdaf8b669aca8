# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of minibatches."""

from absl.testing import absltest
import numpy as np

from meta_training import minibatches
from problems import datasets

_ROWS = datasets.Dataset(np.arange(14.0).reshape([7, 2]), np.arange(7))


class MinibatchesTest(absltest.TestCase):

  def test_sizes(self):
    for batch_size, expected in ((3, 3), (7, 7), (100, 7), (None, 7)):
      self.assertEqual(
          expected, minibatches.Minibatches(_ROWS, batch_size).size)
    for dataset in (None, datasets.EMPTY_DATASET):
      self.assertEqual(0, minibatches.Minibatches(dataset, 3).size)

  def test_pairs_are_data_sets(self):
    batches = minibatches.Minibatches(([[1.0], [2.0]], [0, 1]), 1)
    self.assertIsInstance(batches.dataset, datasets.Dataset)
    self.assertEqual(2, batches.dataset.size)
    lazy = datasets.LazyDataset(datasets.random, (3, 20))
    self.assertIs(lazy, minibatches.as_dataset(lazy))

  def test_checks_make_no_lazy_data(self):
    lazy = datasets.LazyDataset(datasets.random, (3, 20))
    minibatches.check(lazy, 5)
    self.assertFalse(lazy.is_made)
    with self.assertRaisesRegexp(ValueError, "positive integer.* got 0"):
      minibatches.check(lazy, 0)
    self.assertFalse(lazy.is_made)

  def test_what_cannot_be(self):
    for batch_size in (0, -1, 2.0, "3", True):
      with self.assertRaisesRegexp(ValueError, "batch size must be a positive"):
        minibatches.Minibatches(_ROWS, batch_size)
      # Without data it is not looked at.
      minibatches.Minibatches(None, batch_size)
    for dataset in (5, "data", ([[1.0]],)):
      with self.assertRaisesRegexp(ValueError, "A data set must be"):
        minibatches.Minibatches(dataset, None)


class WalkTest(absltest.TestCase):

  def _walk(self, batch_size, seed=1):
    return minibatches.Minibatches(_ROWS, batch_size).walk(
        np.random.RandomState(seed))

  def test_epochs(self):
    rows = self._walk(3).take(10)
    self.assertEqual((10, 3), rows.shape)
    self.assertEqual(np.int32, rows.dtype)
    for epoch in rows.reshape([5, 6]):
      # Two batches; the seventh row is left out.
      self.assertLen(set(epoch), 6)
    self.assertEqual(set(range(7)), set(rows.ravel()))

  def test_an_epoch_goes_on_in_the_next_call(self):
    walk = self._walk(3)
    parts = np.concatenate([walk.take(n) for n in (1, 2, 0, 3)])
    for epoch in parts.reshape([3, 6]):
      self.assertLen(set(epoch), 6)

  def test_follows_from_the_generator(self):
    first, again, other = [
        self._walk(2, seed).take(9).tolist() for seed in (1, 1, 2)]
    self.assertEqual(first, again)
    self.assertNotEqual(first, other)

  def test_no_data(self):
    walk = minibatches.Minibatches(None, 3).walk(np.random.RandomState(0))
    self.assertEqual((4, 0), walk.take(4).shape)


if __name__ == "__main__":
  absltest.main()
