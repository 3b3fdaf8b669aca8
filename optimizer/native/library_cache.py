# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Folders for the compiled library that no other user can change.

Whoever can change the library, or rename a folder on the way to it, runs code
as whoever loads it. So all of them must belong to the user or to root, and be
writable by nobody else. Beside a library "x.so" lies "x.key", which holds the
key of what it was built of and the checksum of the library.
"""

import contextlib
import errno
import fcntl
import grp
import hashlib
import os
import pwd
import shutil
import stat
import time

_BESIDE = ".build"
_LOCK = "lock"
_MAX_KEY = 1000
_POLL_SECONDS = 0.1

SCRATCH = "build-"
"""What the names of folders begin with in which libraries are being built."""


def folder_beside(folder):
  """A folder for the library beside the sources, which all may read, or None.

  Args:
    folder: String, where the sources are.
  """
  path = os.path.realpath(os.path.join(folder, _BESIDE))
  return path if _is_safe(path, 0o755) else None


def user_folder():
  """A folder for the library in the user's cache, or None."""
  cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(
      os.path.expanduser("~"), ".cache")
  path = os.path.realpath(os.path.join(cache, "learned_optimizer", "native"))
  return path if os.path.isabs(cache) and _is_safe(path, 0o700) else None


def _is_safe(path, mode=None):
  """Whether nobody else can change what is in a folder.

  Args:
    path: String, a real path.
    mode: None, or an integer: what is missing of the path is made with this
      mode, whatever the umask.

  Returns:
    Bool; False also if the folder is missing and cannot be made.
  """
  parent = os.path.dirname(path)
  if parent != path and not _is_safe(parent, mode):
    return False
  try:
    if mode is not None and not os.path.lexists(path):
      _make(path, mode)
    status = os.lstat(path)
  except EnvironmentError:
    return False
  # In a sticky folder of root's, as /tmp, nobody can rename others' files.
  is_sticky = status.st_mode & stat.S_ISVTX and status.st_uid == 0
  return stat.S_ISDIR(status.st_mode) and (
      is_sticky or not _others_write(status)) and _is_trusted(status)


def _make(folder, mode):
  try:
    os.mkdir(folder, mode)
    os.chmod(folder, mode)
  except EnvironmentError as error:
    if error.errno != errno.EEXIST:  # Another process may have been faster.
      raise


def _is_trusted(status):
  # Where root's files appear as another user's, as in a sandbox, the owner of
  # "/" is root.
  return status.st_uid in (0, os.geteuid(), os.stat("/").st_uid)


def _others_write(status):
  return bool(status.st_mode & stat.S_IWOTH or status.st_mode & stat.S_IWGRP and
              status.st_gid != _private_group())


def _private_group():
  """The group that is one user's alone, as the umask 002 supposes, or None."""
  try:
    user = pwd.getpwuid(os.geteuid())
    group = grp.getgrgid(user.pw_gid)
  except KeyError:
    return None
  is_private = (user.pw_uid != 0 and group.gr_name == user.pw_name and
                set(group.gr_mem) <= {user.pw_name})
  return group.gr_gid if is_private else None


def find(folder, beginning, key):
  """Opens a library in a folder; see `open_checked`.

  Args:
    folder: String.
    beginning: String, what its name begins with.
    key: String.

  Returns:
    File descriptor, or None.
  """
  try:
    names = sorted(os.listdir(folder))
  except EnvironmentError:
    return None
  for name in names:
    if name.startswith(beginning) and name.endswith(".so"):
      library = open_checked(os.path.join(folder, name), key)
      if library is not None:
        return library
  return None


def open_checked(path, key):
  """Opens a library if nobody else can have changed it and it is whole.

  Args:
    path: String.
    key: String, what it must have been built of.

  Returns:
    File descriptor, or None.
  """
  library = _open(path)
  if library is None:
    return None
  key_file = _open(_key_path(path))
  if key_file is not None:
    with os.fdopen(key_file, "rb") as stream:
      if stream.read(_MAX_KEY) == _key_text(library, key):
        return library
  os.close(library)
  return None


def _open(path):
  """Opens a file that nobody else can have written, or returns None."""
  path = os.path.realpath(path)  # A build may have links to its results.
  if not _is_safe(os.path.dirname(path)):
    return None
  try:
    # Does not wait, should it be a FIFO.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
  except EnvironmentError:
    return None
  status = os.fstat(descriptor)
  if stat.S_ISREG(status.st_mode) and _is_trusted(status) and (
      not _others_write(status)):
    return descriptor
  os.close(descriptor)
  return None


def _key_path(path):
  return os.path.splitext(path)[0] + ".key"


def _key_text(library, key):
  """The bytes that lie beside a library: its key, and its checksum."""
  with os.fdopen(os.dup(library), "rb") as stream:
    checksum = hashlib.sha256(stream.read()).hexdigest()
  return "{} {}\n".format(key, checksum).encode("utf-8")


def write_key(path, key):
  """Writes what lies beside a library, once both are safe on the disk.

  Args:
    path: String, the library's.
    key: String, what it was built of.
  """
  temporary = _key_path(path) + ".temporary"
  library = os.open(path, os.O_RDONLY)
  folder = os.open(os.path.dirname(path), os.O_RDONLY)
  try:
    os.fsync(library)
    with open(temporary, "wb") as stream:
      stream.write(_key_text(library, key))
      stream.flush()
      os.fsync(stream.fileno())
    os.chmod(temporary, 0o644)
    os.rename(temporary, _key_path(path))
    os.fsync(folder)
  finally:
    os.close(library)
    os.close(folder)


@contextlib.contextmanager
def lock(folder, seconds):
  """Lets one process build in a folder, and the others wait.

  Args:
    folder: String.
    seconds: Number, how long to wait.

  Yields:
    Whether nobody else builds there any more. If so, what builds that were
    killed have left has been removed.
  """
  descriptor = os.open(os.path.join(folder, _LOCK), os.O_RDWR | os.O_CREAT |
                       os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
  try:
    is_free = _take(descriptor, time.time() + seconds)
    if is_free:
      for name in os.listdir(folder):
        if name.startswith(SCRATCH):
          shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
    yield is_free
  finally:
    os.close(descriptor)


def _take(descriptor, end):
  """Locks an open file until a time; returns whether that worked."""
  while True:
    try:
      fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
      return True
    except EnvironmentError as error:
      if error.errno not in (errno.EAGAIN, errno.EACCES):
        return True  # There are no locks here: each builds its own.
    if time.time() > end:
      return False
    time.sleep(_POLL_SECONDS)
