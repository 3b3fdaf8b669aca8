# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that seeded runs repeat, whether they are interrupted or not."""

import io
import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import meta_loop
from meta_training import reports
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec
from tests.meta_training import harness

_NOISY = problem_spec.Spec(pg.Rosenbrock, (), {"noise_stdev": 1.0})
_CORPUS = harness.classifier() + harness.without_data(
    pg.SparseProblem, _NOISY, 0.5)


def _contents(logdir):
  """Dict from the names of files to what is in them."""
  contents = {}
  for name in os.listdir(logdir):
    with open(os.path.join(logdir, name), "rb") as stream:
      contents[name] = stream.read()
  return contents


def _train(logdir, name="adam", **options):
  return harness.train(logdir, _CORPUS, harness.OPTIMIZER_SPECS[name], **dict(
      {"num_problems": 3, "num_meta_iterations": 3, "learning_rate": 0.01,
       "num_unrolls": harness.draw(1, 4), "num_steps": harness.draw(1, 6)},
      **options))


class _Interruption(Exception):
  pass


class ResumeTest(tf.test.TestCase, parameterized.TestCase):

  _whole = None

  def _uninterrupted(self):
    """Returns the arrays that all runs should end with."""
    if ResumeTest._whole is None:
      path, _ = _train(harness.directory(self))
      ResumeTest._whole = harness.arrays(path)
    return ResumeTest._whole

  @parameterized.parameters("adam", "hierarchical")
  def test_seeded_run_repeats(self, name):
    first, again, other = [harness.directory(self) for _ in range(3)]
    for logdir, seed in ((first, 1), (again, 1), (other, 2)):
      _train(logdir, name, seed=seed, num_problems=1)
    harness.assert_equal(self, harness.arrays(first), harness.arrays(again))
    self.assertNotEqual(
        [value.tolist() for value in harness.meta_parameters(first).values()],
        [value.tolist() for value in harness.meta_parameters(other).values()])

  def test_unseeded_runs_differ(self):
    directories = [harness.directory(self) for _ in range(2)]
    for logdir in directories:
      _train(logdir, num_problems=1, seed=None)
    first, other = [harness.arrays(logdir) for logdir in directories]
    self.assertNotEqual(first["run_state/position"][2],
                        other["run_state/position"][2])

  @parameterized.named_parameters(
      ("problem", pg.Quadratic, (3,), None, None),
      ("part", pg.Rescale, (problem_spec.Spec(pg.Quadratic, (3,)), 0.5), None,
       None),
      ("data", pg.SoftmaxRegression, (3, 2), (3, 20), 6))
  def test_seed_decides_what_has_none(self, problem, args, data, batch_size):
    directories = [harness.directory(self) for _ in range(2)]
    for logdir in directories:
      dataset = datasets.EMPTY_DATASET
      if data is not None:
        dataset = datasets.LazyDataset(datasets.random_mlp, data)
      harness.train(logdir, [(problem_spec.Spec(problem, args), dataset,
                              batch_size)])
    harness.assert_equal(self, *map(harness.arrays, directories))

  def test_numpy_is_left_alone(self):
    np.random.seed(3)
    expected = np.random.rand()
    np.random.seed(3)
    _train(harness.directory(self), num_problems=1)
    self.assertEqual(expected, np.random.rand())

  @parameterized.parameters(True, False)
  def test_in_two_calls(self, select_random_problems):
    logdir = harness.directory(self)
    for num_problems in (1, 3):
      # The run's own seed counts: the second is ignored.
      _, text = _train(
          logdir, num_problems=num_problems, seed=num_problems,
          select_random_problems=select_random_problems)
    self.assertIn("continuing from", text)
    self.assertIn("1 of 3 problems done", text)
    self.assertIn("seed 3 has no effect: the run keeps its own, 1", text)
    if select_random_problems:
      expected = self._uninterrupted()
    else:
      expected = harness.arrays(_train(
          harness.directory(self), select_random_problems=False)[0])
    harness.assert_equal(self, expected, harness.arrays(logdir))

  def test_nothing_left_to_do(self):
    logdir = harness.directory(self)
    path, _ = _train(logdir, num_problems=2, seed=None)
    # Not even this is written anew.
    os.remove(os.path.join(logdir, "optimizer.json"))
    before = _contents(logdir)
    again, text = _train(logdir, num_problems=1, seed=None)
    self.assertEqual(path, again)
    self.assertIn("2 of 1 problems done", text)
    self.assertIn("nothing to do: to train on, raise num_problems above 2",
                  text)
    self.assertNotIn("seed", text)
    self.assertNotIn("run 1:", text)
    self.assertEqual(before, _contents(logdir))

  def test_callback_raises(self):
    logdir = harness.directory(self)

    def interrupt(unused_name, index, unused_logdir, unused_metadata):
      if index == 1:
        raise _Interruption()

    with self.assertRaises(_Interruption):
      _train(logdir, callbacks=[interrupt])
    self.assertAllEqual([2, 0, 1],
                        harness.arrays(logdir)["run_state/position"])
    _train(logdir)
    harness.assert_equal(self, self._uninterrupted(), harness.arrays(logdir))

  @parameterized.parameters(
      ("saved ", 1, 0), ("  run 1:", 0, 1), ("  run 2:", 0, 2),
      ("  run 3:", 1, 0))
  def test_stop_is_requested(self, when, visits, runs):
    logdir, stops = harness.directory(self), []
    out = harness.WatchedStream(when, lambda: stops[0]())
    _train(logdir, out=out, on_start=stops.append)
    self.assertAllEqual([visits, runs, 1],
                        harness.arrays(logdir)["run_state/position"])
    _, text = _train(logdir)
    self.assertIn("{} of 3 problems done".format(visits), text)
    harness.assert_equal(self, self._uninterrupted(), harness.arrays(logdir))

  def test_stop_before_the_first_problem(self):
    logdir = harness.directory(self)
    path, text = _train(logdir, on_start=lambda stop: stop())
    self.assertTrue(path.endswith("model.ckpt-0"), path)
    self.assertNotIn("problem 1", text)

  def test_stop_with_states_kept_from_run_to_run(self):
    whole, parts = harness.directory(self), harness.directory(self)
    options = {"reset_rnn_params": False, "num_problems": 1}
    _train(whole, **options)
    stops = []
    out = harness.WatchedStream("  run 1:", lambda: stops[0]())
    _train(parts, out=out, on_start=stops.append, **options)
    _train(parts, **options)
    harness.assert_equal(self, harness.arrays(whole), harness.arrays(parts))

  def test_stop_in_a_long_run_keeps_the_updates(self):
    logdir, stops, unrolls = harness.directory(self), [], []
    note = reports.Report.unroll

    def stop_at_the_second(*args):
      note(*args)
      unrolls.append(args)
      if len(unrolls) == 2:
        stops[0]()

    mock = tf.test.mock
    with mock.patch.object(meta_loop, "_STOP_SECONDS", -1.0), mock.patch.object(
        reports.Report, "unroll", stop_at_the_second):
      path, _ = _train(logdir, num_unrolls=5, on_start=stops.append)
    self.assertTrue(path.endswith("model.ckpt-2"), path)
    self.assertAllEqual([0, 0, 1], harness.arrays(path)["run_state/position"])
    path, _ = _train(logdir, num_unrolls=5, num_problems=1)
    self.assertTrue(path.endswith("model.ckpt-17"), path)


class CompiledTest(tf.test.TestCase):

  def test_equals_uncompiled(self):
    results = []
    for compiled in (False, True):
      objectives, out = [], io.StringIO()

      def note(name, index, logdir, metadata, add=objectives.extend):
        del name, index, logdir
        add(metadata["subproblem_objs"])

      path, _ = harness.train(
          harness.directory(self), harness.classifier(noise_stdev=0.5),
          harness.OPTIMIZER_SPECS["adam"], num_meta_iterations=2, num_steps=4,
          learning_rate=0.01, compiled=compiled, out=out, callbacks=[note])
      results.append((np.stack(objectives), harness.meta_parameters(path)))
      self.assertNotIn("uncompiled", out.getvalue())
    self.assertEqual((8, 5), results[0][0].shape)
    self.assertAllClose(results[0][0], results[1][0], rtol=1e-4)
    for name in results[0][1]:
      self.assertAllClose(results[0][1][name], results[1][1][name], rtol=1e-4)


if __name__ == "__main__":
  tf.test.main()
