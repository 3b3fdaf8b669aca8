# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks that every kind of problem can be compiled by XLA.

Compiled and plain graphs must agree on the objective, its gradient and a
product of the Hessian with a vector.
"""

import numpy as np
import tensorflow.compat.v1 as tf

from problems import datasets
from problems import problem_generator as pg
from problems import problem_sets
from tests.problems import oracle


def _one_of_each():
  """Returns one (name, Spec, Dataset, batch size) for each class and data."""
  seen = {}
  for function in sorted(vars(problem_sets)):
    if "problems" not in function or function.startswith("_"):
      continue
    for row in getattr(problem_sets, function)():
      spec, dataset, batch_size = row[:3]
      if "mnist" in repr(dataset):
        rng = np.random.RandomState(0)
        dataset = datasets.Dataset(rng.rand(64, 784), rng.randint(10, size=64))
      key = (spec.callable.__name__, function == "test_problems")
      seen.setdefault(key, (function, spec, dataset, batch_size))
  return sorted(seen.values(), key=lambda row: (row[0], repr(row[1])))


class CompileTest(tf.test.TestCase):

  def test_compiled_equals_plain(self):
    for name, spec, dataset, batch_size in _one_of_each():
      with tf.Graph().as_default():
        self._check("%s: %r" % (name, spec), spec, dataset, batch_size)

  def _check(self, name, spec, dataset, batch_size):
    problem = spec.build()
    # Noise is none of the problem's when meta-training compiles it.
    exact = pg.Problem(problem.param_shapes)
    exact.objective = problem.objective
    data = labels = None
    if dataset is not None:
      rows = dataset.batch_indices(1, batch_size, np.random.RandomState(0))[0]
      data = tf.constant(dataset.data[rows])
      labels = tf.constant(dataset.labels[rows])
    rng = np.random.RandomState(0)
    vectors = [np.float32(rng.randn(*shape)) for shape in problem.param_shapes]
    parameters = [tf.placeholder(tf.float32, shape)
                  for shape in problem.param_shapes]

    def compute(*parameters):
      return oracle.derivatives(exact, list(parameters), vectors, data, labels)

    plain = compute(*parameters)
    compiled = tf.xla.experimental.compile(compute, parameters)
    with self.session() as session:
      start = session.run(problem.init_tensors(seed=1))
      feeds = dict(zip(parameters, start))
      for expected, actual in zip(session.run(plain, feeds),
                                  session.run(compiled, feeds)):
        self.assertTrue(np.isfinite(expected).all(), name)
        scale = max(np.abs(expected).max(), 1e-6)
        self.assertAllClose(expected / scale, actual / scale, rtol=0,
                            atol=1e-3, msg=name)

  def test_loop_differentiated_from_outside(self):
    # Those with quotients, or a solver, in their objectives.
    for problem_class, args in ((pg.DependencyChain, (4,)),
                                (pg.MinMaxWell, (4,)), (pg.Michalewicz, ()),
                                (pg.OutwardSnake, (4,)),
                                (pg.MatMulAlgorithm, (2, 5))):
      with tf.Graph().as_default():
        self._check_loop(problem_class(*args))

  def _check_loop(self, problem):
    data = tf.constant(datasets.random_binary(4, 8, random_seed=1).data)
    parameters = problem.init_tensors(seed=1)

    def compute(rate):

      def body(i, values):
        gradients = problem.gradients(problem.objective(values, data), values)
        return [i + 1, [v - rate * g for v, g in zip(values, gradients)]]

      _, values = tf.while_loop(lambda i, _: i < 3, body, [0, parameters],
                                maximum_iterations=3)
      objective = problem.objective(values, data)
      return [objective, tf.gradients(objective, rate)[0]]

    rate = tf.constant(1e-4)
    plain = compute(rate)
    compiled = tf.xla.experimental.compile(compute, [rate])
    with self.session() as session:
      # Both in one run, so that both start at the same point.
      for expected, actual in zip(*session.run([plain, compiled])):
        self.assertAllClose(expected, actual, rtol=1e-3)


if __name__ == "__main__":
  tf.test.main()
