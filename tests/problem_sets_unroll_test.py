# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Unrolls the hierarchical RNN on every kind of problem of every set."""

import re

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import inner_problem
from optimizer import global_learning_rate
from optimizer import hierarchical_rnn
from problems import datasets
from problems import problem_sets
from problems import problem_spec

_FULL = problem_spec.Spec(hierarchical_rnn.HierarchicalRNN)
# Takes less time to build. For the first problem of a set there is the whole
# optimizer, unless the set is another one with noise; whether it fits does not
# depend on a problem's size.
_SMALL = problem_spec.Spec(global_learning_rate.GlobalLearningRate, (1e-6,))


def _sets():
  """Names of all sets; one more is for a cluster."""
  flagged = [function.__name__
             for entry in problem_sets.FLAGGED_SETS.values()
             for function in entry.set_functions]
  return sorted(flagged + ["adapter_rosenbrock_local", "test_problems"])


def _available(dataset):
  """Returns the data, or some of the same shape if their file is not there."""
  try:
    return datasets.Dataset(dataset.data[:1000], dataset.labels[:1000])
  except IOError:
    rng = np.random.RandomState(0)
    return datasets.Dataset(rng.rand(100, 784), rng.randint(10, size=100))


def _meta_parameters(spec, seed=1):
  with tf.Graph().as_default() as graph:
    graph.seed = seed
    variables = list(spec.build().meta_parameters.variables().values())
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      return np.concatenate(
          [np.ravel(value) for value in session.run(variables)])


class CorpusTest(tf.test.TestCase, parameterized.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._full = _FULL, _meta_parameters(_FULL)
    cls._small = _SMALL, _meta_parameters(_SMALL)

  @parameterized.parameters(*_sets())
  def test_set(self, name):
    kinds = set()
    for i, row in enumerate(getattr(problem_sets, name)()):
      spec, dataset, batch_size = row[:3]
      # Whether a problem unrolls does not depend on its sizes and scales; see
      # problem_sets_test.py for all of them.
      kind = re.sub(r"[-\d.]+", "", repr(spec))
      if kind in kinds:
        continue
      kinds.add(kind)
      if "mnist" in repr(dataset):
        dataset = _available(dataset)
      optimizer, theta = (
          self._small if i or "noisy" in name else self._full)
      inner = inner_problem.InnerProblem(optimizer, spec, dataset, batch_size)
      result = self._check(repr(spec), inner, theta)
      # Steps are small to begin with, but there are some; and a gradient that
      # is all zeros moves only the whole optimizer.
      if optimizer is _FULL:
        self.assertGreater(np.ptp(result.objectives), 0.0, repr(spec))
      if optimizer is _FULL or "SparseProblem" not in repr(spec):
        self.assertGreater(np.abs(result.gradient).max(), 0.0, repr(spec))
      inner.close()

  def _check(self, name, inner, theta):
    walk = inner.walk(np.random.RandomState(0))
    result = inner.unroll(theta, 3, True, True, [1, 2], [1, 2], walk.take(3))
    later = inner.unroll(theta, 2, False, False, [0, 0], [1, 3], walk.take(2))
    for each, num_steps in ((result, 3), (later, 2)):
      self.assertEqual((num_steps + 1,), each.objectives.shape, name)
      self.assertTrue(np.isfinite(each.objectives).all(), name)
      self.assertGreaterEqual(each.objectives.min(), 0.0, name)
      self.assertTrue(np.isfinite(each.meta_objective), name)
      self.assertTrue(np.isfinite(each.gradient).all(), name)
      self.assertEqual(each.objectives[0], each.objectives[1], name)
    return result

  def test_adapter_on_a_worker(self):
    server = tf.distribute.Server({"worker": ["localhost:0"]})
    (spec, dataset, _), = problem_sets.adapter_rosenbrock_worker()
    with tf.Graph().as_default():
      problem = spec.build()
      output = _SMALL.build().train(problem, dataset)
      with tf.Session(server.target) as session:
        session.run([tf.global_variables_initializer(),
                     tf.local_variables_initializer()])
        problem.init_fn(session)
        objectives = session.run(output.problem_objectives, {
            output.obj_weights: [0.5, 0.5],
            output.batches: np.zeros([2, 0], np.int32),
            output.first_unroll: True, output.reset_state: True})
    self.assertEqual((3,), objectives.shape)
    self.assertTrue(np.isfinite(objectives).all())


if __name__ == "__main__":
  tf.test.main()
