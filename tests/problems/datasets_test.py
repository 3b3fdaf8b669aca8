# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of data sets and of their minibatches."""

import collections
import functools
import os

import numpy as np
import tensorflow.compat.v1 as tf

from problems import dataset as dataset_lib
from problems import datasets

_SYNTHETIC = (
    (datasets.random, (6, 50)),
    (datasets.random_binary, (6, 50)),
    (datasets.random_symmetric, (6, 50)),
    (datasets.random_mlp, (6, 50)),
    (datasets.noisy_parity_class, (50, 2, 6)),
)


class SyntheticTest(tf.test.TestCase):

  def test_shapes_and_types(self):
    for fn, args in _SYNTHETIC:
      dataset = fn(*args)
      ids = fn is datasets.noisy_parity_class
      self.assertEqual((50, 6), dataset.data.shape)
      self.assertIn(dataset.labels.shape, [(50,), (50, 1)])
      self.assertEqual((np.int32 if ids else np.float32, np.int32),
                       (dataset.data.dtype, dataset.labels.dtype))

  def test_seeds(self):
    for fn, args in _SYNTHETIC:
      first, second, other, unseeded = [
          fn(*args, random_seed=seed).data for seed in (1, 1, 2, None)]
      self.assertAllEqual(first, second)
      self.assertNotAllClose(first, other)
      self.assertNotAllClose(unseeded, fn(*args).data)

  def test_global_generator_is_left_alone(self):
    np.random.seed(1)
    expected = np.random.rand()
    np.random.seed(1)
    for fn, args in _SYNTHETIC:
      fn(*args, random_seed=3).batch_indices(3, 2)
    self.assertEqual(expected, np.random.rand())

  def test_random_clusters_and_noise(self):
    near, far = [datasets.random(5, 2000, n_classes=3, sep=sep, random_seed=1)
                 for sep in (1.0, 50.0)]
    self.assertEqual((2000, 5), near.data.shape)
    counts = np.bincount(near.labels.ravel())
    self.assertAllClose([667] * 3, counts, atol=30)
    # Far apart, the signs of a row tell its corner: two for each class.
    corners = collections.defaultdict(collections.Counter)
    for row, label in zip(far.data, far.labels.ravel()):
      corners[tuple(np.sign(row))][label] += 1
    main = [max(c, key=c.get) for c in corners.values()]
    self.assertEqual([0, 0, 1, 1, 2, 2], sorted(main))
    noise = 1 - sum(max(c.values()) for c in corners.values()) / 2000.0
    self.assertBetween(noise, 0.001, 0.02)  # 1%, a third of them unchanged
    self.assertAllClose(50, np.mean(np.abs(far.data)), atol=2)

  def test_random_cluster_centers(self):
    # With every corner of the square taken, means tell nothing about classes,
    # and the overall mean is the origin.
    dataset = datasets.random(2, 40000, sep=3.0, random_seed=1)
    self.assertAllClose([0, 0], dataset.data.mean(axis=0), atol=0.1)
    # Var = sep^2 + 2/3 on average over the mixing matrices.
    self.assertAllClose([9.7, 9.7], dataset.data.var(axis=0), atol=1.5)

  def test_random_with_many_features_and_classes(self):
    dataset = datasets.random(256, 300, n_classes=10, random_seed=0)
    self.assertEqual((300, 256), dataset.data.shape)
    self.assertAllEqual(np.arange(10), np.unique(dataset.labels))
    # Rows are shuffled.
    self.assertFalse((np.diff(dataset.labels) >= 0).all())

  def test_random_needs_enough_corners(self):
    with self.assertRaisesRegexp(ValueError, "corners"):
      datasets.random(2, 10, n_classes=3)
    datasets.random(2, 10, n_classes=2)

  def test_hypercube_corners_are_distinct(self):
    for count, ndim in ((16, 4), (8, 40)):
      corners = datasets._hypercube_corners(count, ndim,
                                            np.random.RandomState(0))
      self.assertLen(set(map(tuple, corners)), count)
      self.assertAllEqual([0, 1], np.unique(corners))

  def test_random_binary(self):
    dataset = datasets.random_binary(20, 1000, random_seed=0)
    self.assertAllEqual([0, 1], np.unique(dataset.data))
    self.assertAllClose(0.5, dataset.data.mean(), atol=0.02)
    self.assertAllEqual(np.zeros([1000, 1]), dataset.labels)

  def test_random_symmetric(self):
    data = datasets.random_symmetric(20, 1000, random_seed=0).data
    rows = set(row.tobytes() for row in data)
    self.assertLen(rows, 1000)
    self.assertTrue(all((-row).tobytes() in rows for row in data))
    self.assertAllClose(1, data.std(), atol=0.02)
    with self.assertRaisesRegexp(ValueError, "even"):
      datasets.random_symmetric(20, 1001)

  def test_random_mlp(self):
    dataset = datasets.random_mlp(8, 2000, random_seed=2)
    self.assertAllClose([0, 1], [dataset.data.mean(), dataset.data.std()],
                        atol=0.03)
    rng = np.random.RandomState(2)
    layer = rng.randn(2000, 8)
    for rows in [8] + [20] * 5:
      layer = np.maximum(0, layer.dot(rng.randn(rows, 20) * 0.5))
    self.assertAllEqual(layer[:, 0] > 0, dataset.labels)

  def test_noisy_parity_class(self):
    dataset = datasets.noisy_parity_class(2000, random_seed=123)
    self.assertEqual((2000, 5), dataset.data.shape)
    self.assertAllEqual([0, 1], np.unique(dataset.data))
    parity = dataset.data.sum(axis=1) % 2
    self.assertAllClose(0.25, np.mean(parity != dataset.labels), atol=0.05)
    of_three = datasets.noisy_parity_class(4000, 3, 4, random_seed=5)
    off = (of_three.labels.ravel() - of_three.data.sum(axis=1)) % 3
    self.assertAllEqual([0, 1], np.unique(off))
    self.assertAllClose(0.25, np.mean(off), atol=0.035)  # 5 deviations
    exact = datasets.noisy_parity_class(50, 3, 5, noise_prob=0)
    self.assertAllEqual(exact.data.sum(axis=1) % 3, exact.labels)


class MnistTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    self._saved = os.environ.get("KERAS_HOME")
    os.environ["KERAS_HOME"] = os.path.join(self.get_temp_dir(), self.id())

  def tearDown(self):
    if self._saved is None:
      del os.environ["KERAS_HOME"]
    else:
      os.environ["KERAS_HOME"] = self._saved
    super().tearDown()

  def test_reads_the_keras_file(self):
    directory = os.path.join(os.environ["KERAS_HOME"], "datasets")
    os.makedirs(directory)
    rng = np.random.RandomState(0)
    images = {name: rng.randint(256, size=[n, 28, 28]).astype(np.uint8)
              for name, n in (("x_train", 5), ("x_test", 3))}
    np.savez(os.path.join(directory, "mnist.npz"), y_train=np.arange(5),
             y_test=np.arange(3), **images)
    for train, name in ((True, "x_train"), (False, "x_test")):
      dataset = datasets.mnist(train)
      rows = len(images[name])
      self.assertAllClose(images[name].reshape([rows, 784]) / 255.0,
                          dataset.data)
      self.assertAllEqual(np.arange(rows), dataset.labels)
    self.assertEqual(5, datasets.mnist().size)

  def test_error_when_absent(self):
    dataset = datasets.LazyDataset(datasets.mnist)
    with self.assertRaisesRegexp(IOError, "mnist.npz, which does not exist"):
      dataset.size  # pylint: disable=pointless-statement


class DatasetTest(tf.test.TestCase):

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


class LazyDatasetTest(tf.test.TestCase):

  def test_made_once_when_looked_at(self):
    calls = []

    def make(rows, value=0):
      calls.append(rows)
      return dataset_lib.Dataset(np.full([rows, 2], value), np.ones([rows]))

    dataset = dataset_lib.LazyDataset(make, (4,), {"value": 3})
    self.assertEqual("LazyDataset(make(4, value=3))", repr(dataset))
    self.assertIn("functools.partial", repr(
        dataset_lib.LazyDataset(functools.partial(dict))))
    self.assertFalse(dataset.is_made)
    self.assertEqual([], calls)
    self.assertEqual(4, dataset.size)
    np.testing.assert_array_equal(np.full([4, 2], 3), dataset.data)
    np.testing.assert_array_equal(np.ones([4]), dataset.labels)
    self.assertEqual((2, 3), np.shape(dataset.batch_indices(2, 3)))
    self.assertEqual([4], calls)
    self.assertTrue(dataset.is_made)


if __name__ == "__main__":
  tf.test.main()
