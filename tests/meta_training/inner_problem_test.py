# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of inner problems, on gradient descent by hand."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import inner_problem
from optimizer import global_learning_rate
from problems import problem_generator as pg
from problems import problem_spec
from tests.meta_training import harness

_RATE = 0.02
_CURVATURE = 3.0


def _inner(corpus, optimizer_spec=harness.GLOBAL, **options):
  return inner_problem.InnerProblem(optimizer_spec, *corpus[0], **options)


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


class CheckObjectivesTest(tf.test.TestCase):

  def test_negative(self):
    with self.assertRaisesRegexp(ValueError, "of spec became -0.5"):
      inner_problem.check_objectives(np.float32([1.0, -0.5, np.nan]), "spec")

  def test_rounding_is_no_fault(self):
    # Of a cross-entropy of one row: -log of the next number after 1.
    least = -np.log1p(np.finfo(np.float32).eps / 2)
    inner_problem.check_objectives(np.float32([1.0, least, np.inf]), "spec")


class UnrollTest(tf.test.TestCase, parameterized.TestCase):

  def test_by_hand(self):
    inner = _inner(harness.without_data(harness.Parabola))
    result = _unroll(inner, [_RATE], 5)
    for expected, actual in zip(_descent(5), (
        result.objectives, result.meta_objective, result.gradient[0])):
      self.assertAllClose(expected, actual, rtol=1e-5)

  @parameterized.parameters(None, 8)
  def test_not_differentiated(self, max_steps):
    inner = _inner(harness.without_data(harness.Parabola),
                   max_steps=max_steps, differentiate=False)
    objectives, meta_objective, _ = _descent(5)
    for num_steps, first in ((3, True), (2, False)):
      result = _unroll(inner, [_RATE], num_steps, first)
      self.assertEqual((0,), result.gradient.shape)
      start = 0 if first else 3
      self.assertAllClose(objectives[start + 1:start + num_steps + 1],
                          result.objectives[1:], rtol=1e-5)
    self.assertAllClose(meta_objective, _unroll(
        inner, [_RATE], 5).meta_objective, rtol=1e-5)

  @parameterized.parameters((None, 1), (None, 3), (16, 1), (16, 3))
  def test_evaluates_every_so_many_steps(self, max_steps, every):
    corpus = harness.classifier()
    expected = _unroll(_inner(corpus), [0.5], 10).objectives
    inner = _inner(corpus, max_steps=max_steps, differentiate=False,
                   evaluate_every=every)
    values = _unroll(inner, [0.5], 10).objectives[1:]
    self.assertAllClose(expected[1::every], values[::every], rtol=1e-5)
    # Between two evaluations the last one counts.
    self.assertAllEqual(np.repeat(values[::every], every)[:10], values)

  def test_evaluates_at_every_step_without_data(self):
    inner = _inner(harness.without_data(harness.Parabola), differentiate=False,
                   evaluate_every=3)
    self.assertAllClose(_descent(5)[0], _unroll(inner, [_RATE], 5).objectives,
                        rtol=1e-5)

  def test_goes_on_where_another_one_ended(self):
    inner = _inner(harness.classifier(), harness.OPTIMIZER_SPECS["adam"],
                   differentiate=False)
    theta = [-3.0, 2.0, 5.0, -10.0]
    _unroll(inner, theta, 4)
    ended = inner.final_state()
    expected = _unroll(inner, theta, 3, first=False)
    _unroll(inner, theta, 2, start=(5, 6))
    other = _unroll(inner, theta, 3, first=False)
    self.assertNotAllClose(expected.objectives, other.objectives)
    inner.restore(ended)
    result = _unroll(inner, theta, 3, first=False)
    self.assertAllEqual(expected.objectives, result.objectives)
    self.assertEqual(expected.meta_objective, result.meta_objective)

  def test_goes_on_where_it_ended(self):
    inner = _inner(harness.without_data(harness.Parabola))
    first = _unroll(inner, [_RATE], 4)
    result = _unroll(inner, [_RATE], 3, first=False)
    expected = _descent(3, 2.0 * (1 - _RATE * _CURVATURE)**4,
                        first.objectives[0])
    for value, actual in zip(expected, (
        result.objectives, result.meta_objective, result.gradient[0])):
      self.assertAllClose(value, actual, rtol=1e-5)

  def test_multiplier_ends_it(self):
    # Each step multiplies the objective by (1 - 3 rate)^2 = 4.
    inner = _inner(harness.without_data(harness.Parabola),
                   obj_train_max_multiplier=10.0)
    self.assertAllClose([6, 6, 24, 96],
                        _unroll(inner, [1.0], 50).objectives)

  def test_optimizers_own_multiplier(self):
    spec = problem_spec.Spec(global_learning_rate.GlobalLearningRate, (),
                             {"obj_train_max_multiplier": 10.0})
    inner = _inner(harness.without_data(harness.Parabola), spec)
    self.assertLen(_unroll(inner, [1.0], 50).objectives, 4)

  def test_overflow_ends_it(self):
    inner = _inner(harness.without_data(harness.Parabola))
    result = _unroll(inner, [1e3], 50)
    self.assertLess(len(result.objectives), 10)
    self.assertAllEqual(np.isfinite(result.objectives[:-1]),
                        np.ones(len(result.objectives) - 1, bool))
    self.assertFalse(np.isfinite(result.objectives[-1]))

  @parameterized.parameters((5, 6), (3, 7))
  def test_noise_seed(self, *noise):
    corpus = harness.without_data(harness.Parabola, noise_stdev=1.0)
    inner, other = _inner(corpus), _inner(corpus)
    result = _unroll(inner, [_RATE], 5)
    self.assertAllEqual(result.objectives, _unroll(
        other, [_RATE], 5).objectives)
    changed = _unroll(inner, [_RATE], 5, noise=noise)
    self.assertAllEqual(result.objectives[:2], changed.objectives[:2])
    self.assertNotAllClose(result.objectives, changed.objectives)

  @parameterized.parameters((5, 6), (1, 7))
  def test_start_seed(self, *start):
    inner = _inner(harness.without_data(pg.Rosenbrock))
    results = [_unroll(inner, [1e-5], 2, start=pair).objectives
               for pair in ((1, 2), (1, 2), start)]
    self.assertAllEqual(results[0], results[1])
    self.assertNotAllClose(results[0], results[2])

  def test_minibatches(self):
    inner = _inner(harness.classifier(noise_stdev=0.0))
    results = [_unroll(inner, [0.5], 4, data=seed).objectives
               for seed in (0, 0, 1)]
    self.assertAllEqual(results[0], results[1])
    self.assertAllEqual(results[0][:2], results[2][:2])
    self.assertNotAllClose(results[0], results[2])

  def test_batch_larger_than_the_data(self):
    (spec, dataset, _), = harness.classifier()
    results = [_unroll(_inner([(spec, dataset, size)]), [0.5], 4).objectives
               for size in (20, 21, None)]
    for result in results[1:]:
      self.assertAllClose(results[0], result, rtol=1e-5)

  def test_histograms(self):
    inner = _inner(harness.without_data(pg.Quadratic, 3),
                   harness.OPTIMIZER_SPECS["hierarchical"])
    size = int(inner._theta.shape[0])
    _unroll(inner, np.zeros(size), 2)
    states = inner.histograms(np.zeros(size, np.float32))
    self.assertEqual((9,), states["parameter"].shape)
    self.assertEqual((4,), states["layer"].shape)
    self.assertEqual((3,), states["log_learning_rate"].shape)
    for state in states.values():
      self.assertTrue(np.isfinite(state).all())


if __name__ == "__main__":
  tf.test.main()
