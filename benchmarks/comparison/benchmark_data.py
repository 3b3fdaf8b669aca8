# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Data sets that only comparisons use: small real ones, and made-up ones."""

import os

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


def _from_sklearn(name):
  """Data and labels of one of scikit-learn's data sets."""
  try:
    from sklearn import datasets as sklearn_datasets
  except ImportError:
    raise ImportError("The {} come with scikit-learn, which is not installed: "
                      "{}".format(name, INSTALL))
  return getattr(sklearn_datasets, "load_" + name)(return_X_y=True)


def digits(num_rows, wrong=0.0, shape=(64,), random_seed=0):
  """Handwritten digits of 8 x 8 pixels, those that scikit-learn ships.

  Args:
    num_rows: Integer, at most 1797.
    wrong: Float, the fraction of the labels that are drawn at random.
    shape: Sequence of integers, of an image.
    random_seed: Integer that decides which rows, and the wrong labels.

  Returns:
    A `Dataset` with data [num_rows] + shape in [0, 1], labels 0 to 9.

  Raises:
    ImportError: If scikit-learn is not installed.
  """
  data, labels = _from_sklearn("digits")
  rng = np.random.RandomState(random_seed)
  rows = rng.permutation(len(data))[:num_rows]
  data, labels = data[rows].reshape((-1,) + tuple(shape)), labels[rows]
  is_wrong = rng.rand(len(rows)) < wrong
  labels[is_wrong] = rng.randint(10, size=is_wrong.sum())
  return datasets.Dataset(data / 16.0, labels)


def digit_values(num_rows, random_seed=0):
  """`digits` with the digit divided by 9 as value [num_rows, 1]."""
  plain = digits(num_rows, random_seed=random_seed)
  return datasets.Dataset(plain.data,
                          np.float32(plain.labels / 9.0)[:, np.newaxis])


def table(name, is_standardized):
  """A table that scikit-learn ships, as it is or standardized.

  Args:
    name: String, "breast_cancer" (569 x 30, two classes) or "wine" (178 x 13,
      three).
    is_standardized: Whether columns get mean 0 and variance 1.

  Returns:
    A `Dataset`.

  Raises:
    ImportError: If scikit-learn is not installed.
  """
  data, labels = _from_sklearn(name)
  if is_standardized:
    data = (data - data.mean(0)) / data.std(0)
  return datasets.Dataset(data, labels)


def _license(part):
  """Half of the text of this repository's license, as indices of `SYMBOLS`."""
  path = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      os.pardir, os.pardir, "LICENSE")
  with open(path) as stream:
    words = "".join(letter if letter in SYMBOLS else " "
                    for letter in stream.read().lower()).split()
  half = len(words) // 2
  text_ = " ".join(words[part * half:(part + 1) * half])
  return np.array([SYMBOLS.index(symbol) for symbol in text_])


def masked_text(length, num_rows, part, random_seed=0):
  """Windows of the license with a mask in the middle, which is the label.

  Args:
    length: Integer, symbols of a window.
    num_rows: Integer.
    part: 0 or 1, which half of the text.
    random_seed: Integer that decides which windows.

  Returns:
    A `Dataset` with data [num_rows, length], where the mask is
    len(SYMBOLS), and labels [num_rows], indices of `SYMBOLS`.
  """
  plain = next_symbols(length, num_rows, part, random_seed).data.copy()
  labels = plain[:, length // 2].astype(np.int32)
  plain[:, length // 2] = len(SYMBOLS)
  return datasets.Dataset(plain, labels)


def next_symbols(length, num_rows, part, random_seed=0):
  """Windows of the license; labels [num_rows, length] are what follows each."""
  numbers = _license(part)
  starts = np.random.RandomState(random_seed).permutation(
      len(numbers) - length)[:num_rows]
  rows = starts[:, np.newaxis] + np.arange(length)
  return datasets.Dataset(numbers[rows], numbers[rows + 1])


def skip_grams(num_symbols, num_rows, num_wrong, random_seed=None):
  """Symbols with one that stands beside them, and others drawn at random.

  Symbol k is drawn with a probability that goes as 1 / (k + 10). Seven times
  out of ten the neighbour is of the same of fifty topics.

  Args:
    num_symbols: Integer.
    num_rows: Integer.
    num_wrong: Integer, others of a row.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_rows, 2 + num_wrong], labels all 0.
  """
  rng = np.random.RandomState(random_seed)
  weights = 1 / (np.arange(num_symbols) + 10.0)
  drawn = rng.choice(num_symbols, size=[num_rows, 2 + num_wrong],
                     p=weights / weights.sum())
  alike = rng.rand(num_rows) < 0.7
  drawn[alike, 1] += (drawn[alike, 0] - drawn[alike, 1]) % 50
  drawn[:, 1] %= num_symbols
  return datasets.Dataset(drawn, np.zeros([num_rows]))


def transitions(size, discount):
  """All moves in a square of fields, with a reward of 1 for the last one.

  Args:
    size: Integer, fields of a side.
    discount: Float below 1.

  Returns:
    A `Dataset` with data [4 * size^2, 6]: field, direction, reward, next
    field, 0 if the way ends there or else the discount, and the discounted
    reward if the best way is taken from there on. Labels are all 0.
  """
  rows = []
  for field in range(size * size):
    for direction, (down, right) in enumerate(
        ((1, 0), (-1, 0), (0, 1), (0, -1))):
      row = min(max(field // size + down, 0), size - 1)
      column = min(max(field % size + right, 0), size - 1)
      is_end = row == column == size - 1
      # The end is as many moves away as there are rows and columns left.
      moves = 2 * (size - 1) - row - column
      rows.append([field, direction, float(is_end), row * size + column,
                   0.0 if is_end else discount, discount ** moves])
  return datasets.Dataset(np.array(rows), np.zeros([len(rows)]))


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
