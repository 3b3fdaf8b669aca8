# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of meta-gradients by evolution strategies, on quadratics by hand."""

import collections

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import inner_problem
from meta_training import visit_schedule
from meta_training.meta_gradients import evolution_strategies
from meta_training.meta_gradients import meta_gradient
from tests.meta_training import harness

_Strategies = evolution_strategies.EvolutionStrategies
_SHAPES = collections.OrderedDict([("weights", [2]), ("bias", [])])
_CURVATURE = np.array([[3.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]])
_SLOPE = np.array([1.0, -2.0, 0.5])
_THETA = np.array([0.3, -0.2, 0.4], np.float32)
_RUNS = 400


class _Quadratic:
  """Each unroll adds the meta-parameters to s; its loss is quadratic in s."""

  spec = "quadratic"

  def __init__(self):
    self.calls = []
    self._sum = None

  def replicas(self, count):
    return [self] * count

  def walk(self, unused_rng):
    return self

  def take(self, num_steps):
    return num_steps

  def unroll(self, theta, num_steps, first_unroll, reset_state, start_seed,
             noise_seed, batches):
    self.calls.append((num_steps, first_unroll, reset_state, tuple(start_seed),
                       tuple(noise_seed), batches))
    self._sum = theta + (0.0 if first_unroll else self._sum)
    return inner_problem.UnrollResult(
        self._loss(self._sum), np.zeros([num_steps + 1], np.float32), None)

  def _loss(self, total):
    return 0.5 * total.dot(_CURVATURE).dot(total) + _SLOPE.dot(total)

  def final_state(self):
    return self._sum

  def restore(self, final_state):
    self._sum = final_state


class _Broken(_Quadratic):
  """Has no loss where the bias is above a threshold."""

  def _loss(self, total):
    return np.nan if total[2] > 0.4 else super()._loss(total)


def _draws(run=0, problem=0):
  schedule = visit_schedule.VisitSchedule(5, 1, True, 1, lambda: 1, lambda: 1)
  return visit_schedule.RunDraws(schedule, 0, run, problem)


def _strategies(trained=("weights", "bias"), **options):
  options = dict({"stddev": {"": 0.1, "bias": 0.5}}, **options)
  return _Strategies(**options).bound(_SHAPES, trained)


def _estimates(lengths, **options):
  """float32 [runs, updates, 3], the meta-gradients of many runs."""
  strategies, all_gradients = _strategies(**options), []
  for i in range(_RUNS):
    run = strategies.start(_Quadratic(), lengths, _draws(i), True)
    all_gradients.append([run.compute(_THETA, update).gradient
                          for update in range(len(run.lengths))])
  return np.array(all_gradients)


class EstimateTest(tf.test.TestCase, parameterized.TestCase):

  def _assert_mean(self, expected, gradients):
    """Within four standard errors, and these are small."""
    error = gradients.std(axis=0, ddof=1) / np.sqrt(len(gradients))
    self.assertAllLess(error, 0.2 * np.max(np.abs(expected)))
    self.assertAllLess(np.abs(gradients.mean(axis=0) - expected) / error, 4)
    return error

  @parameterized.parameters(1, 3)
  def test_whole_run(self, num_pairs):
    gradients = _estimates([4], num_pairs=num_pairs)
    self.assertEqual((_RUNS, 1, 3), gradients.shape)
    self._assert_mean(_CURVATURE.dot(_THETA) + _SLOPE, gradients[:, 0])

  def test_whole_run_of_several_unrolls(self):
    # The loss is the mean over steps: (1 L(theta) + 3 L(2 theta)) / 4.
    gradients = _estimates([1, 3])
    self._assert_mean(
        _CURVATURE.dot(_THETA) * (1 + 3 * 4) / 4 + _SLOPE * (1 + 3 * 2) / 4,
        gradients[:, 0])

  def test_last_unroll_only(self):
    # The loss is L(2 theta), whatever the lengths.
    gradients = _estimates([1, 3], last_unroll_only=True)
    self._assert_mean(4 * _CURVATURE.dot(_THETA) + 2 * _SLOPE, gradients[:, 0])

  def test_last_unroll_only_of_a_run_that_breaks_off(self):
    # In the second unroll the bias is -0.2 + 0.7 on one side of the pair.
    strategies = _strategies(last_unroll_only=True, num_pairs=1)
    strategies.perturbations = lambda rng: np.float32([[0.0, 0.0, 0.35]])
    result = strategies.start(_Broken(), [1, 1], _draws(), True).compute(
        np.float32([0.0, 0.0, -0.1]), 0)
    self.assertEqual(1, result.num_nonfinite_runs)
    self.assertTrue(np.isfinite(result.meta_objective))

  def test_more_pairs_have_less_variance(self):
    spread = [_estimates([4], num_pairs=pairs)[:, 0].std(axis=0)
              for pairs in (1, 16)]
    # A quarter, give or take what 400 samples leave open.
    self.assertAllInRange(spread[1] / spread[0], 0.21, 0.29)

  def test_persistent(self):
    gradients = _estimates([4, 4, 4], persistent=True, num_pairs=4)
    for i in range(3):
      # s = (i + 1) theta, and each earlier theta moves it as well.
      exact = (i + 1) * (_CURVATURE.dot((i + 1) * _THETA) + _SLOPE)
      error = self._assert_mean(exact, gradients[:, i])
      if i:
        # Far from what truncation makes of it.
        self.assertGreater(np.max(np.abs(exact - exact / (i + 1)) / error), 10)

  def test_persistent_on_one_unroll_is_a_whole_run(self):
    self.assertAllEqual(_estimates([4]), _estimates([4], persistent=True))

  def test_by_hand(self):
    strategies = _strategies(num_pairs=2)
    result = strategies.estimate(
        np.array([[1.0, 2.0, 3.0], [-1.0, 0.0, 4.0]]), [[5.0, 1.0], [2.0, 3.0]],
        [np.array([1.0, 2.0]), np.array([1.0, 4.0]), np.array([1.0]),
         np.array([1.0, 3.0])])
    # Slopes of 2 and -1/2; variances of 0.01, 0.01 and 0.25.
    self.assertAllClose([2.5 / 0.01 / 2, 4 / 0.01 / 2, 4 / 0.25 / 2],
                        result.gradient, rtol=1e-6)
    self.assertAllClose(11 / 4, result.meta_objective)
    self.assertAllEqual([1, 3], result.objectives)
    self.assertEqual(0, result.num_nonfinite_runs)

  def test_both_sides_have_the_same_draws(self):
    for persistent in (True, False):
      problem = _Quadratic()
      run = _strategies(num_pairs=2, persistent=persistent).start(
          problem, [4, 2], _draws(), True)
      for update in range(len(run.lengths)):
        run.compute(_THETA, update)
      self.assertLen(problem.calls, 8)
      self.assertLen(set(problem.calls), 2)

  def test_not_trained(self):
    strategies = _strategies(trained=["bias"], stddev=0.1)
    run = strategies.start(_Quadratic(), [4], _draws(), True)
    self.assertAllEqual([0, 0], run.compute(_THETA, 0).gradient[:2])
    self.assertAllEqual(np.zeros([2, 2]), strategies.perturbations(
        np.random.RandomState(0))[:, :2])


class NonFiniteTest(tf.test.TestCase):

  def test_counts_as_the_worst(self):
    strategies = _strategies(num_pairs=2, stddev=1.0)
    result = strategies.estimate(
        np.eye(2, 3), [[np.nan, 1.0], [3.0, np.inf]], [np.zeros([1])] * 4)
    self.assertAllClose([(3 - 1) / 2 / 2, 0, 0], result.gradient)
    self.assertEqual(2, result.num_nonfinite_runs)
    self.assertEqual(2.0, result.meta_objective)

  def test_none_is_finite(self):
    result = _strategies().estimate(
        np.ones([2, 3]), np.full([2, 2], np.nan), [np.zeros([1])] * 4)
    self.assertAllEqual([np.nan] * 3, result.gradient)
    self.assertAllEqual(np.nan, result.meta_objective)
    self.assertEqual(4, result.num_nonfinite_runs)

  def test_a_whole_run_ends_there(self):
    problem = _Broken()
    run = _strategies(num_pairs=1).start(problem, [1, 1, 1], _draws(), True)
    # Both sides are beyond 0.4 by the second unroll at the latest.
    result = run.compute(np.array([0.0, 0.0, 9.0], np.float32), 0)
    self.assertEqual(2, result.num_nonfinite_runs)
    self.assertLen(problem.calls, 2)

  def test_persistent(self):
    run = _strategies(num_pairs=3, persistent=True).start(
        _Broken(), [1, 1], _draws(), True)
    result = run.compute(_THETA, 0)
    # The threshold is at the bias: one side of each pair is beyond it.
    self.assertEqual(3, result.num_nonfinite_runs)
    self.assertTrue(np.isfinite(result.gradient).all())


class SeveralProblemsTest(tf.test.TestCase):

  def _runs(self, *problems):
    return [_strategies().start(problem, [1], _draws(problem=i), True)
            for i, problem in enumerate(problems)]

  def test_mean(self):
    alone = [run.compute(_THETA, 0)
             for run in self._runs(_Quadratic(), _Quadratic())]
    self.assertNotAllClose(alone[0].gradient, alone[1].gradient)
    both = meta_gradient.together(self._runs(_Quadratic(), _Quadratic()))
    self.assertEqual([1], both.lengths)
    result = both.compute(_THETA, 0)
    self.assertAllClose((alone[0].gradient + alone[1].gradient) / 2,
                        result.gradient)
    self.assertAllClose(
        (alone[0].meta_objective + alone[1].meta_objective) / 2,
        result.meta_objective)

  def test_one_without_meta_objective(self):
    theta = np.array([0.0, 0.0, 9.0], np.float32)
    good, = self._runs(_Quadratic())
    both = meta_gradient.together(self._runs(_Quadratic(), _Broken()))
    result = both.compute(theta, 0)
    self.assertAllEqual(good.compute(theta, 0).gradient, result.gradient)
    self.assertEqual(4, result.num_nonfinite_runs)

  def test_one_problem(self):
    run, = self._runs(_Quadratic())
    self.assertIs(run, meta_gradient.together([run]))


class UnrollTest(tf.test.TestCase, parameterized.TestCase):
  """On the learning rate r of descent on 1/2 c x^2 from 2, with c = 3."""

  def _mean(self, lengths, **options):
    problem = inner_problem.InnerProblem(
        harness.GLOBAL, *harness.without_data(harness.Parabola)[0],
        differentiate=False)
    strategies = _Strategies(0.01, 2, **options).bound(
        collections.OrderedDict([("global_learning_rate", [])]),
        ["global_learning_rate"])
    gradients = []
    for i in range(_RUNS):
      run = strategies.start(problem, lengths, _draws(i), True)
      for update in range(len(run.lengths)):
        result = run.compute(np.float32([0.02]), update)
      gradients.append(result.gradient)
    problem.close()
    error = np.std(gradients, ddof=1) / np.sqrt(_RUNS)
    self.assertLess(error, 0.4)
    return np.mean(gradients), error

  def test_whole_run(self):
    # Of f_0 and f_1 = f_0 (1 - c r)^2.
    mean, error = self._mean([2])
    self.assertLess(abs(mean - -3 * (1 - 3 * 0.02)), 4 * error)

  @parameterized.parameters(
      {}, {"persistent": True}, {"last_unroll_only": True})
  def test_workers_give_the_same_numbers(self, **options):
    gradients = []
    for workers in (1, 3):
      problem = inner_problem.InnerProblem(
          harness.OPTIMIZER_SPECS["adam"], *harness.classifier()[0],
          differentiate=False)
      self.addCleanup(problem.close)
      strategies = _Strategies(
          0.1, 4, num_workers=workers, **options).bound(
              collections.OrderedDict([("all", [4])]), ["all"])
      run = strategies.start(problem, [3, 4], _draws(), True)
      gradients.append([
          run.compute(np.float32([-3, 2, 4, -18]), i).gradient
          for i in range(len(run.lengths))])
    self.assertAllEqual(gradients[0], gradients[1])

  def test_persistent(self):
    # Of f_1 with respect to the rate of the first of two unrolls.
    mean, error = self._mean([1, 1], persistent=True)
    self.assertLess(abs(mean - -6 * (1 - 3 * 0.02)), 4 * error)


class ArgumentTest(tf.test.TestCase, parameterized.TestCase):

  def test_longest_part_counts(self):
    self.assertAllClose([0.1, 0.1, 0.5], _strategies().stddevs)
    self.assertAllClose(
        [0.3, 0.3, 0.5],
        _strategies(stddev={"s": 1.0, "weigh": 0.3, "bias": 0.5}).stddevs)

  @parameterized.parameters(
      ({"stddev": {"weight": 1.0}}, "nothing of bias"),
      ({"stddev": {"": 1.0, "wait": 1.0}}, "'wait'.*: weights, bias"),
      ({"stddev": {"": 1.0, "bias": 1.0}, "trained": ["weights"]}, "'bias'"))
  def test_names(self, options, message):
    with self.assertRaisesRegexp(ValueError, message):
      _strategies(**options)

  @parameterized.parameters(
      ({"stddev": 0}, "stddev must be positive, not 0"),
      ({"stddev": {"a": float("nan")}}, "positive, not nan for 'a'"),
      ({"stddev": "0.1"}, "'0.1'"),
      ({"stddev": 1e-50}, "positive, not 1e-50 .in float32"),
      ({"num_pairs": 0}, "num_pairs must be an integer from 1, not 0"),
      ({"num_pairs": 1.5}, "num_pairs.* 1.5"),
      ({"evaluate_every": 0}, "evaluate_every.* 0"),
      ({"num_workers": 0}, "num_workers.* 0"),
      ({"problems_per_update": -1}, "problems_per_update.* -1"),
      ({"persistent": True, "last_unroll_only": True}, "one of the two"))
  def test_values(self, options, message):
    with self.assertRaisesRegexp(ValueError, message):
      _Strategies(**options).check(True)

  def test_state_that_is_kept(self):
    with self.assertRaisesRegexp(ValueError, "reset_rnn_params must be true"):
      _Strategies().check(False)
    with self.assertRaisesRegexp(ValueError, "fresh state"):
      _strategies().start(_Quadratic(), [1], _draws(), False)


if __name__ == "__main__":
  tf.test.main()
