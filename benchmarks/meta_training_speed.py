# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Speed of meta-training: inner steps a second, forward and meta-gradient.

  ./tools/bazel run //benchmarks:meta_training_speed

For each problem, the default hierarchical RNN compiled and uncompiled, beside
plain gradient descent unrolled the same way, all in one run. "first" is what
the first visit costs before its first unroll is done (building, compiling),
"again" what a later visit costs before its first unroll.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import sys
import time

from absl import app
from absl import flags
import numpy as np
import tensorflow as tf

from benchmarks.comparison import curves
from meta_training import kept_problems
from meta_training import processor_settings
from optimizer import global_learning_rate
from optimizer import hierarchical_rnn
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

FLAGS = flags.FLAGS

flags.DEFINE_list("problems", None, "Names of problems; default all.")
flags.DEFINE_list("modes", ["compiled", "uncompiled"], "How to run.")
flags.DEFINE_integer("steps", 300, "Steps of an unroll.")
flags.DEFINE_integer("unrolls", 10, "Unrolls timed; their median counts.")
flags.DEFINE_integer("max_steps", 2048, "Bound of compiled unrolls.")

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


def measure(optimizer_spec, spec, dataset, batch_size, max_steps):
  """Times unrolls.

  Returns:
    (inner steps a second, seconds of a first visit, seconds before the first
    unroll of a later visit).
  """
  theta = curves.initial_meta_parameters(optimizer_spec)
  kept = kept_problems.KeptProblems(
      optimizer_spec, [(spec, dataset, batch_size)],
      compiled=max_steps is not None)
  rng = np.random.RandomState(0)
  start = time.time()
  problem = kept.get(0, 10**6, max_steps or FLAGS.steps)

  def run():
    problem.unroll(theta, FLAGS.steps, True, True, [0, 1], [2, 3],
                   problem.walk(rng).take(FLAGS.steps))

  run()
  first = time.time() - start
  start = time.time()
  problem = kept.get(0, 10**6, max_steps or FLAGS.steps)
  again = time.time() - start
  seconds = []
  for _ in range(FLAGS.unrolls):
    start = time.time()
    run()
    seconds.append(time.time() - start)
  kept.close()
  return FLAGS.steps / np.median(seconds), first, again


def main(unused_argv):
  """Prints the table."""
  processor_settings.use_fast_settings()
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  row = "{:18s}{:12s}{:18s}{:>10s}{:>9s}{:>9s}"
  print(row.format("problem", "mode", "optimizer", "steps/s", "first s",
                   "again s"))
  for name, spec, dataset, batch_size in _problems():
    if FLAGS.problems and name not in FLAGS.problems:
      continue
    for mode in FLAGS.modes:
      for optimizer, optimizer_spec in _OPTIMIZERS:
        speed, first, again = measure(
            optimizer_spec, spec, dataset, batch_size,
            FLAGS.max_steps if mode == "compiled" else None)
        print(row.format(name, mode, optimizer, "{:.0f}".format(speed),
                         "{:.1f}".format(first), "{:.3f}".format(again)))
        sys.stdout.flush()


if __name__ == "__main__":
  app.run(main)
