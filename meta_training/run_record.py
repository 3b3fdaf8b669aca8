# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""How a run was made: run.json in its directory, and text in TensorBoard.

The file holds a list, under "starts", with an item for each start of the run
that differs from the one before in more than the time:

  {"starts": [{"time": "2026-01-31 12:00:00 UTC", "seed": 1, "flags": {...},
               "arguments": {...}, "optimizer": {...}, "corpus": [...],
               "versions": {"python": "3.7.9", ...},
               "commit": "0123...", "uncommitted_changes": false}]}
"""

import functools
import io
import json
import os
import platform
import subprocess
import time

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import text_files
from optimizer import version

FILE_NAME = "run.json"

# Arguments of `metaopt.train_optimizer` that are recorded elsewhere, or say
# nothing of what is trained.
_LEFT_OUT = frozenset(("logdir", "optimizer_spec", "problems_and_data", "out",
                       "callbacks", "on_start", "cluster", "flags", "seed",
                       "validation", "options"))
# Whoever restarts a run all the time, each time differently, gets so many.
_MAX_STARTS = 100
_MOST_BYTES = 2**26


def record(arguments, seed, optimizer, corpus, validation=()):
  """Describes a start of a run.

  Args:
    arguments: Dict, those of `metaopt.train_optimizer` and the fields of
      `training_arguments.RunOptions`.
    seed: Integer, the run's.
    optimizer: Dict in terms of JSON, its options.
    corpus: List of strings, its problems.
    validation: The same of those it is validated on.

  Returns:
    Dict in terms of JSON.
  """
  result = {
      "time": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
      "seed": seed,
      "flags": _in_json(arguments.get("flags")),
      "arguments": {name: _in_json(value)
                    for name, value in arguments.items()
                    if name not in _LEFT_OUT},
      "optimizer": optimizer,
      "corpus": corpus,
      "validation": list(validation),
      "versions": {
          "python": platform.python_version(), "tensorflow": tf.__version__,
          "numpy": np.__version__, "learned_optimizer": version.__version__},
  }
  result.update(commit(os.path.dirname(os.path.dirname(
      os.path.realpath(__file__)))))
  return result


def write(logdir, start, log):
  """Adds a start to the directory's record.

  Args:
    logdir: String.
    start: Dict, see `record`.
    log: Function of a string, called with what changed since the last start,
      and if the record there was cannot be read.

  Returns:
    String, the start as text.

  Raises:
    IOError: If it cannot be written.
  """
  path = os.path.join(logdir, FILE_NAME)
  starts = _read(path, log)
  if starts:
    changes = _changes(starts[-1], start)
    if changes:
      log("changed since the last start: " + "; ".join(changes))
  if not starts or _timeless(starts[-1]) != _timeless(start):
    text_files.write(path, text_files.json_text(
        {"starts": (starts + [start])[-_MAX_STARTS:]}))
  return text_files.json_text(start)


def _changes(old, new):
  """What differs from before: list of strings."""
  key = "flags" if old.get("flags") and new.get("flags") else "arguments"
  old, new = old.get(key), new.get(key)
  if not isinstance(old, dict) or not isinstance(new, dict):
    return []
  prefix = "--" if key == "flags" else ""
  return ["{}{} from {} to {}".format(
      prefix, name, json.dumps(old[name]), json.dumps(new[name]))
          for name in sorted(new) if name in old and old[name] != new[name]]


def _timeless(start):
  return {key: start[key] for key in start if key != "time"}


def _read(path, log):
  """The starts in a file; none if there is no such file, or no such record."""
  if not os.path.exists(path):
    return []
  try:
    text_files.check(path, _MOST_BYTES)
    with io.open(path, encoding="utf-8") as stream:
      starts = json.loads(stream.read())["starts"]
    if all(isinstance(start, dict) for start in starts):
      return list(starts)
  except (EnvironmentError, ValueError, TypeError, KeyError, RuntimeError):
    pass
  log("{!r} is not the record of a run; it is written again".format(path))
  return []


def commit(root):
  """The git commit of a checkout.

  Args:
    root: String, a directory.

  Returns:
    Dict with "commit" and whether there are "uncommitted_changes"; empty if
    the directory is not the root of a checkout, or there is no git.
  """
  try:
    if os.path.realpath(_git(root, "rev-parse", "--show-toplevel")) != (
        os.path.realpath(root)):
      return {}  # An installed package in a checkout of something else.
    return {"commit": _git(root, "rev-parse", "HEAD"),
            "uncommitted_changes": bool(_git(
                root, "status", "--porcelain", "--untracked-files=no"))}
  except (EnvironmentError, subprocess.CalledProcessError):
    return {}


def _git(root, *arguments):
  with open(os.devnull, "w") as nowhere:
    return subprocess.check_output(
        ("git",) + arguments, cwd=root, stderr=nowhere,
        universal_newlines=True).strip()


def _in_json(value):
  """A value in terms of JSON, in words where that has none."""
  return json.loads(json.dumps(value, default=_words))


def _words(value):
  if isinstance(value, functools.partial):
    return "{}({})".format(_words(value.func), ", ".join(
        [repr(each) for each in value.args] +
        ["{}={!r}".format(*item) for item in sorted(value.keywords.items())]))
  if isinstance(value, np.generic):
    return value.item()
  if hasattr(value, "settings"):
    return value.settings()
  # Not its place in memory, which differs from start to start.
  return getattr(value, "__name__", type(value).__name__)
