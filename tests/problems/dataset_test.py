# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of data sets and of their minibatches."""

from absl.testing import absltest
import numpy as np
import tensorflow.compat.v1 as tf

from problems import dataset as dataset_lib


class DatasetTest(absltest.TestCase):

  def test_attributes(self):
    dataset = dataset_lib.Dataset([[1, 2], [3, 4], [5, 6]], [0, 1, 0])
    self.assertEqual(3, dataset.size)
    self.assertEqual((np.int32, np.int32),
                     (dataset.data.dtype, dataset.labels.dtype))
    self.assertEqual(np.float32, dataset._replace(
        data=np.zeros([3, 2])).data.dtype)
    np.testing.assert_array_equal([[1, 2], [3, 4], [5, 6]], dataset.data)

  def test_rows_must_match(self):
    for data, labels in (([[1], [2]], [0]), ([[1]], [0, 1]),
                         (1, 0)):
      with self.assertRaisesRegexp(ValueError, "one label per row"):
        dataset_lib.Dataset(data, labels)

  def test_what_is_no_array_of_numbers(self):
    for data in (tf.ones([2, 1]), [["a"], ["b"]], [[None], [1]], None):
      with self.assertRaisesRegexp(ValueError, "data .* an array of numbers"):
        dataset_lib.Dataset(data, [0, 1])

  def test_batches(self):
    dataset = dataset_lib.Dataset(np.zeros([10, 2]), np.zeros([10]))
    batches = np.array(
        dataset.batch_indices(7, 4, np.random.RandomState(0)))
    self.assertEqual((7, 4), batches.shape)
    for start in range(0, 6, 2):
      # No row twice within an epoch of two batches; two rows are left out.
      self.assertLen(set(batches[start:start + 2].ravel()), 8)
    self.assertTrue((batches >= 0).all() and (batches < 10).all())
    # Epochs come in different orders.
    self.assertFalse(np.allclose(batches[:2], batches[2:4]))
    # Over many epochs every row has its turn.
    counts = np.bincount(np.ravel(dataset.batch_indices(1000, 4)), minlength=10)
    np.testing.assert_allclose(np.full([10], 400), counts, rtol=0.15)

  def test_batches_as_an_array(self):
    data = dataset_lib.LazyDataset(
        lambda size: dataset_lib.Dataset(np.zeros([size, 2]), np.zeros(size)),
        (10,), {})
    for num_batches, batch_size in ((7, 4), (0, 4), (2, None)):
      rows = data.batch_rows(num_batches, batch_size, np.random.RandomState(0))
      self.assertEqual(np.int32, rows.dtype)
      self.assertEqual(rows.tolist(), data.batch_indices(
          num_batches, batch_size, np.random.RandomState(0)))
    self.assertEqual((2, 0), dataset_lib.Dataset(
        np.zeros([0]), np.zeros([0])).batch_rows(2, 5).shape)

  def test_whole_data_set_as_batch(self):
    dataset = dataset_lib.Dataset(np.zeros([5, 2]), np.zeros([5]))
    for batch in dataset.batch_indices(3, 5):
      np.testing.assert_array_equal(np.arange(5), np.sort(batch))

  def test_batches_follow_from_the_generator(self):
    dataset = dataset_lib.Dataset(np.zeros([10, 2]), np.zeros([10]))
    first, second = [dataset.batch_indices(9, 3, np.random.RandomState(1))
                     for _ in range(2)]
    np.testing.assert_array_equal(first, second)
    self.assertFalse(np.allclose(dataset.batch_indices(9, 3),
                                 dataset.batch_indices(9, 3)))

  def test_empty(self):
    self.assertEqual(0, dataset_lib.EMPTY_DATASET.size)
    for batch_size in (None, 10):
      batches = dataset_lib.EMPTY_DATASET.batch_indices(3, batch_size)
      self.assertEqual([[], [], []], batches)
    self.assertEqual([], dataset_lib.Dataset(
        np.zeros([9, 2]), np.zeros([9])).batch_indices(0, 2))

  def test_batch_size_is_checked(self):
    dataset = dataset_lib.Dataset(np.zeros([10, 2]), np.zeros([10]))
    for batch_size in (0, -1, 2.5, "4", True):
      with self.assertRaisesRegexp(ValueError, "batch_size .* 10"):
        dataset.batch_indices(3, batch_size)
    with self.assertRaisesRegexp(ValueError, "num_batches"):
      dataset.batch_indices(-1, 2)


class LazyDatasetTest(absltest.TestCase):

  def test_made_once_when_looked_at(self):
    calls = []

    def make(rows, value=0):
      calls.append(rows)
      return dataset_lib.Dataset(np.full([rows, 2], value), np.ones([rows]))

    dataset = dataset_lib.LazyDataset(make, (4,), {"value": 3})
    self.assertEqual("LazyDataset(make(4, value=3))", repr(dataset))
    self.assertFalse(dataset.is_made)
    self.assertEqual([], calls)
    self.assertEqual(4, dataset.size)
    np.testing.assert_array_equal(np.full([4, 2], 3), dataset.data)
    np.testing.assert_array_equal(np.ones([4]), dataset.labels)
    self.assertEqual((2, 3), np.shape(dataset.batch_indices(2, 3)))
    self.assertEqual([4], calls)
    self.assertTrue(dataset.is_made)


if __name__ == "__main__":
  absltest.main()
