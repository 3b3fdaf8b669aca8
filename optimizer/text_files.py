# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes text files whole or not at all."""

import json
import os
import tempfile


def json_text(value):
  """A value in terms of JSON as text, the same for equal values."""
  return json.dumps(value, indent=2, sort_keys=True) + "\n"


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
