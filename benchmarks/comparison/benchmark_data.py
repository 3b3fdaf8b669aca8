# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Data sets that only comparisons use: digits, text, made-up images."""

import numpy as np

from problems import datasets

INSTALL = ".venv/bin/pip install -r requirements-benchmarks.txt"
"""The command that installs what only benchmarks need."""

SYMBOLS = " abcdefghijklmnopqrstuvwxyz"

# Lewis Carroll, "Jabberwocky", 1871.
_TEXT = """
twas brillig and the slithy toves did gyre and gimble in the wabe
all mimsy were the borogoves and the mome raths outgrabe
beware the jabberwock my son the jaws that bite the claws that catch
beware the jubjub bird and shun the frumious bandersnatch
he took his vorpal sword in hand long time the manxome foe he sought
so rested he by the tumtum tree and stood awhile in thought
and as in uffish thought he stood the jabberwock with eyes of flame
came whiffling through the tulgey wood and burbled as it came
one two one two and through and through the vorpal blade went snicker snack
he left it dead and with its head he went galumphing back
and hast thou slain the jabberwock come to my arms my beamish boy
o frabjous day callooh callay he chortled in his joy
"""


def digits(num_rows, random_seed=0):
  """Handwritten digits of 8 x 8 pixels, those that scikit-learn ships.

  Args:
    num_rows: Integer, at most 1797.
    random_seed: Integer that decides which rows.

  Returns:
    A `Dataset` with data [num_rows, 64] in [0, 1], labels 0 to 9.

  Raises:
    ImportError: If scikit-learn is not installed.
  """
  try:
    from sklearn import datasets as sklearn_datasets
  except ImportError:
    raise ImportError("The digits come with scikit-learn, which is not "
                      "installed: " + INSTALL)
  data, labels = sklearn_datasets.load_digits(return_X_y=True)
  rows = np.random.RandomState(random_seed).permutation(len(data))[:num_rows]
  return datasets.Dataset(data[rows] / 16.0, labels[rows])


def images(size, num_rows, n_classes, random_seed=None):
  """Images of one channel: a smooth pattern for each class, in strong noise.

  Args:
    size: Integer, even, height and width.
    num_rows: Integer.
    n_classes: Integer.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_rows, size^2], labels 0 to n_classes - 1.
  """
  rng = np.random.RandomState(random_seed)
  coarse = rng.randn(n_classes, size // 2, size // 2)
  patterns = coarse.repeat(2, 1).repeat(2, 2).reshape([n_classes, -1])
  labels = rng.randint(n_classes, size=num_rows)
  return datasets.Dataset(
      patterns[labels] + 3 * rng.randn(num_rows, size * size), labels)


def text(length, num_rows, random_seed=0):
  """Windows of a poem, each labelled by the symbol that follows.

  Args:
    length: Integer, symbols of a window.
    num_rows: Integer, at most some 700.
    random_seed: Integer that decides which windows.

  Returns:
    A `Dataset` with data [num_rows, length] and labels, indices of `SYMBOLS`.
  """
  numbers = np.array([SYMBOLS.index(symbol)
                      for symbol in " ".join(_TEXT.split())])
  starts = np.random.RandomState(random_seed).permutation(
      len(numbers) - length)[:num_rows]
  return datasets.Dataset([numbers[i:i + length] for i in starts],
                          numbers[starts + length])


def low_rank(n_features, rank, num_rows, random_seed=None):
  """Rows near a curved surface: tanh of a linear image of few factors.

  Args:
    n_features: Integer.
    rank: Integer, number of factors.
    num_rows: Integer.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_rows, n_features], labels all 0.
  """
  rng = np.random.RandomState(random_seed)
  factors = rng.randn(num_rows, rank)
  data = np.tanh(factors.dot(rng.randn(rank, n_features)))
  data += 0.05 * rng.randn(num_rows, n_features)
  return datasets.Dataset(data, np.zeros([num_rows]))


def sine_labels(n_features, num_rows, n_classes, random_seed=None):
  """N(0, 1) rows; the class is where the sine of a random projection falls.

  Args:
    n_features: Integer.
    num_rows: Integer.
    n_classes: Integer.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_rows, n_features], classes of about equal size.
  """
  rng = np.random.RandomState(random_seed)
  data = rng.randn(num_rows, n_features)
  value = np.sin(data.dot(rng.randn(n_features)))
  order = np.argsort(np.argsort(value))
  return datasets.Dataset(data, order * n_classes // num_rows)


def badly_scaled(n_features, num_rows, n_classes, decades, random_seed=None):
  """Rows of several classes whose columns differ in scale.

  Args:
    n_features: Integer.
    num_rows: Integer.
    n_classes: Integer.
    decades: Float; columns are multiplied by 10^-decades/2 to 10^decades/2.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_rows, n_features], labels 0 to n_classes - 1.
  """
  plain = datasets.random(n_features, num_rows, n_classes=n_classes,
                          random_seed=random_seed)
  scales = 10 ** np.linspace(-decades / 2.0, decades / 2.0, n_features)
  return datasets.Dataset(plain.data * scales, plain.labels)


def unit_images(size, num_rows, n_classes, random_seed=None):
  """`images` squashed into (0, 1)."""
  plain = images(size, num_rows, n_classes, random_seed)
  return datasets.Dataset(1 / (1 + np.exp(-plain.data)), plain.labels)


def pairs(rows, columns, num_samples, random_seed=None):
  """Random pairs of a row and a column of a matrix.

  Args:
    rows: Integer.
    columns: Integer.
    num_samples: Integer.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_samples, 2], labels all 0.
  """
  rng = np.random.RandomState(random_seed)
  return datasets.Dataset(
      np.stack([rng.randint(size, size=num_samples)
                for size in (rows, columns)], 1), np.zeros([num_samples]))
