# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of problems made from other problems."""

import numpy as np
import tensorflow.compat.v1 as tf

from problems import classifiers
from problems import datasets
from problems import problem as problem_lib
from problems import problem_spec
from problems import quadratics
from problems import test_functions
from problems import wrappers
from tests.problems import oracle

Spec = problem_spec.Spec


class CountingNoise:
  """Hands out the constants 1, 2, 3, ... and remembers the calls."""

  def __init__(self):
    self.calls = []

  def normal(self, shape):
    self.calls.append(("normal", list(shape)))
    return tf.fill(shape, float(len(self.calls)))

  def uniform(self, shape):
    self.calls.append(("uniform", list(shape)))
    return tf.reshape(tf.linspace(0.0, 0.999, int(np.prod(shape))), shape)


class Special(problem_lib.Problem):
  """A problem with a gradient rule, init function and start of its own."""

  def __init__(self, sessions=None):
    super().__init__([[2]], None, 0.0, (sessions or []).append)

  def init_tensors(self, seed=None):
    return [tf.constant([3., 4.])]

  def objective(self, parameters, data=None, labels=None):
    return tf.reduce_sum(parameters[0])

  def gradients(self, objective, parameters, noise=None):
    return [tf.constant([7., 8.])]


def _gradients(test_case, problem, noise=None):
  with test_case.session() as session:
    parameters = problem.init_tensors(seed=1)
    gradients = problem.gradients(problem.objective(parameters), parameters,
                                  noise)
    exact = tf.gradients(problem.objective(parameters), parameters)
    return session.run([gradients, exact])


class RescaleTest(tf.test.TestCase):

  def test_objective(self):
    inner = quadratics.Quadratic(4, random_seed=1)
    w, y = np.float64(inner.w), np.float64(inner.y)
    problem = wrappers.Rescale(Spec(quadratics.Quadratic, (4, 1), {}),
                               scale=0.3)
    oracle.check(self, problem,
                 lambda p: 0.5 * np.sum((w.dot(p[0] / 0.3) - y)**2))

  def test_starts_where_the_wrapped_problem_starts(self):
    problem = wrappers.Rescale(Spec(test_functions.Booth, (), {}), scale=100)
    with self.session() as session:
      self.assertAllEqual(
          [100 * start for start in session.run(
              test_functions.Booth().init_tensors(seed=1))],
          session.run(problem.init_tensors(seed=1)))
      variables = problem.init_variables([np.ones([2])])
      session.run(tf.global_variables_initializer())
      self.assertAllEqual(np.ones([2]), session.run(variables[0]))

  def test_default_scale(self):
    self.assertEqual(10, wrappers.Rescale(quadratics.Bowl(1)).scale)

  def test_refuses_other_things(self):
    with self.assertRaisesRegexp(ValueError, "Spec of a problem, or a Problem"):
      wrappers.Rescale("Quadratic")


class LogObjectiveTest(tf.test.TestCase):

  def test_objective(self):
    problem = wrappers.LogObjective(Spec(quadratics.Bowl, (3.0,), {}))
    oracle.check(
        self, problem,
        lambda p: np.log(1.5 * p[0][0, 0]**2 + 0.5 * p[0][1, 0]**2 + 1e-6) -
        np.log(1e-6))

  def test_zero_is_kept(self):
    problem = wrappers.LogObjective(Spec(quadratics.Bowl, (3.0,), {}))
    with self.session() as session:
      value = session.run(problem.objective([tf.zeros([2, 1])]))
    self.assertGreaterEqual(value, 0)
    self.assertAllClose(0, value, atol=1e-5)


class DelegationTest(tf.test.TestCase):

  def test_noise_is_kept(self):
    inner = Spec(quadratics.Quadratic, (3,), {"noise_stdev": 0.5})
    for problem in (wrappers.Rescale(inner, 2.0), wrappers.LogObjective(inner),
                    wrappers.Rescale(wrappers.LogObjective(inner), 2.0),
                    wrappers.SumTask([inner])):
      noise = CountingNoise()
      noisy, exact = _gradients(self, problem, noise)
      self.assertEqual([("normal", [3, 1])], noise.calls)
      self.assertAllClose(exact[0] + 0.5, noisy[0], rtol=1e-4)

  def test_seed_is_kept(self):
    inner = Spec(quadratics.Quadratic, (3,), {"random_seed": 4})
    self.assertEqual(4, wrappers.Rescale(inner).random_seed)

  def test_default_noise_has_the_given_deviation(self):
    problem = wrappers.LogObjective(
        quadratics.Quadratic(100, random_seed=1, noise_stdev=0.5))
    draws = np.concatenate(
        [g - e for g, e in zip(*_gradients(self, problem))])
    self.assertAllClose([0, 0.5], [draws.mean(), draws.std()], atol=0.12)

  def test_everything_else_is_kept(self):
    for wrap in (wrappers.Rescale, wrappers.LogObjective,
                 lambda problem: wrappers.SumTask([problem]),
                 lambda problem: wrappers.SparseProblem(problem, 0.0)):
      sessions = []
      special = Special()
      special._init_fn = sessions.append
      problem = wrap(special)
      gradients, _ = _gradients(self, problem)
      self.assertAllEqual([[7, 8]], gradients)
      with self.session() as session:
        scale = getattr(problem, "scale", 1)
        self.assertAllEqual([[3 * scale, 4 * scale]],
                            session.run(problem.init_tensors()))
        problem.init_fn(session)
        self.assertEqual([session], sessions)

  def test_data_are_passed_on(self):
    dataset = datasets.random(4, 20, random_seed=1)
    spec = Spec(classifiers.SoftmaxRegression, (4, 2), {})
    single = spec.build()
    with self.session() as session:
      parameters = single.init_tensors(seed=1)
      args = parameters, dataset.data, dataset.labels
      wrapped = [
          wrappers.Rescale(spec, 1.0).objective(*args),
          wrappers.SparseProblem(spec).objective(*args),
          tf.exp(wrappers.LogObjective(spec).objective(*args)) * 1e-6 - 1e-6,
          wrappers.SumTask([spec, spec]).objective(
              parameters + parameters, *args[1:]) / 2]
      expected, actual = session.run([single.objective(*args), wrapped])
    self.assertAllClose([expected] * 4, actual, rtol=1e-4)


class SparseProblemTest(tf.test.TestCase):

  def test_order_of_draws_and_mask(self):
    inner = Spec(quadratics.Quadratic, (10,), {"noise_stdev": 0.5})
    problem = wrappers.SparseProblem(inner, zero_probability=0.7)
    noise = CountingNoise()
    masked, exact = _gradients(self, problem, noise)
    self.assertEqual([("normal", [10, 1]), ("uniform", [10, 1])], noise.calls)
    expected = exact[0] + 0.5
    # The uniform draws rise from 0 to 0.999.
    expected[np.linspace(0, 0.999, 10) < 0.7] = 0
    self.assertAllClose(expected, masked[0], rtol=1e-4)

  def test_fraction_of_zeros(self):
    problem = wrappers.SparseProblem(quadratics.Quadratic(1000, random_seed=1))
    with self.session() as session:
      parameters = problem.init_tensors(seed=1)
      gradient, = problem.gradients(problem.objective(parameters), parameters)
      masks = [session.run(gradient) == 0 for _ in range(10)]
    self.assertAllClose(0.99, np.mean(masks), atol=0.005)
    self.assertGreater(np.sum(masks[0] != masks[1]), 0)

  def test_masks_non_finite_elements(self):
    problem = wrappers.SparseProblem(
        quadratics.IsotropicQuadratic([[2, 1]]), 1.0)
    with self.session() as session:
      parameters = [tf.constant([[np.inf], [np.nan]])]
      gradient, = problem.gradients(problem.objective(parameters), parameters)
      self.assertAllEqual([[0], [0]], session.run(gradient))

  def test_probability_is_checked(self):
    for probability in (-0.1, 1.1, float("nan")):
      with self.assertRaisesRegexp(ValueError, "zero_probability"):
        wrappers.SparseProblem(quadratics.Bowl(1), probability)


class SumTaskTest(tf.test.TestCase):

  def _problem(self):
    return wrappers.SumTask([
        Spec(quadratics.Bowl, (2.0,), {"noise_stdev": 0.1}),
        Spec(wrappers.SparseProblem,
             (Spec(quadratics.Quadratic, (3, 1), {}), 0.5), {}),
        Spec(quadratics.Quadratic, (4, 2), {}),
        Spec(test_functions.Booth, (), {"noise_stdev": 2.0})])

  def test_objective(self):
    parts = [quadratics.Quadratic(3, 1), quadratics.Quadratic(4, 2)]
    (w1, y1), (w2, y2) = [(np.float64(p.w), np.float64(p.y)) for p in parts]
    problem = wrappers.SumTask([Spec(quadratics.Quadratic, (3, 1), {}),
                                Spec(quadratics.Quadratic, (4, 2), {})])
    self.assertEqual([(3, 1), (4, 1)], problem.param_shapes)
    oracle.check(self, problem,
                 lambda p: 0.5 * np.sum((w1.dot(p[0]) - y1)**2) +
                 0.5 * np.sum((w2.dot(p[1]) - y2)**2))

  def test_rules_of_the_parts(self):
    noise = CountingNoise()
    gradients, exact = _gradients(self, self._problem(), noise)
    self.assertEqual([("normal", [2, 1]), ("uniform", [3, 1]),
                      ("normal", [2])], noise.calls)
    self.assertAllClose(exact[0] + 0.1 * 1, gradients[0])
    self.assertAllClose(exact[1] * [[0], [0], [1]], gradients[1], rtol=1e-4)
    self.assertAllClose(exact[2], gradients[2], rtol=1e-4)
    self.assertAllClose(exact[3] + 2.0 * 3, gradients[3])

  def test_equal_parts_have_different_starts_and_noise(self):
    spec = Spec(quadratics.Bowl, (1.0,), {"random_seed": 1, "noise_stdev": 1.0})
    problem = wrappers.SumTask([spec, spec])
    with self.session() as session:
      parameters = problem.init_tensors(seed=1)
      first, second = session.run(parameters)
      self.assertNotAllClose(first, second)
      parameters = [tf.zeros([2, 1])] * 2
      gradients = problem.gradients(problem.objective(parameters), parameters)
      self.assertNotAllClose(*session.run(gradients))

  def test_starting_points(self):
    arrays = [np.full(shape, i) for i, shape in
              enumerate(self._problem().param_shapes)]
    with self.session() as session:
      variables = self._problem().init_variables(arrays)
      session.run(tf.global_variables_initializer())
      for array, value in zip(arrays, session.run(variables)):
        self.assertAllEqual(array, value)
      # The box of Booth's function, not a normal distribution.
      starts = [self._problem().init_tensors(seed)[3] for seed in range(20)]
      self.assertGreater(np.abs(session.run(starts)).max(), 7)
    with self.assertRaisesRegexp(ValueError, "arrays of shapes"):
      self._problem().init_tensors(arrays[:2])

  def test_needs_parts(self):
    with self.assertRaisesRegexp(ValueError, "at least one"):
      wrappers.SumTask([])


if __name__ == "__main__":
  tf.test.main()
