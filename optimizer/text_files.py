# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads text files with care, and writes them whole or not at all."""

import json
import os
import stat
import tempfile

import tensorflow.compat.v1 as tf

_MOST_BYTES = 2**20


def json_text(value):
  """A value in terms of JSON as text, the same for equal values."""
  return json.dumps(value, indent=2, sort_keys=True) + "\n"


def check(path, most_bytes=_MOST_BYTES):
  """Checks what lies at a path before it is opened.

  Args:
    path: String; if this machine has no such file, nothing is checked.
    most_bytes: Number, the largest size that will do.

  Raises:
    ValueError: If it is no regular file, or too large.
  """
  try:
    status = os.stat(path)
  except (EnvironmentError, ValueError):
    return
  if not stat.S_ISREG(status.st_mode):
    raise ValueError("it is {}".format(
        "a directory" if stat.S_ISDIR(status.st_mode) else "no regular file"))
  if status.st_size > most_bytes:
    raise ValueError("it has {} bytes, more than {}".format(
        status.st_size, most_bytes))


def read(path):
  """Reads a file of at most a MiB.

  Args:
    path: String, of any file system that TensorFlow knows.

  Returns:
    String.

  Raises:
    ValueError: If it is no regular file, is larger or is not UTF-8.
    tf.errors.OpError: If it cannot be read.
  """
  check(path)
  with tf.io.gfile.GFile(path) as stream:
    return stream.read()


def write(path, text):
  """Writes a file, or leaves the one there is as it was.

  Args:
    path: String.
    text: String, all that the file shall hold.

  Raises:
    IOError: If it cannot be written.
  """
  temporary = None
  try:
    # A new file whose name nobody can guess, and not a link.
    handle, temporary = tempfile.mkstemp(
        prefix=os.path.basename(path) + ".", dir=os.path.dirname(path))
    with os.fdopen(handle, "w") as stream:
      stream.write(text)
    os.chmod(temporary, 0o644)
    os.rename(temporary, path)
  except EnvironmentError as error:
    if temporary is not None and os.path.exists(temporary):
      os.remove(temporary)
    raise IOError("Cannot write {!r} ({}): make room, or see what is in its "
                  "place.".format(path, error.strerror))
