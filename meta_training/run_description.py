# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a run's optimizer is, and how it differs from that of the last run."""

import os
import re

from .distributed import lease
from optimizer import registry

_ADDRESS = re.compile(" at 0x[0-9a-f]+")


class RunDescription:
  """The options of an optimizer, beside those that a directory describes."""

  def __init__(self, optimizer_spec, log):
    """Describes the optimizer.

    Args:
      optimizer_spec: Its spec.
      log: Function of a string, called with what cannot be written or read.
    """
    self._log = log
    self._error = None
    try:
      self._description = registry.describe(*optimizer_spec)
    except ValueError as error:
      self._description, self._error = None, error

  def flat(self):
    """All options in one dict; empty if JSON has no words for them."""
    return _flat(self._description) if self._description else {}

  def of_task(self, entries, meta_gradient):
    """What the tasks of a cluster must agree on: `flat`, corpus, meta-gradient.

    Args:
      entries: List of `corpus_entry.CorpusEntry`.
      meta_gradient: A `meta_gradient.MetaGradient`.

    Returns:
      Dict in terms of JSON.
    """
    return dict(self.flat(), **{
        lease.PROBLEMS: problem_names(entries),
        "meta_gradient": {
            name: value for name, value in meta_gradient.settings().items()
            # Each may have as many threads as it likes.
            if name != "num_workers"}})

  def compare(self, logdir, words="was {} before and is {} now"):
    """Tells which options are others than those described in a directory.

    Args:
      logdir: String.
      words: How it is said; takes the value there and the one of here.
    """
    if self._description is None:
      self._log("No {} is written: {}".format(registry.FILE_NAME, self._error))
      return
    if not os.path.exists(os.path.join(logdir, registry.FILE_NAME)):
      return
    try:
      there = _flat(registry.completed(registry.read(logdir)))
    except ValueError as error:
      self._log("{} It is written again.".format(error))
      return
    here = self.flat()
    for option in sorted(set(there) | set(here)):
      if there.get(option) != here.get(option):
        self._log("option {} ".format(option) + words.format(
            there.get(option), here.get(option)))

  def write(self, logdir):
    """Writes `optimizer.json`.

    Args:
      logdir: String.

    Raises:
      IOError: If it cannot be written.
    """
    if self._description is not None:
      registry.write(logdir, self._description)


def problem_names(entries):
  """What tells each of some problems from others.

  Args:
    entries: List of `corpus_entry.CorpusEntry`.

  Returns:
    List of strings.
  """
  # What has no name but its place in memory has another in each process.
  names = [_ADDRESS.sub("", str(entry.spec)) for entry in entries]
  return [
      name + (" by {}".format(entry.batch_size) if entry.batch_size else "")
      for name, entry in zip(names, entries)]


def _flat(description):
  return dict(description["kwargs"], optimizer=description["optimizer"],
              args=description["args"])
