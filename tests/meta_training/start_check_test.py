# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said of problems that are not finite where runs start."""

import io

import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import inner_problem
from meta_training import start_check
from tests.meta_training import harness


class _Start(harness.Parabola):
  """A function of x, from a given start."""

  def __init__(self, function, start):
    super().__init__()
    self._function, self._start = function, start

  def init_tensors(self, seed=None, noise=None):
    return [tf.constant([self._start])]

  def objective(self, parameters, data=None, labels=None):
    return tf.reduce_sum(self._function(parameters[0]))


class StartCheckTest(tf.test.TestCase):

  def test_start_without_objective_or_gradient(self):
    for function, start, what in (
        (tf.log, -1.0, "the objective"),
        (lambda x: 1.0 + tf.sqrt(tf.square(x)), 0.0,
         "the gradient of the objective")):
      out, logdir = io.StringIO(), harness.directory(self)
      corpus = harness.without_data(_Start, function, start)
      for _ in range(2):  # A run that is started again has not learned either.
        with self.assertRaisesRegexp(
            ValueError, "None of 4 updates had a finite"):
          harness.train(logdir, corpus, harness.GLOBAL, out=out)
      self.assertIn("  {} of {} is not finite where runs start".format(
          what, corpus[0][0]), out.getvalue())
      self.assertEqual(1, out.getvalue().count("where runs start:"))

  def test_checks_once_and_only_what_is_not_finite(self):
    lines = []
    check = start_check.StartCheck(lines.append)
    corpus, = harness.without_data(harness.Parabola, float("nan"))
    problem = inner_problem.InnerProblem(harness.GLOBAL, *corpus)
    self.addCleanup(problem.close)
    good = inner_problem.UnrollResult(0.5, np.ones([2]), np.ones([1]))
    check.check(problem, good, [1, 2])
    self.assertEqual([], lines)
    for _ in range(2):
      check.check(problem, good._replace(meta_objective=np.nan), [1, 2])
    self.assertLen(lines, 1)
    self.assertIn("the objective of Parabola(nan) is not finite", lines[0])


if __name__ == "__main__":
  tf.test.main()
