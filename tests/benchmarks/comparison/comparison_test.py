# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of comparing optimizers on a problem."""

import tempfile

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import baselines
from benchmarks.comparison import comparison
from benchmarks.comparison import curves
from benchmarks.comparison import groups
from benchmarks.comparison import result_cache
from optimizer import trainable_adam
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

_Spec = problem_spec.Spec
_QUADRATIC = groups.Entry(
    "b", "Quadratic(3)", _Spec(pg.Quadratic, (3,), {
        "random_seed": 5, "noise_stdev": 0.1}),
    datasets.EMPTY_DATASET, None, True)
_NET = groups.Entry(
    "v", "FullyConnected(4, 2)", _Spec(pg.FullyConnected, (4, 2), {
        "hidden_sizes": (3,)}),
    datasets.random_mlp(4, 40, random_seed=3), 10, True)
_OPTIONS = {"learning_rates": (1e-3, 0.1, 1e9), "tuning_seeds": (7, 8),
            "seeds": (1, 2)}


def _learned(name, rate):
  spec = _Spec(trainable_adam.TrainableAdam, (rate,))
  return comparison.Learned(name, spec, curves.initial_meta_parameters(spec),
                         "TrainableAdam")


class ComparisonTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    self.directory = tempfile.mkdtemp(dir=self.get_temp_dir())

  def _on(self, problem, learned, **options):
    cache = result_cache.ResultCache(self.directory)
    return comparison.Comparison(
        learned, 50, cache, **dict(_OPTIONS, **options)).on(problem)

  def test_adam_against_itself(self):
    learned = [_learned("same", 0.1), _learned("slower", 0.01)]
    outcome = self._on(_NET, learned)
    self.assertEqual(list(baselines.SPECS) + ["same", "slower"],
                     list(outcome.results))
    adam, same, slower = [outcome.results[name].curves
                          for name in ("Adam", "same", "slower")]
    self.assertEqual(0.1, outcome.results["Adam"].learning_rate)
    self.assertAllClose(adam, same, rtol=1e-4)
    self.assertAllEqual(adam[:, 0], slower[:, 0])
    self.assertGreater(slower[0, -1], same[0, -1])

  def test_best_rate(self):
    outcome = self._on(_QUADRATIC, [])
    self.assertEqual(0.1, outcome.results["RMSProp"].learning_rate)
    self.assertEqual((2, 50), outcome.results["SGD"].curves.shape)

  def test_tuning(self):
    """Every rate is tried, hopeless ones on fewer seeds."""
    losses = {0.1: (2, 2, 2), 0.01: (1, 3, 1), 1.0: (7, 0, 0),
              10.0: (np.inf, 0, 0)}
    tried = []

    class Lazy:
      """Stands for a runner."""

      def get(self):
        return self

      def run(self, theta, seed, num_steps):
        tried.append((theta[0], seed))
        return np.full([num_steps], losses[theta[0]][seed], np.float32), 0.0

    tuning = comparison.Comparison(
        [], 20, result_cache.ResultCache(self.directory),
        learning_rates=sorted(losses), tuning_seeds=(0, 1, 2))
    for _ in range(2):
      self.assertEqual(0.01, tuning._tuned("problem", "SGD", Lazy()))
    self.assertEqual([(0.01, 0), (0.01, 1), (0.01, 2), (0.1, 0), (0.1, 1),
                      (0.1, 2), (1.0, 0), (10.0, 0)], tried)

  def test_adam_goes_on_for_who_is_better(self):
    """The best rate of this grid is far too small."""
    options = {"learning_rates": (1e-4,)}
    outcome = self._on(_QUADRATIC, [_learned("better", 0.1)], **options)
    self.assertEqual((2, 250), outcome.adam.shape)
    self.assertAllClose(outcome.results["Adam"].curves, outcome.adam[:, :50])
    outcome = self._on(_QUADRATIC, [_learned("worse", 1e-6)], **options)
    self.assertEqual((2, 50), outcome.adam.shape)

  def test_goes_on_from_the_cache(self):
    first = self._on(_NET, [_learned("learned", 0.1)])

    class Broken:
      """Stands for a runner that must not be built."""

      def __init__(self, *unused):
        raise AssertionError("There was no need to run.")

    runner, curves.Runner = curves.Runner, Broken
    try:
      again = self._on(_NET, [_learned("other name", 0.1)])
      with self.assertRaises(AssertionError):
        self._on(_NET, [_learned("learned", 0.2)])
      with self.assertRaises(AssertionError):
        self._on(_QUADRATIC, [])
    finally:
      curves.Runner = runner
    self.assertAllEqual(first.results["learned"].curves,
                        again.results["other name"].curves)

  def test_load(self):
    first = comparison.load("hierarchical_rnn")
    self.assertEqual("hierarchical_rnn", first.name)
    self.assertGreater(np.abs(first.theta).max(), 0)
    second = comparison.load("hierarchical_rnn", [first.name])
    self.assertEqual("hierarchical_rnn'", second.name)
    self.assertEqual(first.description, second.description)
    with self.assertRaisesRegexp(ValueError, "Nothing to load"):
      comparison.load("/nowhere")


if __name__ == "__main__":
  tf.test.main()
