# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What each feature of the hierarchical RNN is worth.

  ./tools/bazel run //benchmarks:ablation -- --updates=2000

Meta-trains every variant on the same small corpus, with the same number of
updates (or minutes), and compares the results with the tuned baselines on the
same few problems. A run that was stopped goes on from its log directories.

The features are those of Wichrowska et al. 2017. Their "dynamic input scaling"
divides gradients by moving averages of their size, whose decay the RNN
chooses. Here the division cannot be left out; the variant without it has
constant decays instead (`learnable_decay=False`).
"""

import collections
import json
import os
import sys
import time

from absl import app
from absl import flags
import tensorflow.compat.v1 as tf

from benchmarks.comparison import groups
from benchmarks.comparison import referee
from benchmarks.comparison import report
from benchmarks.comparison import result_cache
from meta_training import processor_settings
import metaopt
from optimizer import hierarchical_rnn
from problems import problem_sets
from problems import problem_spec

FLAGS = flags.FLAGS

flags.DEFINE_string("train_dir", "/tmp/ablation", "Directory of a log "
                    "directory for each variant, and of the results.")
flags.DEFINE_list("variants", [], "Which variants; all by default.")
flags.DEFINE_integer("updates", 1000, "Meta-updates of each variant.",
                     lower_bound=1)
flags.DEFINE_float("minutes", None, "Minutes of each variant, instead.")
flags.DEFINE_float("meta_learning_rate", 1e-3, "Of RMSProp.")
flags.DEFINE_integer("horizon", 1000, "Steps of a run when comparing.",
                     lower_bound=10)

VARIANTS = collections.OrderedDict((
    ("full", {}),
    ("one_timescale", {"num_gradient_scales": 1, "use_grad_products": False}),
    ("no_dynamic_input_scaling", {"learnable_decay": False}),
    ("no_relative_learning_rate", {"use_relative_lr": False}),
    ("no_dynamic_output_scale", {"dynamic_output_scale": False,
                                 "use_relative_lr": False}),
    ("no_gradient_products", {"use_grad_products": False}),
    ("no_shortcut", {"use_gradient_shortcut": False}),
    ("one_level", {"level_sizes": [10]}),
    ("two_levels", {"level_sizes": [10, 20]}),
))
"""Arguments of `HierarchicalRNN` by the name of the variant."""

_UNROLLS = 10  # Of a run; each is an update.
_SECONDS_FILE = "seconds.json"
_EVALUATION = ("Quadratic(15)", "Norm(30", "Branin(noise_stdev=0.3)",
               "SoftmaxRegression(50", "FullyConnected(10",
               "ReLUNet(12, 3, [16, 16])")


def corpus():
  """Lists the problems to train on: (spec, data set, batch size)."""
  return (problem_sets.quadratic_problems_noisy()[:2] +
          problem_sets.bowl_problems_noisy()[1:3] +
          problem_sets.norm_problems_noisy()[:1] +
          problem_sets.optimization_test_problems()[3:8:2] +
          problem_sets.softmax_2_class_problems()[:1] +
          problem_sets.fully_connected_random_2_class_problems()[:2])


def train(logdir, arguments, problems, num_updates, minutes=None,
          learning_rate=1e-3, out=sys.stdout, compiled=None):
  """Meta-trains a variant, from where it was left.

  Args:
    logdir: String.
    arguments: Dict of arguments of `HierarchicalRNN`.
    problems: List of (spec, data set, batch size).
    num_updates: Integer, updates in all; ignored if there are minutes.
    minutes: Float, or None.
    learning_rate: Float, of RMSProp.
    out: Stream for progress.
    compiled: See `metaopt.train_optimizer`.
  """
  path = os.path.join(logdir, _SECONDS_FILE)
  spent = 0.0
  if os.path.exists(path):
    with open(path) as stream:
      spent = json.load(stream)
  if minutes is not None and spent >= 60 * minutes:
    return
  begin, stops = time.time(), []

  def after_visit(*unused):
    total = spent + time.time() - begin
    with open(path, "w") as stream:
      json.dump(total, stream)
    if minutes is not None and total >= 60 * minutes:
      stops[0]()

  visits = 10**9 if minutes is not None else -(-num_updates // _UNROLLS)
  metaopt.train_optimizer(
      logdir, problem_spec.Spec(hierarchical_rnn.HierarchicalRNN, (),
                                arguments),
      problems, visits, 1, lambda: _UNROLLS,
      lambda rng: metaopt.sample_numiter(80, 20, rng),
      learning_rate=learning_rate, gradient_clip=0.05, out=out,
      callbacks=[after_visit], options=metaopt.RunOptions(
          seed=1, on_start=stops.append, compiled=compiled))


def main(unused_argv):
  """Trains, compares, prints the table."""
  processor_settings.use_fast_settings()
  tf.logging.set_verbosity(tf.logging.ERROR)
  tf.disable_v2_behavior()
  names = FLAGS.variants or list(VARIANTS)
  unknown = set(names) - set(VARIANTS)
  if unknown:
    raise app.UsageError("Unknown variants {}: expected some of {}.".format(
        ", ".join(sorted(unknown)), ", ".join(VARIANTS)))
  logdirs = collections.OrderedDict(
      (name, os.path.join(FLAGS.train_dir, name)) for name in names)
  for name, logdir in logdirs.items():
    print("Training {}".format(name))
    train(logdir, VARIANTS[name], corpus(), FLAGS.updates, FLAGS.minutes,
          FLAGS.meta_learning_rate)
  judge = referee.Referee(FLAGS.horizon, result_cache.ResultCache(
      os.path.join(FLAGS.train_dir, "cache")), out=sys.stderr)
  outcomes = list(judge.judge(
      groups.select(["b", "choose"], _EVALUATION),
      [referee.load(logdir) for logdir in logdirs.values()]))
  print("\n" + report.write(FLAGS.train_dir, outcomes))


if __name__ == "__main__":
  app.run(main)
