# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The files of checkpoints in a log directory, good ones and leftovers.

TensorFlow writes a checkpoint under temporary names, renames its data, then
its index, and last replaces the file "checkpoint", which says which
checkpoints there are. A process that dies, or a disk that is full, leaves
behind what was not renamed yet, or data without an index.
"""

import os
import re

import tensorflow.compat.v1 as tf

from optimizer import checkpoint_list

NAME = "model.ckpt"

_TEMPORARY = re.compile(
    r"({}-\d+\.(data-\d+-of-\d+|index)\.tempstate\d+|"
    r"checkpoint\.tmp[0-9a-f]{{32}})$".format(re.escape(NAME)))
_DATA = re.compile(r"({}-\d+)\.data-\d+-of-\d+$".format(re.escape(NAME)))


def usable(logdir, log):
  """Finds the checkpoints that a run can go on from.

  Args:
    logdir: String.
    log: Function of a string, told if the last one cannot be read.

  Returns:
    List of prefixes, oldest first. The last one of them can be read.

  Raises:
    ValueError: If there are checkpoints, but no list of them, or the last
      cannot be read and there is no other to go back to.
  """
  listed = checkpoint_list.read(logdir)
  if not listed:
    _check_nothing_is_lost(logdir)
    return []
  error = _error_of(listed[-1])
  if error is None:
    return listed
  for count in range(len(listed) - 1, 0, -1):
    if not _is_start(listed[count - 1]) and not _error_of(listed[count - 1]):
      log("cannot read checkpoint {!r}: {}. Going on from an earlier one, "
          "{!r}".format(listed[-1], error, listed[count - 1]))
      return listed[:count]
  raise ValueError(
      "Cannot read checkpoint {!r}: {}. {!r} lists no other to go back to. "
      "Bring the files back from a copy, or choose another train_dir.".format(
          listed[-1], error, os.path.join(logdir, checkpoint_list.FILE_NAME)))


def _is_start(prefix):
  """Whether a checkpoint is of before the first update."""
  return prefix.endswith("-0")


def _check_nothing_is_lost(logdir):
  """Raises ValueError if there are checkpoints, which nothing lists."""
  # A start alone is of a run that died as it began.
  found = [prefix for prefix in checkpoint_list.present(logdir)
           if not _is_start(prefix)]
  if found:
    raise ValueError(
        "{!r} is missing, the list of checkpoints, but {!r} is there: a new "
        "run would write over it. {}".format(
            os.path.join(logdir, checkpoint_list.FILE_NAME), found[-1],
            checkpoint_list.remedy(logdir)))


def _error_of(prefix):
  """Why a checkpoint cannot be read, or None."""
  try:
    reader = tf.train.load_checkpoint(prefix)
    for name in reader.get_variable_to_shape_map():
      reader.get_tensor(name)
  except (tf.errors.OpError, ValueError) as error:
    text = getattr(error, "message", str(error))
    return text.partition("\n")[0].rstrip(".")
  return None


def remove_leftovers(logdir):
  """Removes what saves that came to no end have left.

  Only the process that saves may call it, and not while it saves. Whatever has
  an index, or is named in the file "checkpoint", stays.

  Args:
    logdir: String.
  """
  try:
    names = set(os.listdir(logdir))
    kept = set(os.path.basename(prefix)
               for prefix in checkpoint_list.read(logdir))
  except (EnvironmentError, tf.errors.OpError, ValueError):
    return  # Whoever saves next meets the same trouble and tells.
  for name in names:
    data = _DATA.match(name)
    # Without a list, data may be a checkpoint that is being copied here.
    unfinished = data and kept and data.group(1) not in kept and (
        data.group(1) + ".index" not in names)
    if unfinished or _TEMPORARY.match(name):
      try:
        os.remove(os.path.join(logdir, name))
      except EnvironmentError:
        pass  # It only takes space.
