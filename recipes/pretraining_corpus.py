# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the shipped optimizers are meta-trained on, beyond the default corpus.

The default corpus starts everything from N(0, 1) and has two classes. Nets of
other widths, depths, activations, numbers of classes and scales of their
parameters teach to find the right size of a step. None has ReLUs, ten
classes, convolutions, recurrence, batch norm or reconstruction, so that those
stay unseen. Where no network may be seen at all, softmax regressions and matrix
completions have what networks have: minibatches, plateaus, several tensors.
"""

import itertools

import numpy as np
import tensorflow.compat.v1 as tf

from recipes import pretraining_problems
from problems import datasets
from problems import problem_generator as pg
from problems import problem_sets
from problems import problem_spec

_Spec = problem_spec.Spec
_NUM_NETS = 24
_NUM_ROWS = 400
_NETWORK_FLAGS = (
    "include_softmax_2_class_problems",
    "include_noisy_softmax_2_class_problems",
    "include_fully_connected_random_2_class_problems",
    "include_sparse_gradient_problems",
)
# A step of these takes as long as a hundred of the others.
_SLOW_FLAGS = ("include_large_quadratic_problems", "include_matmul_problems")
_PLAIN, _EXTENDED, _VARIED = KINDS = ("plain", "extended", "varied")
"""The default corpus; with more problems; half of it, with still others."""


def corpus(with_networks, kind):
  """The problems to meta-train on.

  Args:
    with_networks: Whether there are neural networks among them. Without, there
      are linear classifiers in the last kind only.
    kind: One of `KINDS`.

  Returns:
    List of (problem spec, dataset, batch size).
  """
  left_out = _SLOW_FLAGS + (() if with_networks else _NETWORK_FLAGS)
  entries = [
      entry for name, flagged in problem_sets.FLAGGED_SETS.items()
      if flagged.default and name not in left_out
      for function in flagged.set_functions for entry in function()]
  if kind == _PLAIN:
    return entries
  if with_networks:
    if kind == _EXTENDED:
      return entries + networks()
    return entries[::2] + networks() + networks(
        seed=21, max_layers=4, widths=(6, 12, 24, 32), scales=(0.03, 0.1, 0.3))
  sparse = problem_sets.sparse_gradient_problems()
  if kind == _EXTENDED:
    return entries + sparse + landscapes()
  return (entries[::2] + sparse + sparse_gradients() + landscapes()[::4] +
          linear_classifiers() + matrix_completions())


def networks(seed=20, max_layers=3, widths=(4, 8, 16, 32, 48),
             scales=(0.1, 0.3, 2.0, 4.0)):
  """Fully connected nets, half of them with rescaled parameters."""
  rng = np.random.RandomState(seed)
  entries = []
  for i in range(_NUM_NETS):
    features = int(rng.choice([4, 8, 12, 20, 32, 64]))
    classes = int(rng.choice([2, 2, 3, 4, 5]))
    hidden_sizes = [int(width) for width in rng.choice(
        widths, size=rng.randint(1, max_layers + 1))]
    activation = (tf.nn.sigmoid, tf.tanh, tf.nn.softplus)[i % 3]
    spec = _Spec(pg.FullyConnected, (features, classes),
                 {"hidden_sizes": hidden_sizes, "activation": activation})
    entries.append(_classifier(rng, spec, scales if i % 2 else None,
                               seed - 20 + i))
  return entries


def linear_classifiers():
  """24 softmax regressions, half of them with rescaled parameters."""
  rng = np.random.RandomState(60)
  entries = []
  for i in range(24):
    features, classes = int(rng.choice([5, 20, 50])), int(rng.choice([2, 3, 5]))
    spec = _Spec(pg.SoftmaxRegression, (features, classes),
                 {"noise_stdev": 0.1 if i % 4 == 3 else 0.0})
    entries.append(_classifier(
        rng, spec, (0.1, 0.3, 3.0) if i % 2 else None, i))
  return entries


def _classifier(rng, spec, scales, data_seed):
  """An entry: a classifier, rescaled unless `scales` is None, and its data."""
  features, classes = spec.args
  if scales:
    spec = _Spec(pg.Rescale, (spec,), {"scale": float(rng.choice(scales))})
  data = datasets.LazyDataset(
      datasets.random, (features, _NUM_ROWS), {
          "n_classes": classes, "random_seed": data_seed,
          "sep": float(rng.choice([0.7, 1.0, 1.5]))})
  return spec, data, int(rng.choice([10, 20, 50, 100]))


def matrix_completions():
  """18 factorizations of matrices, from batches of their elements."""
  rng = np.random.RandomState(80)
  entries = []
  for i in range(18):
    rows, columns = [int(size) for size in rng.choice([4, 8, 16, 32], size=2)]
    spec = _Spec(
        pretraining_problems.MatrixCompletion,
        (rows, columns, int(rng.choice([2, 4, 8]))),
        {"num_factors": 2 + i % 3, "start": float(rng.choice([0.1, 0.3, 1.0])),
         "target_seed": 80 + i})
    data = datasets.LazyDataset(pretraining_problems.matrix_indices,
                                (rows, columns, _NUM_ROWS), {"random_seed": i})
    entries.append((spec, data, int(rng.choice([10, 20, 50, 100]))))
  return entries


def sparse_gradients():
  """Sparse gradients of four quadratics and norms of other sizes."""
  specs = [_Spec(pg.Quadratic, (10,), {}), _Spec(pg.Quadratic, (64,), {}),
           _Spec(pg.Norm, (15,), {"norm_power": 2.0}),
           _Spec(pg.Rescale, (_Spec(pg.Quadratic, (25,), {}),),
                 {"scale": 10.0})]
  return [(_Spec(pg.SparseProblem, (spec,), {}), datasets.EMPTY_DATASET, None)
          for spec in specs]


def landscapes():
  """Problems without data that the default corpus leaves out."""
  none = datasets.EMPTY_DATASET
  entries = []
  for function in (problem_sets.dependency_chain_problems,
                   problem_sets.outward_snake_problems,
                   problem_sets.min_max_well_problems,
                   problem_sets.sum_of_quadratics_problems,
                   problem_sets.projection_quadratic_problems):
    entries += function()
  for size, (scale, noise) in itertools.product(
      (10, 30, 100), ((0.05, 0.2), (0.3, 1.0), (5.0, 3.0), (30.0, 0.0))):
    entries.append((_Spec(pg.Rescale, (_Spec(
        pg.Quadratic, (size,), {"noise_stdev": noise}),), {"scale": scale}),
                    none, None))
  return entries
