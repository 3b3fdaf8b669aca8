# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the data sets."""

import os

import numpy as np
import tensorflow.compat.v1 as tf

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

  def test_random_is_balanced_and_separable(self):
    dataset = datasets.random(10, 2000, sep=4.0, random_seed=0)
    self.assertAllClose(0.5, dataset.labels.mean(), atol=0.02)
    # At a wide separation a quadratic fit tells the classes apart, except for
    # some of the 1% of labels that are noise.
    x = dataset.data / 10
    pairs = (x[:, :, None] * x[:, None, :]).reshape([2000, -1])
    features = np.hstack([np.ones([2000, 1]), x, pairs])
    targets = 2.0 * dataset.labels - 1
    fit = features.dot(np.linalg.lstsq(features, targets, rcond=None)[0])
    self.assertGreater(np.mean((fit > 0) == dataset.labels), 0.85)

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


if __name__ == "__main__":
  tf.test.main()
