# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What data sets and batch sizes may be, in meta-training and in tests."""

import numbers

import numpy as np

from problems import datasets


class Minibatches:
  """A data set and the size of the minibatches drawn from it.

  Attributes:
    dataset: A `datasets.Dataset`.
    size: Integer, rows of a minibatch; 0 without data.
  """

  def __init__(self, dataset, batch_size):
    """Puts both into their usual form.

    Args:
      dataset: A `datasets.Dataset`, any other pair (data, labels), or None for
        no data.
      batch_size: Integer, rows of a minibatch. None, or more than there are,
        stands for all rows. Without data it is not looked at.

    Raises:
      ValueError: If one of them is nothing of the kind.
    """
    check(dataset, batch_size)
    self.dataset = as_dataset(dataset)
    rows = self.dataset.size
    self.size = min(int(batch_size), rows) if rows and batch_size else rows

  def walk(self, rng):
    """A `Walk` through epochs, drawn from a `np.random.RandomState`."""
    return Walk(self, rng)


class Walk:
  """Minibatches that walk epochs, given out some at a time."""

  def __init__(self, minibatches, rng):
    """Draws nothing yet.

    Args:
      minibatches: `Minibatches`.
      rng: A `np.random.RandomState`.
    """
    self._dataset = minibatches.dataset
    self._size = minibatches.size
    self._rng = rng
    self._left = np.zeros([0, self._size], np.int32)

  def take(self, num_steps):
    """Goes on to the next minibatches.

    Args:
      num_steps: Integer.

    Returns:
      int32 array [num_steps, size], row numbers.
    """
    if not self._size:
      return np.zeros([num_steps, 0], np.int32)
    missing = num_steps - len(self._left)
    if missing > 0:
      an_epoch = self._dataset.size // self._size
      # Whole epochs, so that the next call can start with a new one.
      num_batches = -(-missing // an_epoch) * an_epoch
      self._left = np.concatenate([self._left, self._dataset.batch_rows(
          num_batches, self._size, self._rng)])
    taken, self._left = self._left[:num_steps], self._left[num_steps:]
    return taken


def check(dataset, batch_size):
  """Raises ValueError for what cannot be right, without making lazy data."""
  is_pair = isinstance(dataset, (list, tuple)) and len(dataset) == 2
  is_lazy = isinstance(dataset, datasets.LazyDataset)
  if not (dataset is None or is_pair or is_lazy):
    raise ValueError("A data set must be a datasets.Dataset, a pair (data, "
                     "labels) or None, not {!r}.".format(dataset))
  if not is_lazy and not as_dataset(dataset).size:
    return
  is_integer = isinstance(batch_size, (numbers.Integral, np.integer))
  if batch_size is not None and (
      not is_integer or isinstance(batch_size, bool) or batch_size < 1):
    raise ValueError("The batch size must be a positive integer, or None for "
                     "all rows; got {!r}.".format(batch_size))


def as_dataset(dataset):
  """The data set for one, a (data, labels) pair, or None for no data."""
  if dataset is None:
    return datasets.EMPTY_DATASET
  is_ours = isinstance(dataset, (datasets.Dataset, datasets.LazyDataset))
  return dataset if is_ours else datasets.Dataset(*dataset)
