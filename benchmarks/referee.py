# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Decides how good optimizers are, by the time they take to a fixed target.

  ./tools/bazel run //benchmarks:referee -- --quick
  ./tools/bazel run //benchmarks:referee -- --horizon=3000 --optimizers=/tmp/a \
      --cache_dir=/tmp/referee_cache --output_dir=/tmp/referee

With two optimizers or more, each is also compared in pairs with the first and
accepted or rejected. `--candidate_options={"max_log_lr":10.0}` adds the first
optimizer with other constructor arguments. A run that was stopped continues
from the cache directory. See docs/comparison.md.
"""

import json
import os
import sys

from absl import app
from absl import flags
import tensorflow.compat.v1 as tf

from benchmarks import plotting
from benchmarks.comparison import groups
from benchmarks.comparison import referee
from benchmarks.comparison import report
from benchmarks.comparison import result_cache
from meta_training import processor_settings

FLAGS = flags.FLAGS

flags.DEFINE_list("optimizers", ["hierarchical_rnn"], "Names of shipped "
                  "optimizers, or log directories; the first is the base.")
flags.DEFINE_multi_string("candidate_options", [], "JSON of constructor "
                          "arguments; adds the base with these. Repeatable.")
flags.DEFINE_list("baselines", [], "More baselines to tune, beside Adam: SGD, "
                  "Momentum, RMSProp.")
flags.DEFINE_list("groups", ["choose"], "Groups of problems: choose, final (to "
                  "be looked at once), a, b, c.")
flags.DEFINE_list("problems", [], "Only problems with one of these strings "
                  "in their name.")
flags.DEFINE_integer("horizon", 1000, "Steps of a run: 1000, 3000, 10000.",
                     lower_bound=20)
flags.DEFINE_integer("seeds", 5, "Runs of each optimizer on each problem.",
                     lower_bound=1)
flags.DEFINE_string("cache_dir", "/tmp/referee_cache", "Where results are "
                    "kept.")
flags.DEFINE_string("output_dir", "/tmp/referee", "Where tables and the "
                    "picture are written.")
flags.DEFINE_bool("quick", False, "A smoke run: four problems, 100 steps, few "
                  "learning rates, two seeds.")

_QUICK = ("Quadratic(12)", "SoftmaxRegression(24", "ReLUNet(12", "NextSymbol")
_QUICK_OPTIONS = {"learning_rates": (1e-3, 1e-2, 1e-1), "tuning_seeds": (1001,),
                  "seeds": (1, 2)}


def _load():
  """The optimizers that flags name."""
  learned = []
  for name in FLAGS.optimizers:
    learned.append(referee.load(name, [each.name for each in learned]))
  for text in FLAGS.candidate_options:
    learned.append(referee.load(FLAGS.optimizers[0],
                                [each.name for each in learned],
                                **json.loads(text)))
  return learned


def main(unused_argv):
  """Runs, writes, and prints the summary and verdicts."""
  tf.disable_v2_behavior()
  processor_settings.use_fast_settings()
  tf.logging.set_verbosity(tf.logging.ERROR)
  plotting.is_possible()  # Says so at once if it is not.
  learned = _load()
  options = {"seeds": range(1, FLAGS.seeds + 1)}
  horizon, names = FLAGS.horizon, FLAGS.problems
  if FLAGS.quick:
    options, horizon, names = _QUICK_OPTIONS, 100, _QUICK
  judge = referee.Referee(
      horizon, result_cache.ResultCache(FLAGS.cache_dir),
      more_baselines=FLAGS.baselines, out=sys.stderr, **options)
  outcomes = list(judge.judge(groups.select(FLAGS.groups, names), learned))
  print(report.write(FLAGS.output_dir, outcomes))
  for each in learned[1:]:
    print(report.show(report.paired(outcomes, learned[0].name, each.name),
                      each.name))
  print("Every problem: " + os.path.join(FLAGS.output_dir, "problems.md"))


if __name__ == "__main__":
  app.run(main)
