# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads meta-parameters from checkpoints, and says what does not fit."""

import contextlib
import os
import re

import numpy as np
import tensorflow.compat.v1 as tf

from . import checkpoint_list
from . import paths
from . import text_files

# In the names of what the meta-optimizer keeps beside a meta-parameter.
_SLOT = re.compile(r"/(RMSProp|Adam)(_\d+)?(/|$)")

# Of a tensor that the optimizer does not declare.
_MOST_ELEMENTS = 2**28

_REMEDY = ("Bring its files back from a copy, or name an older one as "
           "model_checkpoint_path in the file 'checkpoint' beside it.")


def checked_checkpoint(path, scope, declarations):
  """Finds a checkpoint and compares its tensors with declarations.

  Args:
    path: A checkpoint prefix or a directory.
    scope: The scope of the names in the checkpoint.
    declarations: Mapping from relative name to `Declaration`.

  Returns:
    The checkpoint prefix.

  Raises:
    ValueError: See `MetaParameters.init_from_checkpoint`; also if the
      checkpoint has meta-parameters that are not declared.
  """
  prefix, values = read_checkpoint(path, scope, declarations)
  more = sorted(name for name in values if name not in declarations)
  if more:
    raise ValueError(
        "Checkpoint {!r} does not fit this optimizer, which has no {}: going "
        "on would lose what was learned there. Construct the optimizer with "
        "the options it was trained with, or choose another "
        "directory.".format(prefix, ", ".join(more)))
  return prefix


def read_checkpoint(path, scope, declarations):
  """Reads the declared tensors of a checkpoint.

  Args:
    path: A checkpoint prefix or a directory.
    scope: The scope of the names in the checkpoint.
    declarations: Mapping from relative name to `Declaration`.

  Returns:
    (checkpoint prefix, dict from relative name to float32 array).

  Raises:
    ValueError: See `MetaParameters.init_from_checkpoint`.
  """
  prefix = _prefix(paths.expanded(path))
  with contextlib.ExitStack() as stack:
    try:
      readable = stack.enter_context(paths.without_patterns(prefix))
      _check_files(readable)
      reader = tf.train.load_checkpoint(readable)
      shapes = reader.get_variable_to_shape_map()
    except (tf.errors.OpError, ValueError, EnvironmentError) as error:
      raise ValueError("Cannot read checkpoint {!r}: {}. {}".format(
          prefix, str(error).rstrip("."), _REMEDY))
    names = set(declarations)
    # What the optimizer makes only as it computes an update is loaded too.
    names.update(name[len(scope) + 1:] for name in shapes
                 if name.startswith(scope + "/") and not _SLOT.search(name))
    _check_shapes(prefix, scope, names, declarations, shapes)
    values = {name: _read_tensor(reader, prefix, scope + "/" + name)
              for name in names}
  return prefix, values


def _prefix(path):
  """The prefix of the checkpoint at a path, or of the last in a directory."""
  if tf.io.gfile.isdir(path):
    listed = checkpoint_list.read(path)
    if not listed:
      raise ValueError(
          "No checkpoint in directory {!r}: expected a file named "
          "'checkpoint' and the files it lists.{}".format(
              path, " " + checkpoint_list.remedy(path)
              if checkpoint_list.present(path) else ""))
    return listed[-1]
  if not any(tf.io.gfile.exists(path + end) for end in (".index", "")):
    raise ValueError(
        "Cannot read checkpoint {!r}: there is neither such a directory nor "
        "such a checkpoint. Give the directory of a run.".format(path))
  return path


def _check_files(prefix):
  """Raises ValueError if a file of a checkpoint is no regular file."""
  folder, name = os.path.split(prefix)
  if os.path.isdir(folder or "."):
    for each in os.listdir(folder or "."):
      if each == name or each.startswith(name + "."):
        try:
          text_files.check(os.path.join(folder, each), float("inf"))
        except ValueError as error:
          raise ValueError("{}: {}".format(each, error))


def _check_shapes(prefix, scope, names, declarations, shapes):
  """Raises ValueError for shapes that do not fit, or are absurd."""
  problems = []
  for name, declaration in declarations.items():
    full_name = scope + "/" + name
    if full_name not in shapes:
      problems.append("{} is missing".format(full_name))
    elif list(shapes[full_name]) != declaration.shape:
      problems.append("{} has shape {}, expected {}".format(
          full_name, list(shapes[full_name]), declaration.shape))
  for name in names.difference(declarations):
    shape = list(shapes[scope + "/" + name])
    if np.prod(shape, dtype=np.float64) > _MOST_ELEMENTS:
      problems.append("{}/{} has shape {}, more than {} elements".format(
          scope, name, shape, _MOST_ELEMENTS))
  if problems:
    raise ValueError(
        "Checkpoint {!r} does not fit this optimizer: {}. Construct the "
        "optimizer with the options it was trained with.".format(
            prefix, "; ".join(problems)))


def _read_tensor(reader, prefix, name):
  """A tensor as a float32 array; errors name the file and the tensor."""
  try:
    array = np.asarray(reader.get_tensor(name), np.float32)
    if not np.isfinite(array).all():
      raise ValueError("it has elements that are infinite or not a number")
    return array
  except (tf.errors.OpError, ValueError) as error:
    raise ValueError(
        "Cannot read checkpoint {!r}: tensor {}: {}. {}".format(
            prefix, name, str(error).rstrip("."), _REMEDY))
