# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of writing text files whole or not at all."""

import json
import os
import tempfile

from absl.testing import absltest

from optimizer import text_files


class TextFilesTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    self._folder = tempfile.mkdtemp(dir=absltest.get_default_test_tmpdir())
    self._path = os.path.join(self._folder, "some.json")

  def _read(self):
    with open(self._path) as stream:
      return json.load(stream)

  def test_equal_values_give_equal_text(self):
    self.assertEqual('{\n  "a": 1,\n  "b": [\n    2\n  ]\n}\n',
                     text_files.json_text({"b": [2], "a": 1}))

  def test_replaces_what_there_is(self):
    for value in ({"a": 1}, {"b": [2.5, None]}):
      text_files.write(self._path, text_files.json_text(value))
      self.assertEqual(value, self._read())
    self.assertEqual(["some.json"], os.listdir(self._folder))
    self.assertEqual(0o644, os.stat(self._path).st_mode & 0o777)

  def test_read(self):
    with open(self._path, "w", encoding="utf-8") as stream:
      stream.write("\u00e4\n")
    self.assertEqual("\u00e4\n", text_files.read(self._path))

  def test_what_is_not_read(self):
    for make, message in (
        (os.mkdir, "a directory"), (os.mkfifo, "no regular file"),
        (lambda path: os.symlink("/dev/zero", path), "no regular file"),
        (self._sparse, "has 2147483648 bytes, more than 1048576")):
      make(self._path)
      with self.assertRaisesRegex(ValueError, message):
        text_files.read(self._path)
      (os.rmdir if make is os.mkdir else os.remove)(self._path)

  def _sparse(self, path):
    open(path, "w").close()
    os.truncate(path, 2**31)

  def test_does_not_write_through_a_link(self):
    target = os.path.join(self._folder, "target")
    with open(target, "w") as stream:
      stream.write("mine")
    os.symlink(target, self._path)
    text_files.write(self._path, "[1]")
    with open(target) as stream:
      self.assertEqual("mine", stream.read())
    self.assertEqual([1], self._read())

  def test_a_directory_in_its_place(self):
    os.mkdir(self._path)
    with self.assertRaisesRegexp(IOError, "some.json.*see what is in its"):
      text_files.write(self._path, "[1]")
    self.assertEqual(["some.json"], os.listdir(self._folder))


if __name__ == "__main__":
  absltest.main()
