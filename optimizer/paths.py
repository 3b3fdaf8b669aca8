# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Paths as users write them."""

import contextlib
import os


# TensorFlow looks for the files of a checkpoint with patterns.
_PATTERN_CHARACTERS = "[]*?\\"


def expanded(path):
  """A path as a string.

  Args:
    path: String, which may begin with "~", or a `pathlib.Path`.

  Returns:
    String.

  Raises:
    ValueError: If it is neither, or has a NUL character.
  """
  if hasattr(path, "__fspath__"):
    path = path.__fspath__()
  if not isinstance(path, str):
    raise ValueError("Expected a path, got {!r}.".format(path))
  if "\0" in path:
    raise ValueError("{!r} has a NUL character, which no path can have.".format(
        path))
  return os.path.expanduser(path)


def checkpoint_path(path):
  """As `expanded`, for a directory or file that TensorFlow looks for.

  Args:
    path: See `expanded`.

  Returns:
    String.

  Raises:
    ValueError: Also if the path has characters of patterns.
  """
  path = expanded(path)
  found = [char for char in _PATTERN_CHARACTERS if char in path]
  if found:
    raise ValueError(
        "{!r} contains {}, which TensorFlow takes for a pattern when it looks "
        "for checkpoints: choose a path without.".format(
            path, " and ".join(found)))
  return path


@contextlib.contextmanager
def without_patterns(path):
  """Gives a file or checkpoint a path that TensorFlow takes for no pattern.

  Args:
    path: String.

  Yields:
    String: the path itself, or if its folder has characters of patterns in
    its name, another one that leads there until the block ends.

  Raises:
    OSError: If there is no such folder.
    ValueError: If the name in the folder has characters of patterns.
  """
  folder, name = os.path.split(path)
  checkpoint_path(name)
  if not any(char in folder for char in _PATTERN_CHARACTERS):
    yield path
    return
  descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
  try:
    yield "/proc/self/fd/{}/{}".format(descriptor, name)
  finally:
    os.close(descriptor)
