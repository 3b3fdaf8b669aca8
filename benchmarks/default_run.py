# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""How long the default run of metarun takes, from a part of it.

  ./tools/bazel run //benchmarks:default_run -- --minutes=30

Meta-trains on the default corpus with the default flags for the given time,
then extrapolates to 1000 visits, which see nearly all 101 problems:

  total = 101 * (mean seconds before the first run of a first visit)
          + 1000 * (mean seconds of the runs of a visit).

Also prints the peak memory. With --corpus it instead visits every problem once
with one short run, compiled, and prints the seconds and the peak memory.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import functools
import resource
import sys
import tempfile
import time

from absl import app
from absl import flags
import numpy as np
import tensorflow as tf

from benchmarks import comparison_problems
import metaopt
from optimizer import hierarchical_rnn
from problems import problem_spec

FLAGS = flags.FLAGS

flags.DEFINE_float("minutes", 30.0, "How long to run.")
flags.DEFINE_bool("corpus", False, "Visit each problem once, run it briefly.")

_DEFAULT_VISITS = 1000


class _Clock(object):
  """Callback that splits each visit into setting up and running."""

  def __init__(self, minutes):
    self._end = time.time() + 60 * minutes
    self._last = time.time()
    self._request_stop = None
    self.set_up, self.runs, self.steps, self.updates = [], [], 0, 0

  def on_start(self, request_stop):
    """Takes the function that ends the run."""
    self._request_stop = request_stop

  def __call__(self, unused_name, unused_index, unused_logdir, metadata):
    now = time.time()
    seconds = sum(metadata["runtimes"])
    self.runs.append(seconds)
    self.set_up.append(now - self._last - seconds)
    self.steps += sum(len(objectives) - 1
                      for objectives in metadata["subproblem_objs"])
    self.updates += len(metadata["meta_objs"])
    self._last = now
    if now > self._end:
      self._request_stop()


def _train(corpus, num_problems, num_meta_iterations, num_unrolls, num_steps,
           at_random, compiled, clock):
  with tempfile.TemporaryFile("w") as out:
    metaopt.train_optimizer(
        tempfile.mkdtemp(),
        problem_spec.Spec(hierarchical_rnn.HierarchicalRNN, (), {}), corpus,
        num_problems, num_meta_iterations, num_unrolls, num_steps,
        learning_rate=1e-6, gradient_clip=1e4, is_chief=True,
        select_random_problems=at_random, callbacks=[clock], out=out, seed=1,
        compiled=compiled, on_start=clock.on_start)


def main(argv):
  """Runs and prints."""
  del argv
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  corpus = comparison_problems.corpus()
  sample = metaopt.sample_numiter
  start = time.time()
  if FLAGS.corpus:
    clock = _Clock(minutes=float("inf"))
    _train(corpus, len(corpus), 1, lambda: 1, lambda: 50, False, True, clock)
  else:
    clock = _Clock(FLAGS.minutes)
    _train(corpus, _DEFAULT_VISITS, 5, functools.partial(sample, 40, 1),
           functools.partial(sample, 200, 50), True, None, clock)
  seconds = time.time() - start
  usage = resource.getrusage(resource.RUSAGE_SELF)
  cores = (usage.ru_utime + usage.ru_stime) / seconds
  print("{} visits, {} updates, {} inner steps in {:.0f} s, on {:.2f} "
        "cores".format(len(clock.runs), clock.updates, clock.steps, seconds,
                       cores))
  # Later visits have nothing to set up: the slowest count as first visits.
  first = sorted(clock.set_up)[-min(len(corpus), len(clock.set_up)):]
  print("before the first run of a visit: {:.1f} s, at most {:.1f} s".format(
      np.mean(clock.set_up), max(clock.set_up)))
  print("runs of a visit: mean {:.1f} s, {:.0f} steps a second".format(
      np.mean(clock.runs), clock.steps / sum(clock.runs)))
  if not FLAGS.corpus:
    hours = (len(corpus) * np.mean(first) +
             _DEFAULT_VISITS * np.mean(clock.runs)) / 3600
    print("extrapolated to {} visits: {:.1f} hours, {:.1f} of processor "
          "time".format(_DEFAULT_VISITS, hours, hours * cores))
  print("peak memory: {:.1f} GiB".format(usage.ru_maxrss / 2.0**20))
  sys.stdout.flush()


if __name__ == "__main__":
  app.run(main)
