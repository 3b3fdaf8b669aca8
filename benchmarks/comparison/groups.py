# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The problems that optimizers are compared on, in groups.

  a  the corpus of meta-training
  b  the same families, but sizes, conditions and seeds that are not in it
  c  kinds of models that are not in it: held out, and to be looked at only
     when an optimizer is finished
  choose, final  the halves of the validation problems, of many kinds, none of
     them from b or c: one decides what is shipped, the other is looked at once,
     when it is decided

All are seeded: a problem is the same one in every process.
"""

import collections
import math

import tensorflow.compat.v1 as tf

from benchmarks.comparison import benchmark_data
from benchmarks.comparison import networks
from benchmarks.comparison import validation_networks
from benchmarks.comparison import validation_problems
from meta_training import minibatches
from problems import corpus_options
from problems import datasets
from problems import problem_generator as pg
from problems import problem_sets
from problems import problem_spec

Entry = collections.namedtuple(
    "Entry", "group, name, spec, dataset, batch_size")
"""A problem to compare on.

Attributes:
  group: String, a key of `GROUPS`.
  name: String, unique in its group.
  spec: `problem_spec.Spec` of the problem.
  dataset: `datasets.Dataset`.
  batch_size: Integer, or None without data.
"""

NETS, FULL_BATCH, NOISY, DETERMINISTIC, SPARSE = FAMILIES = (
    "nets", "full batch", "noisy", "deterministic", "sparse")
"""Kinds of problems, by which results are summed up."""

_SPARSE = (pg.SparseProblem, pg.SparseSoftmaxRegression,
           pg.OneHotSparseSoftmaxRegression, validation_networks.Factorization,
           validation_networks.NextSymbol, validation_networks.SkipGram)
# The weights and the bias of a linear model.
_LINEAR_TENSORS = 2

_spec = problem_spec.Spec.of


def _data(fn, *args, **kwargs):
  return datasets.LazyDataset(fn, args, kwargs)


def _without_data(specs):
  return [(spec, datasets.EMPTY_DATASET, None) for spec in specs]


def corpus():
  """Lists what metarun trains on by default: (spec, data, batch size)."""
  return [entry for flagged in problem_sets.FLAGGED_SETS.values()
          if flagged.default for function in flagged.set_functions
          for entry in function()]


def same_families():
  """Lists 21 problems of the corpus's families."""
  specs = [
      _spec(pg.Quadratic, 15), _spec(pg.Quadratic, 40, noise_stdev=0.7),
      _spec(pg.Quadratic, 200), _spec(pg.Norm, 30, norm_power=1.5),
      _spec(pg.Norm, 21, norm_power=2.5, noise_stdev=0.2),
      _spec(pg.Bowl, 0.3, angle=math.pi / 6),
      _spec(pg.Bowl, 10.0, angle=math.pi / 3, noise_stdev=0.2),
      _spec(pg.Rosenbrock, noise_stdev=0.3), _spec(pg.Branin, noise_stdev=0.3),
      _spec(pg.Beale, noise_stdev=0.3),
      _spec(pg.Rescale, _spec(pg.Norm, 24, norm_power=2.0), scale=20.0),
      _spec(pg.Rescale, _spec(pg.Quadratic, 30), scale=0.5),
      _spec(pg.LogObjective, _spec(pg.Quadratic, 35)),
      _spec(pg.SparseProblem, _spec(pg.Quadratic, 30)),
      _spec(pg.SumTask, [_spec(pg.Quadratic, n) for n in (4, 8, 16)]),
      _spec(pg.SumTask, [_spec(pg.Rosenbrock), _spec(pg.Booth),
                         _spec(pg.Norm, 10, norm_power=2.0)])]
  with_data = [
      (_spec(pg.SoftmaxRegression, 50, 2),
       _data(datasets.random, 50, 800, sep=1.5), 40),
      (_spec(pg.SoftmaxRegression, 30, 2, noise_stdev=0.2),
       _data(datasets.random, 30, 800), 80)]
  for n, sizes, batch_size in ((10, [12, 6], 50), (6, [24], 100),
                               (14, [10, 10, 10], 30)):
    with_data.append((
        _spec(pg.FullyConnected, n, 2, hidden_sizes=sizes),
        _data(datasets.random_mlp, n, 800), batch_size))
  return _without_data(specs) + with_data


def other_kinds():
  """Lists 11 problems of kinds that are not in the corpus."""
  digits = _data(benchmark_data.digits, 500)
  few_digits = _data(benchmark_data.digits, 200)
  return [
      (_spec(pg.SoftmaxRegression, 20, 10),
       _data(datasets.random, 20, 500, n_classes=10), 50),
      (_spec(pg.SoftmaxRegression, 64, 10), digits, 50),
      (_spec(networks.ReLUNet, 20, 10, (32,)),
       _data(datasets.random, 20, 500, n_classes=10), 50),
      (_spec(networks.ReLUNet, 64, 10, (32,)), digits, 50),
      (_spec(networks.ReLUNet, 64, 10, (20, 20, 20)), digits, 25),
      (_spec(networks.ConvNet, (1, 8, 8), 10, (4, 8)), few_digits, 20),
      (_spec(networks.ConvNet, (1, 8, 8), 10, (6, 6)),
       _data(benchmark_data.images, 8, 200, 10), 32),
      (_spec(networks.ResidualNet, (1, 8, 8), 10, 6), few_digits, 32),
      (_spec(networks.LSTM, 6, len(benchmark_data.SYMBOLS), 16),
       _data(benchmark_data.text, 6, 200), 25),
      (_spec(networks.Autoencoder, 64, (32, 8, 32)), digits, 50),
      (_spec(networks.Autoencoder, 30, (16, 4, 16)),
       _data(benchmark_data.low_rank, 30, 4, 500), 50)]


Group = collections.namedtuple("Group", "title, problems, seed, rows")
"""A group.

Attributes:
  title: String, what it is.
  problems: Function that lists problems.
  seed: Integer, of what they draw.
  rows: Slice, those of the list that are of the group.
"""

GROUPS = collections.OrderedDict((
    ("a", Group("meta-training corpus", corpus, 11, slice(None))),
    ("b", Group("held out, same families", same_families, 12, slice(None))),
    ("c", Group("held out, other kinds", other_kinds, 13, slice(None))),
    ("choose", Group("validation, the half that chooses",
                     validation_problems.problems, 14, slice(0, None, 2))),
    ("final", Group("validation, the half for the end",
                    validation_problems.problems, 14, slice(1, None, 2))),
))


def entries(group):
  """Lists a group's problems.

  Args:
    group: String, a key of `GROUPS`.

  Returns:
    List of `Entry`s.

  Raises:
    ValueError: If there is no such group.
  """
  if group not in GROUPS:
    raise ValueError("Unknown group {!r}: expected one of {}.".format(
        group, ", ".join(GROUPS)))
  listed, counts = [], collections.Counter()
  problems = GROUPS[group].problems()
  seeded = corpus_options.with_random_seeds(problems, GROUPS[group].seed)
  pairs = list(zip(problems, seeded))[GROUPS[group].rows]
  for (spec, _, _), (seeded_spec, dataset, batch_size) in pairs:
    name = str(spec)
    if batch_size:
      source = getattr(dataset, "fn", None)
      name += " on {} by {}".format(
          source.__name__ if source else "data", batch_size)
    counts[name] += 1
    if counts[name] > 1:
      name += " #{}".format(counts[name])
    listed.append(Entry(
        group, name, seeded_spec, minibatches.as_dataset(dataset), batch_size))
  return listed


def select(groups, substrings=()):
  """Chooses problems.

  Args:
    groups: List of keys of `GROUPS`.
    substrings: If there are any, names must contain one of these.

  Returns:
    List of `Entry`s.

  Raises:
    ValueError: If a group is unknown or nothing is left.
  """
  chosen = [entry for group in groups for entry in entries(group)
            if not substrings or any(
                part in entry.name for part in substrings)]
  if not chosen:
    raise ValueError("No problem of the groups {} has one of {} in its "
                     "name.".format(", ".join(groups), list(substrings)))
  return chosen


def family(problem):
  """The family of a problem.

  Args:
    problem: A `groups.Entry`.

  Returns:
    One of `FAMILIES`: sparse if most elements have no gradient at a step; else
    nets if a model with hidden layers is fitted to data, or full batch if it is
    on all rows at each step; else noisy if gradients are, be it by minibatches;
    else deterministic.
  """
  if set(problem_spec.callables(problem.spec)).intersection(_SPARSE):
    return SPARSE
  with tf.Graph().as_default():
    built = problem.spec.build()
  if problem.batch_size and len(built.param_shapes) > _LINEAR_TENSORS:
    return FULL_BATCH if problem.batch_size == problem.dataset.size else NETS
  if built.noise_stdev or problem.batch_size:
    return NOISY
  return DETERMINISTIC
