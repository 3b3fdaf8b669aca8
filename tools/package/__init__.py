# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A learned optimizer for TensorFlow 1.15, with nothing to tune.

  import learned_optimizer
  train_op = learned_optimizer.load().minimize(loss)

Meta-training is in `learned_optimizer.metaopt`, and the command `lol-metarun`.
"""

from learned_optimizer.optimizer.version import __version__  # noqa: F401


def names():
  """Sorted names of the shipped weights.

  Returns:
    List of strings, each of which `load` takes.
  """
  # TensorFlow takes seconds to import: only what needs it does so.
  from learned_optimizer.optimizer import pretrained
  return pretrained.names()


def load(name_or_logdir="hierarchical_rnn", **options):
  """Constructs an optimizer with trained weights.

  Args:
    name_or_logdir: String, the name of shipped weights or the log directory of
      a meta-training run.
    **options: See `optimizer.pretrained.load`.

  Returns:
    A `TrainableOptimizer`, which is a `tf.train.Optimizer`.

  Raises:
    ValueError: If there are no such weights, or they do not fit the options.
    RuntimeError: If eager execution is on.
  """
  from learned_optimizer.optimizer import pretrained
  return pretrained.load(name_or_logdir, **options)
