# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The best checkpoint of a run by its validation, in a directory of its own.

The directory "best" holds a copy of the checkpoint, `optimizer.json`, so that
`pretrained.load` takes it, and `validation.json`, which says how good it is and
at what.
"""

import io
import json
import os
import shutil

from optimizer import checkpoint_list
from optimizer import text_files

DIRECTORY = "best"
FILE_NAME = "validation.json"


class BestCheckpoint:
  """Keeps the best checkpoint that it is shown."""

  def __init__(self, logdir, criterion):
    """Reads how good the best one was so far.

    Args:
      logdir: String, the run's directory.
      criterion: Dict in terms of JSON, what the values are of. Those of another
        criterion do not count.

    Raises:
      IOError: If the directory is a symbolic link.
    """
    self.path = os.path.join(logdir, DIRECTORY)
    self._check_is_no_link()
    self._criterion = criterion
    self.value = self._read()

  def _check_is_no_link(self):
    # It may lead to another run, whose files are not to be deleted.
    if os.path.islink(self.path):
      raise IOError("{!r} is a symbolic link, which is not followed: remove "
                    "it, or choose another train_dir.".format(self.path))

  def _read(self):
    try:
      text_files.check(os.path.join(self.path, FILE_NAME))
      with io.open(os.path.join(self.path, FILE_NAME),
                   encoding="utf-8") as stream:
        found = json.loads(stream.read())
      if found["criterion"] == self._criterion:
        return float(found["value"])
    except (EnvironmentError, ValueError, TypeError, KeyError, RuntimeError):
      pass  # There is none, or none that can be compared.
    return float("inf")

  def show(self, prefix, value):
    """Keeps a checkpoint if it is better than the best so far.

    Args:
      prefix: String, the checkpoint's.
      value: Float, lower is better.

    Returns:
      Whether it is.

    Raises:
      IOError: If it cannot be written.
    """
    if not value < self.value:
      return False
    self._check_is_no_link()
    if not os.path.isdir(self.path):
      os.makedirs(self.path)
    name = os.path.basename(prefix)
    folder = os.path.dirname(prefix)
    copied = sorted(each for each in os.listdir(folder)
                    if each.startswith(name + "."))
    for each in copied:
      target = os.path.join(self.path, each)
      if os.path.lexists(target + ".temporary"):
        os.remove(target + ".temporary")  # A link would be written through.
      shutil.copyfile(os.path.join(folder, each), target + ".temporary")
      os.rename(target + ".temporary", target)
    # Until here whoever loads gets the one before; from here on this one.
    text_files.write(
        os.path.join(self.path, checkpoint_list.FILE_NAME),
        'model_checkpoint_path: "{0}"\nall_model_checkpoint_paths: "{0}"\n'
        .format(name))
    text_files.write(os.path.join(self.path, FILE_NAME), text_files.json_text(
        {"value": value, "checkpoint": name, "criterion": self._criterion}))
    for each in os.listdir(self.path):
      if each.startswith("model.ckpt-") and each not in copied:
        os.remove(os.path.join(self.path, each))
    self.value = value
    return True
