# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The file "checkpoint" of a directory, which lists its checkpoints."""

import os

import tensorflow.compat.v1 as tf

from . import text_files

FILE_NAME = "checkpoint"


def read(directory):
  """Reads the list of a directory.

  Args:
    directory: String.

  Returns:
    List of prefixes, the last one last; empty if there is no such file.

  Raises:
    ValueError: If the file is damaged; it says what to do.
  """
  path = os.path.join(directory, FILE_NAME)
  if not tf.io.gfile.exists(path):
    return []
  try:
    text_files.check(path)
    state = tf.train.get_checkpoint_state(directory)
    error = "it is not in the format of TensorFlow"
  except (tf.errors.OpError, ValueError) as caught:
    state, error = None, getattr(caught, "message", str(caught))
  if state is None:
    raise ValueError(
        "Cannot read {!r}, the list of checkpoints: {}. {}".format(
            path, error.partition("\n")[0].rstrip("."), remedy(directory)))
  listed = list(state.all_model_checkpoint_paths)
  if state.model_checkpoint_path in listed:
    return listed[:listed.index(state.model_checkpoint_path) + 1]
  return listed + [state.model_checkpoint_path]


def latest(directory):
  """The prefix of the last checkpoint whose files are there, or None.

  Args:
    directory: String.

  Returns:
    String or None.

  Raises:
    ValueError: As `read`.
  """
  found = [prefix for prefix in read(directory)
           if tf.io.gfile.exists(prefix + ".index")]
  return found[-1] if found else None


def remedy(directory):
  """Says how to bring a list back, of which checkpoints there are.

  Args:
    directory: String.

  Returns:
    Sentence.
  """
  found = present(directory)
  if not found:
    return "There are no checkpoints: delete it."
  return ("Bring it back from a copy, or write into it the line "
          "'model_checkpoint_path: \"{}\"' for the last checkpoint there, or "
          "choose another directory.".format(os.path.basename(found[-1])))


def present(directory):
  """Checkpoints that have an index, whether listed or not.

  Args:
    directory: String.

  Returns:
    List of prefixes, sorted by step.
  """
  found = []
  for name in tf.io.gfile.listdir(directory):
    stem, extension = os.path.splitext(name)
    step = stem.rpartition("-")[2]
    if stem.startswith("model.ckpt-") and extension == ".index" and (
        step.isdigit()):
      found.append((int(step), os.path.join(directory, stem)))
  return [prefix for _, prefix in sorted(found)]
