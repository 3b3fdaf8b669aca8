# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Meta-trains the optimizers that are shipped: the whole recipe.

  ./tools/bazel run //recipes:train_pretrained -- \
      --name=hierarchical_rnn --train_dir=/tmp/pretrained

Stage after stage, each from where the one before ended; may be stopped and
started again at any time. The last checkpoint in the directory is what
`optimizer/pretrained/<name>` holds, with an `optimizer.json` that has one
initial learning rate instead of a range of them and `skip_zero_gradients`.
"""

import collections
import functools
import os

from absl import app
from absl import flags
import tensorflow.compat.v1 as tf

from recipes import pretraining_corpus
import metaopt
from meta_training import processor_settings
from optimizer import hierarchical_rnn
from problems import problem_spec

FLAGS = flags.FLAGS

flags.DEFINE_enum("name", "hierarchical_rnn",
                  ["hierarchical_rnn", "hierarchical_rnn_no_nets"],
                  "Which of the shipped optimizers.")
flags.DEFINE_string("train_dir", "/tmp/pretrained", "Where checkpoints go, "
                    "into a directory of the optimizer's name.")

Stage = collections.namedtuple(
    "Stage", "num_visits, init_lr_range, learning_rate, half_life, "
    "num_unrolls, num_steps, corpus")
"""A part of the meta-training.

Attributes:
  num_visits: Integer, visits made when it ends, earlier stages included.
  init_lr_range: See `HierarchicalRNN`.
  learning_rate: Of RMSProp, as if the stage had begun at update 0.
  half_life: Updates in which that halves.
  num_unrolls: Mean of the exponential part of the number of unrolls.
  num_steps: Likewise of the number of steps of an unroll.
  corpus: One of `pretraining_corpus.KINDS`.
"""

_WIDE_RANGE = (1e-4, 1e-1)
_NARROW_RANGE = (5e-4, 1e-2)
STAGES = {
    "hierarchical_rnn": (
        Stage(1734, (1e-2, 1e-2), 1e-3, 10000.0, 15, 80, "plain"),
        Stage(3360, _WIDE_RANGE, 6.2e-3, 8000.0, 15, 80, "extended"),
        Stage(4338, _NARROW_RANGE, 9.2e-3, 12000.0, 15, 80, "varied"),
        Stage(6039, _NARROW_RANGE, 1.5e-2, 12000.0, 15, 80, "varied"),
    ),
    "hierarchical_rnn_no_nets": (
        Stage(5236, (1e-2, 1e-2), 1e-3, 10000.0, 15, 80, "plain"),
        Stage(6297, _WIDE_RANGE, 2.0e-2, 16000.0, 15, 80, "extended"),
        Stage(17310, _NARROW_RANGE, 2.4e-3, 40000.0, 15, 80, "varied"),
    ),
}
_MIN_STEPS = 20
_GRADIENT_CLIP = 0.05
_SEED = 1


def train(logdir, stage, with_networks):
  """Runs a stage, from the last checkpoint on."""
  metaopt.train_optimizer(
      logdir,
      problem_spec.Spec(hierarchical_rnn.HierarchicalRNN, (),
                        {"init_lr_range": stage.init_lr_range}),
      pretraining_corpus.corpus(with_networks, stage.corpus),
      stage.num_visits, 1,
      functools.partial(metaopt.sample_numiter, stage.num_unrolls, 1),
      functools.partial(metaopt.sample_numiter, stage.num_steps, _MIN_STEPS),
      learning_rate=stage.learning_rate,
      gradient_clip=_GRADIENT_CLIP,
      update_rule=metaopt.RMSProp(learning_rate_half_life=stage.half_life),
      options=metaopt.RunOptions(seed=_SEED, compiled=True))


def main(unused_argv):
  """Trains until all stages are done."""
  processor_settings.use_fast_settings()
  tf.logging.set_verbosity(tf.logging.ERROR)
  tf.disable_v2_behavior()
  for stage in STAGES[FLAGS.name]:
    train(os.path.join(FLAGS.train_dir, FLAGS.name), stage,
          not FLAGS.name.endswith("no_nets"))


if __name__ == "__main__":
  app.run(main)
