# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""How long the default run of metarun takes, and how much memory.

  ./tools/bazel run //benchmarks:default_run

Visits all problems of the default corpus in one process, with the default
flags but for the number of runs of a visit, and extrapolates to the default
run, 1000 visits of 5 runs each, which see each problem equally often:

  total = seconds before the first run, of all problems
          + 1000 * 5 * (mean seconds of a run).
"""

import functools
import os
import resource
import sys
import tempfile
import time

from absl import app
from absl import flags
import tensorflow.compat.v1 as tf

from benchmarks.comparison import groups
from meta_training import processor_settings
import metaopt
from optimizer import hierarchical_rnn
from problems import problem_spec

FLAGS = flags.FLAGS

flags.DEFINE_integer("runs", 2, "Runs of each problem.", lower_bound=1)

_DEFAULT_VISITS = 1000
_DEFAULT_RUNS = 5


class _Clock:
  """Callback that splits each visit into setting up and running.

  Attributes:
    set_up: List of seconds before the first run, one for each visit.
    runs: List of lists of seconds, one list for each visit.
    steps: Integer, inner steps of all.
    updates: Integer, meta-updates of all.
  """

  def __init__(self):
    self._last = time.time()
    self.set_up, self.runs, self.steps, self.updates = [], [], 0, 0

  def __call__(self, name, unused_index, unused_logdir, metadata):
    now = time.time()
    seconds = metadata["runtimes"]
    self.runs.append(seconds)
    self.set_up.append(now - self._last - sum(seconds))
    self.steps += sum(len(objectives) - 1
                      for objectives in metadata["subproblem_objs"])
    self.updates += len(metadata["meta_objs"])
    self._last = now
    print("{:6.1f} s, then runs of {} s: {}".format(
        self.set_up[-1], ", ".join(map("{:.1f}".format, seconds)), name))
    sys.stdout.flush()


def _train(corpus, num_runs, clock):
  sample = metaopt.sample_numiter
  with open(os.devnull, "w") as out:
    metaopt.train_optimizer(
        tempfile.mkdtemp(),
        problem_spec.Spec(hierarchical_rnn.HierarchicalRNN, (), {}), corpus,
        len(corpus), num_runs, functools.partial(sample, 40, 1),
        functools.partial(sample, 200, 50), learning_rate=1e-6,
        gradient_clip=1e4, is_chief=True, select_random_problems=False,
        callbacks=[clock], out=out, options=metaopt.RunOptions(seed=1))


def main(unused_argv):
  """Runs and prints."""
  processor_settings.use_fast_settings()
  tf.logging.set_verbosity(tf.logging.ERROR)
  tf.disable_v2_behavior()
  clock = _Clock()
  start = time.time()
  _train(groups.corpus(), FLAGS.runs, clock)
  seconds = time.time() - start
  usage = resource.getrusage(resource.RUSAGE_SELF)
  cores = (usage.ru_utime + usage.ru_stime) / seconds
  run_seconds = sum(sum(runs) for runs in clock.runs)
  print("{} visits, {} updates, {} inner steps in {:.0f} s, on {:.2f} "
        "cores".format(len(clock.runs), clock.updates, clock.steps, seconds,
                       cores))
  print("before the first run: {:.0f} s in all, {:.1f} s at most".format(
      sum(clock.set_up), max(clock.set_up)))
  mean = run_seconds / (FLAGS.runs * len(clock.runs))
  print("a run: {:.2f} s, {:.0f} steps a second".format(
      mean, clock.steps / run_seconds))
  hours = (sum(clock.set_up) + _DEFAULT_VISITS * _DEFAULT_RUNS * mean) / 3600
  print("extrapolated to the default run: {:.1f} hours, {:.1f} of processor "
        "time".format(hours, hours * cores))
  print("peak memory: {:.1f} GiB".format(usage.ru_maxrss / 2.0**20))


if __name__ == "__main__":
  app.run(main)
