# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of functions of two variables, the classic ones and one's own."""

import numpy as np
import tensorflow.compat.v1 as tf

from problems import test_functions
from problems import two_dimensional
from tests.problems import oracle


def _branin(x, y):
  return ((y - 5.1 / (4 * np.pi**2) * x**2 + 5 / np.pi * x - 6)**2 +
          10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10)


def _ackley(x, y):
  return (-20 * np.exp(-0.2 * np.sqrt(0.5 * (x**2 + y**2))) -
          np.exp(0.5 * (np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y))) + np.e +
          20)


# Class, formula, box of starting points (None: standard normal), minima.
_TABLE = (
    (test_functions.Rosenbrock,
     lambda x, y: (1 - x)**2 + 100 * (y - x**2)**2, ((-5, 10), (-5, 10)),
     [(1, 1, 0)]),
    (test_functions.LogSumExp,
     lambda x, y: np.log(np.exp(x + 3 * y - .1) + np.exp(x - 3 * y - .1) +
                         np.exp(-x - .1) + 1), None, []),
    (test_functions.Ackley, _ackley, ((-32.768, 32.768),) * 2, [(0, 0, 0)]),
    (test_functions.Beale,
     lambda x, y: ((1.5 - x + x * y)**2 + (2.25 - x + x * y**2)**2 +
                   (2.625 - x + x * y**3)**2), ((-4.5, 4.5),) * 2,
     [(3, 0.5, 0)]),
    (test_functions.Booth,
     lambda x, y: (x + 2 * y - 7)**2 + (2 * x + y - 5)**2, ((-10, 10),) * 2,
     [(1, 3, 0)]),
    (test_functions.StyblinskiTang,
     lambda x, y: 80 + 0.5 * (x**4 - 16 * x**2 + 5 * x + y**4 - 16 * y**2 + 5 *
                              y), ((-5, 5),) * 2,
     [(-2.903534, -2.903534, 1.667668)]),
    (test_functions.Matyas,
     lambda x, y: 0.26 * (x**2 + y**2) - 0.48 * x * y, ((-10, 10),) * 2,
     [(0, 0, 0)]),
    (test_functions.Branin, _branin, ((-5, 10), (0, 15)),
     [(-np.pi, 12.275, 0.397887), (np.pi, 2.275, 0.397887),
      (9.42478, 2.475, 0.397887)]),
    (test_functions.Michalewicz,
     lambda x, y: (2 - np.sin(x) * np.sin(x**2 / np.pi)**10 - np.sin(y) *
                   np.sin(2 * y**2 / np.pi)**10), ((0, np.pi),) * 2,
     [(2.18531, 1.570796, 0.193377)]),
    (test_functions.Saddle, lambda x, y: x**2 - y**2, None, []),
)


class TestFunctionsTest(tf.test.TestCase):

  def test_objective_and_derivatives(self):
    for problem_class, fn, _, _ in _TABLE:
      for seed in range(3):
        oracle.check(self, problem_class(),
                     lambda p, fn=fn: fn(p[0][0], p[0][1]), seed=seed)

  def test_lists_of_arrays(self):
    x, y = np.float32([[0.5, 1.0, -2.0], [1.5, 0.0, 1.0]])
    for problem_class, fn, _, _ in _TABLE:
      problem = problem_class()
      with self.session() as session:
        flat, as_column, as_tensors, single = session.run([
            problem.objective([[x, y]]),
            problem.objective([[x[:, None], y[:, None]]]),
            problem.objective([[tf.constant(x), tf.constant(y)]]),
            problem.objective([[float(x[1]), float(y[1])]])])
      self.assertAllClose(fn(x, y), flat, rtol=1e-4, atol=1e-4)
      self.assertAllClose(flat[:, None], as_column)
      self.assertAllClose(flat, as_tensors)
      self.assertAllClose(flat[1], single)

  def test_minima(self):
    for problem_class, _, _, minima in _TABLE:
      problem = problem_class()
      for x, y, least in minima:
        with tf.Graph().as_default(), self.session() as session:
          parameters = [tf.constant([x, y], dtype=tf.float32)]
          value, slope, curvature = session.run(oracle.derivatives(
              problem, parameters, [np.ones([2], np.float32)]))
        self.assertAllClose(least, value, atol=1e-5, rtol=1e-4)
        self.assertAllClose([0, 0], np.ravel(slope), atol=5e-3)
        self.assertTrue(np.isfinite(curvature).all())

  def test_never_negative(self):
    for problem_class, _, box, _ in _TABLE:
      if problem_class is test_functions.Saddle:
        continue
      limit = np.abs(box).max() if box else 5
      for scale in (1, 1e-3, 1e-6):
        _, _, z = problem_class().surface(101, limit * scale, limit * scale)
        self.assertGreaterEqual(z.min(), 0)

  def test_starting_box(self):
    for problem_class, _, box, _ in _TABLE:
      with tf.Graph().as_default(), self.session() as session:
        problem = problem_class()
        self.assertEqual([(2,)], problem.param_shapes)
        start, = problem.init_tensors()
        points = np.array([session.run(start) for _ in range(400)])
      if box is None:
        self.assertAllClose([0, 0], points.mean(axis=0), atol=0.25)
        self.assertAllClose([1, 1], points.std(axis=0), atol=0.2)
        continue
      for (low, high), values in zip(box, points.T):
        width = high - low
        self.assertTrue((values >= low).all() and (values <= high).all())
        self.assertLess(values.min(), low + 0.05 * width)
        self.assertGreater(values.max(), high - 0.05 * width)


class Himmelblau(two_dimensional.Problem2D):
  """A user's function, written as those of the release are."""

  def objective(self, params, data=None, labels=None):
    x, y = tf.split(params[0], 2, axis=0)
    return tf.squeeze((x**2 + y - 11)**2 + (x + y**2 - 7)**2)


class Boxed(two_dimensional.Problem2D):
  """x - y, from a box."""

  _LOW, _HIGH = (2.0, -1.0), (4.0, 0.0)

  def _value(self, x, y):
    return x - y


class Problem2DTest(tf.test.TestCase):

  def test_own_function(self):
    problem = Himmelblau(random_seed=3, noise_stdev=0.5)
    self.assertEqual((3, 0.5), (problem.random_seed, problem.noise_stdev))
    self.assertEqual([(2,)], problem.param_shapes)
    self.assertEqual(0.0, Himmelblau().noise_stdev)
    with self.session() as session:
      self.assertAllClose(
          170.0, session.run(problem.objective([tf.zeros([2])])))
    x, y, z = problem.surface(n=10, xlim=4, ylim=4)
    self.assertAllClose((x**2 + y - 11)**2 + (x + y**2 - 7)**2, z, rtol=1e-4)

  def test_surface(self):
    x, y, z = test_functions.Booth().surface()
    self.assertEqual([(50, 50)] * 3, [x.shape, y.shape, z.shape])
    self.assertAllClose((x + 2 * y - 7)**2 + (2 * x + y - 5)**2, z, rtol=1e-4,
                        atol=1e-4)
    x, y, z = test_functions.Booth().surface(20, 2, 3)
    self.assertEqual((20, 20), z.shape)
    self.assertAllClose([2, 3], [x.max(), y.max()])
    x, y, z = test_functions.LogSumExp().surface(xlim=2, ylim=(0, 3), n=4)
    self.assertAllClose([-2, 2, 0, 3], [x.min(), x.max(), y.min(), y.max()])
    self.assertEqual((4, 4), z.shape)

  def test_noise_and_seed(self):
    problem = test_functions.Rosenbrock(random_seed=1, noise_stdev=0.5)
    self.assertEqual((1, 0.5), (problem.random_seed, problem.noise_stdev))

  def test_value_and_box(self):
    with self.session() as session:
      starts = session.run([Boxed().init_tensors(seed)[0]
                            for seed in range(60)])
      self.assertEqual(
          3.0, session.run(Boxed().objective([tf.constant([2.0, -1.0])])))
    for low, high, values in zip((2, -1), (4, 0), zip(*starts)):
      self.assertBetween(min(values), low, low + 0.2 * (high - low))
      self.assertBetween(max(values), high - 0.2 * (high - low), high)

  def test_a_function_must_be_defined(self):
    with self.assertRaisesRegexp(NotImplementedError, "Problem2D must define"):
      two_dimensional.Problem2D().objective([tf.zeros([2])])


if __name__ == "__main__":
  tf.test.main()
