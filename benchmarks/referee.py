# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Decides how good optimizers are, by the time they take to a fixed target.

  ./tools/bazel run //benchmarks:referee -- --quick
  ./tools/bazel run //benchmarks:referee -- --optimizers=hierarchical_rnn \
      --cache_dir=/tmp/referee_cache --output_dir=/tmp/referee
  ./tools/bazel run //benchmarks:referee -- --optimizers=hierarchical_rnn,/tmp/a

With two optimizers or more, each is also compared in pairs with the first and
accepted or rejected. `--candidate_options={"max_log_lr":10.0}` adds the first
optimizer with other constructor arguments. Results are kept in the cache
directory. See docs/comparison.md.
"""

import json
import os
import sys

from absl import app
from absl import flags
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import plotting
from benchmarks import text_tables
from benchmarks.comparison import comparison
from benchmarks.comparison import groups
from benchmarks.comparison import referee
from benchmarks.comparison import referee_metrics
from benchmarks.comparison import result_cache
from benchmarks.comparison import verdict
from meta_training import processor_settings

FLAGS = flags.FLAGS

flags.DEFINE_list("optimizers", ["hierarchical_rnn"], "Names of shipped "
                  "optimizers, or log directories; the first is the base.")
flags.DEFINE_multi_string("candidate_options", [], "JSON of constructor "
                          "arguments; adds the base with these. Repeatable.")
flags.DEFINE_list("groups", ["v"], "Groups of problems.")
flags.DEFINE_list("problems", [], "Only problems with one of these strings "
                  "in their name.")
flags.DEFINE_integer("horizon", 1000, "Steps of a run.", lower_bound=20)
flags.DEFINE_integer("seeds", 5, "Runs of each optimizer on each problem.",
                     lower_bound=1)
flags.DEFINE_string("cache_dir", "/tmp/referee_cache", "Where results are "
                    "kept.")
flags.DEFINE_string("output_dir", "/tmp/referee", "Where tables and the plot "
                    "are written.")
flags.DEFINE_bool("plots", True, "Whether to draw the profile.")
flags.DEFINE_bool("quick", False, "A smoke run: four problems, 100 steps, few "
                  "learning rates, two seeds.")

_QUICK = ("Quadratic(12)", "SoftmaxRegression(25", "ReLUNet(15", "Factor")
_QUICK_OPTIONS = {"learning_rates": (1e-3, 1e-2, 1e-1), "tuning_seeds": (1001,),
                  "seeds": (1, 2)}


def plot_profile(path, names, times):
  """Draws a performance profile as PNG and SVG.

  Args:
    path: String, the PNG.
    names: List of strings.
    times: Float array [problems, names], steps to the target.
  """
  figure, axes = plotting.pyplot().subplots(figsize=(6, 4))
  taus = np.geomspace(1.0, 10.0, 200)
  shares = referee_metrics.performance_profile(times, taus)
  for i, name in enumerate(names):
    axes.plot(taus, shares[:, i], label=name, **plotting.style(i, len(taus)))
  axes.set_xscale("log")
  axes.set_xticks([1, 2, 5, 10])
  axes.set_xticklabels(["1 = fastest", "2", "5", "10"])
  axes.minorticks_off()
  axes.set_ylim(0, 1.02)
  axes.set_xlabel("steps to tuned Adam's final loss / the fastest one's")
  axes.set_ylabel("share of problems (higher is better)")
  # Beside the axes: no corner is free of lines.
  axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.02, 0.5))
  plotting.save(figure, path)


def write(output_dir, outcomes, plots):
  """Writes problems.csv, summary.md and the profile.

  Args:
    output_dir: String, made if it is not there.
    outcomes: List of `referee.Outcome`s.
    plots: Whether to draw.

  Returns:
    String, the summary.
  """
  if not os.path.isdir(output_dir):
    os.makedirs(output_dir)
  rows = [row for outcome in outcomes for row in verdict.rows(outcome)]
  text_tables.write_csv(os.path.join(output_dir, "problems.csv"),
                        verdict.Row._fields, rows)
  table = text_tables.markdown(verdict.SUMMARY_FIELDS, verdict.summary(rows))
  with open(os.path.join(output_dir, "summary.md"), "w") as stream:
    stream.write(table)
  if plots:
    plot_profile(os.path.join(output_dir, "profile.png"),
                 *verdict.profile_times(outcomes))
  return table


def show(found, candidate):
  """A `verdict.Verdict` as text.

  Args:
    found: The verdict.
    candidate: String, the candidate's name.

  Returns:
    String.
  """
  lines = ["{}: {}. Mean log ratio {:+.4f}, 95% interval {:+.4f} to {:+.4f} "
           "(below 0 is better).".format(
               candidate, "ACCEPT" if found.accepted else "REJECT", found.mean,
               found.low, found.high)]
  lines += ["  not accepted: " + reason for reason in found.reasons]
  lines += ["  {}: {:+.4f}".format(family, value)
            for family, value in found.by_family.items()]
  for problem, family, value in sorted(found.by_problem,
                                       key=lambda item: -item[2]):
    lines.append("    {:+.3f} {} ({})".format(value, problem, family))
  return "\n".join(lines)


def _load():
  """The optimizers that flags name."""
  learned = []
  for name in FLAGS.optimizers:
    learned.append(comparison.load(name, [each.name for each in learned]))
  for text in FLAGS.candidate_options:
    each = comparison.load(FLAGS.optimizers[0], **json.loads(text))
    learned.append(each._replace(name=each.name + " " + text))
  return learned


def main(unused_argv):
  """Runs, writes, and prints the summary and verdicts."""
  processor_settings.use_fast_settings()
  tf.logging.set_verbosity(tf.logging.ERROR)
  tf.disable_v2_behavior()
  learned = _load()
  options, horizon = {"seeds": range(1, FLAGS.seeds + 1)}, FLAGS.horizon
  problems = groups.select(FLAGS.groups, FLAGS.problems)
  if FLAGS.quick:
    options, horizon = _QUICK_OPTIONS, 100
    problems = groups.select(["v"], _QUICK)
  if FLAGS.plots:
    plotting.pyplot()

  def progress(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()

  judge = referee.Referee(horizon, result_cache.ResultCache(FLAGS.cache_dir),
                          progress=progress, **options)
  outcomes = judge.judge(problems, learned)
  print(write(FLAGS.output_dir, outcomes, FLAGS.plots))
  for each in learned[1:]:
    print(show(verdict.paired(outcomes, learned[0].name, each.name),
               each.name))


if __name__ == "__main__":
  app.run(main)
