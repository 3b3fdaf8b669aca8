# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""2-D functions and surfaces as scripts written for the 2017 release use them.

What is expected is worked out by hand, or known from the literature.
"""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from problems import problem_generator as pg

_E, _PI = np.e, np.pi

# At each point of the second entry, the value of the third.
_VALUES = [
    (pg.Rosenbrock, [(0, 0), (1, 1), (2, 1)], [1.0, 0.0, 901.0]),
    (pg.Saddle, [(0, 0), (2, 1), (1, 2)], [0.0, 3.0, -3.0]),
    (pg.LogSumExp, [(0, 0), (1, 1)],
     [np.log(3 * _E**-0.1 + 1),
      np.log(_E**3.9 + _E**-2.1 + _E**-1.1 + 1)]),
    (pg.Ackley, [(0, 0), (1, 1), (0.5, 0.5)],
     [0.0, 20 - 20 * _E**-0.2, 20 + _E - 20 * _E**-0.1 - _E**-1]),
    (pg.Beale, [(3, 0.5), (0, 0), (1, 2)], [0.0, 14.203125, 126.453125]),
    (pg.Booth, [(1, 3), (0, 0)], [0.0, 74.0]),
    (pg.StyblinskiTang, [(0, 0), (1, 1), (1, -2)], [80.0, 70.0, 46.0]),
    (pg.Matyas, [(1, 1), (10, 0)], [0.04, 26.0]),
    (pg.Branin, [(_PI, 2.275), (-_PI, 12.275), (0, 0)],
     [0.397887, 0.397887, 56.0 - 10 / (8 * _PI)]),
    (pg.Michalewicz, [(0, 0), (np.sqrt(_PI**2 / 2), 0)],
     [2.0, 2 - np.sin(_PI / np.sqrt(2))]),
]

_BOXES = [
    (pg.Rosenbrock, (-5, 10), (-5, 10)),
    (pg.Ackley, (-32.768, 32.768), (-32.768, 32.768)),
    (pg.Beale, (-4.5, 4.5), (-4.5, 4.5)),
    (pg.Booth, (-10, 10), (-10, 10)),
    (pg.StyblinskiTang, (-5, 5), (-5, 5)),
    (pg.Matyas, (-10, 10), (-10, 10)),
    (pg.Branin, (-5, 10), (0, 15)),
    (pg.Michalewicz, (0, _PI), (0, _PI)),
]


class TestFunctionsTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*_VALUES)
  def test_values(self, problem_class, points, values):
    problem = problem_class()
    self.assertEqual([(2,)], problem.param_shapes)
    with self.session() as session:
      got = [session.run(problem.objective(
          [tf.constant(point, tf.float32)])) for point in points]
    self.assertAllClose(values, got, rtol=1e-4, atol=1e-4)

  @parameterized.parameters(*_VALUES)
  def test_lists_of_arrays(self, problem_class, points, values):
    problem = problem_class()
    x, y = np.float32(points).T
    column = [x[:, np.newaxis], y[:, np.newaxis]]
    with self.session() as session:
      flat, as_column, as_tensors, single = session.run([
          problem.objective([[x, y]]), problem.objective([column]),
          problem.objective([[tf.constant(x), tf.constant(y)]]),
          problem.objective([[float(x[1]), float(y[1])]])])
    self.assertAllClose(values, flat, rtol=1e-4, atol=1e-4)
    self.assertAllClose(flat[:, np.newaxis], as_column)
    self.assertAllClose(flat, as_tensors)
    self.assertAllClose(flat[1], single)

  @parameterized.parameters(*_BOXES)
  def test_starting_box(self, problem_class, xlim, ylim):
    problem = problem_class()
    tensors = [problem.init_tensors(seed=seed)[0] for seed in range(60)]
    with self.session() as session:
      x, y = np.transpose(session.run(tensors))
    for values, (low, high) in ((x, xlim), (y, ylim)):
      self.assertBetween(min(values), low, low + 0.2 * (high - low))
      self.assertBetween(max(values), high - 0.2 * (high - low), high)

  def test_surface(self):
    x, y, z = pg.Booth().surface()
    self.assertEqual([(50, 50)] * 3, [x.shape, y.shape, z.shape])
    self.assertAllClose([-5, 5, -5, 5], [x.min(), x.max(), y.min(), y.max()])
    self.assertAllClose(np.linspace(-5, 5, 50), x[0])
    self.assertAllClose(np.linspace(-5, 5, 50), y[:, 0])
    self.assertAllClose((x + 2 * y - 7)**2 + (2 * x + y - 5)**2, z, rtol=1e-4)
    x, y, z = pg.Booth().surface(20, 2, 3)
    self.assertEqual((20, 20), z.shape)
    self.assertAllClose([2, 3], [x.max(), y.max()])

  def test_surface_of_bowl(self):
    x, y, z = pg.Bowl(0.25).surface()
    self.assertEqual((50, 50), z.shape)
    self.assertAllClose(0.5 * (0.25 * x**2 + y**2), z)
    x, y, z = pg.Bowl(0.25, angle=_PI / 2).surface(2, 3, 20)
    self.assertEqual((20, 20), z.shape)
    self.assertAllClose([2, 3], [x.max(), y.max()])
    self.assertAllClose(0.5 * (0.25 * y**2 + x**2), z, atol=1e-5)


if __name__ == "__main__":
  tf.test.main()
