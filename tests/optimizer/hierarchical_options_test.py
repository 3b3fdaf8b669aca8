# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of checks of the options of `HierarchicalRNN`."""

import inspect

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_declarations as declarations
from optimizer import hierarchical_options
from optimizer import hierarchical_rnn
from optimizer import stabilizers
from optimizer.stabilizers import stabilizer


class OptionsTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(
      (dict(level_sizes=[]), "level_sizes"),
      (dict(level_sizes=[10, 20, 20, 20]), "level_sizes"),
      (dict(level_sizes=[10, 0]), "level_sizes"),
      (dict(init_lr_range=(1e-2, 1e-6)), "init_lr_range"),
      (dict(init_lr_range=(0.0, 1e-6)), "init_lr_range"),
      (dict(init_lr_range=(1.0, 100.0), max_log_lr=1.0), "init_lr_range"),
      (dict(num_gradient_scales=0), "num_gradient_scales"),
      (dict(global_input="first"), "global_input .*'last', 'mean'"),
      (dict(dynamic_output_scale=False),
       "use_relative_lr .*dynamic_output_scale=True"),
      (dict(dynamic_output_scale=False, use_relative_lr=False,
            use_extreme_indicator=True), "use_extreme_indicator"),
  )
  def test_illegal_options(self, options, message):
    with tf.Graph().as_default():
      with self.assertRaisesRegexp(ValueError, message):
        hierarchical_rnn.HierarchicalRNN(**options)

  @parameterized.parameters(
      (dict(learnable_decay="no"), "learnable_decay .*'no'"),
      (dict(num_gradient_scales="4"), "num_gradient_scales .*'4'"),
      (dict(max_log_lr=None), "max_log_lr .*None"),
      (dict(max_log_lr=float("nan")), "max_log_lr .*nan"),
      (dict(global_input=[]), r"global_input .*\[\]"),
      (dict(use_native="no"), "use_native .*'no'"),
      (dict(use_second_derivatives="no"), "use_second_derivatives"),
      (dict(initial=declarations.Initial(cell_scale=float("nan"))),
       "initial_cell_scale .*nan"),
      (dict(initial=declarations.Initial(gate_bias="2")),
       "initial_gate_bias .*'2'"),
      (dict(initial={}), "initial must be such as Initial"),
      (dict(stabilizers=stabilizers.StepLimit()), "stabilizers must be a tup"),
      (dict(stabilizers=("StepLimit",)), "stabilizers must be a tuple"),
      (dict(stabilizers=(stabilizers.StepLimit(), stabilizers.RateDecay())),
       "StepLimit must come after RateDecay"),
      (dict(stabilizers=(stabilizers.RateDecay(), stabilizers.GradientHistory(),
                         stabilizers.SparseSteps())),
       "SparseSteps.*no effect without skip_zero_gradients=True"))
  def test_illegal_kinds(self, options, message):
    with tf.Graph().as_default():
      with self.assertRaisesRegexp(ValueError, message):
        hierarchical_rnn.HierarchicalRNN(**options)

  def test_a_constructor_of_bounded_width(self):
    names = inspect.signature(hierarchical_rnn.HierarchicalRNN).parameters
    self.assertLessEqual(len(names), 28)
    # Without effect, for metarun of 2017.
    with tf.Graph().as_default():
      hierarchical_rnn.HierarchicalRNN(cell_cls=tf.nn.rnn_cell.GRUCell)


class ReplacedTest(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self.described = {
        "slow_rates_after": 10.0, "slow_rates_power": 0.5,
        "max_relative_step": 0.1, "rms_floor": 0.2, "max_step_excess": 0.0,
        "max_relative_gradient": 3.0, "gradient_jump_power": 0.25,
        "gradient_fall_power": 1.0, "rare_step_power": 0.75,
        "gate_bias_init": 1.5, "skip_zero_gradients": True,
        "use_lr_over_rms": False}

  def _names(self, **given):
    options = hierarchical_options.replaced(self.described, given)
    return [type(each).__name__ for each in options["stabilizers"]]

  def test_old_names(self):
    options = hierarchical_options.replaced(self.described, {})
    self.assertEqual(declarations.Initial(gate_bias=1.5),
                     options.pop("initial"))
    self.assertEqual(repr((
        stabilizers.RateDecay(10.0, 0.5), stabilizers.StepLimit(0.1, 0.2),
        stabilizers.GradientHistory(3.0, 0.25, 1.0),
        stabilizers.SparseSteps(0.75))), repr(options.pop("stabilizers")))
    self.assertEqual({"skip_zero_gradients": True}, options)

  def test_old_and_new_names_replace_each_other(self):
    for name in ("max_relative_step", "step_limit_fraction"):
      options = hierarchical_options.replaced(self.described, {name: 0.3})
      self.assertEqual(
          {"fraction": 0.3, "floor": 0.2, "excess": 0.0, "least": 0.0},
          options["stabilizers"][1].values())
    options = hierarchical_options.replaced(
        {"stabilizers": (stabilizers.StepLimit(0.1, 0.2),)},
        {"max_relative_step": 0.3})
    self.assertEqual(0.2, options["stabilizers"][0].floor)

  def test_what_is_described_and_has_no_effect_any_more_is_left_out(self):
    all_names = [cls.__name__ for cls in stabilizers.ALL]
    self.assertEqual(all_names, self._names(schedule_num_steps=9.0))
    self.assertEqual(all_names[:4], self._names())
    self.assertEqual(all_names[:3], self._names(skip_zero_gradients=False))
    self.assertEqual(all_names[1:3], self._names(slow_rates_after=0.0))
    self.assertEqual(all_names[:2], self._names(max_relative_gradient=0.0))
    self.assertEqual([], self._names(stabilizers=()))
    self.assertEqual(["StepLimit"], self._names(
        stabilizers=(stabilizers.StepLimit(),)))

  @parameterized.parameters(
      ({"skip_zero_gradients": False, "rare_step_power": 0.5},
       "SparseSteps.*skip_zero_gradients"),
      ({"slow_rates_after": 0.0, "sparse_steps_power": 0.5},
       "SparseSteps has no effect without RateDecay"),
      ({"max_relative_step": 0.0, "max_step_excess": 2.0},
       "step_limit_excess=2.0 has no effect without step_limit_fraction"),
      ({"use_lr_over_rms": True}, "no option use_lr_over_rms"))
  def test_what_is_given_and_has_no_effect_is_refused(self, given, message):
    with self.assertRaisesRegex(ValueError, message):
      hierarchical_options.replaced(self.described, given)

  def test_every_old_name_stands_for_an_option(self):
    names = ["initial_" + name for name in declarations.Initial._fields]
    names += stabilizer.flat_values([
        cls() for cls in stabilizers.ALL if cls is not stabilizers.Schedule])
    names.remove("step_limit_least")  # It is new.
    self.assertCountEqual(names, hierarchical_options.OLD_NAMES.values())


if __name__ == "__main__":
  tf.test.main()
