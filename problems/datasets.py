# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Data sets, most of them synthetic.

Nothing is generated, read or downloaded when this module is imported, and
NumPy's global generator is never used.
"""

import os

import numpy as np

# pylint: disable=unused-import
from .dataset import Dataset
from .dataset import EMPTY_DATASET
from .dataset import LazyDataset
from .noise import MAX_SEED


def random(n_features, n_samples, n_classes=2, sep=1.0, random_seed=None):
  """Gaussian clusters around corners of a hypercube.

  Every class has two clusters. A cluster sits at a corner, chosen without
  replacement, of the hypercube [-sep, sep]^n_features, and has a random
  covariance A^T A, A ~ U(-1, 1). 1% of the labels are drawn anew, then rows and
  columns are shuffled. The method of I. Guyon, "Design of experiments of the
  NIPS 2003 variable selection benchmark", with all features informative, in the
  form scikit-learn's `make_classification` made common.

  Args:
    n_features: Integer, the number of columns.
    n_samples: Integer, the number of rows.
    n_classes: Integer; 2 * n_classes may not exceed 2^n_features.
    sep: Float, half the side of the hypercube; the greater, the easier.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [n_samples, n_features], labels in [0, n_classes).

  Raises:
    ValueError: If there are not enough corners.
  """
  n_clusters = 2 * n_classes
  if n_clusters > 2**n_features:
    raise ValueError(
        "{} features give {} corners, not enough for the {} clusters of {!r} "
        "classes; ask for more features or fewer classes.".format(
            n_features, 2**n_features, n_clusters, n_classes))
  rng = np.random.RandomState(random_seed)
  centers = sep * (2.0 * _hypercube_corners(n_clusters, n_features, rng) - 1.0)
  data = rng.randn(n_samples, n_features)
  # Clusters differ by at most one in size and take turns among the classes.
  cluster = np.sort(np.arange(n_samples) % n_clusters)
  for k in range(n_clusters):
    mixing = 2 * rng.rand(n_features, n_features) - 1
    data[cluster == k] = data[cluster == k].dot(mixing) + centers[k]
  labels = cluster % n_classes
  noisy = rng.rand(n_samples) < 0.01
  labels[noisy] = rng.randint(n_classes, size=noisy.sum())
  rows = rng.permutation(n_samples)
  columns = rng.permutation(n_features)
  return Dataset(data[rows][:, columns], np.int32(labels[rows]))


def random_binary(n_features, n_samples, random_seed=None):
  """Fair coin tosses, labelled 0.

  Args:
    n_features: Integer, the number of columns.
    n_samples: Integer, the number of rows.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data in {0, 1} of shape [n_samples, n_features], labels of
    shape [n_samples, 1].
  """
  rng = np.random.RandomState(random_seed)
  return Dataset(
      rng.randint(2, size=[n_samples, n_features]).astype(np.float32),
      np.zeros([n_samples, 1], np.int32))


def random_symmetric(n_features, n_samples, random_seed=None):
  """N(0, 1) rows together with their negatives, labelled 0.

  Args:
    n_features: Integer, the number of columns.
    n_samples: Even integer, the number of rows, negatives included.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [n_samples, n_features], the second half the negative
    of the first, and labels of shape [n_samples, 1].

  Raises:
    ValueError: If `n_samples` is odd.
  """
  if n_samples % 2:
    raise ValueError("n_samples must be even, as every row comes with its "
                     "negative; got {!r}.".format(n_samples))
  half = np.random.RandomState(random_seed).randn(n_samples // 2, n_features)
  return Dataset(np.concatenate([half, -half]),
                 np.zeros([n_samples, 1], np.int32))


def random_mlp(n_features, n_samples, random_seed=None, n_layers=6, width=20):
  """N(0, 1) rows, labelled by a random net.

  The label is whether the net's first output is positive. The net has ReLUs, no
  biases, and weights N(0, 1) * sqrt(2 / n_features) in every layer.

  Args:
    n_features: Integer, the number of columns.
    n_samples: Integer, the number of rows.
    random_seed: Integer, or None for unpredictable data.
    n_layers: Integer, the number of layers.
    width: Integer, the number of units of each.

  Returns:
    A `Dataset` with data [n_samples, n_features] and labels 0 or 1.
  """
  rng = np.random.RandomState(random_seed)
  data = rng.randn(n_samples, n_features)
  layer = data
  for _ in range(n_layers):
    weights = rng.randn(layer.shape[1], width) * np.sqrt(2.0 / n_features)
    layer = np.maximum(layer.dot(weights), 0)
  return Dataset(data, np.int32(layer[:, 0] > 0))


def noisy_parity_class(n_samples, n_classes=2, n_context_ids=5,
                       noise_prob=0.25, random_seed=None):
  """Rows of ids, labelled by their sum modulo the classes, with noise.

  Args:
    n_samples: Integer, the number of rows.
    n_classes: Integer; ids are drawn uniformly from [0, n_classes). With 2 the
      label without noise is the parity of the sum.
    n_context_ids: Integer, the ids of a row.
    noise_prob: Float, the probability that 1 is added to the sum.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with int32 data [n_samples, n_context_ids], labels in
    [0, n_classes).
  """
  rng = np.random.RandomState(random_seed)
  data = rng.randint(n_classes, size=[n_samples, n_context_ids])
  noise = rng.rand(n_samples) < noise_prob
  return Dataset(np.int32(data), np.int32((data.sum(axis=1) + noise) %
                                          n_classes))


def mnist(train=True):
  """Handwritten digits, from the file Keras keeps them in.

  The file is $KERAS_HOME/datasets/mnist.npz, or ~/.keras/datasets/mnist.npz if
  that variable is not set. It is read, never downloaded.

  Args:
    train: Bool: the 60,000 images for training, or the 10,000 for testing.

  Returns:
    A `Dataset` with data [images, 784] in [0, 1], labels 0 to 9.

  Raises:
    IOError: If the file is not there.
  """
  home = os.environ.get("KERAS_HOME") or os.path.join(
      os.path.expanduser("~"), ".keras")
  path = os.path.join(home, "datasets", "mnist.npz")
  if not os.path.exists(path):
    raise IOError(
        "MNIST is read from {}, which does not exist. Put mnist.npz there, or "
        "set KERAS_HOME to the directory that has it as datasets/mnist.npz; "
        "tf.keras.datasets.mnist.load_data() downloads it to "
        "~/.keras.".format(path))
  with np.load(path) as arrays:
    images, labels = ((arrays["x_train"], arrays["y_train"]) if train else
                      (arrays["x_test"], arrays["y_test"]))
  return Dataset(images.reshape([len(images), -1]) / np.float32(255),
                 labels.astype(np.int32))


def _hypercube_corners(count, ndim, rng):
  """Draws distinct corners of the unit hypercube.

  Args:
    count: Integer, at most 2^ndim.
    ndim: Integer.
    rng: A `np.random.RandomState`.

  Returns:
    An array of zeros and ones of shape [count, ndim], with distinct rows.
  """
  # Listing the corners is out of the question with many dimensions: draw until
  # a corner is new. Even if all 2^ndim are wanted that takes not long, for then
  # there are few.
  corners = []
  seen = set()
  while len(corners) < count:
    corner = rng.randint(2, size=ndim)
    if tuple(corner) not in seen:
      seen.add(tuple(corner))
      corners.append(corner)
  return np.array(corners)
