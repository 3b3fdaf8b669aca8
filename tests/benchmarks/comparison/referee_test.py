# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the referee: tuning, targets, and what is kept."""

import tempfile

import tensorflow.compat.v1 as tf

from benchmarks.comparison import groups
from benchmarks.comparison import metrics
from benchmarks.comparison import referee
from benchmarks.comparison import result_cache
from benchmarks.comparison import runner
from optimizer import trainable_adam
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

_Spec = problem_spec.Spec.of
_QUADRATIC = groups.Entry(
    "b", "Quadratic(3)", _Spec(pg.Quadratic, 3, random_seed=5),
    datasets.EMPTY_DATASET, None)
_OTHER = _QUADRATIC._replace(
    name="Quadratic(4)", spec=_Spec(pg.Quadratic, 4, random_seed=6))
_OPTIONS = {"learning_rates": (1e-4, 0.1, 1e9), "tuning_seeds": (7, 8),
            "seeds": (1, 2, 3)}


def _learned(name, rate):
  spec = _Spec(trainable_adam.TrainableAdam, rate)
  return referee.Learned(name, spec, runner.initial_meta_parameters(spec),
                         "TrainableAdam")


class RefereeTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    self.directory = tempfile.mkdtemp(dir=self.get_temp_dir())

  def _judge(self, learned=(), problems=(_QUADRATIC,), **options):
    judge = referee.Referee(60, result_cache.ResultCache(self.directory),
                            **dict(_OPTIONS, **options))
    return list(judge.judge(problems, list(learned)))

  def test_outcome(self):
    outcome, = self._judge([_learned("same", 0.1), _learned("slow", 0.01)])
    self.assertEqual(
        [referee.TUNED, referee.COSINE, referee.DEFAULT, "same", "slow"],
        list(outcome.curves))
    self.assertEqual({referee.TUNED: 0.1, referee.COSINE: 0.1,
                      referee.DEFAULT: 1e-3}, dict(outcome.rates))
    adam = outcome.curves[referee.TUNED]
    finals = sorted(metrics.final_loss(curve, 60) for curve in adam)
    self.assertAllClose(finals[1], outcome.target)
    for mine, same in zip(adam, outcome.curves["same"]):
      self.assertAllClose(mine[:60], same[:60], rtol=1e-4)
      self.assertLen(mine, len(same))
      # The target is reached, at the horizon or after it.
      self.assertLess(metrics.points_to_target(mine, outcome.target),
                      float("inf"))
    # A hundredth of the rate is not enough even in five horizons.
    self.assertEqual([300] * 3, [
        len(curve) for curve in outcome.curves[referee.DEFAULT]])

  def test_more_baselines(self):
    outcome, = self._judge(more_baselines=["RMSProp"])
    self.assertEqual(0.1, outcome.rates["RMSProp, tuned"])
    self.assertLen(outcome.curves["RMSProp, tuned"], 3)
    with self.assertRaisesRegexp(ValueError, "Nadam: expected some of SGD"):
      self._judge(more_baselines=["Nadam"])

  def test_diverged_rates_are_not_chosen(self):
    outcome, = self._judge(learning_rates=(1e-4, 1e9))
    self.assertEqual(1e-4, outcome.rates[referee.TUNED])

  def test_goes_on_from_the_cache(self):
    first, = self._judge([_learned("learned", 0.05)])

    class Broken:
      """Stands for a runner that must not be built."""

      def __init__(self, *unused):
        raise AssertionError("There was no need to run.")

    plain, runner.Runner = runner.Runner, Broken
    try:
      again, = self._judge([_learned("other name", 0.05)])
      with self.assertRaisesRegexp(AssertionError, "no need"):
        self._judge([_learned("learned", 0.06)])
      with self.assertRaisesRegexp(AssertionError, "no need"):
        self._judge([], [_OTHER])
    finally:
      runner.Runner = plain
    self.assertAllEqual(first.curves["learned"][0],
                        again.curves["other name"][0])


class KeyTest(tf.test.TestCase):

  def test_fingerprint(self):
    def key(*args, **kwargs):
      return referee.fingerprint(_QUADRATIC._replace(
          spec=_Spec(*args, **kwargs)))

    same = key(pg.Quadratic, 3, random_seed=5)
    self.assertEqual(same, referee.fingerprint(_QUADRATIC))
    self.assertLen(set([
        same, key(pg.Quadratic, 3, random_seed=6),
        key(pg.Quadratic, 3, random_seed=5, noise_stdev=0.1),
        key(pg.Norm, 3, random_seed=5)]), 4)

  def test_same_in_every_process(self):
    entry = groups.entries("b")[17]
    self.assertEqual(*[referee.fingerprint(groups.entries("b")[17])
                       for _ in range(2)])
    self.assertNotEqual(referee.fingerprint(entry), referee.fingerprint(
        entry._replace(batch_size=3)))

  def test_code_digest(self):
    self.assertEqual(referee.code_digest(), referee.code_digest())
    code = 'def f(x):\n  """{}"""\n  return x + {}  # {}\n'.format
    self.assertEqual(referee._code(code("Adds.", 1, "One.")),
                     referee._code(code("Increases.", 1, "By one.")))
    self.assertNotEqual(referee._code(code("Adds.", 1, "One.")),
                        referee._code(code("Adds.", 2, "One.")))


if __name__ == "__main__":
  tf.test.main()
