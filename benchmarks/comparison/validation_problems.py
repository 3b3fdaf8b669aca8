# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The validation problems, which decide which optimizer is better.

They are of the kinds that users have, small enough to be run often, and none of
them is in the meta-training corpora or in the groups that are held out.
"""

import tensorflow.compat.v1 as tf

from benchmarks.comparison import benchmark_data
from benchmarks.comparison import layers
from benchmarks.comparison import nets as layered
from benchmarks.comparison import networks
from benchmarks.comparison import validation_networks as nets
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

_spec = problem_spec.Spec.of


def _data(fn, *args, **kwargs):
  return datasets.LazyDataset(fn, args, kwargs)


def problems():
  """Lists problems: (spec, data set, batch size), those of both halves in turn.
  """
  # Seeds of data go by the order, so that new problems come last.
  first = (_dense_nets() + _other_nets() + _linear_models() + _embeddings() +
           [(spec, datasets.EMPTY_DATASET, None) for spec in (
               _spec(pg.Quadratic, 12), _spec(pg.Quadratic, 80),
               _spec(pg.Quadratic, 18, noise_stdev=0.5),
               _spec(pg.Quadratic, 60, noise_stdev=2.0),
               _spec(pg.SparseProblem, _spec(pg.Quadratic, 22)))] +
           _plain_nets())
  halves = [_wide_nets(part) + _transformers(part) + _others(part) +
            _full_batch(part) for part in (1, 0)]
  return first + [problem for pair in zip(*halves) for problem in pair]


def _net(shape, stack, loss=layered.cross_entropy):
  return _spec(layered.Net, list(shape), stack, loss)


def _stack(sizes, activation, outputs):
  """Dense layers of a perceptron."""
  return [layers.Dense(size, activation, "he") for size in sizes] + [
      layers.Dense(outputs)]


def _wide_nets(part):
  """A dense layer of 1,024, and a million parameters with wrong labels."""
  filters, sizes = (((16, 32), (960, 960)), ((24, 24), (1200, 780)))[part]
  stack = [layers.Conv(filters[0], "relu"), layers.Pool("max"),
           layers.Conv(filters[1], "relu"), layers.Flatten()]
  return [
      (_net([8, 8, 1], stack + _stack([1024], "relu", 10)),
       _data(benchmark_data.digits, 400, shape=(8, 8, 1), random_seed=part),
       32),
      (_net([64], _stack(sizes, "relu", 10)),
       _data(benchmark_data.digits, 600, wrong=0.3, random_seed=part), 50)]


def _transformers(part):
  """Encoders that norm after and before a block, and a language model."""
  length, size, count = 16, (64, 48)[part], len(benchmark_data.SYMBOLS)
  start = [layers.Embedding(count + 1, size, 0.02), layers.Positions()]

  def blocks(is_causal, norms_after):
    found = []
    for _ in range(2):
      for block in ([layers.Attention(2, is_causal)],
                    [layers.Dense(4 * size, "relu", "he"), layers.Dense(size)]):
        found += ([layers.Residual(block), layers.LayerNorm()] if norms_after
                  else [layers.Residual([layers.LayerNorm()] + block)])
    return found if norms_after else found + [layers.LayerNorm()]

  masked = _data(benchmark_data.masked_text, length, 400, part)
  return [
      (_net([length], start + blocks(False, True) +
            [layers.At(length // 2), layers.Dense(count)]), masked, 32),
      (_net([length], start + blocks(False, False) +
            [layers.At(length // 2), layers.Dense(count)]), masked, 32),
      (_net([length], start + blocks(True, False) + [layers.Dense(count)]),
       _data(benchmark_data.next_symbols, length, 300, part), 16)]


def _others(part):
  """Skip-grams, raw columns, and a target that moves."""
  table, columns, classes = (("breast_cancer", 30, 2), ("wine", 13, 3))[part]
  return [
      (_spec(nets.SkipGram, 20000, (16, 12)[part]),
       _data(benchmark_data.skip_grams, 20000, 4000, 5), 128),
      (_net([columns], _stack([32], "relu", classes)),
       _data(benchmark_data.table, table, False), 32),
      (_spec(nets.QLearning, (36, 49)[part], 32),
       _data(benchmark_data.transitions, (6, 7)[part], 0.9), 32)]


def _full_batch(part):
  """Five nets trained on all rows at once."""
  rows = (200, 250)[part]
  digits = _data(benchmark_data.digits, rows, random_seed=part)
  reconstructs = layered.reconstruction_error
  return [
      (_net([64], _stack([(32, 24)[part]], "relu", 1), layered.squared_error),
       _data(benchmark_data.digit_values, rows, random_seed=part), rows),
      (_net([30], _stack([(16, 20)[part]], "relu", 2)),
       _data(benchmark_data.table, "breast_cancer", True), 569),
      (_net([13], _stack([(20, 12)[part]] * 2, "tanh", 3)),
       _data(benchmark_data.table, "wine", True), 178),
      (_net([64], _stack([(20, 24)[part]] * 5, "relu", 10)), digits, rows),
      (_net([64], _stack([(32, 24)[part], 8], "elu", 64), reconstructs),
       digits, rows)]


def _dense_nets():
  """Perceptrons, narrow and deep, of four activations."""
  sines = _data(benchmark_data.sine_labels, 12, 500, 3)
  clusters = _data(datasets.random, 15, 500, n_classes=5)
  mixed = _data(datasets.random_mlp, 10, 400)
  return [
      (_spec(networks.ReLUNet, 12, 3, (16, 16)), sines, 50),
      (_spec(networks.ReLUNet, 15, 5, (5, 5, 5)), clusters, 32),
      (_spec(networks.ReLUNet, 12, 3, (14,) * 7), sines, 40),
      (_spec(nets.DenseNet, 10, 2, (6, 6), tf.nn.elu, 1.5), mixed, 25),
      (_spec(nets.DenseNet, 15, 5, (12,) * 8, tf.nn.elu, 1.5), clusters, 50),
      (_spec(nets.DenseNet, 12, 3, (20,), tf.nn.sigmoid), sines, 50),
      (_spec(nets.DenseNet, 15, 5, (16, 10), tf.nn.sigmoid), clusters, 64),
      (_spec(nets.DenseNet, 10, 2, (16, 16, 16), tf.tanh), mixed, 40),
      (_spec(nets.RegressionNet, 12, (24,)),
       _data(benchmark_data.sine_labels, 12, 400, 7), 32),
      (_spec(networks.ReLUNet, 14, 4, (20,)),
       _data(benchmark_data.badly_scaled, 14, 400, 4, 2.0), 32)]


def _plain_nets():
  """Classifiers without a penalty, which fit all rows in the end."""
  images = _data(benchmark_data.images, 8, 600, 10)
  clusters = _data(datasets.random, 30, 600, n_classes=8)
  classifiers = [
      (_spec(networks.ReLUNet, 64, 10, (48, 48)), images, 50),
      (_spec(networks.ReLUNet, 64, 10, (20,) * 5), images, 32),
      (_spec(nets.DenseNet, 30, 8, (28,) * 8, tf.nn.elu), clusters, 64),
      (_spec(nets.DenseNet, 30, 8, (32, 32), tf.nn.sigmoid), clusters, 32),
      (_spec(nets.PoolingNet, (1, 8, 8), 10, (5, 8), True), images, 25)]
  return [(_spec(nets.without_penalty, spec), dataset, batch_size)
          for spec, dataset, batch_size in classifiers]


def _other_nets():
  """Autoencoders, residual nets, convolutions with pooling, an LSTM."""
  images = _data(benchmark_data.images, 8, 160, 5)
  return [
      (_spec(networks.Autoencoder, 20, (12, 3, 12)),
       _data(benchmark_data.low_rank, 20, 3, 400), 40),
      (_spec(nets.CrossEntropyAutoencoder, 36, (10,)),
       _data(benchmark_data.unit_images, 6, 300, 6), 30),
      (_spec(nets.NormalizedResidualNet, 15, 5, 14, 3),
       _data(datasets.random, 15, 400, n_classes=5, sep=0.7), 40),
      (_spec(nets.PoolingNet, (1, 8, 8), 5, (4, 6), True), images, 20),
      (_spec(nets.PoolingNet, (1, 8, 8), 5, (6,), False), images, 32),
      (_spec(networks.LSTM, 4, len(benchmark_data.SYMBOLS), 12),
       _data(benchmark_data.text, 4, 250), 25)]


def _linear_models():
  """Softmax regressions with noise, many classes, badly scaled columns."""
  return [
      (_spec(pg.SoftmaxRegression, 24, 4, noise_stdev=0.1),
       _data(datasets.random, 24, 400, n_classes=4, sep=0.7), 32),
      (_spec(pg.SoftmaxRegression, 25, 20),
       _data(datasets.random, 25, 600, n_classes=20, sep=0.7), 40),
      (_spec(pg.SoftmaxRegression, 16, 6),
       _data(benchmark_data.badly_scaled, 16, 400, 6, 3.0), 32)]


def _embeddings():
  """Look-ups, with gradients for few rows at a time."""
  return [
      (_spec(nets.Factorization, 40, 30, 6),
       _data(benchmark_data.pairs, 40, 30, 500), 16),
      (_spec(nets.NextSymbol, 3, len(benchmark_data.SYMBOLS), 8),
       _data(benchmark_data.text, 3, 400), 20)]
