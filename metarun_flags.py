# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The flags of metarun as tables, and what may not be combined.

Data and pure functions of it: `metarun` alone defines and reads flags.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections
import math
import textwrap

import six

from optimizer import hierarchical_step
from optimizer import registry
from problems import problem_sets

Flag = collections.namedtuple("Flag", "name, kind, default, unit, text")
"""A flag.

Attributes:
  name: String.
  kind: "float", "int", "bool", "string" or "list".
  default: Its value when it is not given; None for unset.
  unit: What a value counts or measures, None if it has no unit.
  text: What it does.
"""

Group = collections.namedtuple("Group", "title, optimizers, flags")
"""Flags that belong together.

Attributes:
  title: String.
  optimizers: Names of the optimizers the flags are for; None for all.
  flags: Tuple of `Flag`.
"""

COMPILE = {"auto": None, "always": True, "never": False}

_RUN = (
    ("train_dir", "string", "/tmp/lol/", "path",
     "Directory whose sub-directory gets checkpoints and summaries."),
    ("num_problems", "int", 1000, "visits",
     "Problems to visit, restarts included."),
    ("num_meta_iterations", "int", 5, "runs",
     "Runs, from fresh starts, of a visit."),
    ("num_unroll_scale", "int", 40, "unrolls",
     "Mean of the exponential part of the number of unrolls of a run."),
    ("min_num_unrolls", "int", 1, "unrolls",
     "Least number of unrolls of a run."),
    ("num_partial_unroll_itr_scale", "int", 200, "steps",
     "Mean of the exponential part of the number of steps of an unroll."),
    ("min_num_itr_partial_unroll", "int", 50, "steps",
     "Least number of steps of an unroll."),
    ("seed", "int", None, "integer", "Decides all that is drawn; a seeded run "
     "of one process repeats exactly, stops and restarts included."),
    ("compile", "string", "auto", "always, never or auto", "Whether XLA "
     "compiles the unrolls; auto does whatever takes less time."),
    ("set_profiling", "bool", False, None,
     "Writes a timeline of a short unroll after each visit: TensorBoard shows "
     "it under Profile, chrome://tracing opens timeline-<step>.json."),
    ("list_problems", "bool", False, None,
     "Prints the problems that would be trained on, and ends."),
)

_PROBLEMS = (
    ("l2_reg_scale", "float", 1e-3, "weight",
     "Penalty on the mean square of the weights of classifiers."),
) + tuple(
    (name, "bool", flagged.default, None, "Trains on {}.".format(
        " and ".join("{} of {}".format(len(function()), function.__name__)
                     for function in flagged.set_functions)))
    for name, flagged in six.iteritems(problem_sets.FLAGGED_SETS))

_OPTIMIZER = (
    ("optimizer", "string", "HierarchicalRNN", "name",
     "Class of the optimizer: {}.".format(", ".join(registry.OPTIMIZERS))),
)

_LEARNED = (
    ("min_lr", "float", 1e-6, "learning rate", "Least initial learning rate."),
    ("max_lr", "float", 1e-2, "learning rate",
     "Greatest initial learning rate."),
    ("dynamic_output_scale", "bool", True, None,
     "Whether steps are scaled by learning rates the RNN adapts."),
    ("learnable_decay", "bool", True, None,
     "Whether the RNN sets the decays."),
    ("zero_init_lr_weights", "bool", True, None,
     "Whether the learning rate's read-out starts at zero."),
)

_HIERARCHICAL = (
    ("level_sizes", "list", ["10", "20", "20"], "units", "Size of the GRU of "
     "a coordinate, of a tensor and of the whole problem; one to three."),
    ("global_input", "string", "mean", "mean or last", "What the GRU of the "
     "problem sees of the tensors; last as in the release of 2017."),
    ("skip_zero_gradients", "bool", False, None, "Whether elements whose "
     "gradient is exactly 0 keep their value and state."),
    ("max_log_lr", "float", 33.0, "log learning rate",
     "Upper bound of a learning rate's logarithm."),
    ("learnable_inp_decay", "bool", True, None,
     "Whether the RNN sets the momentum decay."),
    ("learnable_rnn_init", "bool", True, None,
     "Whether initial RNN states are meta-parameters."),
    ("num_gradient_scales", "int", 4, "timescales",
     "Number of momentum averages of the gradient."),
    ("use_multiple_scale_decays", "bool", False, None,
     "Whether slower timescales average their mean squares more slowly."),
    ("use_attention", "bool", False, None,
     "Whether gradients are taken at an attended location."),
    ("use_gradient_shortcut", "bool", True, None,
     "Whether scaled gradients also reach the step directly."),
    ("use_grad_products", "bool", True, None,
     "Feature: products of neighbouring timescales."),
    ("use_log_means_squared", "bool", True, None,
     "Feature: relative log mean squares."),
    ("use_relative_lr", "bool", True, None,
     "Feature: relative learning rate."),
    ("use_problem_lr_mean", "bool", True, None, "Whether it is relative to "
     "the mean of the problem rather than of the tensor."),
    ("use_extreme_indicator", "bool", False, None,
     "Feature: how far the learning rate lies outside of [1e-6, 1]."),
    ("use_lr_shortcut", "bool", False, None,
     "Feature: log learning rate minus log 1e-3."),
    ("biasgrucell_gate_bias_init", "float", 2.2, "logit",
     "Initial GRU gate bias."),
    ("biasgrucell_scale", "float", 0.5, "spread",
     "Of initial GRU matrices."),
    ("hrnn_affine_scale", "float", 0.5, "spread",
     "Of initial matrices between levels."),
    ("hrnn_rnn_readout_scale", "float", 0.5, "spread",
     "Of initial read-outs."),
    ("hrnn_default_decay_var_init", "float", 2.2, "logit",
     "Initial decay of momentum."),
    ("scale_decay_bias_init", "float", 3.2, "logit",
     "Initial decay of the mean squares."),
    ("learning_rate_momentum_logit_init", "float", 3.2, "logit",
     "Initial decay of the learning rates' moving average."),
)

_COORDINATEWISE = (
    ("cell_cls", "string", "GRUCell", "name",
     "Class of the cells: {}. With other optimizers this and the next two "
     "only name the log directory.".format(", ".join(registry.CELLS))),
    ("cell_size", "int", 20, "units", "Size of a cell."),
    ("num_cells", "int", 2, "cells", "Stacked cells."),
    ("crnn_default_decay_var_init", "float", 2.2, "logit", "Initial decay."),
    ("crnn_rnn_readout_scale", "float", 0.5, "spread",
     "Of initial read-outs."),
)

_META = (
    ("meta_learning_rate", "float", 1e-6, "learning rate", "Of RMSProp."),
    ("meta_learning_rate_half_life", "float", 0.0, "updates",
     "In which that learning rate halves; 0 keeps it constant."),
    ("gradient_clip_level", "float", 1e4, "meta-gradient",
     "Elements of the meta-gradient are clipped to plus or minus this."),
    ("rms_decay", "float", 0.9, "decay", "Of RMSProp's mean square."),
    ("rms_epsilon", "float", 1e-20, "mean square", "Epsilon of RMSProp."),
    ("l2_reg", "float", 0.0, "weight",
     "Of a penalty l/2 ||theta||^2 on the meta-parameters."),
    ("nan_l2_reg", "float", 1e-2, "weight",
     "The same for updates whose meta-objective is not finite."),
    ("reset_rnn_params", "bool", True, None, "Whether each run starts with a "
     "fresh state of the optimizer; otherwise only the first of a visit."),
    ("use_log_objective", "bool", True, None,
     "Whether the meta-objective averages log objectives."),
    ("use_numerator_epsilon", "bool", False, None,
     "Whether the log objective has its epsilon in the numerator."),
    ("use_second_derivatives", "bool", True, None, "Whether the meta-gradient "
     "flows through the gradients of the problem."),
    ("objective_training_max_multiplier", "float", -1.0, "ratio",
     "If positive, an unroll ends when the objective exceeds "
     "f_init + (multiplier - 1) |f_init|."),
)

_CLUSTER = (
    ("ps_hosts", "list", [], "host:port", "Addresses of the parameter "
     "servers, with commas between; a cluster may also be described by "
     "TF_CONFIG or Slurm."),
    ("worker_hosts", "list", [], "host:port",
     "Addresses of the workers; the first is the chief."),
    ("job_name", "string", None, "ps or worker", "Job of this task."),
    ("task", "int", 0, "index",
     "Number of this task in its job; worker 0 is the chief."),
    ("ps_tasks", "int", 0, "tasks", "Parameter servers of the cluster; Slurm "
     "needs it, elsewhere it is checked."),
    ("worker_tasks", "int", 1, "tasks", "Workers of the cluster, likewise."),
)

GROUPS = tuple(
    Group(title, optimizers, tuple(Flag(*row) for row in rows))
    for title, optimizers, rows in (
        ("Run", None, _RUN),
        ("Problem sets", None, _PROBLEMS),
        ("Optimizer", None, _OPTIMIZER),
        ("Optimizer: both RNNs", ("HierarchicalRNN", "CoordinatewiseRNN"),
         _LEARNED),
        ("Optimizer: HierarchicalRNN", ("HierarchicalRNN",), _HIERARCHICAL),
        ("Optimizer: CoordinatewiseRNN", ("CoordinatewiseRNN",),
         _COORDINATEWISE),
        ("Meta-optimization", None, _META),
        ("Cluster", None, _CLUSTER)))

# Flags whose values have a lower bound: (bound, whether it is a legal value,
# names).
_BOUNDS = (
    (1, True, ("num_problems", "num_meta_iterations", "min_num_unrolls",
               "min_num_itr_partial_unroll", "cell_size", "num_cells",
               "num_gradient_scales", "worker_tasks")),
    (0, True, ("num_unroll_scale", "num_partial_unroll_itr_scale", "task",
               "ps_tasks", "l2_reg_scale", "biasgrucell_scale",
               "hrnn_affine_scale", "hrnn_rnn_readout_scale",
               "crnn_rnn_readout_scale", "meta_learning_rate_half_life",
               "rms_decay", "l2_reg", "nan_l2_reg")),
    (0, False, ("meta_learning_rate", "gradient_clip_level", "rms_epsilon",
                "min_lr", "max_lr")),
)
_CHOICES = {
    "optimizer": registry.OPTIMIZERS,
    "cell_cls": registry.CELLS,
    "compile": sorted(COMPILE),
    "global_input": sorted(hierarchical_step.GLOBAL_INPUTS),
    "job_name": ("ps", "worker"),
}


def described(flag):
  """What a flag does, its unit at the end."""
  return flag.text + (" [{}]".format(flag.unit) if flag.unit else "")


def help_text():
  """All flags in their groups, as aligned text 80 columns wide."""
  lines = ["Each flag is shown with its default and [the unit of its value].",
           "--nouse_x is short for --use_x=false."]
  for group in GROUPS:
    lines += ["", group.title]
    for flag in group.flags:
      head = "  --{}={}".format(flag.name, _shown(flag.default))
      text = textwrap.wrap(described(flag), 47, break_long_words=False)
      if len(head) > 31:
        lines.append(head)
        head = ""
      lines.append("{:<33}{}".format(head, text[0]))
      lines += [" " * 33 + line for line in text[1:]]
  return "\n".join(lines)


def _shown(value):
  """A default as one would type it."""
  if isinstance(value, bool):
    return str(value).lower()
  if isinstance(value, list):
    return ",".join(value)
  return "" if value is None else str(value)


def check(values):
  """Raises an error for values that cannot work, alone or together.

  Args:
    values: Dict from the names of all flags to their values.

  Raises:
    ValueError: If there are any; it names the flags.
  """
  for group in GROUPS:
    if group.optimizers is None or values["optimizer"] in group.optimizers:
      for flag in group.flags:
        _check_value(flag, values[flag.name])
  if values["rms_decay"] >= 1:
    raise ValueError("--rms_decay must be less than 1, not {!r}.".format(
        values["rms_decay"]))
  if 0 < values["objective_training_max_multiplier"] < 1:
    raise ValueError(
        "--objective_training_max_multiplier={} would end every unroll at its "
        "first step: give at least 1, or 0 for no bound.".format(
            values["objective_training_max_multiplier"]))
  if values["optimizer"] in ("HierarchicalRNN", "CoordinatewiseRNN"):
    if values["min_lr"] > values["max_lr"]:
      raise ValueError("--min_lr={} exceeds --max_lr={}.".format(
          values["min_lr"], values["max_lr"]))
  if values["optimizer"] == "HierarchicalRNN":
    _check_hierarchical(values)
  _check_cluster(values)


def _check_value(flag, value):
  """Raises ValueError if no combination can make the value of a flag work."""
  if value is None:
    return
  if flag.kind == "float" and not abs(value) < float("inf"):
    raise ValueError("--{} must be a finite number, not {!r}.".format(
        flag.name, value))
  for bound, inclusive, names in _BOUNDS:
    if flag.name in names and (value < bound or
                               value == bound and not inclusive):
      raise ValueError("--{} must be {} {}, not {!r}.".format(
          flag.name, "at least" if inclusive else "greater than", bound,
          value))
  if flag.name in _CHOICES and value not in _CHOICES[flag.name]:
    raise ValueError("--{} must be one of {}, not {!r}.".format(
        flag.name, ", ".join(_CHOICES[flag.name]), value))
  if flag.name == "seed" and not -2**63 <= value < 2**63:
    raise ValueError("--seed must fit into 64 bits, {} does not.".format(
        value))


def _check_hierarchical(values):
  sizes = values["level_sizes"]
  if not 1 <= len(sizes) <= 3 or not all(
      size.strip().isdigit() and int(size) > 0 for size in sizes):
    raise ValueError("--level_sizes must be one to three positive integers "
                     "with commas between, not {!r}.".format(",".join(sizes)))
  features = [name for name in ("use_relative_lr", "use_extreme_indicator",
                                "use_lr_shortcut") if values[name]]
  if features and not values["dynamic_output_scale"]:
    raise ValueError(
        "--nodynamic_output_scale leaves no learning rates for {}: add "
        "{}.".format(" and ".join("--" + name for name in features),
                     " ".join("--no" + name for name in features)))
  if values["max_log_lr"] <= hierarchical_step.MIN_LOG_LEARNING_RATE:
    raise ValueError("--max_log_lr must be greater than {}, not {!r}.".format(
        hierarchical_step.MIN_LOG_LEARNING_RATE, values["max_log_lr"]))
  if math.log(values["max_lr"]) > values["max_log_lr"]:
    raise ValueError(
        "--max_lr={} exceeds the bound exp(--max_log_lr={}).".format(
            values["max_lr"], values["max_log_lr"]))


def _check_cluster(values):
  jobs = {"ps": values["ps_hosts"], "worker": values["worker_hosts"]}
  if bool(jobs["ps"]) != bool(jobs["worker"]):
    raise ValueError("--ps_hosts and --worker_hosts describe a cluster "
                     "together: give both.")
  if not jobs["ps"]:
    return
  for job, hosts in sorted(jobs.items()):
    for host in hosts:
      if not host.rpartition(":")[2].isdigit():
        raise ValueError("--{}_hosts must be host:port with commas between, "
                         "not {!r}.".format(job, ",".join(hosts)))
  if values["job_name"] is None:
    raise ValueError("--ps_hosts and --worker_hosts describe a cluster: say "
                     "with --job_name and --task which task this is.")
  hosts = jobs[values["job_name"]]
  if values["task"] >= len(hosts):
    raise ValueError("--task={} is not below the number of --{}_hosts, which "
                     "is {}.".format(values["task"], values["job_name"],
                                     len(hosts)))


def without_effect(values):
  """Names of flags that were changed but mean nothing to the optimizer.

  Args:
    values: As in `check`.

  Returns:
    List of strings.
  """
  return [flag.name for group in GROUPS for flag in group.flags
          if group.optimizers is not None and
          values["optimizer"] not in group.optimizers and
          values[flag.name] != flag.default]
