# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Data sets of the broad corpus, all made up."""

import numpy as np

from problems import datasets


def _teach(inputs, num_outputs, rng):
  """Outputs of a random tanh net, each of mean 0 and variance 1."""
  width = 16
  hidden = np.tanh(inputs.dot(rng.randn(inputs.shape[1], width)) *
                   (1.5 / np.sqrt(inputs.shape[1])) + 0.5 * rng.randn(width))
  outputs = hidden.dot(rng.randn(width, num_outputs))
  return (outputs - outputs.mean(0)) / outputs.std(0)


def taught_classes(n_features, num_rows, n_classes, random_seed=None):
  """N(0, 1) rows; the class is a random net's, 5% are drawn anew.

  Args:
    n_features: Integer.
    num_rows: Integer.
    n_classes: Integer.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_rows, n_features], labels 0 to n_classes - 1.
  """
  rng = np.random.RandomState(random_seed)
  data = rng.randn(num_rows, n_features)
  labels = _teach(data, n_classes, rng).argmax(1)
  noisy = rng.rand(num_rows) < 0.05
  labels[noisy] = rng.randint(n_classes, size=noisy.sum())
  return datasets.Dataset(data, labels)


def taught_values(n_features, num_rows, num_outputs, random_seed=None):
  """N(0, 1) rows with a random net's values and noise of 0.1.

  Args:
    n_features: Integer.
    num_rows: Integer.
    num_outputs: Integer.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_rows, n_features], labels [num_rows,
    num_outputs] of variance 1.01.
  """
  rng = np.random.RandomState(random_seed)
  data = rng.randn(num_rows, n_features)
  values = _teach(data, num_outputs, rng) + 0.1 * rng.randn(
      num_rows, num_outputs)
  return datasets.Dataset(data, values.astype(np.float32))


def raw_columns(dataset, decades, random_seed=None):
  """Columns in units that differ by powers of ten, none of mean 0.

  Args:
    dataset: A `Dataset` of rows of features.
    decades: Float; columns are multiplied by 10^-decades/2 to 10^decades/2.
    random_seed: Integer, or None for unpredictable units.

  Returns:
    A `Dataset` with the same labels.
  """
  rng = np.random.RandomState(random_seed)
  columns = dataset.data.shape[1]
  units = 10 ** (decades * rng.uniform(-0.5, 0.5, size=columns))
  return datasets.Dataset((dataset.data + rng.randn(columns)) * units,
                          dataset.labels)


def raw_classes(n_features, num_rows, n_classes, decades, random_seed=None):
  """`taught_classes` with `raw_columns`."""
  return raw_columns(
      taught_classes(n_features, num_rows, n_classes, random_seed), decades,
      random_seed)


def raw_values(n_features, num_rows, num_outputs, decades, random_seed=None):
  """`taught_values` with `raw_columns`."""
  return raw_columns(
      taught_values(n_features, num_rows, num_outputs, random_seed), decades,
      random_seed)


def gratings(size, num_rows, n_classes, noise=0.7, random_seed=None):
  """Images of waves at any phase; the class is where they point, and how long.

  Args:
    size: Integer, height and width.
    num_rows: Integer.
    n_classes: Integer.
    noise: Float, standard deviation of the noise of a pixel.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_rows, size, size, 1], labels 0 to n_classes - 1.
  """
  rng = np.random.RandomState(random_seed)
  labels = rng.randint(n_classes, size=num_rows)
  angle = (np.pi * labels / n_classes)[:, None, None]
  wavelength = (3.0 + labels % 3)[:, None, None]
  phase = rng.uniform(0, 2 * np.pi, size=[num_rows, 1, 1])
  row, column = np.mgrid[:size, :size]
  waves = np.sin(2 * np.pi / wavelength * (
      np.cos(angle) * row + np.sin(angle) * column) + phase)
  images = waves + noise * rng.randn(num_rows, size, size)
  return datasets.Dataset(images[..., None], labels)


def bars(size, num_rows, random_seed=None):
  """Images of some bright rows and columns, in (0, 1).

  Args:
    size: Integer, height and width.
    num_rows: Integer.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_rows, size^2], labels all 0.
  """
  rng = np.random.RandomState(random_seed)
  is_on = rng.rand(2, num_rows, size) < 0.25
  images = np.maximum(is_on[0][:, :, None], is_on[1][:, None, :])
  images = 0.05 + 0.8 * images + 0.1 * rng.rand(num_rows, size, size)
  return datasets.Dataset(images.reshape([num_rows, -1]),
                          np.zeros(num_rows, np.int32))


def surface(n_features, rank, num_rows, random_seed=None):
  """Rows near a surface: a random net's outputs from few factors.

  Args:
    n_features: Integer.
    rank: Integer, number of factors.
    num_rows: Integer.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_rows, n_features], labels all 0.
  """
  rng = np.random.RandomState(random_seed)
  data = _teach(rng.randn(num_rows, rank), n_features, rng)
  return datasets.Dataset(data + 0.1 * rng.randn(num_rows, n_features),
                          np.zeros(num_rows, np.int32))


def symbols(length, num_symbols, num_rows, random_seed=None):
  """Windows of a random chain, each labelled by the symbol that follows.

  A symbol depends on the two before it: eight times out of ten it is the one
  that follows them most often, else any.

  Args:
    length: Integer >= 2, symbols of a window.
    num_symbols: Integer.
    num_rows: Integer.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with int32 data [num_rows, length], labels 0 to num_symbols - 1.
  """
  rng = np.random.RandomState(random_seed)
  likely = rng.randint(num_symbols, size=[num_symbols, num_symbols])
  chain = rng.randint(num_symbols, size=[num_rows, length + 1])
  follows = rng.rand(num_rows, length + 1) < 0.8
  for t in range(2, length + 1):
    chain[:, t] = np.where(follows[:, t],
                           likely[chain[:, t - 2], chain[:, t - 1]],
                           chain[:, t])
  return datasets.Dataset(np.int32(chain[:, :-1]), chain[:, -1])


def signals(length, channels, num_rows, n_classes, random_seed=None):
  """Waves of several channels, by classes of wavelengths.

  Args:
    length: Integer.
    channels: Integer.
    num_rows: Integer.
    n_classes: Integer.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with data [num_rows, length, channels], labels 0 to n_classes
    - 1.
  """
  rng = np.random.RandomState(random_seed)
  frequencies = rng.uniform(0.1, 0.5, size=[n_classes, channels])
  labels = rng.randint(n_classes, size=num_rows)
  phases = rng.uniform(0, 2 * np.pi, size=[num_rows, 1, channels])
  waves = np.sin(2 * np.pi * frequencies[labels][:, None, :] *
                 np.arange(length)[None, :, None] + phases)
  return datasets.Dataset(
      waves + 0.3 * rng.randn(num_rows, length, channels), labels)


def ratings(rows, columns, rank, num_rows, random_seed=None):
  """Elements of a matrix of low rank, with biases and noise of 0.2.

  Rows and columns have a few that are looked up much more than others.

  Args:
    rows: Integer.
    columns: Integer.
    rank: Integer.
    num_rows: Integer.
    random_seed: Integer, or None for unpredictable data.

  Returns:
    A `Dataset` with int32 data [num_rows, 2] and values [num_rows, 1].
  """
  rng = np.random.RandomState(random_seed)
  matrix = rng.randn(rows, rank).dot(rng.randn(rank, columns)) / np.sqrt(rank)
  matrix += rng.randn(rows, 1) + rng.randn(columns)
  i, j = [np.int32(size * rng.rand(num_rows) ** 1.5)
          for size in (rows, columns)]
  values = matrix[i, j] + 0.2 * rng.randn(num_rows)
  return datasets.Dataset(np.stack([i, j], 1),
                          values[:, None].astype(np.float32))
