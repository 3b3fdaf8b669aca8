# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The files of checkpoints: of a run, what is left of bad ones, and the best.

TensorFlow writes a checkpoint under temporary names, renames its data, then
its index, and last replaces the file "checkpoint", which says which
checkpoints there are. A process that dies, or a disk that is full, leaves
behind what was not renamed yet, or data without an index.

The directory "averaged" in that of a run has checkpoints of `moving_averages`.
The directory "best" in it holds a copy of the checkpoint that is the best by
its validation, `optimizer.json`, so that `pretrained.load` takes it, and
`validation.json`, which says how good it is and at what.
"""

import io
import json
import os
import re
import shutil

import tensorflow.compat.v1 as tf

from optimizer import checkpoint_list
from optimizer import text_files

NAME = "model.ckpt"
BEST_DIRECTORY = "best"
AVERAGED_DIRECTORY = "averaged"
VALIDATION_FILE_NAME = "validation.json"

_TEMPORARY = re.compile(
    r"({}-\d+\.(data-\d+-of-\d+|index)\.tempstate\d+|"
    r"checkpoint\.tmp[0-9a-f]{{32}})$".format(re.escape(NAME)))
_DATA = re.compile(r"({}-\d+)\.data-\d+-of-\d+$".format(re.escape(NAME)))


def usable(logdir, log):
  """Finds the checkpoints that a run can be resumed from.

  Args:
    logdir: String.
    log: Function of a string, called if the last one cannot be read.

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
      log("cannot read checkpoint {!r}: {}. Resuming from an earlier one, "
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
    return  # Whoever saves next meets the same trouble and says so.
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


class BestCheckpoint:
  """Keeps the best of the checkpoints that it is given."""

  def __init__(self, logdir, criterion, describe):
    """Reads how good the best one was so far.

    Args:
      logdir: String, the run's directory.
      criterion: Dict in terms of JSON, what the values are of. Those of another
        criterion do not count.
      describe: Function that writes a description of the optimizer into a
        directory.

    Raises:
      IOError: If the directory is a symbolic link.
    """
    self.path = os.path.join(logdir, BEST_DIRECTORY)
    self._check_is_no_link()
    self._criterion = criterion
    self._describe = describe
    self.value, self._name = _validated(self.path, criterion)

  def _check_is_no_link(self):
    # It may lead to another run, whose files are not to be deleted.
    if os.path.islink(self.path):
      raise IOError("{!r} is a symbolic link, which is not followed: remove "
                    "it, or choose another train_dir.".format(self.path))

  def offer(self, prefix, value):
    """Keeps a checkpoint if it is better than the best so far.

    Args:
      prefix: String, the checkpoint's.
      value: Float, lower is better.

    Returns:
      Whether it is the best. It is so again if it was just offered: whoever
      was killed meanwhile comes to the same end.

    Raises:
      IOError: If it cannot be written; the best one so far stays.
    """
    name = os.path.basename(prefix)
    if not value < self.value and name != self._name:
      return False
    self._check_is_no_link()
    self._copy(prefix)
    self._describe(self.path)
    # Until here whoever loads gets the one before; from here on this one.
    text_files.write(
        os.path.join(self.path, checkpoint_list.FILE_NAME),
        'model_checkpoint_path: "{0}"\nall_model_checkpoint_paths: "{0}"\n'
        .format(name))
    write_validation(self.path, prefix, value, self._criterion)
    for each in os.listdir(self.path):
      if each.startswith(NAME + "-") and not each.startswith(name + "."):
        os.remove(os.path.join(self.path, each))
    self.value, self._name = value, name
    return True

  def _copy(self, prefix):
    """Copies the files of a checkpoint."""
    os.makedirs(self.path, exist_ok=True)
    folder, name = os.path.split(prefix)
    for each in os.listdir(folder):
      if not each.startswith(name + "."):
        continue
      target = os.path.join(self.path, each)
      temporary = target + ".temporary"
      try:
        if os.path.lexists(temporary):
          os.remove(temporary)  # A link would be written through.
        shutil.copyfile(os.path.join(folder, each), temporary)
        os.rename(temporary, target)
      except EnvironmentError as error:
        if os.path.exists(temporary):
          os.remove(temporary)
        raise IOError(
            "Cannot write {!r} ({}), a copy of the best checkpoint: make room "
            "and start again; the validation is then repeated.".format(
                target, error.strerror))


def write_validation(directory, prefix, value, criterion):
  """Writes how good a checkpoint is.

  Args:
    directory: String.
    prefix: String, the checkpoint's.
    value: Float.
    criterion: Dict in terms of JSON, what the value is of.

  Raises:
    IOError: If it cannot be written.
  """
  text_files.write(
      os.path.join(directory, VALIDATION_FILE_NAME), text_files.json_text(
          {"value": value, "checkpoint": os.path.basename(prefix),
           "criterion": criterion}))


def is_validated(directory, prefix, criterion):
  """Whether a directory says how good a checkpoint is by a criterion."""
  return _validated(directory, criterion)[1] == os.path.basename(prefix)


def _validated(directory, criterion):
  """(value, name of the checkpoint); (inf, None) if there is none."""
  path = os.path.join(directory, VALIDATION_FILE_NAME)
  try:
    text_files.check(path)
    with io.open(path, encoding="utf-8") as stream:
      found = json.loads(stream.read())
    if found["criterion"] == criterion:
      return float(found["value"]), str(found["checkpoint"])
  except (EnvironmentError, ValueError, TypeError, KeyError, RuntimeError):
    pass  # There is none, or none that can be compared.
  return float("inf"), None
