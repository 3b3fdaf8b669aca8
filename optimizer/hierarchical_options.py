# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The options of the hierarchical RNN: which are legal, and their other names.

Options have flat names where a value stands for each number, as in flags: those
of a stabilizer begin with its name, as in rate_decay_after, and those of
`Initial` with initial_. A stabilizer whose first argument is 0 is not there.
"""

import numbers

import numpy as np

from . import arguments
from . import hierarchical_declarations
from . import hierarchical_step
from . import learning_rates
from . import stabilizers as stabilizers_lib
from .stabilizers import stabilizer

# The default decay, sigmoid(2.2), is 1 in float32 after that many halvings.
MAX_GRADIENT_SCALES = 20

_NEED_RATES = ("use_relative_lr", "use_extreme_indicator", "use_lr_shortcut")

_KINDS = {
    "num_gradient_scales": arguments.integer(1, MAX_GRADIENT_SCALES),
    "max_log_lr": arguments.Kind(
        "a number greater than {}".format(
            learning_rates.MIN_LOG_LEARNING_RATE),
        numbers.Real,
        lambda value: value > learning_rates.MIN_LOG_LEARNING_RATE),
    "global_input": arguments.Kind(
        "one of {}".format(sorted(hierarchical_step.GLOBAL_INPUTS)), str,
        lambda value: value in hierarchical_step.GLOBAL_INPUTS),
    "stabilizers": arguments.Kind(
        "a tuple of stabilizers such as {}".format(stabilizers_lib.StepLimit()),
        (list, tuple), lambda value: all(
            isinstance(each, stabilizer.Stabilizer) for each in value)),
    "initial": arguments.Kind(
        "such as {}".format(hierarchical_declarations.Initial()),
        hierarchical_declarations.Initial),
    "use_native": arguments.optional(arguments.BOOL),
}

_SPREAD = arguments.number("a number from 0", lambda value: value >= 0.0)

OLD_NAMES = {
    "slow_rates_after": "rate_decay_after",
    "slow_rates_power": "rate_decay_power",
    "max_relative_step": "step_limit_fraction",
    "rms_floor": "step_limit_floor",
    "max_step_excess": "step_limit_excess",
    "max_relative_gradient": "gradient_history_limit",
    "gradient_jump_power": "gradient_history_spike_power",
    "gradient_fall_power": "gradient_history_decay_power",
    "rare_step_power": "sparse_steps_power",
    "gate_bias_init": "initial_gate_bias",
    "cell_scale": "initial_cell_scale",
    "affine_scale": "initial_affine_scale",
    "readout_scale": "initial_readout_scale",
    "scale_decay_bias_init": "initial_scale_decay_bias",
    "input_decay_bias_init": "initial_input_decay_bias",
    "learning_rate_momentum_logit_init":
        "initial_learning_rate_momentum_logit",
}
"""Flat names by those of the same options before there were stabilizers."""

# What stabilizers may need, by default.
_DEFAULTS = {"dynamic_output_scale": True, "skip_zero_gradients": False}

# Options there are no more; only where they were off nothing is missing.
_REMOVED = ("relative_init_lr", "use_lr_over_rms", "use_gradient_trend",
            "use_gradient_change")


def check(constructor, options):
  """Checks the arguments of `HierarchicalRNN`.

  Args:
    constructor: The class.
    options: Mapping from names to values.

  Raises:
    ValueError: For an illegal value, or what could have no effect.
  """
  options = dict(arguments.parameters(constructor)[1], **options)
  arguments.check_all(constructor, options, **_KINDS)
  for name, value in options["initial"]._asdict().items():
    arguments.check("initial_" + name, value,
                    _SPREAD if name.endswith("_scale") else arguments.NUMBER)
  arguments.check_sizes("level_sizes", options["level_sizes"], 3)
  arguments.checked_range("init_lr_range", options["init_lr_range"],
                          np.exp(options["max_log_lr"]))
  for name in _NEED_RATES:
    if options[name] and not options["dynamic_output_scale"]:
      raise ValueError(
          "{} needs a learning rate per coordinate: expected "
          "dynamic_output_scale=True or {}=False.".format(name, name))
  problem = stabilizer.problem(tuple(options["stabilizers"]), options)
  if problem:
    raise ValueError("stabilizers: {}.".format(problem[1]))


def replaced(options, given):
  """Replaces options of a description by what a caller gives.

  What is described and would have no effect any more is left out.

  Args:
    options: Dict of constructor arguments, some perhaps by flat names or names
      of before.
    given: Dict, likewise.

  Returns:
    Dict of constructor arguments.

  Raises:
    ValueError: If something that is given has an illegal value, or would have
      no effect.
  """
  given = flat(given)
  values = dict(flat(options), **given)
  removed = [name for name in _REMOVED if values.pop(name, False)]
  if removed:
    raise ValueError("there is no option {} any more".format(
        " or ".join(removed)))
  initial = {name: values.pop("initial_" + name)
             for name in hierarchical_declarations.Initial._fields
             if "initial_" + name in values}
  if initial:
    values["initial"] = hierarchical_declarations.Initial(**initial)
  num_values = len(values)
  found = [_stabilizer(cls, values, given) for cls in stabilizers_lib.ALL]
  are_named = len(values) < num_values
  found = [each for each in found if each]
  on = dict(_DEFAULTS, **values)
  while stabilizer.problem(found, on):
    useless, message = stabilizer.problem(found, on)
    names = ["{}_{}".format(useless.name, name) for name in useless.values()]
    if any(given.get(name) for name in names):
      raise ValueError(message)
    found.remove(useless)
  if are_named:
    values["stabilizers"] = tuple(found)
  return values


def _stabilizer(cls, values, given):
  """Takes the arguments of a class out of flat `values`; None if it is off."""
  names, defaults = arguments.parameters(cls)
  found = {name: values.pop("{}_{}".format(cls.name, name))
           for name in names if "{}_{}".format(cls.name, name) in values}
  if found.get(names[0]):
    return cls(**found)
  for name, value in found.items():
    flat_name = "{}_{}".format(cls.name, name)
    if name != names[0] and flat_name in given and value != defaults[name]:
      raise ValueError("{}={!r} has no effect without {}_{}".format(
          flat_name, value, cls.name, names[0]))
  return None


def flat(options):
  """Options of `HierarchicalRNN`, some perhaps by old names, by flat names."""
  values = {OLD_NAMES.get(name, name): value
            for name, value in options.items()}
  initial = values.pop("initial", None)
  if initial is not None:
    values.update(("initial_" + name, value)
                  for name, value in initial._asdict().items())
  chosen = values.pop("stabilizers", None)
  if chosen is not None:
    values.update(("{}_{}".format(cls.name, arguments.parameters(cls)[0][0]),
                   0.0) for cls in stabilizers_lib.ALL)
    values.update(stabilizer.flat_values(chosen))
  return values
