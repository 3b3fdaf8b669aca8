# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of .ci/run and tools/lint with stand-ins for all that they call."""

import os
import shutil
import subprocess

from absl.testing import absltest

from tests import repository


class CiTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    self.root = self.create_tempdir().full_path
    for name in (".ci/run", "tools/lint"):
      path = self._write(name, "")
      shutil.copy(os.path.join(repository.ROOT, name), path)
    self._write("requirements-dev.txt", "flake8\n")
    self._write("metaopt.py", "")

  def _write(self, name, content):
    path = os.path.join(self.root, name)
    if not os.path.isdir(os.path.dirname(path)):
      os.makedirs(os.path.dirname(path))
    with open(path, "w") as output:
      output.write(content)
    os.chmod(path, 0o755)
    return path

  def _run(self, name, *arguments):
    process = subprocess.Popen(
        [os.path.join(self.root, name)] + list(arguments),
        env={"PATH": "/usr/bin:/bin"}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, universal_newlines=True)
    out, err = process.communicate()
    return process.returncode, out, err

  def _ci(self, bazel, lint, bazel_tf2=36):
    """Exit codes in, what count_tests would be given and the end out."""
    self._write("tools/bazel", "#!/bin/sh\ncase $* in *=tf2*) exit {};; esac\n"
                "exit {}\n".format(bazel_tf2, bazel))
    self._write("tools/lint", "#!/bin/sh\nexit {}\n".format(lint))
    self._write(".venv/bin/python",
                "#!/bin/sh\nshift\ncodes=$(echo \" $*\" | sed 's/ [^ ]*=/ /g')\n"
                "echo $codes\n[ \"$codes\" = ' 0 0' ]\n")
    return self._run(".ci/run")[:2]

  def test_the_style_counts(self):
    self.assertEqual((0, "0 0\n"), self._ci(0, 0))
    self.assertEqual((1, "0 1\n"), self._ci(0, 1))
    self.assertEqual((1, "3 0\n"), self._ci(3, 0))

  def test_both_versions_of_tensorflow_count(self):
    self.assertEqual((1, "0 0 0\n"), self._ci(0, 0, bazel_tf2=0))
    self.assertEqual("0 3 0\n", self._ci(0, 0, bazel_tf2=3)[1])

  def test_a_missing_linter_does_not_count(self):
    self.assertEqual("0\n", self._ci(0, 36)[1])

  def test_without_an_environment(self):
    self._write("tools/bazel", "#!/bin/sh\nexit 36\n")
    self.assertEqual((1, "0 passed, 1 failed\n"), self._run(".ci/run")[:2])

  def test_lint_passes_arguments_and_exit_code(self):
    self._write(".venv-lint/bin/python", "#!/bin/sh\necho $*\nexit 1\n")
    self._write(".venv-lint/.stamp", "")
    os.utime(os.path.join(self.root, "requirements-dev.txt"), (1, 1))
    given = "-m flake8 a.py\n-m pylint --score=no a.py\n"
    self.assertEqual((1, given, ""), self._run("tools/lint", "a.py"))
    code, out, err = self._run("tools/lint")
    self.assertEqual((1, ""), (code, err))
    self.assertEqual(["vulture", "flake8", "pylint"],
                     [line.split()[1] for line in out.splitlines()])
    for line in out.splitlines():
      self.assertEndsWith(line, " metaopt.py")

  def test_lint_without_its_tools(self):
    code, _, err = self._run("tools/lint")
    self.assertEqual(36, code)
    self.assertIn("it makes .venv", err)
    self._write(".venv/bin/python", "#!/bin/sh\nexit 1\n")
    code, _, err = self._run("tools/lint")
    self.assertEqual(36, code)
    self.assertIn("pip cannot install", err)


if __name__ == "__main__":
  absltest.main()
