# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares learned optimizers with tuned SGD, Momentum, RMSProp and Adam.

  ./tools/bazel run //benchmarks:compare -- --quick
  ./tools/bazel run //benchmarks:compare -- --optimizers=/tmp/a,/tmp/b \
      --groups=a,b,v --horizon=1000 --output_dir=/tmp/comparison

Every baseline's learning rate is tuned for every problem. All optimizers then
run from the same starts, with the same minibatches and gradient noise.
Results are kept in the cache directory, so that a comparison that was stopped
goes on, and another set of weights costs no new tuning. See
docs/comparison.md.
"""

import os
import sys

from absl import app
from absl import flags
import tensorflow.compat.v1 as tf

from benchmarks import plotting
from benchmarks.comparison import comparison
from benchmarks.comparison import groups
from benchmarks.comparison import large_models
from benchmarks.comparison import report
from meta_training import processor_settings

FLAGS = flags.FLAGS

flags.DEFINE_list("optimizers", ["hierarchical_rnn"],
                  "Names of shipped optimizers, or log directories.")
flags.DEFINE_list("groups", ["a", "b", "c"],
                  "Groups of problems: a, b, c, v; or d alone.")
flags.DEFINE_list("problems", [], "Only problems with one of these strings "
                  "in their name.")
flags.DEFINE_integer("max_problems", None, "So many of each group at most.",
                     lower_bound=1)
flags.DEFINE_integer("horizon", 1000, "Steps of a run.", lower_bound=10)
flags.DEFINE_integer("large_steps", 200, "Steps in group d.", lower_bound=1)
flags.DEFINE_float("large_init_lr", 1e-5, "Initial learning rates in group d; "
                   "0 for the optimizer's own.", lower_bound=0.0)
flags.DEFINE_string("output_dir", "/tmp/comparison", "Where tables and plots "
                    "are written.")
flags.DEFINE_string("cache_dir", None, "Where results are kept; cache/ of the "
                    "output directory by default.")
flags.DEFINE_bool("plots", True, "Whether to draw curves.")
flags.DEFINE_bool("quick", False, "A smoke run: four problems, 100 steps, few "
                  "learning rates and seeds.")
flags.DEFINE_bool("verbose", False, "Print a line for every problem.")

_QUICK = {"learning_rates": (1e-3, 1e-2, 1e-1), "tuning_seeds": (1001,),
          "seeds": (1, 2)}
_QUICK_PROBLEMS = ("Quadratic(15)", "Branin(noise_stdev=0.3)",
                   "FullyConnected(6, 2", "ReLUNet(12")


def main(unused_argv):
  """Compares, and prints the table of groups."""
  processor_settings.use_fast_settings()
  tf.logging.set_verbosity(tf.logging.ERROR)
  tf.disable_v2_behavior()
  if FLAGS.groups == ["d"]:
    large_models.run(FLAGS.optimizers, FLAGS.large_steps, FLAGS.output_dir,
                     FLAGS.large_init_lr)
    return
  learned = []
  for name in FLAGS.optimizers:
    learned.append(comparison.load(name, [known.name for known in learned]))
  options, horizon = {}, FLAGS.horizon
  if FLAGS.quick:
    options, horizon = _QUICK, 100
    problems = groups.select(["b", "v"], _QUICK_PROBLEMS)
  else:
    problems = groups.select(
        FLAGS.groups, FLAGS.problems, FLAGS.max_problems)
  if FLAGS.plots:
    plotting.pyplot()
  outcomes = report.run(
      problems, learned, horizon,
      FLAGS.cache_dir or os.path.join(FLAGS.output_dir, "cache"),
      sys.stdout if FLAGS.verbose else None, **options)
  table = report.write(
      outcomes, FLAGS.output_dir, options.get("seeds", comparison.SEEDS),
      horizon, FLAGS.plots, learned, " ".join(
          ["./tools/bazel run //benchmarks:compare --"] + sys.argv[1:]),
      FLAGS.quick)
  print("\n" + table)
  print("Page: " + os.path.join(FLAGS.output_dir, "index.html"))


if __name__ == "__main__":
  app.run(main)
