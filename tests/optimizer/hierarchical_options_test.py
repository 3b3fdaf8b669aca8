# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of checks of the options of `HierarchicalRNN`."""

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn


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
      ({"max_relative_step": -0.1}, "max_relative_step .*-0.1"),
      ({"max_relative_step": float("nan")}, "max_relative_step .*nan"),
      ({"max_step_excess": 0.5}, "max_step_excess .*0.5"),
      ({"dynamic_output_scale": False, "use_relative_lr": False,
        "max_relative_step": 0.1, "max_step_excess": 2.0}, "max_step_excess"),
      ({"rms_floor": 0.0}, "rms_floor .*0.0"),
      ({"max_relative_gradient": 1.0}, "max_relative_gradient .*1.0"),
      ({"max_relative_gradient": float("inf")}, "max_relative_gradient .*inf"),
      ({"gradient_jump_power": -0.5}, "gradient_jump_power .*-0.5"),
      ({"gradient_jump_power": float("nan")}, "gradient_jump_power .*nan"),
      ({"gradient_fall_power": -0.5}, "gradient_fall_power .*-0.5"),
      ({"rare_step_power": -0.5}, "rare_step_power .*-0.5"),
      ({"slow_rates_power": -0.5}, "slow_rates_power .*-0.5"),
      ({"slow_rates_power": float("inf")}, "slow_rates_power .*inf"),
      ({"slow_rates_after": 0.5}, "slow_rates_after .*0.5"),
      ({"slow_rates_after": float("nan")}, "slow_rates_after .*nan"),
      ({"dynamic_output_scale": False, "use_relative_lr": False,
        "slow_rates_after": 10.0}, "slow_rates_after"),
      ({"dynamic_output_scale": False, "use_relative_lr": False,
        "use_lr_over_rms": True}, "use_lr_over_rms"),
      ({"dynamic_output_scale": False, "use_relative_lr": False,
        "relative_init_lr": True}, "relative_init_lr"))
  def test_illegal_options_of_whole_tensors(self, options, message):
    with tf.Graph().as_default():
      with self.assertRaisesRegexp(ValueError, message):
        hierarchical_rnn.HierarchicalRNN(**options)


if __name__ == "__main__":
  tf.test.main()
