# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The files of checkpoints in a log directory, good ones and leftovers.

TensorFlow writes a checkpoint under temporary names, renames its data, then
its index, and last replaces the file "checkpoint", which says which
checkpoints there are. A process that dies, or a disk that is full, leaves
behind what was not renamed yet, or data without an index.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import os
import re

import tensorflow as tf

NAME = "model.ckpt"

_TEMPORARY = re.compile(
    r"({}-\d+\.(data-\d+-of-\d+|index)\.tempstate\d+|"
    r"checkpoint\.tmp[0-9a-f]{{32}})$".format(re.escape(NAME)))
_DATA = re.compile(r"({}-\d+)\.data-\d+-of-\d+$".format(re.escape(NAME)))


def last(logdir):
  """Finds the last checkpoint of a directory, which is made if need be.

  Args:
    logdir: String.

  Returns:
    Its prefix, or None.

  Raises:
    ValueError: If the directory cannot be written, or a checkpoint's files
      are missing.
  """
  try:
    tf.io.gfile.makedirs(logdir)
  except tf.errors.OpError as error:
    raise ValueError("Cannot make the log directory {!r}: {}".format(
        logdir, error))
  if not os.path.isdir(logdir):
    raise ValueError("The log directory {!r} is a file: choose another "
                     "train_dir.".format(logdir))
  if not os.access(logdir, os.W_OK):
    raise ValueError("Cannot write to the log directory {!r}: choose another "
                     "train_dir or change its permissions.".format(logdir))
  path = tf.train.latest_checkpoint(logdir)
  state = tf.train.get_checkpoint_state(logdir)
  if path is None and state is not None:
    raise ValueError(
        "Cannot read checkpoint {!r}, files of it are missing. Bring them "
        "back, or choose another train_dir.".format(
            state.model_checkpoint_path))
  return path


def all_of(logdir):
  """List of the prefixes that the file "checkpoint" names, oldest first."""
  state = tf.train.get_checkpoint_state(logdir)
  return list(state.all_model_checkpoint_paths) if state else []


def remove_leftovers(logdir):
  """Removes what saves that came to no end have left.

  Only the process that saves may call it, and not while it saves. Whatever has
  an index, or is named in the file "checkpoint", stays.

  Args:
    logdir: String.
  """
  try:
    names = set(os.listdir(logdir))
    kept = set(os.path.basename(prefix) for prefix in all_of(logdir))
  except (EnvironmentError, tf.errors.OpError):
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
        pass  # It takes room, but harms nobody.
