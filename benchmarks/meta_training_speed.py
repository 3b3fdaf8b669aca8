# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Speed of meta-training: inner steps a second, forward and meta-gradient.

  ./tools/bazel run //benchmarks:meta_training_speed

For each problem, the default hierarchical RNN compiled and uncompiled, beside
plain gradient descent unrolled the same way, all in one run. "first" is what
the first visit costs before its first unroll is done (building, compiling),
"again" what a later visit costs before its first unroll. The steps of a
meta-gradient by evolution strategies are forward only: --meta_gradients=es, and
--meta_gradients=backprop,es times both alternately.

  ./tools/bazel run //benchmarks:meta_training_speed -- --corpus_runs=2

Instead visits all problems of the default corpus in one process, with the
default flags of metarun but for the number of runs of a visit, and extrapolates
to the default run, 1000 visits of 5 runs each, which see each problem equally
often:

  total = seconds before the first run, of all problems
          + 1000 * 5 * (mean seconds of a run).
"""

import collections
import functools
import resource
import sys
import tempfile
import time

from absl import app
from absl import flags
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import groups
from benchmarks.comparison import runner
from meta_training import problem_cache
from meta_training import processor_settings
import metaopt
from optimizer import global_learning_rate
from optimizer import hierarchical_rnn
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

FLAGS = flags.FLAGS

flags.DEFINE_list("problems", None, "Names of problems; default all.")
flags.DEFINE_list("modes", ["compiled", "uncompiled"], "How to run.")
flags.DEFINE_list("meta_gradients", ["backprop"], "Also es.")
flags.DEFINE_integer("evaluate_every", 1, "Steps from one objective on a whole "
                     "data set to the next, with es.")
flags.DEFINE_integer("steps", 300, "Steps of an unroll.")
flags.DEFINE_integer("unrolls", 10, "Unrolls timed; their median counts.")
flags.DEFINE_integer("max_steps", 2048, "Bound of compiled unrolls.")
flags.DEFINE_integer("corpus_runs", 0, "Instead: runs of each problem of the "
                     "default corpus, as metarun makes them.", lower_bound=0)

_DEFAULT_VISITS = 1000
_DEFAULT_RUNS = 5

_Spec = problem_spec.Spec
_TWO_DIMENSIONAL = (pg.Rosenbrock, pg.LogSumExp, pg.Ackley, pg.Beale, pg.Booth,
                    pg.StyblinskiTang, pg.Matyas, pg.Branin, pg.Michalewicz)


def _problems():
  """Rows of (name, spec, data set, batch size)."""
  none = datasets.EMPTY_DATASET
  network = _Spec(pg.FullyConnected, (12, 2),
                  {"hidden_sizes": (16, 8, 3), "activation": tf.nn.sigmoid})
  return (
      ("quadratic25", _Spec(pg.Quadratic, (25,), {}), none, None),
      ("norm19", _Spec(pg.Norm, (19,), {}), none, None),
      ("branin", _Spec(pg.Branin, (), {}), none, None),
      ("fully_connected", network,
       datasets.random_mlp(12, 1000, random_seed=1), 200),
      ("sum_of_nine", _Spec(
          pg.SumTask, ([_Spec(cls, (), {}) for cls in _TWO_DIMENSIONAL],),
          {}), none, None),
      ("conv_net", _Spec(pg.ConvNet, ((1, 8, 8), 10, [(3, 3, 4), (3, 3, 8)]),
                         {}),
       datasets.random(64, 500, n_classes=10, random_seed=1), 50),
      ("quadratic2048", _Spec(pg.Quadratic, (2048,), {}), none, None),
  )


_OPTIMIZERS = (
    ("hierarchical_rnn", _Spec(hierarchical_rnn.HierarchicalRNN, (), {})),
    ("sgd", _Spec(global_learning_rate.GlobalLearningRate, (1e-6,), {})),
)


def _options(meta_gradient):
  """Arguments of `InnerProblem` that a meta-gradient asks for."""
  if meta_gradient == "backprop":
    return {}
  return {"differentiate": False, "evaluate_every": FLAGS.evaluate_every}


class _Measurement:
  """Times the unrolls of one problem.

  Attributes:
    first: Seconds of a first visit.
    again: Seconds before the first unroll of a later visit.
    seconds: List, seconds of each unroll timed.
  """

  def __init__(self, optimizer_spec, row, max_steps, options):
    self._theta = runner.initial_meta_parameters(optimizer_spec)
    self._cache = problem_cache.ProblemCache(
        optimizer_spec, [row], compiled=max_steps is not None, **options)
    self._rng = np.random.RandomState(0)
    self._max_steps = max_steps or FLAGS.steps
    self.seconds = []
    start = time.time()
    self._unroll()
    self.first = time.time() - start
    start = time.time()
    self._problem()
    self.again = time.time() - start

  def _problem(self):
    return self._cache.get(0, 10**6, self._max_steps)

  def _unroll(self):
    problem = self._problem()
    problem.unroll(self._theta, FLAGS.steps, True, True, [0, 1], [2, 3],
                   problem.walk(self._rng).take(FLAGS.steps))

  def time(self):
    """Times an unroll."""
    start = time.time()
    self._unroll()
    self.seconds.append(time.time() - start)

  def close(self):
    """Closes the problem."""
    self._cache.close()


def measure(optimizer_spec, row, max_steps):
  """Times unrolls, of all meta-gradients alternately.

  Args:
    optimizer_spec: Spec of the optimizer.
    row: (problem spec, data set, batch size).
    max_steps: Integer, or None for unrolls that are not compiled.

  Returns:
    Dict from meta-gradients to (inner steps a second, seconds of a first visit,
    seconds before the first unroll of a later visit).
  """
  measurements = collections.OrderedDict(
      (name, _Measurement(optimizer_spec, row, max_steps, _options(name)))
      for name in FLAGS.meta_gradients)
  for _ in range(FLAGS.unrolls):
    for measurement in measurements.values():
      measurement.time()
  results = collections.OrderedDict(
      (name, (FLAGS.steps / np.median(each.seconds), each.first, each.again))
      for name, each in measurements.items())
  for measurement in measurements.values():
    measurement.close()
  return results


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


def _visit_corpus(num_runs):
  """Visits the default corpus and prints how long the default run takes."""
  corpus, clock, start = groups.corpus(), _Clock(), time.time()
  metaopt.train_optimizer(
      tempfile.mkdtemp(), _OPTIMIZERS[0][1], corpus, len(corpus), num_runs,
      functools.partial(metaopt.sample_numiter, 40, 1),
      functools.partial(metaopt.sample_numiter, 200, 50), learning_rate=1e-6,
      gradient_clip=1e4, is_chief=True, select_random_problems=False,
      callbacks=[clock], out=None, options=metaopt.RunOptions(seed=1))
  seconds = time.time() - start
  usage = resource.getrusage(resource.RUSAGE_SELF)
  cores = (usage.ru_utime + usage.ru_stime) / seconds
  run_seconds = sum(sum(runs) for runs in clock.runs)
  print("{} visits, {} updates, {} inner steps in {:.0f} s, on {:.2f} "
        "cores".format(len(clock.runs), clock.updates, clock.steps, seconds,
                       cores))
  print("before the first run: {:.0f} s in all, {:.1f} s at most".format(
      sum(clock.set_up), max(clock.set_up)))
  mean = run_seconds / (num_runs * len(clock.runs))
  print("a run: {:.2f} s, {:.0f} steps a second".format(
      mean, clock.steps / run_seconds))
  hours = (sum(clock.set_up) + _DEFAULT_VISITS * _DEFAULT_RUNS * mean) / 3600
  print("extrapolated to the default run: {:.1f} hours, {:.1f} of processor "
        "time".format(hours, hours * cores))
  print("peak memory: {:.1f} GiB".format(usage.ru_maxrss / 2.0**20))


def main(unused_argv):
  """Prints the table."""
  for flag, known in (("problems", [row[0] for row in _problems()]),
                      ("modes", ["compiled", "uncompiled"]),
                      ("meta_gradients", ["backprop", "es"])):
    for name in getattr(FLAGS, flag) or ():
      if name not in known:
        raise app.UsageError("--{}: {!r} is none of {}.".format(
            flag, name, ", ".join(known)))
  processor_settings.use_fast_settings()
  tf.logging.set_verbosity(tf.logging.ERROR)
  tf.disable_v2_behavior()
  if FLAGS.corpus_runs:
    _visit_corpus(FLAGS.corpus_runs)
    return
  row = "{:18s}{:12s}{:18s}{:10s}{:>10s}{:>9s}{:>9s}"
  print(row.format("problem", "mode", "optimizer", "gradient", "steps/s",
                   "first s", "again s"))
  for name, spec, dataset, batch_size in _problems():
    if FLAGS.problems and name not in FLAGS.problems:
      continue
    for mode in FLAGS.modes:
      for optimizer, optimizer_spec in _OPTIMIZERS:
        results = measure(optimizer_spec, (spec, dataset, batch_size),
                          FLAGS.max_steps if mode == "compiled" else None)
        for gradient, (speed, first, again) in results.items():
          print(row.format(
              name, mode, optimizer, gradient, "{:.0f}".format(speed),
              "{:.1f}".format(first), "{:.3f}".format(again)))
        sys.stdout.flush()


if __name__ == "__main__":
  app.run(main)
