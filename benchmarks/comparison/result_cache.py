# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Results of runs, kept on disk, so that a comparison can go on."""

import hashlib
import json
import os
import tempfile

import numpy as np

# To be raised when results kept so far would not come out again.
_VERSION = 3


class ResultCache:
  """Dictionaries of arrays and numbers by key, in one directory.

  Several processes may use it at once: a file is complete when it has its
  name. Numbers are in one file with a line for each key.

  Attributes:
    num_made: Integer, how many results were not there and have been made.
  """

  def __init__(self, directory):
    """Reads what is there.

    Args:
      directory: String; made if it is not there.
    """
    self._directory = directory
    self._lines_path = os.path.join(directory, "tuning.jsonl")
    if not os.path.isdir(directory):
      os.makedirs(directory)
    self._numbers = {}
    self.num_made = 0
    if os.path.exists(self._lines_path):
      with open(self._lines_path) as stream:
        for line in stream:
          try:
            key, value = json.loads(line)
          except ValueError:
            continue  # The last line of a run that was killed.
          self._numbers[key] = value

  def number(self, key, make):
    """Returns what is kept for a key, or keeps what `make` returns.

    Args:
      key: List that JSON can represent.
      make: Function that returns a float.

    Returns:
      The float.
    """
    name = _name(key)
    if name not in self._numbers:
      self._numbers[name] = float(make())
      self.num_made += 1
      with open(self._lines_path, "a") as stream:
        stream.write(json.dumps([name, self._numbers[name]]) + "\n")
    return self._numbers[name]

  def arrays(self, key, make):
    """Likewise a dict of arrays.

    Args:
      key: List that JSON can represent.
      make: Function that returns a dict from names to arrays.

    Returns:
      The dict.
    """
    path = os.path.join(self._directory, _name(key) + ".npz")
    if not os.path.exists(path):
      arrays = make()
      self.num_made += 1
      handle, unfinished = tempfile.mkstemp(dir=self._directory)
      try:
        with os.fdopen(handle, "wb") as stream:
          np.savez_compressed(stream, **arrays)
        os.rename(unfinished, path)
      except BaseException:
        os.remove(unfinished)
        raise
    with np.load(path) as arrays:
      return {name: arrays[name] for name in arrays.files}


def _name(key):
  return hashlib.sha1(
      json.dumps([_VERSION] + list(key)).encode("utf-8")).hexdigest()
