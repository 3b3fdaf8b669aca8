# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Meta-trains a learned optimizer: flags in, `metaopt.train_optimizer` out.

  metarun --train_dir=/tmp/lol --num_problems=5 --num_meta_iterations=2

Saves checkpoints and TensorBoard summaries in
<train_dir>/<optimizer>_<cell_cls>_<cell_size>_<num_cells>. Ctrl-C or SIGTERM
saves and ends; started again with the same flags, the run continues.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import functools
import os
import signal
import sys

# TensorFlow reads this when it is imported: errors only.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# pylint: disable=wrong-import-position
from absl import app
from absl import flags
import six
import tensorflow as tf

from meta_training import cluster
import metaopt
from optimizer import registry
from problems import corpus_options
from problems import problem_sets
from problems import problem_spec

FLAGS = flags.FLAGS

_DEFINE = {"float": flags.DEFINE_float, "int": flags.DEFINE_integer,
           "bool": flags.DEFINE_bool, "string": flags.DEFINE_string,
           "list": flags.DEFINE_list}

# Name, type, default, help.
_RUN_FLAGS = (
    ("train_dir", "string", "/tmp/lol/",
     "Directory whose sub-directory gets checkpoints and summaries."),
    ("num_problems", "int", 1000, "Problems to visit, restarts included."),
    ("num_meta_iterations", "int", 5, "Runs, from fresh starts, of a visit."),
    ("num_unroll_scale", "int", 40,
     "Mean of the exponential part of the number of unrolls of a run."),
    ("min_num_unrolls", "int", 1, "Least number of unrolls of a run."),
    ("num_partial_unroll_itr_scale", "int", 200,
     "Mean of the exponential part of the number of steps of an unroll."),
    ("min_num_itr_partial_unroll", "int", 50,
     "Least number of steps of an unroll."),
    ("seed", "int", None, "Decides all that is drawn; a seeded run of one "
     "process repeats exactly, stops and restarts included."),
    ("compile", "string", "auto", "Whether XLA compiles the unrolls: always, "
     "never, or auto, whichever takes less time."),
    ("set_profiling", "bool", False,
     "Writes a timeline of a short unroll after each visit, "
     "timeline-<step>.json in the log directory, for chrome://tracing."),
    ("list_problems", "bool", False,
     "Prints the problems that would be trained on, and ends."),
)

_CLUSTER_FLAGS = (
    ("ps_hosts", "list", [], "Addresses host:port of the parameter servers, "
     "with commas between; a cluster may also be described by TF_CONFIG or "
     "Slurm."),
    ("worker_hosts", "list", [], "Addresses of the workers; the first is the "
     "chief."),
    ("job_name", "string", None, "Job of this task: ps or worker."),
    ("task", "int", 0, "Number of this task in its job; worker 0 is the "
     "chief."),
    ("ps_tasks", "int", 0, "Parameter servers of the cluster; Slurm needs "
     "it, elsewhere it is checked."),
    ("worker_tasks", "int", 1, "Workers of the cluster, likewise."),
)

_META_FLAGS = (
    ("meta_learning_rate", "float", 1e-6, "Learning rate of RMSProp."),
    ("meta_learning_rate_half_life", "float", 0.0,
     "Updates in which that learning rate halves; 0 keeps it constant."),
    ("gradient_clip_level", "float", 1e4,
     "Elements of the meta-gradient are clipped to plus or minus this."),
    ("rms_decay", "float", 0.9, "Decay of RMSProp's mean square."),
    ("rms_epsilon", "float", 1e-20, "Epsilon of RMSProp."),
    ("l2_reg", "float", 0.0,
     "Strength l of a penalty l/2 ||theta||^2 on the meta-parameters."),
    ("nan_l2_reg", "float", 1e-2,
     "The same for updates whose meta-objective is not finite."),
    ("reset_rnn_params", "bool", True, "Whether each run starts with a fresh "
     "state of the optimizer; otherwise only the first of a visit."),
    ("use_log_objective", "bool", True,
     "Whether the meta-objective averages log objectives."),
    ("use_numerator_epsilon", "bool", False,
     "Whether the log objective has its epsilon in the numerator."),
    ("use_second_derivatives", "bool", True, "Whether the meta-gradient flows "
     "through the gradients of the problem."),
    ("objective_training_max_multiplier", "float", -1.0,
     "If positive, an unroll ends when the objective exceeds "
     "f_init + (multiplier - 1) |f_init|."),
)

_OPTIMIZER_FLAGS = (
    ("optimizer", "string", "HierarchicalRNN", "Class of the optimizer."),
    ("cell_cls", "string", "GRUCell", "Cells of CoordinatewiseRNN."),
    ("cell_size", "int", 20, "Units of a cell of CoordinatewiseRNN."),
    ("num_cells", "int", 2, "Stacked cells of CoordinatewiseRNN."),
    ("level_sizes", "list", ["10", "20", "20"], "Units per coordinate, per "
     "tensor and of the whole problem of HierarchicalRNN."),
    ("global_input", "string", "mean", "What level 2 of HierarchicalRNN sees "
     "of the tensors: their mean, or the last, as in the 2017 release."),
    ("min_lr", "float", 1e-6, "Least initial learning rate."),
    ("max_lr", "float", 1e-2, "Greatest initial learning rate."),
    ("max_log_lr", "float", 33.0, "Bound of the log learning rate."),
    ("dynamic_output_scale", "bool", True,
     "Whether steps are scaled by learning rates the RNN adapts."),
    ("learnable_decay", "bool", True, "Whether the RNN sets the decays."),
    ("learnable_inp_decay", "bool", True,
     "Whether the RNN sets the momentum decay."),
    ("learnable_rnn_init", "bool", True,
     "Whether initial RNN states are meta-parameters."),
    ("num_gradient_scales", "int", 4, "Number of momentum timescales."),
    ("use_multiple_scale_decays", "bool", False,
     "Whether slower timescales average their mean squares more slowly."),
    ("use_attention", "bool", False,
     "Whether gradients are taken at an attended location."),
    ("use_gradient_shortcut", "bool", True,
     "Whether scaled gradients also reach the step directly."),
    ("use_grad_products", "bool", True,
     "Feature: products of neighbouring timescales."),
    ("use_log_means_squared", "bool", True,
     "Feature: relative log mean squares."),
    ("use_relative_lr", "bool", True, "Feature: relative learning rate."),
    ("use_problem_lr_mean", "bool", True, "Whether it is relative to the mean "
     "of the problem rather than of the tensor."),
    ("use_extreme_indicator", "bool", False,
     "Feature: how far the learning rate lies outside of [1e-6, 1]."),
    ("use_lr_shortcut", "bool", False,
     "Feature: log learning rate minus log 1e-3."),
    ("zero_init_lr_weights", "bool", True,
     "Whether the learning rate's read-out starts at zero."),
    ("biasgrucell_gate_bias_init", "float", 2.2, "Initial GRU gate bias."),
    ("biasgrucell_scale", "float", 0.5, "Spread of initial GRU matrices."),
    ("hrnn_affine_scale", "float", 0.5,
     "Spread of initial matrices between levels."),
    ("hrnn_rnn_readout_scale", "float", 0.5,
     "Spread of HierarchicalRNN's initial read-outs."),
    ("hrnn_default_decay_var_init", "float", 2.2,
     "Initial logit of the momentum decay."),
    ("scale_decay_bias_init", "float", 3.2,
     "Initial logit of the mean squares' decay."),
    ("learning_rate_momentum_logit_init", "float", 3.2,
     "Initial logit of the decay of the learning rates' moving average."),
    ("crnn_default_decay_var_init", "float", 2.2,
     "Initial logit of CoordinatewiseRNN's decay."),
    ("crnn_rnn_readout_scale", "float", 0.5,
     "Spread of CoordinatewiseRNN's initial read-outs."),
)

_PROBLEM_FLAGS = (
    ("l2_reg_scale", "float", 1e-3, "Weight penalty of classifiers."),
)

# Constructor arguments and the flags they come from.
_META_OBJECTIVE_ARGUMENTS = {
    "use_log_objective": "use_log_objective",
    "use_numerator_epsilon": "use_numerator_epsilon",
    "use_second_derivatives": "use_second_derivatives",
    "obj_train_max_multiplier": "objective_training_max_multiplier",
}
_HIERARCHICAL_ARGUMENTS = {
    "max_log_lr": "max_log_lr",
    "dynamic_output_scale": "dynamic_output_scale",
    "learnable_decay": "learnable_decay",
    "learnable_inp_decay": "learnable_inp_decay",
    "learnable_rnn_init": "learnable_rnn_init",
    "num_gradient_scales": "num_gradient_scales",
    "use_multiple_scale_decays": "use_multiple_scale_decays",
    "use_attention": "use_attention",
    "use_gradient_shortcut": "use_gradient_shortcut",
    "use_grad_products": "use_grad_products",
    "use_log_means_squared": "use_log_means_squared",
    "use_relative_lr": "use_relative_lr",
    "use_problem_lr_mean": "use_problem_lr_mean",
    "use_extreme_indicator": "use_extreme_indicator",
    "use_lr_shortcut": "use_lr_shortcut",
    "zero_init_lr_weights": "zero_init_lr_weights",
    "global_input": "global_input",
    "gate_bias_init": "biasgrucell_gate_bias_init",
    "cell_scale": "biasgrucell_scale",
    "affine_scale": "hrnn_affine_scale",
    "readout_scale": "hrnn_rnn_readout_scale",
    "input_decay_bias_init": "hrnn_default_decay_var_init",
    "scale_decay_bias_init": "scale_decay_bias_init",
    "learning_rate_momentum_logit_init": "learning_rate_momentum_logit_init",
}
_COORDINATEWISE_ARGUMENTS = {
    "dynamic_output_scale": "dynamic_output_scale",
    "learnable_decay": "learnable_decay",
    "zero_init_lr_weights": "zero_init_lr_weights",
    "readout_scale": "crnn_rnn_readout_scale",
    "decay_bias_init": "crnn_default_decay_var_init",
}
_ARGUMENTS = {
    "HierarchicalRNN": _HIERARCHICAL_ARGUMENTS,
    "CoordinatewiseRNN": _COORDINATEWISE_ARGUMENTS,
}

_COMPILE = {"auto": None, "always": True, "never": False}


def define_flags():
  """Defines all flags; those of the problem sets come from their table."""
  for table in (_RUN_FLAGS, _CLUSTER_FLAGS, _META_FLAGS, _OPTIMIZER_FLAGS,
                _PROBLEM_FLAGS):
    for name, kind, default, text in table:
      _DEFINE[kind](name, default, text)
  for name, flagged in six.iteritems(problem_sets.FLAGGED_SETS):
    flags.DEFINE_bool(name, flagged.default, "Whether to train on {}.".format(
        " and ".join(function.__name__ for function in flagged.set_functions)))


def optimizer_spec():
  """The `Spec` of the optimizer that the flags describe."""
  constructor = registry.find(registry.OPTIMIZERS, FLAGS.optimizer, "optimizer")
  arguments = dict(_ARGUMENTS.get(FLAGS.optimizer, {}),
                   **_META_OBJECTIVE_ARGUMENTS)
  kwargs = {argument: FLAGS[flag].value
            for argument, flag in six.iteritems(arguments)}
  if FLAGS.optimizer in _ARGUMENTS:
    kwargs["init_lr_range"] = (FLAGS.min_lr, FLAGS.max_lr)
  if FLAGS.optimizer == "HierarchicalRNN":
    try:
      kwargs["level_sizes"] = [int(size) for size in FLAGS.level_sizes]
    except ValueError:
      raise ValueError("--level_sizes must be integers with commas between, "
                       "not {!r}.".format(",".join(FLAGS.level_sizes)))
  if FLAGS.optimizer == "CoordinatewiseRNN":
    kwargs["cell_cls"] = registry.find(registry.CELLS, FLAGS.cell_cls, "cell")
    kwargs["cell_sizes"] = [FLAGS.cell_size] * FLAGS.num_cells
  return problem_spec.Spec(constructor, (), kwargs)


def problems_and_data():
  """The corpus that the include flags choose."""
  corpus = []
  for name, flagged in six.iteritems(problem_sets.FLAGGED_SETS):
    if FLAGS[name].value:
      for function in flagged.set_functions:
        corpus += function()
  if FLAGS["l2_reg_scale"].value != FLAGS["l2_reg_scale"].default:
    corpus = corpus_options.with_l2_reg_scale(corpus, FLAGS.l2_reg_scale)
  return corpus


def log_directory():
  """<train_dir>/<optimizer>_<cell_cls>_<cell_size>_<num_cells>."""
  # `bazel run` starts programs elsewhere and says where it was called.
  base = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""),
                      os.path.expanduser(FLAGS.train_dir))
  return os.path.join(base, "{}_{}_{}_{}".format(
      FLAGS.optimizer, FLAGS.cell_cls, FLAGS.cell_size, FLAGS.num_cells))


def _stop_on_signals(request_stop):
  """Ctrl-C or SIGTERM asks the run to stop, a second one insists."""
  def handler(signum, unused_frame):
    signal.signal(signum, signal.default_int_handler)
    sys.stderr.write("Stopping: a checkpoint is saved first. Once more to "
                     "stop at once.\n")
    request_stop()

  for signum in (signal.SIGINT, signal.SIGTERM):
    signal.signal(signum, handler)


def main(argv):
  """Runs what the flags say."""
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  if len(argv) > 1:
    raise app.UsageError("Expected flags only, got {}.".format(argv[1:]))
  try:
    corpus = problems_and_data()
    if FLAGS.list_problems:
      for index, (spec, dataset, batch_size) in enumerate(corpus):
        print("{:4d}  {}  {}  {}".format(
            index, spec, dataset, "" if batch_size is None else batch_size))
      return
    _train(corpus)
  except (ValueError, IOError) as error:
    sys.stderr.write("{}\n".format(error))
    sys.exit(1)
  except KeyboardInterrupt:
    sys.exit(130)


def _given(name):
  """The value of a flag, None if it was left at its default."""
  return FLAGS[name].value if FLAGS[name].present else None


def _train(corpus):
  if FLAGS.compile not in _COMPILE:
    raise ValueError("--compile must be one of {}, not {!r}.".format(
        ", ".join(sorted(_COMPILE)), FLAGS.compile))
  place = cluster.find(
      FLAGS.job_name, _given("task"), FLAGS.ps_hosts, FLAGS.worker_hosts,
      _given("ps_tasks"), _given("worker_tasks"))
  if place is not None and place.job == "ps":
    print("serving as {}".format(place.name))
    place.join()
  is_chief = place is None or place.is_chief
  checkpoint = metaopt.train_optimizer(
      log_directory(), optimizer_spec(), corpus,
      FLAGS.num_problems, FLAGS.num_meta_iterations,
      functools.partial(metaopt.sample_numiter, FLAGS.num_unroll_scale,
                        FLAGS.min_num_unrolls),
      functools.partial(metaopt.sample_numiter,
                        FLAGS.num_partial_unroll_itr_scale,
                        FLAGS.min_num_itr_partial_unroll),
      learning_rate=FLAGS.meta_learning_rate,
      gradient_clip=FLAGS.gradient_clip_level,
      is_chief=is_chief,
      select_random_problems=(
          place is None or len(place.hosts["worker"]) == 1 or not is_chief),
      obj_train_max_multiplier=FLAGS.objective_training_max_multiplier,
      rms_decay=FLAGS.rms_decay, rms_epsilon=FLAGS.rms_epsilon,
      l2_reg=FLAGS.l2_reg, nan_l2_reg=FLAGS.nan_l2_reg,
      reset_rnn_params=FLAGS.reset_rnn_params, seed=FLAGS.seed,
      compiled=_COMPILE[FLAGS.compile], on_start=_stop_on_signals,
      cluster=place, profile=FLAGS.set_profiling,
      learning_rate_half_life=FLAGS.meta_learning_rate_half_life)
  if is_chief:
    print("The last checkpoint is {}".format(checkpoint))


define_flags()

if __name__ == "__main__":
  app.run(main)
