# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The directory of a run: that it can be written, and that nobody else does.

While a run writes, it holds a lock on the file "run.lock" of its directory. The
kernel takes the lock back when the process ends, however it ends. The file
names the process, for others; a run that comes to its end removes it.
"""

import errno
import fcntl
import os
import socket
import time

import tensorflow.compat.v1 as tf

from . import checkpoints
from optimizer import checkpoint_list
from optimizer import paths

LOCK_NAME = "run.lock"


class LockedError(IOError):
  """Another process trains in the same directory."""


class RunDirectory:
  """A directory, for one run alone if that writes."""

  def __init__(self, logdir, writes, log, name=""):
    """Makes the directory if need be and takes the lock.

    Args:
      logdir: String or path object.
      writes: Whether this process writes there; others take no lock.
      log: Function of a string, called with what is not as it should be.
      name: String, what this task calls itself in a cluster.

    Raises:
      ValueError: If there can be no checkpoints in it.
      LockedError: If another process writes there.
    """
    self.path = paths.checkpoint_path(logdir)
    self._log = log
    self._lock = None
    if writes:
      self._holder = "process {} on {}{}, started {}".format(
          os.getpid(), socket.gethostname(), name and " as " + name,
          time.strftime("%Y-%m-%d %H:%M:%S"))
      self._take_lock()

  def _take_lock(self):
    _make(self.path)
    path = os.path.join(self.path, LOCK_NAME)
    while self._lock is None:
      try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
      except EnvironmentError as error:
        raise ValueError("Cannot open {!r} ({}): see what is in its "
                         "place.".format(path, error.strerror))
      number = _lock_error(lock)
      if number in (errno.EAGAIN, errno.EACCES):
        holder = os.read(lock, 1000).decode("utf-8", "replace").strip()
        os.close(lock)
        raise LockedError(
            "Another run writes in {!r}: {}. Wait for it or stop it, or choose "
            "another train_dir.".format(self.path, holder or "one that starts"))
      if number:
        os.close(lock)
        self._log("cannot lock {!r} ({}): make sure that no other run writes "
                  "in this directory".format(path, os.strerror(number)))
        return
      # The last holder may have removed the file since it was opened.
      if _is_file(lock, path):
        self._lock = os.fdopen(lock, "r+")
      else:
        os.close(lock)
    self._lock.truncate(0)
    self._lock.write(self._holder + "\n")
    self._lock.flush()

  def prefix(self):
    """The prefix of checkpoints to write there.

    If the directory or its lock has been removed meanwhile, there are new ones.

    Raises:
      IOError: If they cannot be made.
      LockedError: If another process writes there meanwhile.
    """
    if self._lock is not None and not self._is_held():
      self._log("{!r} was removed during the run, and is made "
                "again".format(os.path.join(self.path, LOCK_NAME)))
      self._lock.close()
      self._lock = None
      try:
        self._take_lock()
      except ValueError as error:
        raise IOError("Cannot save a checkpoint in {!r}. {}".format(
            self.path, error))
    return os.path.join(self.path, checkpoints.NAME)

  def _is_held(self):
    return _is_file(self._lock.fileno(), os.path.join(self.path, LOCK_NAME))

  def checkpoints(self):
    """See `checkpoints.usable`."""
    return checkpoints.usable(self.path, self._log)

  def latest(self):
    """The prefix of the last checkpoint, for messages; None if there is none.
    """
    try:
      return checkpoint_list.latest(self.path)
    except ValueError:
      return None

  def remove_leftovers(self):
    """See `checkpoints.remove_leftovers`; also in sub-directories."""
    for name in ("", checkpoints.AVERAGED_DIRECTORY):
      checkpoints.remove_leftovers(os.path.join(self.path, name))

  def save_error(self, error):
    """Removes what a save that failed has left.

    Args:
      error: The exception it raised.

    Returns:
      An `IOError` that says what to do.
    """
    self.remove_leftovers()
    return IOError(
        "Cannot save a checkpoint in {!r} ({}). The last good one is {!r}; "
        "make room and start again to continue from it.".format(
            self.path,
            # Below the first line, TensorFlow tells where it built the op.
            getattr(error, "message", str(error)).partition("\n")[0],
            self.latest()))

  def close(self):
    """Lets others write there."""
    if self._lock is not None:
      try:
        if self._is_held():
          os.remove(os.path.join(self.path, LOCK_NAME))
      except EnvironmentError:
        pass  # Without the lock it says nothing.
      self._lock.close()
      self._lock = None


def _lock_error(descriptor):
  """Locks an open file; returns 0 or the number of what hinders it."""
  try:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return 0
  except EnvironmentError as error:
    return error.errno


def _is_file(descriptor, path):
  """Whether an open file is the one that has a name."""
  try:
    return os.path.samestat(os.fstat(descriptor), os.stat(path))
  except EnvironmentError:
    return False


def _make(logdir):
  """Makes a directory, or raises ValueError if it cannot be or be written."""
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
