# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Refines shipped weights by evolution strategies on the broad corpus.

  ./tools/bazel run //benchmarks:refine_pretrained -- \
      --name=hierarchical_rnn --train_dir=/tmp/refined

Starts from the shipped weights and may be stopped and started again at any
time. What decides on learning rates is trained; the direction of the steps
stays as backpropagation has made it. The averages of the meta-parameters are
in <train_dir>/<name>/averaged, where `pretrained.load` finds them and
`//benchmarks:referee` can judge them.
"""

import os

from absl import app
from absl import flags
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import broad_corpus
import metaopt
from meta_training import evolution_strategies
from meta_training import processor_settings
from optimizer import hierarchical_rnn
from optimizer import pretrained
from optimizer import registry
from problems import problem_spec

FLAGS = flags.FLAGS

flags.DEFINE_enum("name", "hierarchical_rnn", pretrained.names(),
                  "Which of the shipped optimizers.")
flags.DEFINE_string("train_dir", "/tmp/refined", "Where checkpoints go, into a "
                    "directory of the optimizer's name.")
flags.DEFINE_integer("num_visits", 20000, "Visits to problems to make in all.",
                     lower_bound=1)

FEATURES = {"use_lr_over_rms": True, "use_gradient_trend": True,
            "use_gradient_change": True}
"""What `HierarchicalRNN` sees beside what the shipped weights see."""

# A step of the optimizer's output is changed by about as much by each.
STDDEVS = {"learning_rate": 0.03, "param_stepsize_offset": 0.03,
           "init_vector": 0.03, "Layer0_RNN/Param/Affine/Bias": 0.01,
           "Layer1_RNN/Affine/Bias": 0.01,
           "Layer1_RNN/BiasGRUCell/candidate": 0.01}
"""Standard deviations of perturbations; the other weights are not trained."""

_NUM_PAIRS = 2
_PROBLEMS_PER_UPDATE = 4
# Of two unrolls the second counts: the loss that the run-up has led to.
_LEAST_STEPS, _MOST_STEPS = 150, 1500
_EVALUATE_EVERY = 10
_LEARNING_RATE = 2e-3
# The log objective of a problem that is solved to the last digit changes by
# several units; others by hundredths.
_GRADIENT_CLIP = 1.0
_AVERAGING_DECAY = 0.99
_SEED = 1


def train(logdir, name):
  """Goes on from the last checkpoint, or starts from the shipped weights."""
  shipped = registry.read(pretrained.directory(name))
  options = dict(shipped["kwargs"], **FEATURES)
  metaopt.train_optimizer(
      logdir,
      problem_spec.Spec(hierarchical_rnn.HierarchicalRNN, (), options),
      broad_corpus.corpus(not name.endswith("no_nets")), FLAGS.num_visits, 1,
      lambda: 2, _draw_num_steps,
      learning_rate=_LEARNING_RATE, gradient_clip=_GRADIENT_CLIP, seed=_SEED,
      compiled=True, initial=name, update_rule="adam",
      train_only=sorted(STDDEVS),
      averaging_decay=_AVERAGING_DECAY,
      meta_gradient=evolution_strategies.Options(
          STDDEVS, _NUM_PAIRS, evaluate_every=_EVALUATE_EVERY,
          problems_per_update=_PROBLEMS_PER_UPDATE, last_unroll_only=True))


def _draw_num_steps(rng):
  """Steps of an unroll, log-uniform."""
  return int(round(np.exp(rng.uniform(
      np.log(_LEAST_STEPS), np.log(_MOST_STEPS)))))


def main(unused_argv):
  """Trains until all visits are made."""
  processor_settings.use_fast_settings()
  tf.logging.set_verbosity(tf.logging.ERROR)
  train(os.path.join(FLAGS.train_dir, FLAGS.name), FLAGS.name)


if __name__ == "__main__":
  app.run(main)
