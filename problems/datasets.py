# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Data sets, most of them synthetic, and the batches drawn from them.

Nothing is generated, read or downloaded when this module is imported, and
NumPy's global generator is never used.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import os

import numpy as np
from six.moves import range


class Dataset(object):
  """Rows of data with one label each.

  Attributes:
    data: A float32 array of shape [size, ...].
    labels: An int32 array of shape [size].
    size: An int, the number of rows.
  """

  def __init__(self, data, labels):
    """Creates a data set.

    Args:
      data: An array whose first axis runs over rows.
      labels: An array with one integer per row.

    Raises:
      ValueError: if there are not as many labels as rows.
    """
    data = np.asarray(data, dtype=np.float32)
    labels = np.asarray(labels, dtype=np.int32)
    rows = data.shape[0] if data.ndim else None
    if labels.ndim != 1 or labels.shape[0] != rows:
      raise ValueError(
          "A Dataset needs one label per row of data; got data of shape %s and "
          "labels of shape %s." % (data.shape, labels.shape))
    self._data = data
    self._labels = labels

  @property
  def data(self):
    """A float32 array of shape [size, ...]."""
    return self._data

  @property
  def labels(self):
    """An int32 array of shape [size]."""
    return self._labels

  @property
  def size(self):
    """An int, the number of rows."""
    return self.data.shape[0]

  def batch_indices(self, num_batches, batch_size, rng=None):
    """Draws the row numbers of a sequence of batches.

    Walks through the rows in random order; when fewer than `batch_size` are
    left, starts over in another order rather than emit a short batch.

    Args:
      num_batches: An int >= 0.
      batch_size: An int from 1 to `size`. Not looked at without data.
      rng: A `np.random.RandomState`; None for a fresh, unpredictable one.

    Returns:
      An int32 array of shape [num_batches, batch_size], or [num_batches, 0] if
      the data set is empty.

    Raises:
      ValueError: if `num_batches` is negative or `batch_size` does not fit.
    """
    if num_batches < 0:
      raise ValueError("num_batches must be >= 0; got %r." % (num_batches,))
    size = self.size
    if not size:
      return np.zeros([num_batches, 0], dtype=np.int32)
    if batch_size is None or not 1 <= batch_size <= size:
      raise ValueError(
          "batch_size must be an int from 1 to the number of rows, %d; got %r. "
          "For all rows at once give %d." % (size, batch_size, size))
    rng = np.random.RandomState() if rng is None else rng
    per_epoch = size // batch_size
    batches = np.empty([num_batches, batch_size], dtype=np.int32)
    for start in range(0, num_batches, per_epoch):
      epoch = rng.permutation(size)[:per_epoch * batch_size]
      count = min(per_epoch, num_batches - start)
      batches[start:start + count] = epoch.reshape([per_epoch, -1])[:count]
    return batches

  def __repr__(self):
    return "Dataset(data %s, labels %s)" % (self.data.shape, self.labels.shape)


class LazyDataset(Dataset):
  """A data set that is made when somebody first looks at it.

  Lists of problems hold these, so that a problem nobody picks costs nothing and
  a missing file matters only to those who need it.
  """

  def __init__(self, fn, args=(), kwargs=None):
    """Describes a data set.

    Args:
      fn: A function that returns a `Dataset`.
      args: Its positional arguments.
      kwargs: Its keyword arguments, a dict, or None for none.
    """
    # The base constructor is not called: there is no data yet to hand it.
    self.fn = fn
    self.args = tuple(args)
    self.kwargs = dict(kwargs or {})
    self._dataset = None

  @property
  def is_made(self):
    """Whether the data exist already, a bool."""
    return self._dataset is not None

  @property
  def data(self):
    """A float32 array of shape [size, ...]."""
    return self._make().data

  @property
  def labels(self):
    """An int32 array of shape [size]."""
    return self._make().labels

  def _make(self):
    if self._dataset is None:
      self._dataset = self.fn(*self.args, **self.kwargs)
    return self._dataset

  def __repr__(self):
    arguments = [repr(arg) for arg in self.args]
    arguments.extend(
        "%s=%r" % (key, self.kwargs[key]) for key in sorted(self.kwargs))
    return "LazyDataset(%s(%s))" % (self.fn.__name__, ", ".join(arguments))


EMPTY_DATASET = Dataset(np.zeros([0, 0]), np.zeros([0]))


def random(n_features, n_samples, n_classes=2, sep=1.0, random_seed=None):
  """Gaussian clusters around corners of a hypercube.

  Every class has two clusters. A cluster sits at a corner, chosen without
  replacement, of the hypercube [-sep, sep]^n_features, and has a random
  covariance A^T A, A ~ U(-1, 1). 1% of the labels are drawn anew, then rows and
  columns are shuffled. The method of I. Guyon, "Design of experiments of the
  NIPS 2003 variable selection benchmark", with all features informative, in the
  form scikit-learn's `make_classification` made common.

  Args:
    n_features: An int, the number of columns.
    n_samples: An int, the number of rows.
    n_classes: An int; 2 * n_classes may not exceed 2^n_features.
    sep: A float, half the side of the hypercube; the greater, the easier.
    random_seed: An int, or None for unpredictable data.

  Returns:
    A `Dataset` with data [n_samples, n_features], labels in [0, n_classes).

  Raises:
    ValueError: if there are not enough corners.
  """
  n_clusters = 2 * n_classes
  if n_clusters > 2**n_features:
    raise ValueError(
        "%d features give %d corners, not enough for the %d clusters of %r "
        "classes; ask for more features or fewer classes." %
        (n_features, 2**n_features, n_clusters, n_classes))
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
  return Dataset(data[rows][:, columns], labels[rows])


def random_binary(n_features, n_samples, random_seed=None):
  """Fair coin tosses, labelled 0.

  Args:
    n_features: An int, the number of columns.
    n_samples: An int, the number of rows.
    random_seed: An int, or None for unpredictable data.

  Returns:
    A `Dataset` with data in {0, 1} of shape [n_samples, n_features].
  """
  rng = np.random.RandomState(random_seed)
  return Dataset(rng.randint(2, size=[n_samples, n_features]),
                 np.zeros([n_samples]))


def random_symmetric(n_features, n_samples, random_seed=None):
  """N(0, 1) rows together with their negatives, labelled 0.

  Args:
    n_features: An int, the number of columns.
    n_samples: An even int, the number of rows, negatives included.
    random_seed: An int, or None for unpredictable data.

  Returns:
    A `Dataset` with data [n_samples, n_features], the second half the negative
    of the first.

  Raises:
    ValueError: if `n_samples` is odd.
  """
  if n_samples % 2:
    raise ValueError("n_samples must be even, as every row comes with its "
                     "negative; got %r." % (n_samples,))
  half = np.random.RandomState(random_seed).randn(n_samples // 2, n_features)
  return Dataset(np.concatenate([half, -half]), np.zeros([n_samples]))


def random_mlp(n_features, n_samples, random_seed=None, n_layers=6, width=20):
  """N(0, 1) rows, labelled by a random net.

  The label is whether the net's first output is positive. The net has ReLUs, no
  biases, and weights N(0, 1) * sqrt(2 / n_features) in every layer.

  Args:
    n_features: An int, the number of columns.
    n_samples: An int, the number of rows.
    random_seed: An int, or None for unpredictable data.
    n_layers: An int, the number of layers.
    width: An int, the number of units of each.

  Returns:
    A `Dataset` with data [n_samples, n_features] and labels 0 or 1.
  """
  rng = np.random.RandomState(random_seed)
  data = rng.randn(n_samples, n_features)
  layer = data
  for _ in range(n_layers):
    weights = rng.randn(layer.shape[1], width) * np.sqrt(2.0 / n_features)
    layer = np.maximum(layer.dot(weights), 0)
  return Dataset(data, layer[:, 0] > 0)


def noisy_parity_class(n_features, n_samples=1000, n_classes=2,
                       noise_prob=0.25, random_seed=None):
  """Rows of small integers, labelled by their sum modulo the classes.

  Args:
    n_features: An int: each row has this many integers, drawn uniformly from
      [0, n_features).
    n_samples: An int, the number of rows.
    n_classes: An int; with 2 the label is the parity of the sum.
    noise_prob: A float, the fraction of labels replaced by another class.
    random_seed: An int, or None for unpredictable data.

  Returns:
    A `Dataset` with data [n_samples, n_features], labels in [0, n_classes).
  """
  rng = np.random.RandomState(random_seed)
  data = rng.randint(n_features, size=[n_samples, n_features])
  noisy = rng.rand(n_samples) < noise_prob
  shift = noisy * rng.randint(1, n_classes, size=n_samples)
  return Dataset(data, (data.sum(axis=1) + shift) % n_classes)


def mnist(train=True):
  """Handwritten digits, from the file Keras keeps them in.

  The file is $KERAS_HOME/datasets/mnist.npz, or ~/.keras/datasets/mnist.npz if
  that variable is not set. It is read, never downloaded.

  Args:
    train: A bool: the 60,000 images for training, or the 10,000 for testing.

  Returns:
    A `Dataset` with data [images, 784] in [0, 1], labels 0 to 9.

  Raises:
    IOError: if the file is not there.
  """
  home = os.environ.get("KERAS_HOME") or os.path.join(
      os.path.expanduser("~"), ".keras")
  path = os.path.join(home, "datasets", "mnist.npz")
  if not os.path.exists(path):
    raise IOError(
        "MNIST is read from %s, which does not exist. Put mnist.npz there, or "
        "set KERAS_HOME to the directory that has it as datasets/mnist.npz; "
        "tf.keras.datasets.mnist.load_data() downloads it to ~/.keras." % path)
  with np.load(path) as arrays:
    images, labels = ((arrays["x_train"], arrays["y_train"]) if train else
                      (arrays["x_test"], arrays["y_test"]))
  return Dataset(images.reshape([len(images), -1]) / np.float32(255), labels)


def _hypercube_corners(count, ndim, rng):
  """Draws distinct corners of the unit hypercube.

  Args:
    count: An int, at most 2^ndim.
    ndim: An int.
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
