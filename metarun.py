# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Meta-trains a learned optimizer: flags in, `metaopt.train_optimizer` out.

  metarun --train_dir=/tmp/lol --num_problems=5 --num_meta_iterations=2

Saves checkpoints and TensorBoard summaries in
<train_dir>/<optimizer>_<cell_cls>_<cell_size>_<num_cells>, or
<train_dir>/<run_name>. Ctrl-C, SIGTERM or SIGHUP saves and ends; started again
with the same flags, the run continues. --flagfile=FILE reads flags from a file.
At most a screenful a minute is printed; --verbosity=0 prints everything, with
the notes of TensorFlow, --verbosity=-2 only what needs attention.
"""

import signal

# Until the run can save something, Ctrl-C ends it without a traceback. A
# process in the background may have been told to ignore it.
if (__name__ == "__main__" and
    signal.getsignal(signal.SIGINT) is signal.default_int_handler):
  signal.signal(signal.SIGINT, signal.SIG_DFL)

# pylint: disable=wrong-import-position
import fcntl
import functools
import os
import sys
import threading

# TensorFlow reads this when it is imported: errors only.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from absl import app
from absl import flags
from absl import logging
import tensorflow.compat.v1 as tf

from meta_training.distributed import cluster
from meta_training import processor_settings
from meta_training import reports
import metaopt
import metarun_checks
import metarun_flags
from optimizer import hierarchical_options
from optimizer import pretrained
from optimizer import registry
from problems import corpus_entry
from problems import corpus_options
from problems import corpus_table
from problems import problem_sets
from problems import problem_spec

FLAGS = flags.FLAGS

HRNN_CELL_SIZES = [10, 20, 20]
"""Units of the levels of HierarchicalRNN, by default."""

_DEFINE = {"float": flags.DEFINE_float, "int": flags.DEFINE_integer,
           "bool": flags.DEFINE_bool, "string": flags.DEFINE_string,
           "enum": flags.DEFINE_enum, "list": flags.DEFINE_list}

_UPDATES = {name: name for name in (
    "l2_reg", "nan_l2_reg", "train_only", "averaging_decay")}
_UPDATES["meta_learning_rate_half_life"] = "learning_rate_half_life"
_UPDATE_RULES = {
    "rmsprop": (metaopt.RMSProp, dict(
        _UPDATES, rms_decay="decay", rms_epsilon="epsilon")),
    "adam": (metaopt.Adam, _UPDATES)}


def _evolution_strategies(stddev, **options):
  return metaopt.EvolutionStrategies(metarun_checks.stddevs(stddev), **options)


_META_GRADIENTS = {
    "backprop": (metaopt.Backpropagation, {
        "runs_per_update": "runs_per_update"}),
    "es": (_evolution_strategies, dict({
        "es_" + name: name for name in (
            "stddev", "num_pairs", "persistent", "evaluate_every",
            "problems_per_update", "last_unroll_only")},
                                       es_workers="num_workers"))}


def define_flags(flag_values=FLAGS):
  """Defines all flags of `metarun_flags`."""
  for group in metarun_flags.GROUPS:
    for flag in group.flags:
      _DEFINE[flag.kind](flag.name, flag.default,
                         help=metarun_flags.described(flag),
                         flag_values=flag_values, **flag.bounds)


class _HelpFlag(app.HelpFlag):
  """Shows the flags in groups; --helpfull still shows all there are."""

  def __init__(self):
    super().__init__()
    self.allow_override = True

  def parse(self, arg):
    if self._parse(arg):
      print("{}\n{}\n\n--helpfull also lists the flags of the libraries."
            .format(__doc__, metarun_flags.help_text()))
      sys.exit(0)


def register_optimizers():
  """Dict from the values of --optimizer to constructors."""
  return dict(registry.OPTIMIZERS)


def optimizer_spec():
  """The `Spec` of the optimizer that the flags describe."""
  constructor = registry.find(FLAGS.optimizer)
  kwargs = {flag.argument: FLAGS[flag.name].value
            for flag in metarun_flags.of_optimizer(FLAGS.optimizer)
            if flag.argument is not None}
  if FLAGS.optimizer in ("HierarchicalRNN", "CoordinatewiseRNN"):
    kwargs["init_lr_range"] = (FLAGS.min_lr, FLAGS.max_lr)
  if FLAGS.optimizer == "HierarchicalRNN":
    kwargs["level_sizes"] = _level_sizes()
    kwargs = hierarchical_options.replaced({}, kwargs)
  if FLAGS.optimizer == "CoordinatewiseRNN":
    kwargs["cell_cls"] = FLAGS.cell_cls
    kwargs["cell_sizes"] = [FLAGS.cell_size] * FLAGS.num_cells
  return problem_spec.Spec(constructor, (), kwargs)


def _level_sizes():
  try:
    return [int(size) for size in FLAGS.level_sizes]
  except ValueError:
    raise ValueError("--level_sizes must be integers with commas between, not "
                     "{!r}.".format(",".join(FLAGS.level_sizes)))


def _named_sets(flag):
  """Names of the include flags of the sets that a flag names.

  Raises:
    ValueError: If it names a set that does not exist.
  """
  chosen = ["include_{}_problems".format(name) for name in FLAGS[flag].value]
  for name, include in zip(FLAGS[flag].value, chosen):
    if include not in problem_sets.FLAGGED_SETS:
      raise ValueError(
          "--{}: there is no set {!r}. Choose from {}.".format(
              flag, name, ", ".join(
                  each[len("include_"):-len("_problems")]
                  for each in problem_sets.FLAGGED_SETS)))
  return chosen


def _chosen_sets():
  """Names of the include flags of the sets that are to be trained on.

  Raises:
    ValueError: If --problem_sets or --validation_sets names a set that does
      not exist.
  """
  validated = _named_sets("validation_sets")
  chosen = _named_sets("problem_sets") or [
      name for name in problem_sets.FLAGGED_SETS if FLAGS[name].value]
  return [name for name in chosen if name not in validated]


def problems_by_set(chosen=None):
  """List of (set name, its problems and data).

  Args:
    chosen: Names of the include flags of the sets; by default those to train
      on.

  Returns:
    The list.

  Raises:
    ValueError: If --problem_sets or --validation_sets names a set that does
      not exist.
  """
  sets = []
  chosen = _chosen_sets() if chosen is None else chosen
  for name, flagged in problem_sets.FLAGGED_SETS.items():
    if name in chosen:
      entries = sum((function() for function in flagged.set_functions), [])
      if FLAGS["l2_reg_scale"].value != FLAGS["l2_reg_scale"].default:
        entries = corpus_options.with_l2_reg_scale(entries, FLAGS.l2_reg_scale)
      sets.append((name[len("include_"):-len("_problems")], entries))
  return sets


def problems_and_data(chosen=None):
  """The corpus of `problems_by_set`: list of `CorpusEntry`."""
  return [corpus_entry.CorpusEntry(*entry, set_name=name)
          for name, entries in problems_by_set(chosen) for entry in entries]


def _path(path):
  """A path of the command line."""
  # `bazel run` starts programs elsewhere and says where it was called.
  return os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", ""),
                      os.path.expanduser(path))


def _initial():
  """What --init_from names: shipped weights or a directory; None for none."""
  if not FLAGS.init_from or FLAGS.init_from in pretrained.names():
    return FLAGS.init_from
  return _path(FLAGS.init_from)


def log_directory():
  """The directory of the run in --train_dir, see --run_name."""
  return os.path.join(
      _path(FLAGS.train_dir), FLAGS.run_name or "{}_{}_{}_{}".format(
          FLAGS.optimizer, FLAGS.cell_cls, FLAGS.cell_size, FLAGS.num_cells))


def _tell(text):
  """Writes a line to standard error, and at once also into a file or pipe."""
  sys.stderr.write(text + "\n")
  sys.stderr.flush()


def _stop_on_signals(request_stop):
  """Ctrl-C, SIGTERM or SIGHUP asks the run to stop, a second one ends it.

  Python's own handlers run between two of its instructions, which a long
  unroll is not. So the signals are also written to a pipe, and a thread reads
  them.
  """
  signals, written = os.pipe()
  fcntl.fcntl(written, fcntl.F_SETFL, os.O_NONBLOCK)

  def watch():
    os.read(signals, 1)
    _tell("Stopping: a checkpoint is saved first. Once more to stop at once.")
    request_stop()
    os.read(signals, 1)
    os._exit(130)

  thread = threading.Thread(target=watch)
  thread.daemon = True
  thread.start()
  signal.set_wakeup_fd(written)
  signums = [signal.SIGINT, signal.SIGTERM]
  if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # As nohup does.
    signums.append(signal.SIGHUP)
  for signum in signums:
    signal.signal(signum, lambda *unused_args: None)


def _parse_flags(argv):
  """Parses flags; errors say what a flag means and where all are shown."""
  try:
    return FLAGS(argv)
  except flags.Error as error:
    sys.stderr.write("{} metarun --help shows all flags.\n".format(
        metarun_flags.explained(str(error))))
    sys.exit(1)
  except UnicodeDecodeError as error:
    sys.stderr.write("A --flagfile is not text in UTF-8: {}.\n".format(error))
    sys.exit(1)


def main(argv):
  """Runs what the flags say."""
  tf.logging.set_verbosity(
      tf.logging.ERROR if _given("verbosity") is None else
      logging.converter.absl_to_standard(FLAGS.verbosity))
  tf.disable_v2_behavior()
  processor_settings.use_fast_settings()
  if len(argv) > 1:
    raise app.UsageError("Expected flags only, got {}.".format(argv[1:]))
  try:
    _check_flags()
    corpus = problems_and_data()
    if FLAGS.list_problems:
      print(corpus_table.table(problems_by_set()))
      return
    _train(corpus)
  except (ValueError, IOError) as error:
    sys.stderr.write("{}\n".format(metarun_checks.in_terms_of_flags(
        str(error), FLAGS.optimizer)))
    sys.exit(1)
  except KeyboardInterrupt:
    sys.exit(130)


def _values():
  """Dict from the names of metarun's flags to their values."""
  return {flag.name: FLAGS[flag.name].value
          for group in metarun_flags.GROUPS for flag in group.flags}


def _check_flags():
  """Raises ValueError for what cannot work, notes what has no effect."""
  values = _values()
  metarun_checks.check(values)
  if not _chosen_sets():
    raise ValueError(
        "There are no problems to train on: give at least one flag "
        "--include_<set>_problems, or --problem_sets; --list_problems shows "
        "the sets.")
  for name in metarun_checks.without_effect(values):
    _tell("Note: --{} has no effect on {}.".format(name, FLAGS.optimizer))


def _given(name):
  """The value of a flag, None if it was left at its default."""
  return FLAGS[name].value if FLAGS[name].present else None


def _made(constructors, flag):
  """What a flag chooses from a table, with the arguments that other flags set.
  """
  constructor, arguments = constructors[FLAGS[flag].value]
  return constructor(**{argument: FLAGS[name].value
                        for name, argument in arguments.items()})


def _sampler(scale, least):
  """Function that draws numbers, with the flags of its scale and minimum."""
  return functools.partial(
      metaopt.sample_numiter, FLAGS[scale].value, FLAGS[least].value)


def _verbosity():
  """How much is printed, by absl's --verbosity if that is given."""
  given = _given("verbosity")
  if given is None or given == logging.WARNING:
    return reports.SCREENFUL
  return (reports.EVERYTHING if given > logging.WARNING else
          reports.ATTENTION)


def _train(corpus):
  task = cluster.find(
      FLAGS.job_name, _given("task"), FLAGS.ps_hosts, FLAGS.worker_hosts,
      _given("ps_tasks"), _given("worker_tasks"))
  if task is not None and task.job == "ps":
    print("serving as {}".format(task.name))
    task.join()
  is_chief = task is None or task.is_chief
  checkpoint = metaopt.train_optimizer(
      log_directory(), optimizer_spec(), corpus,
      FLAGS.num_problems, FLAGS.num_meta_iterations,
      _sampler("num_unroll_scale", "min_num_unrolls"),
      _sampler("num_partial_unroll_itr_scale", "min_num_itr_partial_unroll"),
      FLAGS.meta_learning_rate, FLAGS.gradient_clip_level, is_chief,
      select_random_problems=(
          task is None or len(task.hosts["worker"]) == 1 or not is_chief),
      obj_train_max_multiplier=FLAGS.objective_training_max_multiplier,
      meta_gradient=_made(_META_GRADIENTS, "meta_gradient"),
      update_rule=_made(_UPDATE_RULES, "update_rule"),
      validation=metaopt.Validation(
          problems_and_data(_named_sets("validation_sets")),
          FLAGS.validate_every),
      cluster=task, options=metaopt.RunOptions(
          FLAGS.seed, metarun_flags.COMPILE[FLAGS.compile],
          FLAGS.reset_rnn_params, _initial(), _stop_on_signals, _verbosity(),
          FLAGS.set_profiling, _values()))
  if is_chief:
    print("The last checkpoint is {}".format(checkpoint))


def run():
  """Parses the command line and runs what it says: the program."""
  app.define_help_flags()
  flags.DEFINE_flag(_HelpFlag())
  app.run(main, flags_parser=_parse_flags)


define_flags()

if __name__ == "__main__":
  run()
