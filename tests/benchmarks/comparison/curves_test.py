# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of runs of an optimizer on a problem."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import baselines
from benchmarks.comparison import curves
from benchmarks.comparison import groups
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec
from tests.meta_training import harness

_Spec = problem_spec.Spec

_QUADRATIC = groups.Entry(
    "b", "Quadratic(3)", _Spec(pg.Quadratic, (3,), {
        "random_seed": 5, "noise_stdev": 0.1}),
    datasets.EMPTY_DATASET, None, True)
_NET = groups.Entry(
    "v", "FullyConnected(4, 2)", _Spec(pg.FullyConnected, (4, 2), {
        "hidden_sizes": (3,)}),
    datasets.random_mlp(4, 40, random_seed=3), 10, True)


class RunnerTest(tf.test.TestCase, parameterized.TestCase):

  def _runner(self, problem, steps_to_come=0, length=1000, name="SGD"):
    return curves.Runner(problem, baselines.SPECS[name], length, steps_to_come)

  def test_by_hand(self):
    problem = _QUADRATIC._replace(spec=_Spec(harness.Parabola))
    curve, milliseconds = self._runner(problem, length=10).run([0.02], 4, 25)
    self.assertAllClose(6 * (1 - 0.02 * 3)**(2.0 * np.arange(25)), curve,
                        rtol=1e-5)
    self.assertGreater(milliseconds, 0)

  @parameterized.parameters("quadratic", "net")
  def test_chains_are_runs(self, name):
    """What is carried over counts; here is nothing to draw at each step."""
    problem = {
        "quadratic": _QUADRATIC._replace(spec=_Spec(
            pg.Quadratic, (3,), {"random_seed": 5})),
        "net": _NET._replace(batch_size=40)}[name]
    whole, _ = self._runner(problem, name="Adam").run([0.01], 3, 60)
    parts, _ = self._runner(problem, name="Adam", length=20).run([0.01], 3, 60)
    self.assertAllClose(whole, parts, rtol=1e-4)

  def test_same_for_all_optimizers(self):
    for problem in (_QUADRATIC, _NET):
      # A rate of 0.1 in SGD is one of 0.1 in Momentum, in the first step.
      sgd, momentum = [
          self._runner(problem, name=name).run([0.1], 3, 20)[0]
          for name in ("SGD", "Momentum")]
      self.assertAllClose(sgd[:2], momentum[:2], rtol=1e-6)
      self.assertNotAllClose(sgd[:3], momentum[:3])

  @parameterized.parameters("quadratic", "net")
  def test_compiled(self, name):
    problem = {"quadratic": _QUADRATIC, "net": _NET}[name]
    plain = self._runner(problem, 0)
    compiled = self._runner(problem, 10**6, length=100)
    self.assertFalse(plain.is_compiled)
    self.assertTrue(compiled.is_compiled)
    for num_steps in (40, 150):
      self.assertAllClose(plain.run([0.03], 1, num_steps)[0][:100],
                          compiled.run([0.03], 1, num_steps)[0][:100],
                          rtol=1e-4)
    plain.close()
    compiled.close()

  def test_overflow(self):
    curve, _ = self._runner(_QUADRATIC, length=10).run([1e9], 1, 50)
    self.assertEqual((50,), curve.shape)
    finite = np.isfinite(curve)
    self.assertTrue(finite[0])
    count = int(finite.sum())
    self.assertLess(count, 10)
    self.assertTrue(finite[:count].all())
    self.assertTrue(np.isposinf(curve[count:]).all())

  def test_unroll_length(self):
    self.assertEqual(1000, curves.unroll_length(_QUADRATIC))
    self.assertEqual(250, curves.unroll_length(_QUADRATIC._replace(
        spec=_Spec(pg.Norm, (1300,)))))


if __name__ == "__main__":
  tf.test.main()
