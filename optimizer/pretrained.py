# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Optimizers with trained meta-parameters: shipped ones, or your own runs'."""

import os

import tensorflow.compat.v1 as tf

from . import paths
from . import registry
from . import tensorflow_version

_SHIPPED = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "pretrained")


def names():
  """Sorted names of the shipped optimizers."""
  if not os.path.isdir(_SHIPPED):
    return []
  return sorted(name for name in os.listdir(_SHIPPED)
                if os.path.isfile(
                    os.path.join(_SHIPPED, name, registry.FILE_NAME)))


def directory(name_or_logdir):
  """The directory of a shipped optimizer's weights, or of a run's.

  Args:
    name_or_logdir: See `load`.

  Returns:
    String.
  """
  if name_or_logdir in names():
    return os.path.join(_SHIPPED, name_or_logdir)
  return paths.expanded(name_or_logdir)


def load(name_or_logdir="hierarchical_rnn", allow_import=False,
         num_steps=None, **options):
  """Constructs an optimizer whose meta-parameters start from a checkpoint.

  The meta-parameters take the checkpoint's values whenever the program's own
  initializers run, and are not trained by it. The variables that carry
  them are made by `minimize` or `apply_gradients`, in the graph and on the
  device of the variables to train; nothing is added to the graph before.

  Args:
    name_or_logdir: The name of a shipped optimizer, see `names`, or the log
      directory of a meta-training run.
    allow_import: Whether the description in a log directory may name a class
      of any module, which is then imported: whatever the module contains is
      run. By default only this library's own optimizers are constructed.
    num_steps: Number of steps of the run, if it is known: steps then shrink to
      0 at its end, see `stabilizers.Schedule`. None or 0 for any length.
    **options: Constructor arguments that replace the described ones, such as
      init_lr_range=(1e-5, 1e-5) to start a big model with smaller steps, or
      numbers of stabilizers by flat names such as step_limit_fraction=0.01, 0
      for none; see `hierarchical_options`. The meta-parameters still have to
      fit. What is described and rests on what is switched off is left out.

  Returns:
    A `TrainableOptimizer`.

  Raises:
    ValueError: If there is no such optimizer, its description is malformed, or
      its checkpoint is missing, unreadable or does not fit.
    RuntimeError: If eager execution is on.
  """
  tensorflow_version.refuse_eager_execution("pretrained.load()")
  logdir = directory(name_or_logdir)
  if num_steps:
    options["schedule_num_steps"] = num_steps
  with tf.Graph().as_default():
    optimizer = construct_from(logdir, allow_import, **options)
    optimizer.init_from_checkpoint(logdir)
  return optimizer


def construct_from(logdir, allow_import=False, **options):
  """Constructs, untrained, the optimizer that a log directory describes.

  Args:
    logdir: Directory with an `optimizer.json`.
    allow_import: See `load`.
    **options: Constructor arguments that replace the described ones.

  Returns:
    A `TrainableOptimizer`.

  Raises:
    ValueError: If there is no description, or it is malformed.
  """
  logdir = paths.expanded(logdir)
  path = os.path.join(logdir, registry.FILE_NAME)
  if not tf.io.gfile.exists(path):
    raise ValueError(
        "Nothing to load: {!r} is neither a shipped optimizer ({}) nor a "
        "directory with an {}.{}".format(
            logdir, ", ".join(names()) or "none", registry.FILE_NAME,
            _inside(logdir)))
  description = registry.read(logdir)
  try:
    return registry.construct(description, allow_import, options)
  except ValueError as error:
    raise ValueError("Cannot load what {!r} describes: {}".format(path, error))


def _inside(logdir):
  """A hint at directories one level below that would do."""
  found = []
  if os.path.isdir(logdir):
    found = [os.path.join(logdir, name) for name in sorted(os.listdir(logdir))
             if os.path.isfile(os.path.join(logdir, name, registry.FILE_NAME))]
  if not found:
    return ""
  return " There is one in {}: load that.".format(
      " and in ".join(map(repr, found)))
