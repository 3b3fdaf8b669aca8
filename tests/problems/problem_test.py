# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what all problems share: the interface, noise, constants."""

import numpy as np
import tensorflow.compat.v1 as tf

from problems import graph_cache
from problems import noise as noise_lib
from problems import problem as problem_lib


class RecordingNoise:
  """Hands out ones, and remembers what was asked for."""

  def __init__(self):
    self.calls = []

  def normal(self, shape):
    self.calls.append(("normal", list(shape)))
    return tf.ones(shape)

  def uniform(self, shape):
    self.calls.append(("uniform", list(shape)))
    return tf.zeros(shape)


class Cubes(problem_lib.Problem):
  """The sum of cubes of the first parameter; does not use the others."""

  def objective(self, parameters, data=None, labels=None):
    return tf.reduce_sum(parameters[0]**3)


class ProblemTest(tf.test.TestCase):

  def test_seed_must_be_an_int(self):
    for seed in ("1", 1.5, [1], True):
      with self.assertRaisesRegexp(ValueError, "random_seed"):
        Cubes([[2]], seed, 0.0)
    self.assertEqual(3, Cubes([[2]], np.int64(3), 0.0).random_seed)
    self.assertIsInstance(Cubes([[2]], None, 0.0).random_seed, int)

  def test_shapes_must_be_known(self):
    for shapes in ([], [[-1, 3]], [[None]], [2]):
      with self.assertRaisesRegexp(ValueError, "param_shapes must be a list"):
        Cubes(shapes, None, 0.0)

  def test_noise_must_not_be_negative(self):
    for noise_stdev in (-0.1, float("nan")):
      with self.assertRaisesRegexp(ValueError, "noise_stdev"):
        Cubes([[2]], None, noise_stdev)

  def test_objective_must_be_defined(self):
    with self.assertRaisesRegexp(NotImplementedError, "Problem"):
      problem_lib.Problem([[1]]).objective([tf.zeros([1])])

  def test_init_fn(self):
    sessions = []
    with self.session() as session:
      Cubes([[1]], None, 0.0).init_fn(session)
      Cubes([[1]], None, 0.0, init_fn=sessions.append).init_fn(session)
    self.assertEqual([session], sessions)

  def test_init_tensors_are_standard_normal(self):
    problem = Cubes([[100, 100], [7]])
    with self.session() as session:
      tensors = problem.init_tensors(seed=1)
      values = session.run(tensors)
    self.assertEqual([(100, 100), (7,)], [value.shape for value in values])
    self.assertEqual(np.float32, values[0].dtype)
    self.assertAllClose([0, 1], [values[0].mean(), values[0].std()], atol=0.03)

  def test_init_seeds(self):
    starts = []
    for seed in (1, 1, 2):
      with tf.Graph().as_default(), self.session() as session:
        starts.append(session.run(Cubes([[4], [4]]).init_tensors(seed)))
    self.assertAllEqual(starts[0], starts[1])
    self.assertNotAllClose(starts[0], starts[2])
    # Equal shapes must not start at equal values.
    self.assertNotAllClose(starts[0][0], starts[0][1])

  def test_unseeded_init_tensors_are_drawn_at_every_run(self):
    with self.session() as session:
      tensor, = Cubes([[4]]).init_tensors()
      self.assertNotAllClose(session.run(tensor), session.run(tensor))

  def test_init_variables(self):
    with self.session() as session:
      variables = Cubes([[4], [2, 3]]).init_variables(seed=1)
      self.assertEqual(variables, tf.trainable_variables())
      self.assertEqual(["parameters/Variable:0", "parameters/Variable_1:0"],
                       [v.name for v in variables])
      session.run(tf.global_variables_initializer())
      self.assertAllEqual(session.run(Cubes([[4], [2, 3]]).init_tensors(1)[0]),
                          session.run(variables[0]))

  def test_arrays_as_seed(self):
    arrays = [np.arange(4), np.ones([2, 1])]
    problem = Cubes([[4], [2, 1]])
    with self.session() as session:
      variables = problem.init_variables(arrays)
      session.run(tf.global_variables_initializer())
      self.assertAllEqual(arrays[0], session.run(variables[0]))
      tensors = problem.init_tensors(arrays)
      self.assertAllEqual(arrays[1], session.run(tensors[1]))
    for wrong in ([], arrays[:1], [np.arange(3), np.ones([2, 1])]):
      with self.assertRaisesRegexp(ValueError, r"\[\(4,\), \(2, 1\)\]"):
        problem.init_tensors(wrong)

  def test_init_fixed_variables(self):
    with self.session() as session:
      variables = problem_lib.init_fixed_variables([[1, 2], np.eye(2)])
      session.run(tf.global_variables_initializer())
      self.assertAllEqual([1, 2], session.run(variables[0]))
      self.assertEqual([tf.float32] * 2,
                       [v.dtype.base_dtype for v in variables])
      self.assertEqual(variables, tf.trainable_variables())

  def test_gradients_of_unused_parameters_are_zero(self):
    problem = Cubes([[2], [3]])
    with self.session() as session:
      parameters = [tf.constant([1., 2.]), tf.ones([3])]
      gradients = session.run(
          problem.gradients(problem.objective(parameters), parameters))
    self.assertAllClose([3, 12], gradients[0])
    self.assertAllEqual(np.zeros([3]), gradients[1])

  def test_sparse_gradients_are_summed(self):
    problem = Cubes([[3, 1]])
    with self.session() as session:
      table = tf.ones([3, 1])
      objective = tf.reduce_sum(tf.gather(table, [0, 2, 2]))
      gradient, = problem.gradients(objective, [table])
      self.assertAllEqual([[1], [0], [2]], session.run(gradient))

  def test_noise_order(self):
    problem = Cubes([[2], [3, 1]], noise_stdev=0.5)
    source = RecordingNoise()
    with self.session() as session:
      parameters = [tf.constant([1., 2.]), tf.ones([3, 1])]
      gradients = session.run(
          problem.gradients(problem.objective(parameters), parameters, source))
    self.assertEqual([("normal", [2]), ("normal", [3, 1])], source.calls)
    self.assertAllClose([3.5, 12.5], gradients[0])
    self.assertAllClose(np.full([3, 1], 0.5), gradients[1])

  def test_no_noise_draws_nothing(self):
    problem = Cubes([[2]])
    source = RecordingNoise()
    with tf.Graph().as_default() as graph:
      parameters = [tf.ones([2])]
      problem.gradients(problem.objective(parameters), parameters, source)
      problem.gradients(problem.objective(parameters), parameters)
      self.assertEqual([], [op for op in graph.get_operations()
                            if "Random" in op.type])
    self.assertEqual([], source.calls)

  def test_default_noise(self):
    problem = Cubes([[100, 100]], random_seed=1, noise_stdev=2.0)
    with self.session() as session:
      parameters = [tf.ones([100, 100])]
      gradient, = problem.gradients(problem.objective(parameters), parameters)
      first, second = session.run(gradient), session.run(gradient)
    self.assertAllClose([3, 2], [first.mean(), first.std()], atol=0.06)
    self.assertNotAllClose(first, second)


class NoiseTest(tf.test.TestCase):

  def test_distributions(self):
    with self.session() as session:
      source = noise_lib.StatefulNoise(3)
      normal, uniform = session.run(
          [source.normal([100, 200]), source.uniform([20000])])
    self.assertEqual([np.float32] * 2, [normal.dtype, uniform.dtype])
    self.assertAllClose([0, 1], [normal.mean(), normal.std()], atol=0.03)
    self.assertAllClose([0.5, 12**-0.5], [uniform.mean(), uniform.std()],
                        atol=0.02)
    self.assertTrue((uniform >= 0).all() and (uniform < 1).all())

  def test_equal_shapes_get_different_numbers(self):
    with self.session() as session:
      source = noise_lib.StatefulNoise(3)
      first, second = session.run([source.normal([5]), source.normal([5])])
    self.assertNotAllClose(first, second)

  def test_a_seed_makes_it_reproducible(self):
    draws = []
    for seed in (1, 1, 2):
      with tf.Graph().as_default(), self.session() as session:
        source = noise_lib.StatefulNoise(seed)
        tensors = [source.normal([3]), source.uniform([2])]
        draws.append(np.concatenate(session.run(tensors) +
                                    session.run(tensors)))
    self.assertAllEqual(draws[0], draws[1])
    self.assertNotAllClose(draws[0], draws[2])

  def test_without_a_seed_runs_differ(self):
    draws = []
    for _ in range(2):
      with tf.Graph().as_default(), self.session(graph=None):
        with tf.Session() as session:
          draws.append(session.run(noise_lib.StatefulNoise().normal([4])))
    self.assertNotAllClose(*draws)

  def test_derived_seeds(self):
    self.assertIsNone(noise_lib.derive_seed(None, 3))
    seeds = [noise_lib.derive_seed(s, i) for s in range(50) for i in range(50)]
    self.assertLen(set(seeds), 2500)
    self.assertTrue(all(0 <= seed < 2**31 for seed in seeds))


class GraphCacheTest(tf.test.TestCase):

  def test_makes_once_per_graph(self):
    cache = graph_cache.constant_cache(np.ones([2]))
    with tf.Graph().as_default() as graph:
      first = cache.get()
      self.assertIs(first[0], cache.get()[0])
      self.assertIs(graph, first[0].graph)
    with tf.Graph().as_default() as graph:
      self.assertIs(graph, cache.get()[0].graph)

  def test_first_use_may_be_in_a_loop(self):
    cache = graph_cache.constant_cache(np.float32([2]))
    with self.session() as session:
      doubled = tf.while_loop(lambda x: x[0] < 30, lambda x: x * cache.get()[0],
                              [tf.ones([1])])
      self.assertAllEqual([32], session.run(doubled))
      self.assertAllEqual([2], session.run(cache.get()[0]))


if __name__ == "__main__":
  tf.test.main()
