# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of runs without anything to differentiate."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import baselines
from benchmarks.comparison import groups
from benchmarks.comparison import runner
from optimizer import hierarchical_rnn
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec
from tests.meta_training import harness

_Spec = problem_spec.Spec.of
_NOISY = groups.Entry(
    "b", "noisy", _Spec(pg.Quadratic, 3, random_seed=5, noise_stdev=0.1),
    datasets.EMPTY_DATASET, None)
_NET = groups.Entry(
    "b", "net", _Spec(pg.FullyConnected, 4, 2, hidden_sizes=(3,)),
    datasets.random_mlp(4, 40, random_seed=3), 40)


class EveryTest(tf.test.TestCase):

  def test_usual_horizons(self):
    self.assertEqual([1, 1, 5, 10, 50], [
        runner.every(horizon) for horizon in (100, 300, 1000, 3000, 10000)])

  def test_refuses_what_cannot_be_divided(self):
    with self.assertRaisesRegexp(ValueError, "got 1009"):
      runner.every(1009)


class RunnerTest(tf.test.TestCase, parameterized.TestCase):

  def _run(self, problem, spec, theta, horizon=40, points=None, compiled=False,
           seed=1, is_done=None):
    made = runner.Runner(problem, spec, horizon, 10**6 if compiled else 0)
    try:
      return made.run(theta, seed, points or horizon // runner.every(horizon),
                      is_done)
    finally:
      made.close()

  def test_by_hand(self):
    """Steps between evaluations are made, unrolls are joined."""
    problem = _NOISY._replace(spec=_Spec(harness.Parabola))
    curve = self._run(problem, baselines.SPECS["SGD"], [1e-4], 3000, 210)
    steps = 10.0 * np.arange(210)
    self.assertAllClose(6 * (1 - 1e-4 * 3) ** (2 * steps), curve, rtol=1e-3)

  def test_evaluates_some_losses_only(self):
    """On all rows at once, nothing is drawn but the start."""
    adam = baselines.SPECS["Adam"]
    each = self._run(_NET, adam, [0.01], 200, 200)
    some = self._run(_NET, adam, [0.01], 1000, 40)
    self.assertAllClose(each[::5], some, rtol=1e-4)

  @parameterized.parameters("noisy", "net")
  def test_compiled(self, name):
    problem = {"noisy": _NOISY, "net": _NET._replace(batch_size=10)}[name]
    plain, compiled = [
        self._run(problem, baselines.SPECS["Adam"], [0.03], compiled=compiled)
        for compiled in (False, True)]
    self.assertAllClose(plain, compiled, rtol=1e-4)

  def test_learned(self):
    spec = _Spec(hierarchical_rnn.HierarchicalRNN, use_attention=True,
                 init_lr_range=(0.01, 0.01))
    theta = runner.initial_meta_parameters(spec)
    curve = self._run(_NET, spec, theta)
    self.assertLen(curve, 40)
    self.assertLess(curve[-1], curve[0])

  def test_same_noise_for_all_optimizers(self):
    """A rate of 0.1 in SGD is one of 0.1 in Momentum, in the first step."""
    sgd, momentum = [self._run(_NOISY, baselines.SPECS[name], [0.1])
                     for name in ("SGD", "Momentum")]
    self.assertAllClose(sgd[:2], momentum[:2], rtol=1e-6)
    self.assertNotAllClose(sgd[:3], momentum[:3])
    self.assertNotAllClose(sgd, self._run(
        _NOISY, baselines.SPECS["SGD"], [0.1], seed=2))

  def test_ends_early(self):
    curve = self._run(
        _NOISY, baselines.SPECS["SGD"], [0.01], points=200,
        is_done=lambda so_far: len(so_far) >= 80)
    self.assertLen(curve, 80)

  def test_overflow(self):
    curve = self._run(_NOISY, baselines.SPECS["SGD"], [1e9], points=120)
    self.assertLen(curve, 120)
    self.assertTrue(np.isfinite(curve[0]))
    self.assertTrue(np.isposinf(curve[-1]))
    self.assertFalse(np.isnan(curve).any())


if __name__ == "__main__":
  tf.test.main()
