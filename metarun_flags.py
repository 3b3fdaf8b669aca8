# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The flags of metarun as tables.

Data and pure functions of it: `metarun` alone defines and reads flags.
"""

import collections
import re
import textwrap


from optimizer import hierarchical_step
from optimizer import coordinatewise_rnn
from optimizer import registry
from problems import problem_sets

Flag = collections.namedtuple(
    "Flag", "name, kind, default, unit, text, argument, bounds")
"""A flag.

Attributes:
  name: String.
  kind: "float", "int", "bool", "string", "enum" or "list".
  default: Its value when it is not given; None for unset.
  unit: What a value counts or measures, None if it has no unit.
  text: What it does.
  argument: The argument of the optimizer's constructor that it sets, perhaps by
    a flat name of `hierarchical_options`; None for none or for a part of one.
  bounds: Dict, what absl is told of its legal values: lower_bound, upper_bound
    or enum_values.
"""

Group = collections.namedtuple("Group", "title, optimizers, flags")
"""Flags that belong together.

Attributes:
  title: String.
  optimizers: Names of the optimizers the flags are for; None for all.
  flags: Tuple of `Flag`.
"""

COMPILE = {"auto": None, "always": True, "never": False}

# The meta-training runs in float32: what is larger is infinite there, and what
# is closer to 0 is 0.
_LARGEST = 3.4028234e38
_SMALLEST = 1.1754944e-38
# Initial values of meta-parameters whose squares and sums are finite as well.
_MAX_SCALE = 1e15
_BELOW_1 = 0.99999994
_MAX_UNROLLS = 10**6
_MAX_STEPS = 10**6
_MAX_RUNS = 10**4
_MAX_WORKERS = 1000


def _flag(name, kind, default, unit, text, argument=None, **bounds):
  """A flag; see `Flag`."""
  if kind == "float":
    bounds = dict({"lower_bound": -_LARGEST, "upper_bound": _LARGEST},
                  **bounds)
  return Flag(name, kind, default, unit, text, argument, bounds)


def _option(name, kind, default, unit, text, argument=None, **bounds):
  """A flag that is an argument of the constructor, by default of its name."""
  return _flag(name, kind, default, unit, text, argument or name, **bounds)


_RUN = (
    _flag("train_dir", "string", "/tmp/lol/", "path",
          "Directory whose sub-directory gets checkpoints and summaries."),
    _flag("run_name", "string", None, "name",
          "Of that sub-directory; by default it is made of the optimizer's."),
    _flag("init_from", "string", None, "name or path",
          "Shipped weights, or the directory of a run, that a new run begins "
          "with."),
    _flag("num_problems", "int", 1000, "visits",
          "Problems to visit, restarts included.", lower_bound=1),
    _flag("num_meta_iterations", "int", 5, "runs",
          "Runs, from fresh starts, of a visit. A visit has 10,000,000 "
          "unrolls at the most: their lengths are drawn when it begins.",
          lower_bound=1, upper_bound=_MAX_UNROLLS),
    _flag("num_unroll_scale", "int", 40, "unrolls",
          "Mean of the exponential part of the number of unrolls of a run.",
          lower_bound=0, upper_bound=_MAX_UNROLLS),
    _flag("min_num_unrolls", "int", 1, "unrolls",
          "Least number of unrolls of a run.", lower_bound=1,
          upper_bound=_MAX_UNROLLS),
    _flag("num_partial_unroll_itr_scale", "int", 200, "steps",
          "Mean of the exponential part of the number of steps of an unroll.",
          lower_bound=0, upper_bound=_MAX_STEPS),
    _flag("min_num_itr_partial_unroll", "int", 50, "steps",
          "Least number of steps of an unroll.", lower_bound=1,
          upper_bound=_MAX_STEPS),
    _flag("seed", "int", None, "integer",
          "Decides all that is drawn; a seeded run of one process repeats "
          "exactly, stops and restarts included.", lower_bound=-2**63,
          upper_bound=2**63 - 1),
    _flag("compile", "enum", "auto", "always, never or auto",
          "Whether XLA compiles the unrolls; auto does whatever takes less "
          "time.", enum_values=sorted(COMPILE)),
    _flag("set_profiling", "bool", False, None,
          "Writes a timeline of a short unroll after each visit, "
          "timeline-<step>.json for chrome://tracing."),
    _flag("list_problems", "bool", False, None,
          "Prints the problems that would be trained on, and ends."),
)

_PROBLEMS = (
    _flag("l2_reg_scale", "float", 0.001, "weight",
          "Penalty on the mean square of the weights of classifiers.",
          lower_bound=0.0),
    _flag("problem_sets", "list", [], "names",
          "Sets to train on, as bowl,norm, whatever the next flags say."),
    _flag("validation_sets", "list", [], "names",
          "Sets to validate on, and not to train on; the best checkpoint by "
          "them is kept in the run's sub-directory best."),
    _flag("validate_every", "int", 10, "visits",
          "From one validation to the next.", lower_bound=1),
) + tuple(
    _flag(name, "bool", flagged.default, None, "Trains on {}.".format(
        " and ".join("{} of {}".format(len(function()), function.__name__)
                     for function in flagged.set_functions)))
    for name, flagged in problem_sets.FLAGGED_SETS.items())

_OPTIMIZER = (
    _flag("optimizer", "enum", "HierarchicalRNN", "name",
          "Class of the optimizer: {}.".format(", ".join(registry.OPTIMIZERS)),
          enum_values=list(registry.OPTIMIZERS)),
)

_LEARNED = (
    _flag("min_lr", "float", 1e-06, "learning rate",
          "Least initial learning rate.", lower_bound=_SMALLEST),
    _flag("max_lr", "float", 0.01, "learning rate",
          "Greatest initial learning rate.", lower_bound=_SMALLEST),
    _option("dynamic_output_scale", "bool", True, None,
            "Whether steps are scaled by learning rates the RNN adapts."),
    _option("learnable_decay", "bool", True, None,
            "Whether the RNN sets the decays."),
    _option("zero_init_lr_weights", "bool", True, None,
            "Whether the learning rate's read-out starts at zero."),
)

_HIERARCHICAL = (
    _option("level_sizes", "list", ["10", "20", "20"], "units",
            "Size of the GRU of a coordinate, of a tensor and of the whole "
            "problem; one to three."),
    _option("global_input", "enum", "mean", "mean or last",
            "What the GRU of the problem sees of the tensors; last as in the "
            "release of 2017.",
            enum_values=sorted(hierarchical_step.GLOBAL_INPUTS)),
    _option("skip_zero_gradients", "bool", False, None,
            "Whether elements whose gradient is exactly 0 keep their value "
            "and state."),
    _option("rate_decay_after", "float", 0.0, "steps",
            "Number of steps after which learning rates change ever more "
            "slowly; 0 for never.", lower_bound=0.0),
    _option("rate_decay_power", "float", 1.0, "power",
            "In step t they change by (--rate_decay_after / t) to this power "
            "of what the RNN says.", lower_bound=0.0),
    _option("step_limit_fraction", "float", 0.0, "fraction",
            "The most a tensor's step may be relative to the tensor's root "
            "mean square; 0 for no limit.", lower_bound=0.0),
    _option("step_limit_floor", "float", 0.05, "root mean square",
            "What a tensor's root mean square counts as at least.",
            lower_bound=1e-15, upper_bound=1e15),
    _option("step_limit_excess", "float", 0.0, "times",
            "How many times its limit a tensor's step may be before learning "
            "rates go down as well; 0 for no limit.", lower_bound=0.0),
    _option("step_limit_least", "float", 0.0, "fraction",
            "The least a tensor's step may be relative to its limit, less once "
            "--rate_decay_after steps are made; 0 for no least.",
            lower_bound=0.0, upper_bound=1.0),
    _option("gradient_history_limit", "float", 0.0, "times",
            "The most a tensor's gradient may be relative to those before, and "
            "gradients are taken relative to its first, so that their scale "
            "does not matter; 0 for neither.", lower_bound=0.0),
    _option("gradient_history_spike_power", "float", 0.0, "power",
            "Where a gradient is x times what --gradient_history_limit allows, "
            "rates are divided by min(x, 10) to this power.", lower_bound=0.0),
    _option("gradient_history_decay_power", "float", 0.0, "power",
            "Where the mean gradient of the last ten steps is x times less "
            "than a third of that of the last hundred, steps are divided by x "
            "to this power.", lower_bound=0.0),
    _option("sparse_steps_power", "float", 0.0, "power",
            "Elements that have a gradient in a fraction f of the steps make "
            "steps (1 / f) to this power as long; needs --rate_decay_after, "
            "--skip_zero_gradients, --gradient_history_limit.",
            lower_bound=0.0),
    _option("schedule_num_steps", "float", 0.0, "steps",
            "The length of a run, at the end of which steps have shrunk to 0; "
            "0 for runs of any length. Needs --gradient_history_limit.",
            lower_bound=0.0),
    _option("schedule_fade", "float", 0.4, "fraction",
            "The last part of the run, in which steps shrink.",
            lower_bound=0.0),
    _option("max_log_lr", "float", 33.0, "log learning rate",
            "Upper bound of a learning rate's logarithm."),
    _option("learnable_inp_decay", "bool", True, None,
            "Whether the RNN sets the momentum decay."),
    _option("learnable_rnn_init", "bool", True, None,
            "Whether initial RNN states are meta-parameters."),
    _option("num_gradient_scales", "int", 4, "timescales",
            "Number of momentum averages of the gradient."),
    _option("use_multiple_scale_decays", "bool", False, None,
            "Whether slower timescales average their mean squares more "
            "slowly."),
    _option("use_attention", "bool", False, None,
            "Whether gradients are taken at an attended location."),
    _option("use_gradient_shortcut", "bool", True, None,
            "Whether scaled gradients also reach the step directly."),
    _option("use_grad_products", "bool", True, None,
            "Feature: products of neighbouring timescales."),
    _option("use_log_means_squared", "bool", True, None,
            "Feature: relative log mean squares."),
    _option("use_relative_lr", "bool", True, None,
            "Feature: relative learning rate."),
    _option("use_problem_lr_mean", "bool", True, None,
            "Whether it is relative to the mean of the problem rather than "
            "of the tensor."),
    _option("use_extreme_indicator", "bool", False, None,
            "Feature: how far the learning rate lies outside of [1e-6, 1]."),
    _option("use_lr_shortcut", "bool", False, None,
            "Feature: log learning rate minus log 1e-3."),
    _option("biasgrucell_gate_bias_init", "float", 2.2, "logit",
            "Initial GRU gate bias.", argument="initial_gate_bias"),
    _option("biasgrucell_scale", "float", 0.5, "spread",
            "Of initial GRU matrices.", argument="initial_cell_scale",
            lower_bound=0.0, upper_bound=_MAX_SCALE),
    _option("hrnn_affine_scale", "float", 0.5, "spread",
            "Of initial matrices between levels.",
            argument="initial_affine_scale", lower_bound=0.0,
            upper_bound=_MAX_SCALE),
    _option("hrnn_rnn_readout_scale", "float", 0.5, "spread",
            "Of initial read-outs.", argument="initial_readout_scale",
            lower_bound=0.0, upper_bound=_MAX_SCALE),
    _option("hrnn_default_decay_var_init", "float", 2.2, "logit",
            "Initial decay of momentum.", argument="initial_input_decay_bias"),
    _option("scale_decay_bias_init", "float", 3.2, "logit",
            "Initial decay of the mean squares.",
            argument="initial_scale_decay_bias"),
    _option("learning_rate_momentum_logit_init", "float", 3.2, "logit",
            "Initial decay of the learning rates' moving average.",
            argument="initial_learning_rate_momentum_logit"),
)

_COORDINATEWISE = (
    _flag("cell_cls", "string", "GRUCell", "name",
          "Class of the cells: {}. With other optimizers this and the next two "
          "only name the log directory.".format(
              ", ".join(coordinatewise_rnn.CELLS))),
    _flag("cell_size", "int", 20, "units", "Size of a cell."),
    _flag("num_cells", "int", 2, "cells", "Stacked cells."),
    _option("crnn_default_decay_var_init", "float", 2.2, "logit",
            "Initial decay.", argument="decay_bias_init"),
    _option("crnn_rnn_readout_scale", "float", 0.5, "spread",
            "Of initial read-outs.", argument="readout_scale",
            lower_bound=0.0, upper_bound=_MAX_SCALE),
)

_META = (
    _flag("meta_gradient", "enum", "backprop", "backprop or es",
          "Truncated backpropagation through unrolls, or evolution strategies.",
          enum_values=["backprop", "es"]),
    _flag("runs_per_update", "int", 1, "runs",
          "With backpropagation: inner runs, in parallel, whose meta-gradients "
          "an update is the mean of.", lower_bound=1, upper_bound=_MAX_WORKERS),
    _flag("es_workers", "int", 1, "threads",
          "That make the runs of an update of evolution strategies; the "
          "numbers are the same whatever it is.", lower_bound=1,
          upper_bound=_MAX_WORKERS),
    _flag("es_stddev", "list", ["0.01"], "standard deviations",
          "Of evolution strategies' perturbations; 0.01,learning_rate=0.1 is "
          "another one for all meta-parameters with learning_rate in their "
          "name."),
    _flag("es_num_pairs", "int", 2, "pairs",
          "Antithetic pairs of perturbed runs for an update.", lower_bound=1,
          upper_bound=_MAX_RUNS),
    _flag("es_persistent", "bool", False, None,
          "Whether each unroll makes an update, by persistent evolution "
          "strategies; otherwise each run does."),
    _flag("es_evaluate_every", "int", 1, "steps",
          "From one evaluation of the objective on a whole data set to the "
          "next, with evolution strategies.", lower_bound=1),
    _flag("es_problems_per_update", "int", 1, "problems",
          "To visit together: an update is the mean of what evolution "
          "strategies say of each.", lower_bound=1, upper_bound=_MAX_RUNS),
    _flag("es_last_unroll_only", "bool", False, None,
          "Whether evolution strategies improve the last unroll of a run, "
          "where it arrives, instead of the mean over the run."),
    _flag("train_only", "list", [], "parts of names",
          "Trains only meta-parameters with one of these in their name; "
          "otherwise all."),
    _flag("update_rule", "enum", "rmsprop", "rmsprop or adam",
          "What makes updates of meta-gradients.",
          enum_values=["rmsprop", "adam"]),
    _flag("averaging_decay", "float", None, "decay",
          "Of a moving average of the meta-parameters, which is then saved in "
          "the directory averaged of the run's.", lower_bound=0.0,
          upper_bound=_BELOW_1),
    _flag("meta_learning_rate", "float", 1e-06, "learning rate",
          "Of the update rule.", lower_bound=_SMALLEST),
    _flag("meta_learning_rate_half_life", "float", 0.0, "updates",
          "In which that learning rate halves; 0 keeps it constant.",
          lower_bound=0.0),
    _flag("gradient_clip_level", "float", 10000.0, "meta-gradient",
          "Elements of the meta-gradient are clipped to plus or minus this.",
          lower_bound=_SMALLEST),
    _flag("rms_decay", "float", 0.9, "decay",
          "Of RMSProp's mean square.", lower_bound=0.0, upper_bound=_BELOW_1),
    _flag("rms_epsilon", "float", 1e-20, "mean square",
          "Epsilon of RMSProp.", lower_bound=_SMALLEST),
    _flag("l2_reg", "float", 0.0, "weight",
          "Of a penalty l/2 ||theta||^2 on the meta-parameters.",
          lower_bound=0.0),
    _flag("nan_l2_reg", "float", 0.01, "weight",
          "The same for updates whose meta-objective is not finite.",
          lower_bound=0.0),
    _flag("reset_rnn_params", "bool", True, None,
          "Whether each run starts with a fresh state of the optimizer; "
          "otherwise only the first of a visit."),
    _option("use_log_objective", "bool", True, None,
            "Whether the meta-objective averages log objectives."),
    _option("use_numerator_epsilon", "bool", False, None,
            "Whether the log objective has its epsilon in the numerator."),
    _option("use_second_derivatives", "bool", True, None,
            "Whether the meta-gradient flows through the gradients of the "
            "problem."),
    _option("objective_training_max_multiplier", "float", -1.0, "ratio",
            "If positive, an unroll ends when the objective exceeds f_init + "
            "(multiplier - 1) |f_init|.", argument="obj_train_max_multiplier"),
)

_CLUSTER = (
    _flag("ps_hosts", "list", [], "host:port",
          "Addresses of the parameter servers, with commas between; a "
          "cluster may also be described by TF_CONFIG or Slurm."),
    _flag("worker_hosts", "list", [], "host:port",
          "Addresses of the workers; the first is the chief."),
    _flag("job_name", "enum", None, "ps or worker",
          "Job of this task.", enum_values=["ps", "worker"]),
    _flag("task", "int", 0, "index",
          "Number of this task in its job; worker 0 is the chief.",
          lower_bound=0),
    _flag("ps_tasks", "int", 0, "tasks",
          "Parameter servers of the cluster; Slurm needs it, elsewhere it is "
          "checked.", lower_bound=0),
    _flag("worker_tasks", "int", 1, "tasks",
          "Workers of the cluster, likewise.", lower_bound=1),
)

GROUPS = (
    Group("Run", None, _RUN),
    Group("Problem sets", None, _PROBLEMS),
    Group("Optimizer", None, _OPTIMIZER),
    Group("Optimizer: both RNNs", ("HierarchicalRNN", "CoordinatewiseRNN"),
          _LEARNED),
    Group("Optimizer: HierarchicalRNN", ("HierarchicalRNN",), _HIERARCHICAL),
    Group("Optimizer: CoordinatewiseRNN", ("CoordinatewiseRNN",),
          _COORDINATEWISE),
    Group("Meta-optimization", None, _META),
    Group("Cluster", None, _CLUSTER),
)


def of_optimizer(optimizer):
  """List of the flags that mean something to an optimizer of that name."""
  return [flag for group in GROUPS for flag in group.flags
          if group.optimizers is None or optimizer in group.optimizers]


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


def explained(message):
  """An error of absl's parser, followed by what the flag it is about does."""
  found = re.match(r"flag --(\w+)=", message)
  texts = [described(flag) for group in GROUPS for flag in group.flags
           if found and flag.name == found.group(1)]
  return ". ".join([message.rstrip(".")] + texts).rstrip(".") + "."
