# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of a single run of an optimizer on a problem."""

import io
import sys

import numpy as np
import tensorflow.compat.v1 as tf

from evaluation import single_run
from problems import problem_generator


class _Parabola(problem_generator.Problem):
  """1/2 ||x||^2, its gradient x."""

  def __init__(self):
    super().__init__([[2]])

  def objective(self, parameters, data=None, labels=None):
    return 0.5 * tf.reduce_sum(tf.square(parameters[0]))


class SummaryTest(tf.test.TestCase):

  def test_summary(self):
    out = io.StringIO()
    for rate, stream in ((0.1, out), (1e20, out), (0.1, None)):
      result = single_run.evaluate(
          tf.train.GradientDescentOptimizer(rate), _Parabola(), 5,
          seed=[np.float32([2.0, -1.0])], out=stream)
      self.assertLen(result, 3)
    lines = out.getvalue().splitlines()
    self.assertLen(lines, 2)
    self.assertRegex(
        lines[0], r"^GradientDescentOptimizer on _Parabola: objective 2.5 -> "
        r"0.871696 in 5 steps, [0-9.e-]+ s; lowest 0.871696 after step 5$")
    self.assertRegex(
        lines[1], "objective 2.5 -> (inf|nan) in .*; lowest 2.5 after step 0; "
        "not finite after step 1$")


class EvaluationTest(tf.test.TestCase):

  def test_records(self):
    with single_run.Evaluation(
        tf.train.MomentumOptimizer(0.1, 0.5), _Parabola(), None, None,
        [np.float32([3.0, 4.0])], tf.Graph(), None) as run:
      (_, first), (iteration, second) = run.feeds(2)
      self.assertEqual(12.5, run.step(first))
      record = dict(run.flat_record(iteration, second))
      self.assertAllClose([[2.7, 3.6]], run.parameters())
    self.assertEqual(1, record.pop("iter"))
    expected = {
        "objective": [0.5 * 4.5**2], "grad": [[2.7, 3.6]], "grad_norm": [4.5],
        "param": [[2.7, 3.6]], "param_norm": [4.5],
        "parameters/Variable:0_momentum": [3.0, 4.0]}
    self.assertEqual(sorted(expected), sorted(record))
    for key, value in expected.items():
      self.assertAllClose(value, record[key])

  def test_numbers(self):
    single_run.check(0, None, None)
    single_run.check(3, 1, sys.stdout)
    for num_iter, every, message in ((-1, None, "num_iter .*-1"),
                                     (1, 0, "record_every .*0")):
      with self.assertRaisesRegexp(ValueError, message):
        single_run.check(num_iter, every, None)

  def test_arguments_of_the_wrong_type(self):
    for name in ("out", "graph", "logdir"):
      with self.assertRaisesRegexp(ValueError, "^{} must be ".format(name)):
        single_run.evaluate(tf.train.AdamOptimizer(), _Parabola(), 1,
                            **{name: 5})


if __name__ == "__main__":
  tf.test.main()
