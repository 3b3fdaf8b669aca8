# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of functions of two variables."""

import tensorflow.compat.v1 as tf

from problems import test_functions
from problems import two_dimensional


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
