# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of stabilizers together, and of their arguments."""

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from optimizer import stabilizers
from optimizer.stabilizers import stabilizer

_ON = {"dynamic_output_scale": True, "skip_zero_gradients": True}
_OFF = {"dynamic_output_scale": False, "skip_zero_gradients": False}
_DECAY, _LIMIT, _HISTORY, _SPARSE, _SCHEDULE = [
    cls() for cls in stabilizers.ALL]


class StabilizerTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(
      [()], [(_DECAY, _LIMIT, _HISTORY, _SPARSE, _SCHEDULE)],
      [(_HISTORY, _LIMIT)],
      [(_DECAY, _HISTORY, _SPARSE, _LIMIT)])
  def test_no_problem(self, chosen):
    self.assertIsNone(stabilizer.problem(chosen, _ON))

  @parameterized.parameters(
      ((_LIMIT, _DECAY), "StepLimit must come after RateDecay"),
      ((_HISTORY, _DECAY), "GradientHistory must come after RateDecay"),
      ((_DECAY, _SPARSE, _HISTORY), "SparseSteps must come after Gradient"),
      ((_SPARSE,), "SparseSteps has no effect without RateDecay before it"),
      ((_DECAY, _SPARSE), "SparseSteps has no effect without GradientHistory"),
      ((_SCHEDULE,), "Schedule has no effect without GradientHistory before"),
      ((_LIMIT, _LIMIT), "there are two of StepLimit"))
  def test_order(self, chosen, message):
    self.assertStartsWith(stabilizer.problem(chosen, _ON)[1], message)

  @parameterized.parameters(
      ((_DECAY,), "dynamic_output_scale"),
      ((stabilizers.StepLimit(excess=2.0),), "dynamic_output_scale"),
      ((stabilizers.GradientHistory(spike_power=1.0),), "dynamic_output_scale"))
  def test_needed_options(self, chosen, option):
    self.assertIsNone(stabilizer.problem(chosen, _ON))
    each, message = stabilizer.problem(chosen, _OFF)
    self.assertIs(chosen[0], each)
    self.assertIn("has no effect without {}=True".format(option), message)

  def test_sparse_steps_need_zeros_that_are_skipped(self):
    each, message = stabilizer.problem(
        (_DECAY, _HISTORY, _SPARSE), dict(_ON, skip_zero_gradients=False))
    self.assertIs(_SPARSE, each)
    self.assertIn("skip_zero_gradients=True", message)

  def test_what_needs_no_rates(self):
    self.assertIsNone(stabilizer.problem((_LIMIT, _HISTORY), _OFF))

  @parameterized.parameters(
      (stabilizers.RateDecay, {"after": 0.5}, "rate_decay_after .*0.5"),
      (stabilizers.RateDecay, {"after": float("nan")}, "rate_decay_after"),
      (stabilizers.RateDecay, {"power": -0.5}, "rate_decay_power .*-0.5"),
      (stabilizers.RateDecay, {"power": float("inf")}, "rate_decay_power"),
      (stabilizers.StepLimit, {"fraction": -0.1}, "step_limit_fraction"),
      (stabilizers.StepLimit, {"fraction": "0.1"}, "step_limit_fraction"),
      (stabilizers.StepLimit, {"floor": 0.0}, "step_limit_floor .*0.0"),
      (stabilizers.StepLimit, {"excess": 0.5}, "step_limit_excess .*0.5"),
      (stabilizers.GradientHistory, {"limit": 1.0}, "gradient_history_limit"),
      (stabilizers.GradientHistory, {"limit": float("inf")},
       "gradient_history_limit .*inf"),
      (stabilizers.GradientHistory, {"spike_power": -0.5}, "spike_power"),
      (stabilizers.GradientHistory, {"decay_power": float("nan")},
       "decay_power"),
      (stabilizers.SparseSteps, {"power": None}, "sparse_steps_power .*None"))
  def test_illegal_arguments(self, cls, arguments, message):
    with self.assertRaisesRegex(ValueError, message):
      cls(**arguments)

  def test_every_argument_is_checked_and_described(self):
    for cls in stabilizers.ALL:
      self.assertEqual(set(cls.kinds), set(cls().values()))
      values = {name: 3.0 if kind.fits(3.0) else 0.75
                for name, kind in cls.kinds.items()}
      self.assertEqual(values, cls(**values).values())
    self.assertEqual("StepLimit(fraction=0.02, floor=0.05, excess=0.0, "
                     "least=0.0)", repr(_LIMIT))
    self.assertEqual(
        {"rate_decay_after": 200.0, "rate_decay_power": 1.0,
         "sparse_steps_power": 0.5},
        stabilizer.flat_values((_DECAY, _SPARSE)))


if __name__ == "__main__":
  tf.test.main()
