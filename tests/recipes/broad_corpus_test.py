# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the broad corpus: every problem can be lowered, none is held out."""

import collections

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from recipes import broad_corpus
from benchmarks.comparison import layers
from benchmarks.comparison import nets as problems
from benchmarks.comparison import baselines
from benchmarks.comparison import groups
from meta_training import inner_problem
from problems import datasets
from problems import problem_spec

_NUM_STEPS = 100
_RATES = (1e-3, 1e-2)
_NUM_PARTS = 8


def _corpora():
  """All entries of both corpora, no problem twice."""
  found = collections.OrderedDict()
  for with_networks in (True, False):
    for entry in broad_corpus.corpus(with_networks):
      found.setdefault("{} {}".format(entry[0], entry[1:]), entry)
  return list(found.values())


def _specs(value):
  """A spec and all that are in its arguments."""
  if isinstance(value, problem_spec.Spec):
    return [value] + _specs(value.args)
  if isinstance(value, (list, tuple)):
    return [found for item in value for found in _specs(item)]
  return []


def _wrapped(spec):
  """A spec, and those that it wraps, one in the other."""
  found = [spec]
  while found[-1].args and isinstance(found[-1].args[0], problem_spec.Spec):
    found.append(found[-1].args[0])
  return found


def _shapes(spec):
  """Sorted shapes of parameters, without axes of one element."""
  with tf.Graph().as_default():
    return sorted(tuple(size for size in shape if size > 1)
                  for shape in spec.build().param_shapes)


def _made_by(dataset):
  """How a data set is made."""
  return dataset.fn.__name__, dataset.args, sorted(dataset.kwargs.items())


def _unit(problem):
  """The units of a problem's parameters, which Adam's rate depends on."""
  return getattr(problem, "scale", 1.0)


class _Run:
  """Adam on a problem, in the default graph."""

  def __init__(self, entry, rate):
    spec, dataset, self._batch_size = entry
    self.name, problem = str(spec), spec.build()
    self._dataset = dataset if self._batch_size else datasets.EMPTY_DATASET
    self._rng = np.random.RandomState(0)
    arrays = [np.asarray(each) for each in (self._dataset.data,
                                            self._dataset.labels)]
    self._inputs = [tf.placeholder(
        each.dtype, (self._batch_size,) + each.shape[1:]) for each in arrays]
    given = self._inputs if self._batch_size else []
    rows = [tf.constant(each) for each in arrays] if given else []
    variables = problem.init_variables(seed=1)
    self.slopes = problem.checked_gradients(
        problem.scalar_objective(variables, *given), variables)
    self.loss = problem.scalar_objective(variables, *rows)
    self.step = tf.train.AdamOptimizer(
        rate * _unit(problem)).apply_gradients(zip(self.slopes, variables))

  def feeds(self):
    if not self._batch_size:
      return {}
    rows = self._rng.randint(self._dataset.size, size=self._batch_size)
    return dict(zip(self._inputs, (self._dataset.data[rows],
                                   self._dataset.labels[rows])))


class LoweredTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*range(_NUM_PARTS))
  def test_adam_lowers_it(self, part):
    ratios = []
    with tf.Graph().as_default(), tf.Session(
        config=inner_problem.session_config()) as session:
      tf.set_random_seed(1)
      rate = tf.placeholder(tf.float32, [])
      runs = [_Run(entry, rate) for entry in _corpora()[part::_NUM_PARTS]]
      start_all = tf.global_variables_initializer()
      for value in _RATES:
        session.run(start_all)
        ratios.append(self._lowered(session, runs, {rate: value}))
    for run, ratio in zip(runs, np.min(ratios, axis=0)):
      self.assertLess(ratio, 1, run.name)

  def _lowered(self, session, runs, feeds):
    """Trains all; returns the lowest losses relative to the first."""

    def evaluate(fetches):
      for run in runs:
        feeds.update(run.feeds())
      return session.run(fetches, feeds)

    losses = [run.loss for run in runs]
    starts, slopes = evaluate([losses, [run.slopes for run in runs]])
    for run, start, slope in zip(runs, starts, slopes):
      self.assertGreaterEqual(start, 0, run.name)
      self.assertTrue(np.isfinite(start), run.name)
      self.assertTrue(all(np.isfinite(each).all() for each in slope), run.name)
    best = np.full(len(runs), np.inf)
    for _ in range(_NUM_STEPS // 10):
      for _ in range(10):
        evaluate([run.step for run in runs])
      best = np.minimum(best, evaluate(losses))
    return best / starts


class CompiledTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters("Pool(max), Flatten", "GRU", "Residual([BatchNorm")
  def test_agrees_with_plain(self, name):
    """In unrolls XLA computes some values twice, which must not matter."""
    spec, dataset, batch_size = [
        entry for entry in broad_corpus.corpus(True)
        if name in str(entry[0])][-1]
    with tf.Graph().as_default():
      rate = 1e-2 * _unit(spec.build())
    curves = []
    for max_steps in (None, 20):
      problem = inner_problem.InnerProblem(
          problem_spec.Spec.of(baselines.Adam), spec, dataset, batch_size,
          max_steps=max_steps, differentiate=False)
      batches = problem.walk(np.random.RandomState(0)).take(20)
      curves.append(problem.unroll(
          np.float32([rate]), 20, True, True, [1, 2], [3, 4],
          batches).objectives)
      problem.close()
    self.assertLess(curves[0][-1], 0.995 * curves[0][0])
    self.assertAllClose(curves[0], curves[1], rtol=1e-4)


class HeldOutTest(tf.test.TestCase):

  def test_no_problem_is_held_out(self):
    """Neither the problem, in whatever units, nor shapes, nor data."""
    held_out = [entry for group in ("b", "c", "choose")
                for entry in groups.GROUPS[group].problems()]
    names = set(str(spec) for spec, _, _ in held_out)
    # Problems with data are told by their shapes.
    shapes = [_shapes(spec) for spec, _, batch_size in held_out if batch_size]
    made = [_made_by(dataset) for _, dataset, batch_size in held_out
            if batch_size]
    for spec, dataset, batch_size in _corpora():
      for inner in _wrapped(spec):
        kwargs = dict(inner.kwargs)
        kwargs.pop("random_seed", None)
        self.assertNotIn(str(problem_spec.Spec(inner.callable, inner.args,
                                               kwargs)), names)
      if batch_size:
        self.assertNotIn(_shapes(spec), shapes, str(spec))
        self.assertNotIn(_made_by(dataset), made, str(spec))


class CorpusTest(tf.test.TestCase):

  def test_sizes(self):
    self.assertLen(broad_corpus.corpus(True), 93)
    self.assertLen(broad_corpus.corpus(False), 66)
    for spec, dataset, batch_size in _corpora():
      if any(each.callable is problems.Net for each in _specs(spec)):
        self.assertIsInstance(dataset, datasets.LazyDataset)
        self.assertBetween(dataset.size, 200, 1000, str(spec))
        self.assertBetween(batch_size, 10, 128, str(spec))

  def test_the_same_in_every_process(self):
    """All that is not of 2017 has its seeds, and no seed comes twice."""
    seeds = collections.Counter()
    own = [entry for entry in broad_corpus.corpus(True)
           if entry[0].callable.__module__ == problems.__name__]
    for spec, dataset, _ in own:
      seeds[dataset.kwargs["random_seed"]] += 1
    self.assertEqual(1, max(seeds.values()))
    first, second = [broad_corpus.corpus(True) for _ in range(2)]
    self.assertEqual([str(spec) for spec, _, _ in first],
                     [str(spec) for spec, _, _ in second])

  def test_every_kind_is_there(self):
    """In plain units and in others."""
    kinds = collections.defaultdict(set)
    activations = collections.Counter()
    for spec, _, _ in broad_corpus.corpus(True):
      is_plain = spec.callable is not problems.Reparametrized
      inner = spec if is_plain else spec.args[0]
      if inner.callable is not problems.Net:
        continue
      for layer in inner.args[1]:
        kinds[type(layer)].add(is_plain)
        activations[getattr(layer, "activation", None)] += 1
    for kind in (layers.Dense, layers.BatchNorm, layers.Residual, layers.Conv,
                 layers.Pool, layers.Recurrent, layers.GRU, layers.Embedding,
                 layers.Factors, layers.Flatten):
      self.assertIn(True, kinds[kind], kind)
    for kind in (layers.Dense, layers.BatchNorm, layers.Residual, layers.Conv,
                 layers.Recurrent, layers.Embedding, layers.Factors):
      self.assertIn(False, kinds[kind], kind)
    for activation in ("relu", "elu", "tanh", "sigmoid"):
      self.assertGreater(activations[activation], 4, activation)

  def test_other_units(self):
    entries = [(problem_spec.Spec.of(problems.Net, i), None, None)
               for i in range(8)]
    entries[4][0].kwargs["noise_stdev"] = 0.1
    changed = broad_corpus.in_other_units(entries)
    self.assertEqual(
        [1, 7], [i for i in range(8) if changed[i][0] is not entries[i][0]])
    self.assertEqual(1e3, changed[1][0].kwargs["common_factor"])
    self.assertIs(entries[1][0], changed[1][0].args[0])

  def test_no_nets_without_networks(self):
    for spec, _, _ in broad_corpus.corpus(False):
      with tf.Graph().as_default():
        for each in _specs(spec):
          if each.callable is problems.Net:
            self.assertLen(each.args[1], 1, str(spec))
            self.assertIsInstance(each.args[1][0],
                                  (layers.Dense, layers.Factors))
            self.assertEqual("linear", getattr(
                each.args[1][0], "activation", "linear"))
          self.assertNotIn("FullyConnected", each.callable.__name__)


if __name__ == "__main__":
  tf.test.main()
