# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A learned optimizer for TensorFlow 1.15 and 2, with nothing to tune.

  import learned_optimizer
  train_op = learned_optimizer.load().minimize(loss)

Meta-training is in `learned_optimizer.metaopt`, and the command `lol-metarun`.
"""

import importlib
import sys

from learned_optimizer.optimizer.version import __version__


def names():
  """Sorted names of the shipped weights.

  Returns:
    List of strings, each of which `load` takes.
  """
  return _pretrained().names()


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
    ImportError: If TensorFlow is missing or its version is not supported.
  """
  return _pretrained().load(name_or_logdir, **options)


def run_metarun():
  """The program lol-metarun."""
  try:
    # pylint: disable-next=unused-import
    from learned_optimizer.optimizer import tensorflow_version
  except ImportError as error:
    sys.exit(str(error))
  from learned_optimizer import metarun
  metarun.run()


def _pretrained():
  # TensorFlow takes seconds to import: only what needs it does so. The first of
  # these says which one is needed if there is none.
  # pylint: disable-next=unused-import
  from learned_optimizer.optimizer import tensorflow_version
  from learned_optimizer.optimizer import pretrained
  return pretrained


def __getattr__(name):
  """Imports `learned_optimizer.keras` when it is first named."""
  if name == "keras":
    return importlib.import_module("learned_optimizer.keras")
  raise AttributeError("module 'learned_optimizer' has no {!r}".format(name))
