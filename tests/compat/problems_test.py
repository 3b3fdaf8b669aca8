# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Problems as scripts written for the 2017 release use them.

What is expected is worked out by hand or by NumPy. Classifiers and the 2-D
functions have files of their own beside this one.
"""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

_SPEC = problem_spec.Spec


class _Parabola(pg.Problem):
  """3/2 |x|^2 from [2, -1], where it is 7.5."""

  def __init__(self, random_seed=None, noise_stdev=0.0):
    super().__init__([(2,)], random_seed, noise_stdev)

  def init_tensors(self, seed=None):
    return [tf.constant([2.0, -1.0])]

  def objective(self, parameters, data=None, labels=None):
    return 1.5 * tf.reduce_sum(tf.square(parameters[0]))


class _WithoutDefaults(pg.Problem):
  """`objective` has no defaults; the value is |x|^2 + the rows of data."""

  def __init__(self):
    super().__init__([(2,)], None, 0.0)

  def init_tensors(self, seed=None):
    return [tf.ones([2])]

  def objective(self, parameters, data, labels):
    rows = tf.cast(tf.shape(data)[0] + tf.shape(labels)[0], tf.float32)
    return tf.reduce_sum(tf.square(parameters[0])) + rows


def _constants(arrays):
  return [tf.constant(array, tf.float32) for array in arrays]


class _SessionCase(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    tf.reset_default_graph()

  def value(self, tensors):
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      return session.run(tensors)


class RescaleTest(_SessionCase):

  def test_other_units(self):
    problem = pg.Rescale(_SPEC(_Parabola, (), {}), scale=4.0)
    start = problem.init_tensors()
    x, f = self.value([start[0], problem.objective(start)])
    self.assertAllClose([8.0, -4.0], x)
    self.assertAllClose(7.5, f)
    self.assertAllClose(
        1.5 * (0.25 + 0.0625),
        self.value(problem.objective(_constants([[2.0, 1.0]]))))

  def test_default_scale(self):
    problem = pg.Rescale(problem_spec=_SPEC(_Parabola, (), {}))
    self.assertEqual(10.0, problem.scale)
    self.assertAllClose([20.0, -10.0], self.value(problem.init_tensors()[0]))

  def test_variables_start_there_too(self):
    problem = pg.Rescale(_SPEC(_Parabola, (), {}), 0.5)
    variables = problem.init_variables()
    self.assertAllClose([1.0, -0.5], self.value(variables[0]))

  def test_gradient(self):
    problem = pg.Rescale(_SPEC(_Parabola, (), {}), 4.0)
    x = tf.constant([8.0, -4.0])
    grads = problem.gradients(problem.objective([x]), [x])
    self.assertAllClose([1.5, -0.75], self.value(grads[0]))

  def test_noise_of_its_own(self):
    problem = pg.Rescale(_SPEC(_Parabola, (), {}), 2.0, noise_stdev=3.0)
    self.assertEqual(3.0, problem.noise_stdev)
    x = tf.zeros([2])
    grad = problem.gradients(problem.objective([x]), [x])[0]
    with self.session() as session:
      draws = np.array([session.run(grad) for _ in range(500)])
    self.assertAllClose(3.0, np.std(draws), rtol=0.15)
    self.assertAllClose(0.0, np.mean(draws), atol=0.5)


class WrappersTest(_SessionCase):

  def test_keywords_and_attributes(self):
    spec = _SPEC(pg.Quadratic, (3,), {"random_seed": 5})
    for wrapper in (pg.Rescale, pg.LogObjective, pg.SparseProblem):
      wrapped = wrapper(problem_spec=spec)
      self.assertIsInstance(wrapped.problem, pg.Quadratic)
      self.assertEqual([(3, 1)], wrapped.param_shapes)
    total = pg.SumTask(problem_specs=[spec, _SPEC(pg.Bowl, (0.5,), {})],
                       noise_stdev=0.25)
    self.assertEqual([pg.Quadratic, pg.Bowl], list(map(type, total.problems)))
    self.assertEqual([(3, 1), (2, 1)], total.param_shapes)
    self.assertEqual(0.25, total.noise_stdev)
    self.assertEqual(0.0, pg.SumTask([spec]).noise_stdev)
    self.assertEqual(0.0, pg.Rescale(spec).noise_stdev)

  def test_sparse_problem_arguments(self):
    problem = pg.SparseProblem(_SPEC(_Parabola, (), {}), 0.5, 11, 0.125)
    self.assertEqual(0.125, problem.noise_stdev)
    self.assertEqual(11, problem.random_seed)
    problem = pg.SparseProblem(_SPEC(_Parabola, (), {}), zero_probability=1.0,
                               random_seed=None, noise_stdev=0.0)
    x = tf.ones([2])
    grads = problem.gradients(problem.objective([x]), [x])
    self.assertAllEqual([0.0, 0.0], self.value(grads[0]))

  def test_sparse_problem_zeroes_99_percent(self):
    class Ones(pg.Problem):
      def __init__(self):
        super().__init__([(200, 100)], None, 0.0)

      def objective(self, parameters, data=None, labels=None):
        return tf.reduce_sum(parameters[0])

    problem = pg.SparseProblem(_SPEC(Ones, (), {}))
    x = tf.zeros([200, 100])
    grad = self.value(problem.gradients(problem.objective([x]), [x])[0])
    self.assertAllEqual([0.0, 1.0], np.unique(grad))
    self.assertAllClose(200, np.sum(grad), atol=75)  # 5 deviations

  def test_log_objective(self):
    problem = pg.LogObjective(_SPEC(_Parabola, (), {}))
    x = tf.constant([2.0, -1.0])
    objective = problem.objective([x])
    f, grads = self.value([objective, problem.gradients(objective, [x])])
    self.assertAllClose(np.log(7.5 + 1e-6) - np.log(1e-6), f)
    self.assertAllClose([6.0 / 7.5, -3.0 / 7.5], grads[0])
    zero = problem.objective([tf.zeros([2])])
    self.assertAllClose(0.0, self.value(zero), atol=1e-5)

  def test_sum_task(self):
    problem = pg.SumTask([_SPEC(_Parabola, (), {}), _SPEC(pg.Booth, (), {})])
    x = _constants([[2.0, -1.0], [0.0, 0.0]])
    objective = problem.objective(x)
    f, grads = self.value([objective, problem.gradients(objective, x)])
    self.assertAllClose(7.5 + 74.0, f)
    self.assertAllClose([6.0, -3.0], grads[0])
    self.assertAllClose([-34.0, -38.0], grads[1])
    self.assertAllClose([2.0, -1.0], self.value(problem.init_tensors()[0]))


class AttributesTest(_SessionCase):

  def test_quadratic(self):
    problem = pg.Quadratic(3, random_seed=7)
    self.assertEqual((3, 3), np.shape(problem.w))
    self.assertEqual((3, 1), np.shape(problem.y))
    x = np.array([[1.0], [-2.0], [0.5]])
    expected = 0.5 * np.sum((np.dot(problem.w, x) - problem.y)**2)
    self.assertAllClose(expected,
                        self.value(problem.objective(_constants([x]))))
    self.assertAllEqual(problem.w, pg.Quadratic(3, random_seed=7).w)

  @parameterized.parameters(1.0, 2.0, 2.5)
  def test_norm(self, power):
    problem = pg.Norm(4, random_seed=7, noise_stdev=0.0, norm_power=power)
    x = np.ones([4, 1])
    residual = np.abs(np.dot(problem.w, x) - problem.y) + 1e-6
    self.assertAllClose(np.sum(residual**power)**(1.0 / power),
                        self.value(problem.objective(_constants([x]))))

  def test_bowl(self):
    problem = pg.Bowl(0.25, angle=np.pi / 2)
    self.assertIsInstance(problem.matrix, np.ndarray)
    self.assertAllClose([[0.0, -0.5], [1.0, 0.0]], problem.matrix)
    self.assertAllClose(
        0.5 * (0.25 * 9.0 + 4.0),
        self.value(problem.objective(_constants([[[2.0], [3.0]]]))))

  def test_matmul(self):
    problem = pg.MatMulAlgorithm(2, 7)
    for array in (problem.a, problem.b, problem.c):
      self.assertEqual((16, 4), np.shape(array))
    products = [np.dot(a.reshape(2, 2), b.reshape(2, 2)).ravel()
                for a, b in zip(np.array(problem.a), np.array(problem.b))]
    self.assertAllClose(products, problem.c)
    self.assertEqual([(4, 7), (4, 7)], problem.param_shapes)
    start = self.value(problem.init_tensors())
    self.assertAllClose(np.ones([7]), np.linalg.norm(start[0], axis=0))

  def test_random_seed(self):
    self.assertEqual(5, pg.Quadratic(3, random_seed=5).random_seed)
    drawn = pg.Quadratic(3).random_seed
    self.assertEqual(drawn, int(drawn))
    self.assertGreaterEqual(pg.MAX_SEED, drawn)
    again = pg.Quadratic(3, random_seed=drawn)
    self.assertEqual(drawn, again.random_seed)
    self.assertEqual(3, pg.Bowl(0.5, random_seed=np.int64(3)).random_seed)
    for wrong in ("5", 5.5, [5]):
      with self.assertRaisesRegexp(ValueError, "seed"):
        pg.Quadratic(3, random_seed=wrong)

  def test_noise_and_param_shapes(self):
    problem = pg.Problem([[3], [2, 2], ()], None, 0.5)
    self.assertEqual(0.5, problem.noise_stdev)
    self.assertEqual([(3,), (2, 2), ()], problem.param_shapes)

  def test_constants(self):
    self.assertEqual(1e-6, pg.EPSILON)
    self.assertEqual(4294967295, pg.MAX_SEED)
    self.assertEqual(4294967295, datasets.MAX_SEED)
    self.assertEqual("parameters", pg.PARAMETER_SCOPE)


class ShapesTest(_SessionCase):

  @parameterized.parameters(
      (pg.Quadratic, (5,), (5, 1)), (pg.Norm, (5,), (5, 1)),
      (pg.Bowl, (0.5,), (2, 1)), (pg.MinMaxWell, (5,), (5,)),
      (pg.OutwardSnake, (5,), (5,)), (pg.DependencyChain, (5,), (6,)),
      (pg.ProjectionQuadratic, (5,), (1, 5)),
      (pg.SumOfQuadratics, (5,), (1, 5)))
  def test_shapes(self, problem_class, args, shape):
    problem = problem_class(*args)
    self.assertEqual([shape], problem.param_shapes)
    tensors = problem.init_tensors(seed=1)
    variables = problem.init_variables(seed=1)
    values = self.value(tensors + variables)
    self.assertEqual([shape, shape], [value.shape for value in values])

  def test_isotropic_quadratic(self):
    problem = pg.IsotropicQuadratic([(2,), (1, 3), ()], None, 0.0)
    self.assertEqual([(2,), (1, 3), ()], problem.param_shapes)
    x = _constants([[1.0, 2.0], [[3.0, 0.0, 1.0]], 0.5])
    self.assertAllClose(15.25, self.value(problem.objective(x)))
    sessions = []
    problem = pg.IsotropicQuadratic([(2,)], 1, 0.5, init_fn=sessions.append)
    problem.init_fn("a session")
    self.assertEqual(["a session"], sessions)


class DataDependentTest(_SessionCase):
  """Sums worked out at small points; 1e-6 is far below the tolerance."""

  def test_dependency_chain(self):
    problem = pg.DependencyChain(2)
    x = _constants([[2.0, 3.0, 6.0]])
    # 2 * 2^2 + 3^2 / 2^2 + 6^2 / 3^2.
    self.assertAllClose(14.25, self.value(problem.objective(x)))

  def test_min_max_well(self):
    problem = pg.MinMaxWell(3)
    x = _constants([[-3.0, 0.5, 1.0]])
    self.assertAllClose(9.0 + 4.0 - 2.0, self.value(problem.objective(x)))

  def test_outward_snake(self):
    problem = pg.OutwardSnake(3)
    x, rows = np.array([1.0, 2.0, -2.0]), np.array([[1.0, 0, 1], [1, 1, 0]])
    labels = np.zeros([2, 1])
    f = self.value(problem.objective(_constants([x]), *_constants(
        [rows, labels])))
    squares = ((x[1:] - np.pi * np.cos(x[:-1])) * rows[:, 1:])**2
    self.assertAllClose(2 / 3.0 + np.sum(squares), f, rtol=1e-4)

  def test_projection_quadratic_and_sum_of_quadratics(self):
    x, rows = np.array([[1.0, -2.0]]), np.array([[3.0, 1], [-3, -1]])
    data = _constants([rows, np.zeros([2, 1])])
    self.assertAllClose(26.0, self.value(
        pg.ProjectionQuadratic(2).objective(_constants([x]), *data)))
    self.assertAllClose(13.0 + 17.0 - 20.0, self.value(
        pg.SumOfQuadratics(2).objective(_constants([x]), *data)))


class SubclassesTest(_SessionCase):

  def test_variables_in_the_parameter_scope(self):
    for make in (
        lambda: pg.SumTask([_SPEC(_Parabola, (), {})] * 2).init_variables(),
        lambda: pg.Problem([(2,), (3,)], 1, 0.0).init_variables(seed=3),
        lambda: pg.init_fixed_variables([np.ones([2]), np.zeros([3])])):
      with tf.Graph().as_default():
        self.assertEqual(["parameters/Variable:0", "parameters/Variable_1:0"],
                         [variable.name for variable in make()])

  def test_fixed_variables(self):
    arrays = [np.float32([1, 2]), np.float32([[3]])]
    values = self.value(pg.init_fixed_variables(arrays))
    self.assertAllEqual(arrays[0], values[0])
    self.assertAllEqual(arrays[1], values[1])

  def test_standard_normal_start(self):
    tensors = pg.Problem([(100, 100)], 1, 0.0).init_tensors(seed=2)
    x = self.value(tensors[0])
    self.assertAllClose([0.0, 1.0], [np.mean(x), np.std(x)], atol=0.05)

  def test_objective_without_defaults(self):
    values, parameters, _ = metaopt.test_optimizer(
        tf.train.GradientDescentOptimizer(0.25), _WithoutDefaults(),
        2)
    self.assertAllClose([2.0, 0.5], values)
    self.assertAllClose([0.25, 0.25], parameters[0])

  def test_objective_without_defaults_in_wrappers(self):
    spec = _SPEC(_WithoutDefaults, (), {})
    for problem, expected in (
        (pg.Rescale(spec, 2.0), 0.5), (pg.SparseProblem(spec), 2.0),
        (pg.SumTask([spec, spec]), 4.0),
        (pg.LogObjective(spec), np.log(2.0 + 1e-6) - np.log(1e-6))):
      x = [tf.ones([2]) for _ in problem.param_shapes]
      empty = tf.zeros([0]), tf.zeros([0], tf.int32)
      self.assertAllClose(expected, self.value(problem.objective(x, *empty)))
      self.assertAllClose(expected, self.value(problem.objective(x)))

  def test_init_fn(self):
    sessions = []
    problem = pg.Problem([(2,)], None, 0.0, init_fn=sessions.append)
    problem.init_fn("a session")
    self.assertEqual(["a session"], sessions)
    with self.session() as session:
      self.assertIsNone(_Parabola().init_fn(session))
      problem = pg.Rescale(_SPEC(pg.Problem, ([(2,)], None, 0.0),
                                 {"init_fn": sessions.append}))
      problem.init_fn(session)
      self.assertIs(session, sessions[-1])

  def test_draws_of_its_own(self):
    class Drawn(pg.Problem):
      def __init__(self, random_seed=None):
        super().__init__([(2,)], random_seed, 0.0)
        self.target = self.rng.randn(2)

    np.random.seed(1)
    before = np.random.get_state()[1].tolist()
    self.assertAllEqual(Drawn(3).target, Drawn(3).target)
    self.assertNotAllClose(Drawn(3).target, Drawn(4).target)
    self.assertNotAllClose(Drawn().target, Drawn().target)
    self.assertEqual(before, np.random.get_state()[1].tolist())


if __name__ == "__main__":
  tf.test.main()
