# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads meta-parameters from checkpoints, and says what does not fit."""

import re

import numpy as np
import tensorflow.compat.v1 as tf

from . import checkpoint_list
from . import paths

# In the names of what the meta-optimizer keeps beside a meta-parameter.
_SLOT = re.compile(r"/(RMSProp|Adam)(_\d+)?(/|$)")

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
  path = prefix = paths.checkpoint_path(path)
  if tf.io.gfile.isdir(path):
    listed = checkpoint_list.read(path)
    prefix = listed[-1] if listed else None
    if prefix is None:
      raise ValueError(
          "No checkpoint in directory {!r}: expected a file named "
          "'checkpoint' and the files it lists.{}".format(
              path, " " + checkpoint_list.remedy(path)
              if checkpoint_list.present(path) else ""))
  elif not tf.train.checkpoint_exists(prefix):
    raise ValueError(
        "Cannot read checkpoint {!r}: there is neither such a directory nor "
        "such a checkpoint. Give the directory of a run.".format(prefix))
  try:
    reader = tf.train.load_checkpoint(prefix)
    shapes = reader.get_variable_to_shape_map()
  except (tf.errors.OpError, ValueError) as error:
    raise ValueError(
        "Cannot read checkpoint {!r}: {}. {}".format(prefix, str(error).rstrip(
            "."), _REMEDY))
  problems = []
  for name, declaration in declarations.items():
    full_name = scope + "/" + name
    if full_name not in shapes:
      problems.append("{} is missing".format(full_name))
    elif list(shapes[full_name]) not in (
        declaration.shape, _old_shape(declaration)):
      problems.append("{} has shape {}, expected {}".format(
          full_name, list(shapes[full_name]), declaration.shape))
  if problems:
    raise ValueError(
        "Checkpoint {!r} does not fit this optimizer: {}. Construct the "
        "optimizer with the options it was trained with.".format(
            prefix, "; ".join(problems)))
  names = set(declarations)
  # What the optimizer makes only as it computes an update is loaded too.
  names.update(name[len(scope) + 1:] for name in shapes
               if name.startswith(scope + "/") and not _SLOT.search(name))
  values = {name: _read_tensor(reader, prefix, scope + "/" + name)
            for name in names}
  for name, declaration in declarations.items():
    values[name] = _with_new_rows(values[name], declaration)
  return prefix, values


def _old_shape(declaration):
  """The shape a meta-parameter has in a checkpoint without its new rows."""
  count = declaration.new_rows.count if declaration.new_rows else 0
  return [size - count * (axis == 0)
          for axis, size in enumerate(declaration.shape)]


def _with_new_rows(array, declaration, fill=0.0):
  """An array with the rows that one from an old checkpoint lacks."""
  if (not declaration.new_rows or
      list(array.shape) != _old_shape(declaration)):
    return array
  start, count = declaration.new_rows
  return np.insert(array, [start] * count, fill, axis=0)


def fitted(name, array, scope, declarations, initial_value):
  """Adds the rows that a tensor of a checkpoint may lack.

  New rows of a meta-parameter are 0; what the meta-optimizer keeps beside it
  starts there as in a new run.

  Args:
    name: String, the tensor's name.
    array: Its value in the checkpoint.
    scope: The scope of the meta-parameters' names.
    declarations: Mapping from relative name to `Declaration`.
    initial_value: Function that returns the tensor's value in a new run.

  Returns:
    The array, or if it lacks rows a copy that has them.
  """
  base = _SLOT.split(name)[0]
  declaration = declarations.get(base[len(scope) + 1:])
  if declaration is None or not base.startswith(scope + "/"):
    return array
  return _with_new_rows(
      array, declaration, 0.0 if name == base else np.max(initial_value()))


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
