# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of meta-training by evolution strategies."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from optimizer import trainable_optimizer
from problems import problem_spec
from tests.meta_training import harness

_CORPUS = harness.classifier() + harness.without_data(harness.Parabola)
_WHOLE = metaopt.EvolutionStrategies(0.05, 2)
_PERSISTENT = metaopt.EvolutionStrategies(0.05, 2, True)
_SEVERAL = metaopt.EvolutionStrategies(0.05, 2, problems_per_update=2)


class _FixedPoint(trainable_optimizer.TrainableOptimizer):
  """Descends on multiples of 1/1024, by an op that has no derivative."""

  def __init__(self, **unused_options):
    super().__init__("FixedPoint", [])
    self._meta_parameters.declare(
        "rate", [], tf.constant_initializer(0.01))

  def _compute_update(self, param, grad, state):
    rate, = self._meta_parameters.values().values()
    new = param - rate * grad
    return new - tf.truncatemod(new, 1 / 1024), state


def _train(logdir, meta_gradient, **options):
  return harness.train(logdir, _CORPUS, harness.OPTIMIZER_SPECS["adam"], **dict(
      {"num_problems": 3, "num_meta_iterations": 2, "learning_rate": 0.01,
       "num_unrolls": harness.draw(2, 4), "num_steps": harness.draw(1, 6),
       "meta_gradient": meta_gradient,
       "update_rule": metaopt.Adam(averaging_decay=0.9)}, **options))


class ResumeTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.named_parameters(
      ("whole", _WHOLE), ("persistent", _PERSISTENT),
      ("several", _SEVERAL))
  def test_runs_repeat_and_go_on(self, meta_gradient):
    whole, calls, stopped, other = [harness.directory(self) for _ in range(4)]
    _train(whole, meta_gradient)
    expected = harness.arrays(whole)
    _train(calls, meta_gradient, num_problems=1)
    _train(other, meta_gradient, num_problems=1, seed=2)
    name = "LOL/log_learning_rate"
    self.assertNotEqual(harness.arrays(calls)[name],
                        harness.arrays(other)[name])
    _train(calls, meta_gradient)
    harness.assert_equal(self, expected, harness.arrays(calls))
    stops = []
    out = harness.WatchedStream("  run 1:", lambda: stops[0]())
    _train(stopped, meta_gradient, out=out, on_start=stops.append)
    self.assertAllEqual([0, 1, 1],
                        harness.arrays(stopped)["run_state/position"])
    _train(stopped, meta_gradient)
    harness.assert_equal(self, expected, harness.arrays(stopped))

  def test_updates(self):
    for meta_gradient, updates, lengths in (
        (_WHOLE, 6, "1 unroll of 12 steps"),
        (_PERSISTENT, 18, "3 unrolls of 4 steps")):
      path, text = _train(harness.directory(self), meta_gradient,
                          num_unrolls=3, num_steps=4)
      self.assertTrue(path.endswith("-{}".format(updates)), path)
      self.assertEqual(6, text.count(lengths + ", each 4 times"))


class TrainingTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(False, True)
  def test_learns_the_rate(self, persistent):
    """The best rate is 1/3: there a step is at the minimum."""
    path, _ = harness.train(
        harness.directory(self), harness.without_data(harness.Parabola),
        num_problems=60, num_unrolls=1 + persistent, num_steps=4,
        learning_rate=0.02, update_rule=metaopt.Adam(),
        meta_gradient=metaopt.EvolutionStrategies(0.02, 2, persistent))
    self.assertAllClose(1 / 3, harness.arrays(path)["LOL/global_learning_rate"],
                        atol=0.05)

  def test_compiled(self):
    values = []
    for compiled in (False, True):
      path, text = _train(harness.directory(self), _PERSISTENT,
                          compiled=compiled)
      self.assertNotIn("uncompiled", text)
      values.append(harness.meta_parameters(path))
    for name, value in values[0].items():
      if "Adam" not in name:
        self.assertAllClose(value, values[1][name], rtol=1e-3)

  def test_step_without_derivative(self):
    spec = problem_spec.Spec(_FixedPoint)
    corpus = harness.without_data(harness.Parabola)
    with self.assertRaisesRegexp(ValueError, "No gradient.*TruncateMod"):
      harness.train(harness.directory(self), corpus, spec)
    path, _ = harness.train(
        harness.directory(self), corpus, spec, num_problems=30,
        learning_rate=0.01, meta_gradient=_WHOLE, update_rule=metaopt.Adam())
    # Adam's first steps are as long as its learning rate: all of them up.
    self.assertGreater(harness.arrays(path)["LOL/rate"], 0.1)

  @parameterized.named_parameters(
      ("backpropagation", metaopt.Backpropagation()), ("whole", _WHOLE),
      ("persistent", _PERSISTENT))
  def test_train_only(self, meta_gradient):
    before, after = harness.directory(self), harness.directory(self)
    _train(before, metaopt.Backpropagation(), on_start=lambda stop: stop())
    # Penalties would move all of them.
    _train(after, meta_gradient, update_rule=metaopt.Adam(
        train_only=["learning_rate", "epsilon"], l2_reg=0.1))
    before, after = harness.arrays(before), harness.arrays(after)
    for name in ("log_learning_rate", "log_epsilon"):
      self.assertNotEqual(before["LOL/" + name], after["LOL/" + name])
    for name in ("beta1_logit", "beta2_logit"):
      for suffix in ("", "/Adam", "/Adam_1"):
        self.assertAllEqual(before["LOL/" + name + suffix],
                            after["LOL/" + name + suffix])

  def test_nonfinite_runs_are_reported(self):
    spec = problem_spec.Spec(harness.GLOBAL.callable, (0.66,))
    _, text = harness.train(
        harness.directory(self), harness.without_data(harness.Parabola), spec,
        num_problems=1, num_unrolls=1, num_steps=300,
        meta_gradient=metaopt.EvolutionStrategies(1.0, 3))
    # Where |1 - 3 r| > 1.4 the objective overflows; of 6, about 4 do.
    self.assertRegexpMatches(
        text, "[1-5] unrolls at perturbed meta-parameters had no finite")

  def test_negative_objective(self):
    class Negative(harness.Parabola):

      def objective(self, parameters, data=None, labels=None):
        return super().objective(parameters) - 5.9

    for meta_gradient in (_WHOLE, _PERSISTENT):
      with self.assertRaisesRegexp(ValueError, "none may be negative"):
        harness.train(harness.directory(self), harness.without_data(Negative),
                      num_steps=20, meta_gradient=meta_gradient)

  def test_callbacks(self):
    calls = []
    _train(harness.directory(self), _WHOLE, num_problems=1, num_unrolls=3,
           num_steps=4, callbacks=[lambda *args: calls.append(args[3])])
    self.assertEqual([(13,)] * 2, [
        values.shape for values in calls[0]["subproblem_objs"]])
    self.assertLen(calls[0]["meta_objs"], 2)
    # Of the objectives before each step, the first is there twice.
    for values in calls[0]["subproblem_objs"]:
      self.assertTrue(np.isfinite(values).all())
      self.assertEqual(values[0], values[1])


class ArgumentTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(
      ({"meta_gradient": "es"}, "meta_gradient must be .* not 'es'"),
      ({"meta_gradient": metaopt.EvolutionStrategies(num_pairs=0)},
       "num_pairs .* 0"),
      ({"meta_gradient": _WHOLE, "reset_rnn_params": False},
       "reset_rnn_params must be true"),
      ({"update_rule": "adam"}, r"of class update_rules.UpdateRule, such as "
       r"Adam\(\), not 'adam'"),
      ({"update_rule": metaopt.Adam(train_only="rate")},
       "train_only must be a list.*'rate'"),
      ({"update_rule": metaopt.Adam(train_only=["momentum"])},
       "'momentum'.*There are log_learning_rate"),
      ({"update_rule": metaopt.RMSProp(averaging_decay=1.0)},
       "averaging_decay must be .* 1.0"))
  def test_what_cannot_be(self, options, message):
    with self.assertRaisesRegexp(ValueError, message):
      _train(harness.directory(self), **dict(
          {"meta_gradient": metaopt.Backpropagation()}, **options))


if __name__ == "__main__":
  tf.test.main()
