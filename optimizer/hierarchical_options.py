# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which options of the hierarchical RNN are legal."""

import numpy as np

from . import arguments
from . import hierarchical_step
from . import learning_rates

# The default decay, sigmoid(2.2), is 1 in float32 after that many halvings.
_MAX_GRADIENT_SCALES = 20


def check_rates(dynamic_output_scale, **options):
  """Raises ValueError for a set option that needs learning rates."""
  for option, value in sorted(options.items()):
    if value and not dynamic_output_scale:
      raise ValueError(
          "{} needs a learning rate per coordinate: expected "
          "dynamic_output_scale=True or {}=False.".format(option, option))


def check(level_sizes, init_lr_range, num_gradient_scales, global_input,
          max_log_lr, max_relative_step, max_step_excess, rms_floor,
          max_relative_gradient, slow_rates_after):
  """Raises ValueError for an illegal value."""
  arguments.check_sizes("level_sizes", level_sizes, 3)
  if not max_log_lr > learning_rates.MIN_LOG_LEARNING_RATE:
    raise ValueError("max_log_lr must be greater than {}, not {!r}.".format(
        learning_rates.MIN_LOG_LEARNING_RATE, max_log_lr))
  arguments.checked_range("init_lr_range", init_lr_range, np.exp(max_log_lr))
  if not 1 <= num_gradient_scales <= _MAX_GRADIENT_SCALES:
    raise ValueError(
        "num_gradient_scales must be 1 to {}, not {!r}: each halves the "
        "distance of a decay from 1, until in float32 it is 1.".format(
            _MAX_GRADIENT_SCALES, num_gradient_scales))
  if global_input not in hierarchical_step.GLOBAL_INPUTS:
    raise ValueError("global_input must be one of {}, not {!r}.".format(
        sorted(hierarchical_step.GLOBAL_INPUTS), global_input))
  if not 0.0 <= max_relative_step < float("inf"):
    raise ValueError("max_relative_step must be a positive number, or 0 for "
                     "no limit, not {!r}.".format(max_relative_step))
  if max_step_excess and not 1.0 <= max_step_excess < 1e15:
    raise ValueError("max_step_excess must be a number from 1, or 0 for no "
                     "limit, not {!r}.".format(max_step_excess))
  if not 1e-15 <= rms_floor <= 1e15:
    raise ValueError("rms_floor must be a number in [1e-15, 1e15], not {!r}."
                     .format(rms_floor))
  if max_relative_gradient and not 1.0 < max_relative_gradient < 1e15:
    raise ValueError("max_relative_gradient must be a number above 1, or 0 for "
                     "no limit, not {!r}.".format(max_relative_gradient))
  if slow_rates_after and not 1 <= slow_rates_after < 1e15:
    raise ValueError("slow_rates_after must be a number of steps from 1, or 0 "
                     "for never, not {!r}.".format(slow_rates_after))


def powers(max_relative_gradient, counts_steps, gradient_jump_power,
           gradient_fall_power, rare_step_power, slow_rates_power):
  """Returns the powers by name, 0 where an option they need is not set.

  Args:
    max_relative_gradient: See `HierarchicalRNN`.
    counts_steps: Whether elements have numbers of steps of their own.
    gradient_jump_power: See `HierarchicalRNN`.
    gradient_fall_power: See `HierarchicalRNN`.
    rare_step_power: See `HierarchicalRNN`.
    slow_rates_power: See `HierarchicalRNN`.

  Returns:
    Dict from names to floats.

  Raises:
    ValueError: If a power is illegal.
  """
  table = (("gradient_fall_power", gradient_fall_power, max_relative_gradient),
           ("gradient_jump_power", gradient_jump_power, max_relative_gradient),
           ("rare_step_power", rare_step_power,
            max_relative_gradient and counts_steps),
           ("slow_rates_power", slow_rates_power, True))
  for name, power, _ in table:
    if not 0.0 <= power < float("inf"):
      raise ValueError("{} must be a number from 0, not {!r}.".format(
          name, power))
  return {name: power if needed else 0.0 for name, power, needed in table}
