# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A corpus of what users have, to meta-train the default weights on.

Nets of the usual activations and initial scales, with batch norm, residual
blocks, convolutions, recurrence, embeddings and reconstruction; linear models
and factorizations; quadratics; and half of the corpus of 2017. A third of the
problems that are not of 2017 are in other units (`Reparametrized`).

No problem and no data set is one of those that optimizers are compared on
(`comparison.groups`).
"""

import numpy as np

from recipes import broad_data as data
from benchmarks.comparison import nets as problems
from recipes import pretraining_corpus
from benchmarks.comparison.layers import Activation
from benchmarks.comparison.layers import BatchNorm
from benchmarks.comparison.layers import Conv
from benchmarks.comparison.layers import Dense
from benchmarks.comparison.layers import Embedding
from benchmarks.comparison.layers import Factors
from benchmarks.comparison.layers import Flatten
from benchmarks.comparison.layers import GRU
from benchmarks.comparison.layers import Pool
from benchmarks.comparison.layers import Recurrent
from benchmarks.comparison.layers import Residual
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

_spec = problem_spec.Spec.of
_STARTS = {"relu": ("he",), "elu": ("he", "lecun"), "tanh": ("glorot", "lecun"),
           "sigmoid": ("glorot", "lecun")}
_BATCH_SIZES = (10, 16, 32, 64, 128)
_PENALTIES = (0.0, 1e-4, 1e-3)
# How many there are where no nets are.
_MORE = 3


def corpus(with_networks):
  """The problems to meta-train on.

  Args:
    with_networks: Whether there are nets with hidden layers or embeddings of
      symbols among them. Without, there are more of all others.

  Returns:
    List of (problem spec, dataset, batch size).
  """
  if with_networks:
    entries = (classifiers() + regressions() + normalized_nets() +
               convolutional_nets() + recurrent_nets() + autoencoders() +
               embeddings() + linear_models(6) + factorizations(2) +
               quadratics(4))
  else:
    entries = (linear_models(6 * _MORE) + factorizations(2 * _MORE) +
               quadratics(4 * _MORE))
  return in_other_units(entries) + pretraining_corpus.corpus(
      with_networks, "plain")[::2]


def in_other_units(entries):
  """Puts every third problem into other units, half of them in all.

  Args:
    entries: List of (problem spec, dataset, batch size).

  Returns:
    List like `entries`.
  """
  changed = list(entries)
  for i in range(1, len(entries), 3):
    spec, dataset, batch_size = entries[i]
    # Noise of a gradient does not follow its units.
    if not spec.kwargs.get("noise_stdev"):
      common_factor = 1e3 if i % 2 else 1.0
      changed[i] = (_spec(problems.Reparametrized, spec, 300 + i,
                          common_factor=common_factor), dataset, batch_size)
  return changed


def _data(fn, *args, **kwargs):
  return datasets.LazyDataset(fn, args, kwargs)


def _rows(rng):
  return int(rng.choice([200, 300, 450, 700, 1000]))


def _hidden(rng, activation, depth):
  """Layers of 4 to 64 units, none more than twice as wide as another."""
  width = int(rng.choice([4, 8, 16, 32]))
  start = str(rng.choice(_STARTS[activation]))
  return [Dense(int(rng.randint(width, 2 * width + 1)), activation, start)
          for _ in range(depth)]


def classifiers():
  """14 perceptrons of 1 to 5 hidden layers, 2 to 10 classes."""
  rng = np.random.RandomState(100)
  entries = []
  for i in range(14):
    features, classes = int(rng.choice([6, 9, 13, 18, 28, 45])), 2 + i * 5 % 9
    activation = ("relu", "elu", "tanh", "sigmoid")[i % 4]
    layers = _hidden(rng, activation, 1 + i % 5) + [Dense(classes)]
    size = (features, _rows(rng), classes)
    dataset = (_data(data.taught_classes, *size, random_seed=100 + i)
               if i % 3 else
               _data(datasets.random, *size, random_seed=100 + i,
                     sep=float(rng.choice([0.6, 1.0, 1.4]))))
    entries.append((
        _spec(problems.Net, [features], layers, problems.cross_entropy,
              penalty=_PENALTIES[i % 3]),
        dataset, int(rng.choice(_BATCH_SIZES))))
  return entries


def regressions():
  """Four perceptrons, one of each activation, with the mean squared error."""
  rng = np.random.RandomState(120)
  entries = []
  for i, activation in enumerate(("relu", "elu", "tanh", "sigmoid")):
    features, outputs = int(rng.choice([5, 10, 22])), 1 + 2 * (i % 2)
    layers = _hidden(rng, activation, 1 + i) + [Dense(outputs)]
    entries.append((
        _spec(problems.Net, [features], layers, problems.squared_error),
        _data(data.taught_values, features, _rows(rng), outputs,
              random_seed=120 + i), int(rng.choice(_BATCH_SIZES))))
  return entries


def normalized_nets():
  """Batch norm, residual blocks, and both."""
  def normalized(units):
    return [Dense(units, start="he"), BatchNorm(), Activation("relu")]

  def block(units):
    return Residual(
        [BatchNorm(), Activation("relu"), Dense(units, start="he")])

  def plain_block(units, activation):
    return Residual([Dense(units, activation, "he"), Dense(units)])

  rows = [
      (11, 4, normalized(24) + normalized(12), 500, 32),
      (26, 9, normalized(10) * 4, 700, 64),
      (17, 3, [Dense(16)] + [block(16)] * 3, 400, 25),
      (8, 2, [Dense(10)] + [plain_block(10, "relu")] * 2, 300, 50),
      (14, 6, [Dense(20)] + [plain_block(20, "elu")] * 3, 600, 20)]
  return [(_spec(problems.Net, [features], layers + [Dense(classes)],
                 problems.cross_entropy),
           _data(data.taught_classes, features, num_rows, classes,
                 random_seed=140 + i), batch_size)
          for i, (features, classes, layers, num_rows, batch_size)
          in enumerate(rows)]


def convolutional_nets():
  """Small images: pooling by maximum and mean, batch norm, a tanh."""
  rows = [
      (8, 4, [Conv(5, "relu"), Pool("max"), Flatten()], 200, 16),
      (8, 8, [Conv(4, "relu"), Pool("max"), Conv(8, "relu"), Pool("mean"),
              Flatten(), Dense(12, "relu", "he")], 240, 24),
      (6, 3, [Conv(6), BatchNorm(), Activation("relu"), Pool("max"),
              Flatten()], 300, 32),
      (8, 6, [Conv(6, "tanh", "glorot"), Pool("mean"), Flatten()], 200, 10)]
  return [(_spec(problems.Net, [size, size, 1], layers + [Dense(classes)],
                 problems.cross_entropy),
           _data(data.gratings, size, num_rows, classes, random_seed=160 + i),
           batch_size)
          for i, (size, classes, layers, num_rows, batch_size)
          in enumerate(rows)]


def recurrent_nets():
  """The next symbol of a chain, and classes of signals."""
  net = problems.Net, problems.cross_entropy
  return [
      (_spec(net[0], [5], [Embedding(9, 6, 1.0), GRU(10), Dense(9)], net[1]),
       _data(data.symbols, 5, 9, 300, random_seed=180), 32),
      (_spec(net[0], [4], [Embedding(12, 8, 0.3), Recurrent(16), Dense(12)],
             net[1]),
       _data(data.symbols, 4, 12, 400, random_seed=181), 20),
      (_spec(net[0], [8, 2], [GRU(8), Dense(4)], net[1]),
       _data(data.signals, 8, 2, 240, 4, random_seed=182), 24),
      (_spec(net[0], [7, 3], [Recurrent(12), Dense(5)], net[1]),
       _data(data.signals, 7, 3, 300, 5, random_seed=183), 50)]


def autoencoders():
  """Two with the mean squared error, two with the cross-entropy."""
  def layers(features, sizes, activation, start):
    return [Dense(size, activation, start) for size in sizes] + [
        Dense(features)]

  return [
      (_spec(problems.Net, [16], layers(16, (10, 2, 10), "tanh", "glorot"),
             problems.reconstruction_error),
       _data(data.surface, 16, 2, 400, random_seed=200), 32),
      (_spec(problems.Net, [28], layers(28, (20, 5, 20), "relu", "he"),
             problems.reconstruction_error),
       _data(data.surface, 28, 5, 600, random_seed=201), 64),
      (_spec(problems.Net, [25], layers(25, (8,), "sigmoid", "lecun"),
             problems.reconstruction_cross_entropy),
       _data(data.bars, 5, 300, random_seed=202), 25),
      (_spec(problems.Net, [49], layers(49, (24, 8, 24), "elu", "he"),
             problems.reconstruction_cross_entropy),
       _data(data.bars, 7, 500, random_seed=203), 50)]


def embeddings():
  """Symbols looked up, side by side, most of which a batch has no use for."""
  return [
      (_spec(problems.Net, [2],
             [Embedding(24, 5, 1.0), Flatten(), Dense(24)],
             problems.cross_entropy),
       _data(data.symbols, 2, 24, 800, random_seed=220), 16),
      (_spec(problems.Net, [4],
             [Embedding(18, 4, 0.05), Flatten(), Dense(20, "relu", "he"),
              Dense(18)], problems.cross_entropy),
       _data(data.symbols, 4, 18, 500, random_seed=221), 20)]


def linear_models(count):
  """Softmax and linear regressions.

  With noise in the gradient, of many classes, with columns in raw units, and
  of several outputs, in turns.

  Args:
    count: Integer.

  Returns:
    List of (problem spec, dataset, batch size).
  """
  rng = np.random.RandomState(240)
  entries = []
  for i in range(count):
    features = (7, 12, 23, 35, 60)[i % 5]
    num_rows, batch_size = _rows(rng), int(rng.choice(_BATCH_SIZES))
    classes = int(rng.choice([3, 5, 8]))
    start = str(rng.choice(["zeros", "glorot"]))
    decades = float(rng.choice([1.0, 2.0, 3.0]))
    seed = 240 + i
    if i % 6 in (0, 3):
      noise = float(rng.choice([0.03, 0.1, 0.3]))
      spec = _spec(pg.SoftmaxRegression, features, classes, random_seed=seed,
                   noise_stdev=noise)
      dataset = _data(datasets.random, features, num_rows, classes, sep=0.8,
                      random_seed=seed)
    elif i % 6 == 5:
      spec = _spec(problems.Net, [features], [Dense(2, start=start)],
                   problems.squared_error, penalty=1e-3)
      dataset = _data(data.raw_values, features, num_rows, 2, decades,
                      random_seed=seed)
    else:
      size = (features, num_rows, classes if i % 2 else 12 + classes)
      spec = _spec(problems.Net, [features], [Dense(size[2], start=start)],
                   problems.cross_entropy, penalty=1e-3)
      dataset = (_data(data.raw_classes, *size, decades=decades,
                       random_seed=seed) if i % 2 else
                 _data(data.taught_classes, *size, random_seed=seed))
    entries.append((spec, dataset, batch_size))
  return entries


def factorizations(count):
  """Ratings by the product of embeddings, with biases.

  Args:
    count: Integer.

  Returns:
    List of (problem spec, dataset, batch size).
  """
  rng = np.random.RandomState(260)
  entries = []
  for i in range(count):
    rows, columns = [int(size) for size in rng.choice([15, 25, 50], size=2)]
    rank = int(rng.choice([2, 4, 8]))
    entries.append((
        _spec(problems.Net, [2],
              [Factors(rows, columns, rank, float(rng.choice([0.1, 0.5])))],
              problems.squared_error),
        _data(data.ratings, rows, columns, rank, 600, random_seed=260 + i),
        int(rng.choice(_BATCH_SIZES))))
  return entries


def quadratics(count):
  """Quadratics, half of them with noise.

  Args:
    count: Integer.

  Returns:
    List of (problem spec, dataset, batch size).
  """
  sizes, noises = (14, 45, 110, 6, 27, 70), (0.3, 1.0, 3.0)
  return [(_spec(pg.Quadratic, sizes[i % 6], random_seed=280 + i,
                 **{"noise_stdev": noises[i // 2 % 3]} if i % 2 else {}),
           datasets.EMPTY_DATASET, None)
          for i in range(count)]
