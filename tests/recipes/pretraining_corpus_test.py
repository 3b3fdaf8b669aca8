# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the problems that the shipped optimizers are meta-trained on."""

import itertools

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from recipes import pretraining_corpus as corpus
from benchmarks.comparison import groups
from benchmarks.comparison import networks
from benchmarks.comparison import validation_problems
from problems import problem_generator as pg

_OWN = {
    "networks": corpus.networks,
    "linear_classifiers": corpus.linear_classifiers,
    "matrix_completions": corpus.matrix_completions,
    "sparse_gradients": corpus.sparse_gradients,
}


class CorpusTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*sorted(_OWN))
  def test_builds_and_differentiates(self, name):
    for spec, dataset, batch_size in _OWN[name]():
      with tf.Graph().as_default(), tf.Session() as session:
        problem = spec.build()
        variables = problem.init_variables(seed=2)
        loss = problem.objective(variables, *(
            [tf.constant(dataset.data[:batch_size]),
             tf.constant(dataset.labels[:batch_size])] if batch_size else []))
        gradients = problem.gradients(loss, variables)
        session.run(tf.global_variables_initializer())
        value, slopes = session.run([loss, gradients])
        self.assertGreaterEqual(value, 0, str(spec))
        for slope in slopes:
          self.assertTrue(np.isfinite(slope).all(), str(spec))
        if name != "sparse_gradients":
          self.assertGreater(max(np.abs(slope).max() for slope in slopes), 0)

  @parameterized.parameters(*itertools.product((True, False), corpus.KINDS))
  def test_leaves_held_out_problems_out(self, with_networks, kind):
    trained_on = set(str(spec) for spec, _, _ in corpus.corpus(
        with_networks, kind))
    for held_out in (groups.same_families,
                     groups.other_kinds,
                     validation_problems.problems):
      self.assertEqual(set(), trained_on & set(
          str(spec) for spec, _, _ in held_out()))

  @parameterized.parameters(*corpus.KINDS)
  def test_no_kind_of_network_that_should_stay_unseen(self, kind):
    unseen = (networks.ReLUNet, networks.ConvNet, networks.ResidualNet,
              networks.LSTM, networks.Autoencoder, pg.ConvNet)
    for with_networks in (True, False):
      for spec, _, _ in corpus.corpus(with_networks, kind):
        for problem in _with_inner(spec.build()):
          self.assertNotIsInstance(problem, unseen)
          if isinstance(problem, pg.FullyConnected):
            self.assertLessEqual(problem.n_classes, 5)
            self.assertIsNot(problem.activation, tf.nn.relu)
            if not with_networks:
              self.assertEqual((), problem.hidden_sizes)


def _with_inner(problem):
  """A problem and those it wraps."""
  found = [problem]
  for value in vars(problem).values():
    for inner in value if isinstance(value, (list, tuple)) else [value]:
      if isinstance(inner, pg.Problem):
        found += _with_inner(inner)
  return found


if __name__ == "__main__":
  tf.test.main()
