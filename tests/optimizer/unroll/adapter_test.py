# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of unrolls of a problem: feeds, seeds, carrying over, stopping."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import global_learning_rate
from optimizer.unroll import adapter
from problems import datasets
from problems import problem_generator
from tests.optimizer import harness


class _Growing(problem_generator.Problem):
  """f(x) = x^2, of which gradient descent at rate 2 makes x -> -3 x."""

  def __init__(self, power=2.0, start=1.0):
    super().__init__([[1]])
    self._power = power
    self._start = start

  def init_tensors(self, seed=None, noise=None):
    return [tf.fill([1], self._start)]

  def objective(self, parameters, data=None, labels=None):
    return tf.reduce_sum(tf.abs(parameters[0])**self._power)


class _Stateful(_Growing):
  """Draws its gradient noise with an op of TensorFlow's own."""

  def gradients(self, objective, parameters):
    gradient, = tf.gradients(objective, parameters)
    return [gradient + 0.1 * tf.random.normal([1])]


class _Partial(problem_generator.Problem):
  """Has a gradient for one of two tensors only."""

  def __init__(self):
    super().__init__([[2], [3]])

  def objective(self, parameters, data=None, labels=None):
    return tf.reduce_sum(tf.square(parameters[1]))

  def gradients(self, objective, parameters, noise=None):
    return tf.gradients(objective, parameters)


class UnrollAdapterTest(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    context = tf.Graph().as_default()
    context.__enter__()
    self.addCleanup(context.__exit__, None, None, None)

  def _session(self):
    session = tf.Session(config=harness.fast_config())
    self.addCleanup(session.close)
    session.run(tf.global_variables_initializer())
    return session

  def _network(self):
    rng = np.random.RandomState(0)
    return (problem_generator.SoftmaxRegression(3, 2), datasets.Dataset(
        np.float32(rng.randn(20, 3)), np.int32(rng.randint(2, size=20))))

  def test_fields(self):
    self.assertEqual(
        ("metaobj", "obj_weights", "problem_objectives", "initial_obj",
         "batches", "first_unroll", "reset_state", "output_state",
         "init_loop_vars", "output_loop_vars"),
        adapter.TrainingOutput._fields)

  def test_types_and_shapes(self):
    optimizer = harness.OPTIMIZERS["hierarchical"]()
    output = optimizer.train(*self._network())
    self.assertIsInstance(output, adapter.TrainingOutput)
    self.assertEqual([], output.metaobj.shape.as_list())
    self.assertEqual([], output.initial_obj.shape.as_list())
    self.assertEqual((tf.float32, [None]), (
        output.obj_weights.dtype, output.obj_weights.shape.as_list()))
    self.assertEqual((tf.int32, [None, None]), (
        output.batches.dtype, output.batches.shape.as_list()))
    self.assertLen(output.output_state, 2)
    for state in output.output_state:
      self.assertLen(state, len(optimizer.state_keys))
    self.assertEqual(len(output.init_loop_vars), len(output.output_loop_vars))
    for variable, value in zip(output.init_loop_vars,
                               output.output_loop_vars):
      self.assertEqual(variable.shape, value.shape)
      self.assertEqual(variable.dtype.base_dtype, value.dtype)
      self.assertIn(variable, tf.local_variables())
      self.assertNotIn(variable, tf.global_variables())
    self.assertEqual([], tf.trainable_variables())
    session = self._session()
    for placeholder in (output.first_unroll, output.reset_state):
      self.assertEqual(False, session.run(placeholder))

  def test_objectives_and_batches(self):
    problem, dataset = self._network()
    weights = [np.float32([[1.0, 0.0]] * 3), np.float32([0.5, -0.5])]
    weights = [w[:s[0]] if len(s) == 1 else np.resize(w, s)
               for w, s in zip(weights, problem.param_shapes)]
    harness.start_at(problem, weights)
    unroll = harness.Unroll(harness.OPTIMIZERS["global"](), problem, dataset)
    batches = np.array([[0, 3], [7, 7], [19, 1]])
    session = self._session()
    result = unroll.run(session, 3, batches=batches, weights=[1.0, 2.0, 4.0])
    params = [tf.placeholder(tf.float32, s) for s in problem.param_shapes]
    full = problem.objective(params, dataset.data, dataset.labels)
    rows = tf.placeholder(tf.int32, [2])
    gradients = tf.gradients(problem.objective(
        params, tf.gather(dataset.data, rows),
        tf.gather(dataset.labels, rows)), params)
    values, expected = weights, []
    for batch in batches:
      feed = dict(zip(params, values))
      expected.append(session.run(full, feed))
      feed[rows] = batch
      values = [value - np.float32(0.02) * gradient for value, gradient in zip(
          values, session.run(gradients, feed))]
    self.assertAllClose(expected[:1] + expected, result.objectives)
    self.assertAllClose(
        np.dot([1.0, 2.0, 4.0], expected) / (expected[0] + 1e-6),
        result.metaobj)
    for value, actual in zip(values, result.loop):
      self.assertAllClose(value, actual)

  def test_unrolls_of_one_run(self):
    problem = problem_generator.Quadratic(3, random_seed=1)
    whole = harness.Unroll(harness.OPTIMIZERS["adam"](), problem,
                           start_seed=tf.constant([1, 2]))
    parts = harness.Unroll(harness.OPTIMIZERS["adam"](), problem,
                           start_seed=tf.constant([1, 2]))
    session = self._session()
    expected = whole.run(session, 9)
    first = parts.run(session, 4)
    second = parts.run(session, 5, first=False)
    self.assertAllClose(expected.objectives[:5], first.objectives)
    self.assertAllClose(expected.objectives[5:], second.objectives[1:])
    self.assertEqual(second.objectives[0], second.objectives[1])
    # Relative to where the run began, not the unroll.
    self.assertEqual(first.objectives[0],
                     session.run(parts.output.init_loop_vars[-1]))
    self.assertAllClose(
        second.objectives[1:].mean() / (first.objectives[0] + 1e-6),
        second.metaobj)

  def test_new_parameters_and_new_state_are_independent(self):
    output = harness.OPTIMIZERS["schedule"]().train(
        problem_generator.Quadratic(3, random_seed=1),
        datasets.EMPTY_DATASET)
    params, itr, initial = output.output_loop_vars
    session = self._session()

    def run(first, reset, steps=2):
      values = session.run([params, itr, initial], {
          output.obj_weights: np.ones([steps]),
          output.batches: np.zeros([steps, 0]),
          output.first_unroll: first, output.reset_state: reset})
      for variable, value in zip(output.init_loop_vars, values):
        variable.load(value, session)
      return values

    start = run(True, True)
    self.assertEqual(2.0, start[1])
    self.assertEqual(4.0, run(False, False)[1])
    fresh = run(True, False)
    self.assertEqual(6.0, fresh[1])
    self.assertNotEqual(start[2], fresh[2])
    reset = run(False, True)
    self.assertEqual(2.0, reset[1])
    self.assertEqual(fresh[2], reset[2])

  def test_seeds(self):
    problem = problem_generator.Quadratic(3, random_seed=1, noise_stdev=1.0)
    start, noise = tf.placeholder(tf.int32, [2]), tf.placeholder(
        tf.int32, [2])
    unroll = harness.Unroll(
        harness.OPTIMIZERS["global"](), problem, start_seed=start,
        noise_seed=noise)
    session = self._session()

    def run(start_seed, noise_seed):
      return unroll.run(session, 3, feed={
          start: start_seed, noise: noise_seed}).objectives

    expected = run([1, 2], [3, 4])
    self.assertAllEqual(expected, run([1, 2], [3, 4]))
    other = run([1, 2], [3, 5])
    self.assertAllEqual(expected[:2], other[:2])
    self.assertTrue(np.all(expected[2:] != other[2:]))
    self.assertNotEqual(expected[0], run([7, 2], [3, 4])[0])

  def test_drawn_anew_without_seeds(self):
    problem = problem_generator.Quadratic(3, random_seed=1, noise_stdev=1.0)
    unroll = harness.Unroll(harness.OPTIMIZERS["global"](), problem)
    session = self._session()
    first, second = [unroll.run(session, 2).objectives for _ in range(2)]
    self.assertNotEqual(first[0], second[0])
    harness.start_at(problem, [np.ones([3, 1])])
    unroll = harness.Unroll(harness.OPTIMIZERS["global"](), problem)
    session = self._session()
    first, second = [unroll.run(session, 2).objectives for _ in range(2)]
    self.assertEqual(first[1], second[1])
    self.assertNotEqual(first[2], second[2])

  def test_a_scalar_parameter(self):
    problem = problem_generator.Problem([[], [2]], noise_stdev=0.1)
    problem.objective = lambda parameters, data=None, labels=None: (
        tf.square(parameters[0]) + tf.reduce_sum(tf.square(parameters[1])))
    unroll = harness.Unroll(harness.OPTIMIZERS["hierarchical"](), problem)
    result = unroll.run(self._session(), 3)
    self.assertLen(result.objectives, 4)
    self.assertTrue(np.all(np.isfinite(result.objectives)))

  def test_missing_gradients_are_zero(self):
    for recompute in (True, False):
      unroll = harness.Unroll(harness.OPTIMIZERS["global"](), _Partial(),
                              start_seed=tf.constant([1, 2]),
                              recompute=recompute)
      short, long = [unroll.run(self._session(), n).loop for n in (1, 6)]
      self.assertAllEqual(short[0], long[0])
      self.assertTrue(np.all(short[1] != long[1]))

  @parameterized.parameters(True, False)
  def test_stops_where_the_objective_is_not_finite(self, recompute):
    optimizer = global_learning_rate.GlobalLearningRate(2.0)
    unroll = harness.Unroll(optimizer, _Growing(start=1e17),
                            recompute=recompute)
    result = unroll.run(self._session(), 9)
    # 1e17 * 3^5 is too large to be squared.
    expected = 1e34 * 9.0**np.arange(5)
    self.assertAllClose(np.append(expected[0], expected),
                        result.objectives[:6], rtol=1e-4)
    self.assertAllEqual([np.inf], result.objectives[6:])

  @parameterized.parameters(True, False)
  def test_stops_above_the_multiplier(self, recompute):
    optimizer = global_learning_rate.GlobalLearningRate(
        2.0, obj_train_max_multiplier=100.0)
    unroll = harness.Unroll(optimizer, _Growing(), recompute=recompute)
    session = self._session()
    result = unroll.run(session, 9, weights=np.ones([9]))
    self.assertAllClose([1.0, 1.0, 9.0, 81.0, 729.0], result.objectives)
    self.assertAllClose(820.0, result.metaobj, rtol=1e-5)
    self.assertAllClose(
        # x_t = (1 - 2 r)^t.
        sum(-4.0 * t * (-3.0)**(2 * t - 1) for t in range(4)),
        result.gradients["LOL/global_learning_rate"], rtol=1e-4)
    self.assertLen(unroll.run(session, 3).objectives, 4)

  def test_multiplier_as_an_option(self):
    optimizer = global_learning_rate.GlobalLearningRate(2.0)
    unroll = harness.Unroll(optimizer, _Growing(),
                            obj_train_max_multiplier=20.0)
    result = unroll.run(self._session(), 9)
    self.assertAllClose([1.0, 1.0, 9.0, 81.0], result.objectives)

  @parameterized.parameters({}, dict(compiled=True, max_steps=5))
  def test_a_step_that_cannot_be_rebuilt_is_not(self, **options):
    rate = 0.1
    optimizer = global_learning_rate.GlobalLearningRate(rate)
    with tf.test.mock.patch.object(tf.logging, "info") as info:
      unroll = harness.Unroll(optimizer, _Stateful(), **options)
    messages = [call[0][0] % call[0][1:] for call in info.call_args_list]
    self.assertLen(messages, 1)
    self.assertRegexpMatches(
        messages[0], "cannot be rebuilt .*RandomStandardNormal.* keeps all")
    session = self._session()
    results = [unroll.run(session, 2, weights=[0.0, 1.0]) for _ in range(3)]
    for result in results:
      # f_1 = (1 - r g)^2 tells what the gradient was, noise included.
      after = np.sqrt(result.objectives[2])
      gradient = (1.0 - after) / rate
      self.assertAllClose(
          -2.0 * after * gradient,
          result.gradients["LOL/global_learning_rate"], rtol=1e-4)
    self.assertNotEqual(results[0].objectives[2], results[1].objectives[2])

  def test_a_step_that_can_be_rebuilt_is_not_logged(self):
    with tf.test.mock.patch.object(tf.logging, "info") as info:
      harness.OPTIMIZERS["global"]().train(
          problem_generator.Quadratic(2, noise_stdev=1.0),
          datasets.EMPTY_DATASET)
    self.assertEqual([], info.call_args_list)

  @parameterized.parameters(
      dict(compiled=True),
      dict(compiled=True, batch_size=2),
      dict(compiled=True, max_steps=4),
  )
  def test_compiling_needs_bounds(self, **options):
    with self.assertRaisesRegexp(ValueError, "max_steps.*batch_size"):
      harness.OPTIMIZERS["global"]().train(*self._network(), **options)

  def test_unknown_option(self):
    with self.assertRaises(TypeError):
      harness.OPTIMIZERS["global"]().train(*self._network(), maxsteps=3)


if __name__ == "__main__":
  tf.test.main()
