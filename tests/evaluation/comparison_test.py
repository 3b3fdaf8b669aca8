# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of comparisons with tuned baselines on a problem of one's own."""

import csv
import io
import os

from absl.testing import absltest
import numpy as np
import tensorflow.compat.v1 as tf

from evaluation import comparison
from evaluation import single_run
from evaluation import unfinished_runs
import metaopt
from problems import datasets
from problems import problem_generator


class _Half(problem_generator.Problem):
  """x^2 / 2 from 2: gradient descent at rate r multiplies x by 1 - r."""

  def __init__(self):
    super().__init__([(1,)])

  def _initial_tensor(self, shape, noise):
    return 2.0 * tf.ones(shape)

  def objective(self, parameters, data=None, labels=None):
    return 0.5 * tf.reduce_sum(tf.square(parameters[0]))


def _sgd(rate):
  return tf.train.GradientDescentOptimizer(rate)


class CompareTest(tf.test.TestCase):

  def _compare(self, **options):
    arguments = {"baselines": {"SGD": _sgd}, "learning_rates": (0.1, 0.5, 3.0),
                 "num_runs": 2, "num_tuning_runs": 1, "out": io.StringIO()}
    arguments.update(options)
    return metaopt.compare({"slow": lambda: _sgd(0.01)}, _Half(), 3,
                           **arguments)

  def test_by_hand(self):
    out = io.StringIO()
    result = self._compare(out=out)
    self.assertEqual(["slow", "SGD"], list(result.objectives))
    for name, rate in (("slow", 0.01), ("SGD", 0.5)):
      self.assertAllClose(
          [2.0 * (1 - rate) ** (2 * np.arange(4))] * 2, result.objectives[name])
    self.assertEqual({"SGD": 0.5}, dict(result.learning_rates))
    progress, shown = out.getvalue().split("\n\n")
    self.assertEqual(
        ["slow: done", "SGD: done, the best of 3 learning rates is 0.5"],
        progress.splitlines())
    self.assertEqual(comparison.table(result), shown)
    # The best first.
    lines = shown.splitlines()[2:]
    self.assertIn("| SGD | 0.5 | 0.03125 |", lines[0])
    self.assertIn("| slow | nothing tuned |", lines[1])

  def test_a_rate_that_diverges_is_not_chosen(self):
    result = self._compare(learning_rates=(1e30, 0.5))
    self.assertEqual({"SGD": 0.5}, dict(result.learning_rates))

  def test_files(self):
    path = os.path.join(self.get_temp_dir(), "out", "put")
    out = io.StringIO()
    result = self._compare(output_dir=path, out=out)
    has_picture = os.path.exists(os.path.join(path, "objectives.png"))
    self.assertRegexpMatches(out.getvalue().splitlines()[-1], (
        "objectives.svg" if has_picture else "as matplotlib is not installed") +
                             "$")
    with open(os.path.join(path, "objectives.csv")) as stream:
      rows = list(csv.DictReader(stream))
    self.assertLen(rows, 2 * 2 * 4)
    self.assertEqual(
        {"optimizer": "slow", "run": "0", "step": "0", "objective": "2.0"},
        dict(rows[0]))
    with open(os.path.join(path, "table.md")) as stream:
      self.assertEqual(comparison.table(result), stream.read())

  def _count(self, path, stop_after=None, **options):
    """Compares; returns how many runs it made, and the text."""
    out, made = io.StringIO(), []
    evaluate = single_run.evaluate

    def counted(*arguments):
      if len(made) == stop_after:
        raise KeyboardInterrupt()
      made.append(arguments)
      return evaluate(*arguments)

    with absltest.mock.patch.object(single_run, "evaluate", counted):
      try:
        self._compare(output_dir=path, out=out, **options)
      except KeyboardInterrupt:
        self.assertEqual(stop_after, len(made))
    return len(made), out.getvalue()

  def test_goes_on_after_a_stop(self):
    path = self.create_tempdir().full_path
    self._count(path, stop_after=4)
    with open(os.path.join(path, unfinished_runs.NAME), "a") as stream:
      stream.write("[\"SGD at 0.5")  # A kill while a line was written.
    num_made, text = self._count(path)
    self.assertEqual(2 + 3 + 2 - 4, num_made)
    self.assertIn("4 runs of a comparison that was stopped", text)
    self.assertNotIn(unfinished_runs.NAME, os.listdir(path))
    fresh = self._count(self.create_tempdir().full_path)[1]
    self.assertEqual(fresh.split("\n\n")[1].split("Written")[0],
                     text.split("\n\n")[1].split("Written")[0])
    # What is done is not a stop.
    self.assertEqual(7, self._count(path)[0])

  def test_another_comparison_starts_over(self):
    path = self.create_tempdir().full_path
    self._count(path, stop_after=4)
    dataset = datasets.Dataset(np.ones([4, 1], np.float32), np.zeros([4]))
    for options in ({"dataset": dataset, "batch_size": 2}, {}):
      num_made, text = self._count(path, stop_after=3, **options)
      self.assertEqual(3, num_made)
      self.assertNotIn("stopped", text)

  def test_errors(self):
    with self.assertRaisesRegexp(ValueError, "nothing to compare"):
      metaopt.compare({}, _Half(), 3, baselines={})
    with self.assertRaisesRegexp(ValueError, "'a' must be a function"):
      metaopt.compare({"a": _sgd(0.1)}, _Half(), 3)
    optimizers = {"a": lambda: _sgd(0.1)}
    for name, value in (("num_iter", 0), ("num_iter", 2.0), ("num_runs", "5"),
                        ("num_tuning_runs", -1), ("seed", None)):
      with self.assertRaisesRegexp(
          ValueError, "{} must be .*, not {!r}".format(name, value)):
        metaopt.compare(optimizers, _Half(), **dict({"num_iter": 1},
                                                    **{name: value}))
    for wrong in (_sgd(0.1), [lambda: _sgd(0.1)]):
      with self.assertRaisesRegexp(ValueError, "Expected a mapping"):
        metaopt.compare(wrong, _Half(), 3)
    with self.assertRaisesRegexp(ValueError, "'b' must be a function"):
      metaopt.compare(optimizers, _Half(), 3, baselines={"b": _sgd(0.1)})
    with self.assertRaisesRegexp(ValueError, "learning_rates is empty"):
      metaopt.compare(optimizers, _Half(), 3, learning_rates=[])

  def test_arguments_of_the_wrong_type(self):
    for name, value in (("learning_rates", ["x"]), ("learning_rates", "abc"),
                        ("learning_rates", [0.1, -1.0]), ("learning_rates", 5),
                        ("output_dir", 5), ("out", 5)):
      with self.assertRaisesRegexp(
          ValueError, "^{} must be ".format(name)):
        metaopt.compare({"a": lambda: self.fail("was run")}, _Half(), 3,
                        **{name: value})

  def test_no_baseline_replaces_an_optimizer(self):
    with self.assertRaisesRegexp(ValueError, "'Adam' is the name of an opt"):
      metaopt.compare({"Adam": lambda: _sgd(0.1)}, _Half(), 3)

  def test_a_directory_that_cannot_be_is_told_before_anything_is_run(self):
    path = self.create_tempfile().full_path
    for output_dir in (path, os.path.join(path, "below")):
      with self.assertRaisesRegexp(ValueError, "choose another output_dir"):
        metaopt.compare({"a": lambda: self.fail("was run")}, _Half(), 3,
                        output_dir=output_dir)


class DefaultsTest(tf.test.TestCase):

  def test_every_baseline_takes_a_rate(self):
    for make in comparison.BASELINES.values():
      self.assertIsInstance(make(0.1), tf.train.Optimizer)

  def test_rates(self):
    self.assertLen(comparison.LEARNING_RATES, 11)
    self.assertAllClose([1e-5, 1.0], np.array(
        comparison.LEARNING_RATES)[[0, -1]])


if __name__ == "__main__":
  tf.test.main()
