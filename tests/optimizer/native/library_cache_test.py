# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of where the compiled library lies, and what is loaded from there."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import time

from absl.testing import absltest
from absl.testing import parameterized

from optimizer.native import library_cache

_HOLD = """
import sys
from optimizer.native import library_cache
with library_cache.lock(sys.argv[1], 0):
  print("held", flush=True)
  sys.stdin.read()
"""


@contextlib.contextmanager
def _umask(mask):
  old = os.umask(mask)
  try:
    yield
  finally:
    os.umask(old)


def _mode(path):
  return stat.S_IMODE(os.stat(path).st_mode)


class FolderTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._top = os.path.realpath(self.create_tempdir().full_path)

  def _user_folder(self, cache):
    with absltest.mock.patch.dict(os.environ, XDG_CACHE_HOME=cache):
      return library_cache.user_folder()

  @parameterized.parameters(0o000, 0o022, 0o277)
  def test_modes_whatever_the_umask(self, mask):
    with _umask(mask):
      beside = library_cache.folder_beside(self._top)
      own = self._user_folder(os.path.join(self._top, "cache"))
    # All may read what one has built beside the sources.
    self.assertEqual(os.path.join(self._top, ".build"), beside)
    self.assertEqual(0o755, _mode(beside))
    self.assertEqual(beside, library_cache.folder_beside(self._top))
    self.assertEqual(
        os.path.join(self._top, "cache", "learned_optimizer", "native"), own)
    while own != self._top:
      self.assertEqual(0o700, _mode(own))
      own = os.path.dirname(own)

  @parameterized.parameters(".", "parent", "parent/learned_optimizer",
                            "parent/learned_optimizer/native")
  def test_what_others_may_write_on_the_way(self, name):
    cache = os.path.join(self._top, "parent")
    self.assertIsNotNone(self._user_folder(cache))
    path = os.path.join(self._top, name)
    for mode in (0o777, 0o707, 0o702):
      os.chmod(path, mode)
      self.assertIsNone(self._user_folder(cache))
    os.chmod(path, 0o700)
    self.assertIsNotNone(self._user_folder(cache))

  def test_nothing_is_made_where_others_may_write(self):
    os.chmod(self._top, 0o777)
    self.assertIsNone(self._user_folder(os.path.join(self._top, "cache")))
    self.assertIsNone(library_cache.folder_beside(self._top))
    self.assertEqual([], os.listdir(self._top))

  def test_owners(self):
    user, root = os.geteuid(), os.stat("/").st_uid
    other = max(user, root) + 1
    try:
      os.chown(self._top, other, -1)
    except OSError:  # Nobody may, or there is nobody else.
      with absltest.mock.patch.object(os, "geteuid", lambda: other):
        # Everybody trusts root's folders, and nobody another user's.
        self.assertEqual(user in (0, root), library_cache.folder_beside(
            self._top) is not None)
      return
    self.assertIsNone(library_cache.folder_beside(self._top))
    # A sticky folder is safe only if it is root's.
    os.chmod(self._top, 0o1777)
    self.assertIsNone(library_cache.folder_beside(self._top))
    os.chown(self._top, root, -1)
    self.assertIsNotNone(library_cache.folder_beside(self._top))

  def test_a_group_of_the_user_s_own(self):
    group = os.stat(self._top).st_gid
    os.chmod(self._top, 0o770)
    for own, path in ((group, os.path.join(self._top, ".build")),
                      (None, None), (group + 1, None)):
      with absltest.mock.patch.object(
          library_cache, "_private_group", lambda own=own: own):
        self.assertEqual(path, library_cache.folder_beside(self._top))

  def test_a_link_leads_to_a_folder_that_is_checked(self):
    other = os.path.realpath(self.create_tempdir().full_path)
    os.symlink(other, os.path.join(self._top, ".build"))
    self.assertEqual(other, library_cache.folder_beside(self._top))
    os.chmod(other, 0o777)
    self.assertIsNone(library_cache.folder_beside(self._top))

  def test_no_folder(self):
    self.assertIsNone(self._user_folder("relative"))
    open(os.path.join(self._top, ".build"), "w").close()
    self.assertIsNone(library_cache.folder_beside(self._top))


class LibraryTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._folder = os.path.join(self.create_tempdir().full_path, "copy[1]")
    os.mkdir(self._folder)
    self._path = os.path.join(self._folder, "step-1.so")
    self._write(b"machine code")
    library_cache.write_key(self._path, "key")

  def _write(self, content):
    with open(self._path, "wb") as stream:
      stream.write(content)

  def _found(self, key="key", beginning="step-"):
    """What the library holds, or None."""
    library = library_cache.find(self._folder, beginning, key)
    if library is None:
      return None
    try:
      return os.pread(library, 1000, 0)
    finally:
      os.close(library)

  def test_found(self):
    self.assertEqual(b"machine code", self._found())
    self.assertEqual(b"machine code", self._found(beginning="step-1.so"))
    self.assertIsNone(self._found(beginning="step-2"))
    self.assertIsNone(self._found(key="another"))
    self.assertSameElements(["step-1.key", "step-1.so"],
                            os.listdir(self._folder))

  def test_what_was_opened_is_what_was_checked(self):
    library = library_cache.open_checked(self._path, "key")
    os.rename(self._path, self._path + ".old")
    self._write(b"another")
    self.assertEqual(b"machine code", os.pread(library, 1000, 0))
    os.close(library)

  @parameterized.parameters(
      b"", b"machine", b"\0" * len(b"machine code"), b"machine code ")
  def test_damaged(self, content):
    self._write(content)
    self.assertIsNone(self._found())

  @parameterized.parameters("step-1.so", "step-1.key")
  def test_what_is_no_file(self, name):
    path = os.path.join(self._folder, name)
    os.remove(path)
    self.assertIsNone(self._found())
    for make in (os.mkfifo, os.mkdir,
                 lambda path: os.symlink("/dev/zero", path)):
      make(path)
      self.assertIsNone(self._found())
      (shutil.rmtree if make is os.mkdir else os.remove)(path)

  @parameterized.parameters("step-1.so", "step-1.key", ".")
  def test_what_others_may_write(self, name):
    path = os.path.join(self._folder, name)
    mode = _mode(path)
    os.chmod(path, 0o777)
    self.assertIsNone(self._found())
    os.chmod(path, mode)
    self.assertIsNotNone(self._found())

  def test_links_of_a_build(self):
    folder = self.create_tempdir().full_path
    for ending in (".so", ".key"):
      os.symlink(os.path.splitext(self._path)[0] + ending,
                 os.path.join(folder, "ahead" + ending))
    library = library_cache.open_checked(
        os.path.join(folder, "ahead.so"), "key")
    self.assertIsNotNone(library)
    os.close(library)


class LockTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    self._folder = self.create_tempdir().full_path

  def test_one_at_a_time(self):
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, self._folder], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env=dict(os.environ, PYTHONPATH=os.pathsep.join(
            sys.path)))
    self.assertEqual(b"held\n", holder.stdout.readline())
    left = os.path.join(self._folder, library_cache.SCRATCH + "x")
    os.mkdir(left)
    start = time.time()
    with library_cache.lock(self._folder, 0.3) as is_free:
      self.assertFalse(is_free)
    self.assertGreater(time.time() - start, 0.29)
    # What the other process is building stays.
    self.assertTrue(os.path.exists(left))
    holder.kill()
    holder.communicate()
    with library_cache.lock(self._folder, 60) as is_free:
      self.assertTrue(is_free)
      self.assertFalse(os.path.exists(left))

  def test_what_is_in_its_place(self):
    path = os.path.join(self._folder, "lock")
    os.symlink(os.path.join(self._folder, "target"), path)
    with self.assertRaises(EnvironmentError):
      with library_cache.lock(self._folder, 0):
        pass
    self.assertEqual(["lock"], os.listdir(self._folder))


if __name__ == "__main__":
  absltest.main()
