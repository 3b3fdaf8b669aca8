# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Data with labels, and the batches drawn from them."""

import collections
import numbers

import numpy as np

_DatasetBase = collections.namedtuple("Dataset", "data, labels")


class _Rows:
  """What can be done with anything that has data and labels."""

  __slots__ = ()

  @property
  def size(self):
    """Integer, the number of rows."""
    return self.data.shape[0]

  def batch_indices(self, num_batches, batch_size, rng=None):
    """Draws the row numbers of a sequence of batches.

    Walks through the rows in random order; when fewer than `batch_size` are
    left, starts over in another order rather than emit a short batch.

    Args:
      num_batches: Integer >= 0.
      batch_size: Positive integer; None, or more than there are rows, for all
        rows. Without data also 0.
      rng: A `np.random.RandomState`; None for a fresh, unpredictable one.

    Returns:
      List of lists of integers, one for each batch; empty ones if the data set
      is empty.

    Raises:
      ValueError: If `num_batches` is negative or `batch_size` is not as
        described.
    """
    return self.batch_rows(num_batches, batch_size, rng).tolist()

  def batch_rows(self, num_batches, batch_size, rng=None):
    """As `batch_indices`, as an array, which takes a tenth of the time.

    Args:
      num_batches: Integer >= 0.
      batch_size: See `batch_indices`.
      rng: See `batch_indices`.

    Returns:
      int32 array [num_batches, rows of a batch].

    Raises:
      ValueError: As `batch_indices`.
    """
    if num_batches < 0:
      raise ValueError("num_batches must be >= 0; got {!r}.".format(
          num_batches))
    batch_size = self.rows_of_batch(batch_size)
    if not batch_size:
      return np.zeros([num_batches, 0], np.int32)
    rng = np.random.RandomState() if rng is None else rng
    per_epoch = self.size // batch_size
    epochs = [rng.permutation(self.size)[:per_epoch * batch_size]
              for _ in range(-(-num_batches // per_epoch))]
    batches = np.reshape(np.array(epochs, np.int32), [-1, batch_size])
    return batches[:num_batches]

  def rows_of_batch(self, batch_size):
    """Returns how many rows a batch really has.

    Args:
      batch_size: As in `batch_indices`.

    Returns:
      Integer, at most `size`; 0 without data.

    Raises:
      ValueError: If `batch_size` is not as described.
    """
    is_int = (isinstance(batch_size, (numbers.Integral, np.integer)) and
              not isinstance(batch_size, bool))
    least = 1 if self.size else 0
    if batch_size is not None and not (is_int and batch_size >= least):
      raise ValueError(
          "batch_size must be a positive integer, or None for all {} rows; got "
          "{!r}.".format(self.size, batch_size))
    return self.size if batch_size is None else int(min(batch_size, self.size))


class Dataset(_Rows, _DatasetBase):
  """Rows of data with labels: a namedtuple that knows its size.

  Fields:
    data: Array of shape [size, ...]. Floats become float32; integers, ids of
      embeddings for instance, are kept.
    labels: Array of shape [size], [size, 1] or [size, ...]. Any integers or
      floats, of the type the caller gave them. Booleans become int32, and so do
      lists of Python integers; lists of Python floats become float32.
  """

  __slots__ = ()

  def __new__(cls, data, labels):
    """Creates a data set.

    Args:
      data: Array whose first axis runs over rows.
      labels: Array whose first axis does, too.

    Returns:
      A `Dataset`.

    Raises:
      ValueError: If there are not as many labels as rows, either are not
        numbers, or some are not finite.
    """
    data = _numbers(data, "data")
    if data.dtype.kind == "f":
      data = data.astype(np.float32, copy=False)
    labels = _numbers(labels, "labels")
    if not data.ndim or not labels.ndim or len(labels) != len(data):
      raise ValueError(
          "A Dataset needs one label per row of data; got data of shape {} and "
          "labels of shape {}.".format(data.shape, labels.shape))
    return super().__new__(cls, data, labels)

  @classmethod
  def _make(cls, iterable):
    # The namedtuple's own, which _replace calls, would check nothing.
    return cls(*iterable)

  def __eq__(self, other):
    # Arrays are compared by their elements, which tuples do not do.
    if not isinstance(other, (tuple, _Rows)) or len(other) != 2:
      return NotImplemented
    return all(np.array_equal(mine, its) for mine, its in zip(self, other))

  def __ne__(self, other):
    return not self == other

  __hash__ = None

  def __repr__(self):
    return "Dataset(data {}, labels {})".format(
        self.data.shape, self.labels.shape)


class LazyDataset(_Rows):
  """A data set that is made when it is first read.

  Lists of problems hold these, so that a problem nobody picks costs nothing and
  a missing file matters only to those who need it. It unpacks, indexes and
  compares as the `Dataset` it stands for.
  """

  def __init__(self, fn, args=(), kwargs=None):
    """Describes a data set.

    Args:
      fn: Function that returns a `Dataset`.
      args: Its positional arguments.
      kwargs: Its keyword arguments, a dict, or None for none.
    """
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
    """Array of shape [size, ...]."""
    return self._make_once().data

  @property
  def labels(self):
    """Array with one label, or more, for each row."""
    return self._make_once().labels

  def _make_once(self):
    if self._dataset is None:
      self._dataset = self.fn(*self.args, **self.kwargs)
    return self._dataset

  def _replace(self, **fields):
    return self._make_once()._replace(**fields)

  def __len__(self):
    return 2

  def __iter__(self):
    return iter(self._make_once())

  def __getitem__(self, index):
    return self._make_once()[index]

  def __eq__(self, other):
    return self is other or self._make_once() == other

  __hash__ = None

  def __repr__(self):
    arguments = [repr(arg) for arg in self.args]
    arguments.extend("{}={!r}".format(key, self.kwargs[key])
                     for key in sorted(self.kwargs))
    name = getattr(self.fn, "__name__", None) or repr(self.fn)
    return "LazyDataset({}({}))".format(name, ", ".join(arguments))


def _numbers(values, name):
  """Returns `values` as an array of finite numbers."""
  try:
    array = np.asarray(values)
  except NotImplementedError:  # Of a tensor.
    array = np.asarray(None)
  if array.dtype.kind == "b":
    array = array.astype(np.int32)
  if array.dtype.kind not in "iuf":
    raise ValueError("The {} of a Dataset must be an array of numbers; got "
                     "{!r}.".format(name, values))
  if not hasattr(values, "dtype") and array.size:
    # Lists have no type that the caller chose.
    if array.dtype.kind == "f":
      array = array.astype(np.float32)
    elif np.abs(array).max() <= np.iinfo(np.int32).max:
      array = array.astype(np.int32)
  if array.dtype.kind == "f" and not np.isfinite(array).all():
    first = np.argwhere(~np.isfinite(array))[0]
    raise ValueError(
        "The {} of a Dataset must be finite; got {} at index {}. Leave such "
        "rows out, or fill them in.".format(
            name, array[tuple(first)], first.tolist()))
  return array


EMPTY_DATASET = Dataset(np.zeros([0], np.float32), np.zeros([0], np.int32))
