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


class AttributesTest(_SessionCase):

  def test_bowl(self):
    problem = pg.Bowl(0.25, angle=np.pi / 2)
    self.assertIsInstance(problem.matrix, np.ndarray)
    self.assertAllClose([[0.0, -0.5], [1.0, 0.0]], problem.matrix)

  def test_matmul(self):
    problem = pg.MatMulAlgorithm(2, 7)
    for array in (problem.a, problem.b, problem.c):
      self.assertEqual((16, 4), np.shape(array))
    products = [np.dot(a.reshape(2, 2), b.reshape(2, 2)).ravel()
                for a, b in zip(np.array(problem.a), np.array(problem.b))]
    self.assertAllClose(products, problem.c)

  def test_constants(self):
    self.assertEqual(1e-6, pg.EPSILON)
    self.assertEqual(4294967295, pg.MAX_SEED)
    self.assertEqual(4294967295, datasets.MAX_SEED)
    self.assertEqual("parameters", pg.PARAMETER_SCOPE)
    self.assertEqual([(3,), (2, 2), ()],
                     pg.Problem([[3], [2, 2], ()]).param_shapes)

  def test_random_seed(self):
    self.assertEqual(5, pg.Quadratic(3, random_seed=5).random_seed)
    drawn = pg.Quadratic(3).random_seed
    self.assertEqual(drawn, int(drawn))
    self.assertGreaterEqual(pg.MAX_SEED, drawn)
    again = pg.Quadratic(3, random_seed=drawn)
    self.assertEqual(drawn, again.random_seed)


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


class SubclassesTest(_SessionCase):

  def test_variables_in_the_parameter_scope(self):
    for make in (
        lambda: pg.SumTask([_SPEC(_Parabola, (), {})] * 2).init_variables(),
        lambda: pg.Problem([(2,), (3,)], 1, 0.0).init_variables(seed=3),
        lambda: pg.init_fixed_variables([np.ones([2]), np.zeros([3])])):
      with tf.Graph().as_default():
        self.assertEqual(["parameters/Variable:0", "parameters/Variable_1:0"],
                         [variable.name for variable in make()])

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
