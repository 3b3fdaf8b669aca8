# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of which inner problems are cached, and which are compiled."""

import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import problem_cache
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec
from tests.meta_training import harness

_RATE = 0.02
_CURVATURE = 3.0


class _FromPython(harness.Parabola):
  """A Parabola with an op that XLA does not know."""

  def objective(self, parameters, data=None, labels=None):
    value = super().objective(parameters)
    return value + tf.cast(tf.strings.length(tf.strings.as_string(
        tf.stop_gradient(value)) + "x") > 0, tf.float32)


def _unroll(inner, theta, num_steps, first=True, noise=(3, 4), start=(1, 2),
            data=0):
  return inner.unroll(np.float32(theta), num_steps, first, first, start, noise,
                      inner.walk(np.random.RandomState(data)).take(num_steps))


def _descent(num_steps, start=2.0, initial=None):
  """Returns objectives, meta-objective and its derivative, by hand."""
  factor = 1 - _RATE * _CURVATURE
  t = np.arange(num_steps)
  objectives = 0.5 * _CURVATURE * (start * factor**t)**2
  slopes = (0.5 * _CURVATURE * start**2 * 2 * t * factor**(2 * t - 1) *
            -_CURVATURE)
  scale = (initial or objectives[0]) + 1e-6
  return (np.concatenate([objectives[:1], objectives]),
          objectives.mean() / scale, slopes.mean() / scale)


class ProblemCacheTest(tf.test.TestCase):

  def _cache(self, corpus, compiled=False, **options):
    self.lines = []
    return problem_cache.ProblemCache(
        harness.GLOBAL, corpus, compiled, log=self.lines.append, **options)

  def test_cached(self):
    cache = self._cache(harness.without_data(harness.Parabola))
    problem = cache.get(0, 10**9, 100)
    self.assertIsNone(problem.max_steps)
    self.assertIs(problem, cache.get(0, 10**9, 10**6))
    cache.close()

  def test_least_recently_used_goes_first(self):
    corpus = 3 * harness.without_data(harness.Parabola)
    cache = self._cache(corpus, capacity=2)
    problems = [cache.get(i, 1, 1) for i in (0, 1)]
    self.assertIs(problems[0], cache.get(0, 1, 1))
    cache.get(2, 1, 1)
    self.assertIs(problems[0], cache.get(0, 1, 1))
    self.assertIsNot(problems[1], cache.get(1, 1, 1))
    with self.assertRaises(RuntimeError):  # Its session is closed.
      _unroll(problems[1], [_RATE], 1)

  def test_few_steps_are_not_compiled(self):
    cache = self._cache(harness.without_data(harness.Parabola), compiled=None)
    self.assertIsNone(cache.get(0, 9999, 100).max_steps)

  def test_many_steps_are_compiled(self):
    cache = self._cache(harness.without_data(
        harness.Parabola, noise_stdev=1.0), compiled=None)
    plain = cache.get(0, 10, 10)
    expected = _unroll(plain, [_RATE], 7)
    compiled = cache.get(0, 10000, 10)
    self.assertEqual(2048, compiled.max_steps)
    self.assertIs(compiled, cache.get(0, 10, 10))
    actual = _unroll(compiled, [_RATE], 7)
    self.assertAllClose(expected.objectives, actual.objectives, rtol=1e-5)
    self.assertAllClose(expected.meta_objective, actual.meta_objective)
    self.assertAllClose(expected.gradient, actual.gradient, rtol=1e-4)
    self.assertIs(compiled, cache.get(0, 10, 2048))
    self.assertEqual(8192, cache.get(0, 10000, 5000).max_steps)
    self.assertEqual([], self.lines)

  def test_what_cannot_be_compiled_runs_all_the_same(self):
    cache = self._cache(harness.without_data(_FromPython), compiled=True)
    problem = cache.get(0, 10, 10)
    self.assertIsNone(problem.max_steps)
    self.assertAllClose(1 + _descent(5)[0],
                        _unroll(problem, [_RATE], 5).objectives)
    self.assertIs(problem, cache.get(0, 10**9, 10))
    self.assertLen(self.lines, 1)
    self.assertIn("_FromPython() runs uncompiled, XLA cannot", self.lines[0])
    self.assertNotIn("\n", self.lines[0])

  def test_convolutions_are_compiled_only_if_asked_for(self):
    data = datasets.random(9, 10, random_seed=0)
    spec = problem_spec.Spec(
        pg.ConvNet, ((1, 3, 3), 2, [(2, 2, 1)]), {})
    cache = self._cache([(spec, data, 5)], compiled=None)
    self.assertIsNone(cache.get(0, 10**9, 10).max_steps)
    self.assertLen(self.lines, 1)
    self.assertIn("XLA's convolutions are slow", self.lines[0])
    cache = self._cache([(spec, data, 5)], compiled=True)
    self.assertEqual(2048, cache.get(0, 10, 10).max_steps)
    self.assertEqual([], self.lines)


if __name__ == "__main__":
  tf.test.main()
