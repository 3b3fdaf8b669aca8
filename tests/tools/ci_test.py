# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of .ci/run, tools/lint and tools/count_tests.py.

The first two run with stand-ins for all that they call.
"""

import io
import json
import os
import shutil
import subprocess
import sys

from absl.testing import absltest

from tests import repository
from tools import count_tests

_XML = """<?xml version="1.0"?>
<testsuites><testsuite name="Case">
  <testcase name="passes" status="run" result="completed"></testcase>
  <testcase name="passes_too" status="run"></testcase>
  <testcase name="left_out" status="notrun" result="suppressed"></testcase>
  <testcase name="skipped" status="run"><skipped message="no"/></testcase>
  %s
</testsuite></testsuites>
"""
_PASSING = _XML % ""
_FAILING = _XML % (
    '<testcase name="fails" status="run"><failure message="1 != 2"/></testcase>'
    '<testcase name="raises" status="run"><error message="x"/></testcase>')


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
                "#!/bin/sh\nshift\n"
                "codes=$(echo \" $*\" | sed 's/ [^ ]*=/ /g')\n"
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


class CountTestsTest(absltest.TestCase):

  def _configured(self, label, **fields):
    return {"id": {"targetConfigured": {"label": label}}, "configured": fields}

  def _result(self, label, status, xml=None, shard=1, attempt=1):
    outputs = [{"name": "test.log", "uri": "file:///nowhere/test.log"}]
    if xml is not None:
      path = self.create_tempfile("a folder/%s_%s_%s.xml" % (
          label.strip("/:"), shard, attempt), content=xml).full_path
      outputs.append({"name": "test.xml",
                      "uri": "file://" + path.replace(" ", "%20")})
    return {
        "id": {"testResult": {"label": label, "run": 1, "shard": shard,
                              "attempt": attempt}},
        "testResult": {"status": status, "testActionOutput": outputs},
    }

  def _summary(self, label, status):
    return {"id": {"testSummary": {"label": label}},
            "testSummary": {"overallStatus": status}}

  def test_methods_are_counted_and_skipped_ones_are_not(self):
    self.assertEqual((2, 0), count_tests.count_events([
        {"id": {"started": {}}},
        self._configured("//:library", targetKind="py_library rule"),
        self._configured("//:a", testSize="SMALL"),
        self._result("//:a", "PASSED", _PASSING),
        self._summary("//:a", "PASSED"),
    ]))

  def test_failed_methods_are_counted_beside_the_passed_ones(self):
    self.assertEqual((2, 2), count_tests.count_events([
        self._configured("//:a", testSize="SMALL"),
        self._result("//:a", "FAILED", _FAILING),
        self._summary("//:a", "FAILED"),
    ]))

  def test_a_target_without_record_of_a_failed_method_is_one_failed_test(self):
    self.assertEqual((2, 3), count_tests.count_events([
        self._configured("//:crashed", testSize="SMALL"),
        self._result("//:crashed", "FAILED", _PASSING),
        self._summary("//:crashed", "FAILED"),
        self._configured("//:timed_out", testSize="SMALL"),
        self._result("//:timed_out", "TIMEOUT", "<testsuites><tests"),
        self._summary("//:timed_out", "TIMEOUT"),
        self._configured("//:not_built", testSize="SMALL"),
    ]))

  def test_the_last_attempt_of_every_shard_counts(self):
    self.assertEqual((4, 0), count_tests.count_events([
        self._configured("//:a", testSize="SMALL"),
        self._result("//:a", "FAILED", _FAILING, shard=1, attempt=1),
        self._result("//:a", "PASSED", _PASSING, shard=2, attempt=1),
        self._result("//:a", "PASSED", _PASSING, shard=1, attempt=2),
        self._summary("//:a", "FLAKY"),
    ]))

  def _main(self, events, exit_code, *others):
    lines = "".join(json.dumps(event) + "\n" for event in events)
    path = self.create_tempfile("events.json", content=lines + '{"id": {"cut')
    run = "{}={}".format(path.full_path, exit_code)
    return count_tests.main(["count_tests", run] + list(others))

  def test_exit_code(self):
    passed = [self._configured("//:a", testSize="SMALL"),
              self._result("//:a", "PASSED", _PASSING),
              self._summary("//:a", "PASSED")]
    self.assertEqual(0, self._main(passed, exit_code=0))
    self.assertEqual(1, self._main(passed, exit_code=1))
    self.assertEqual(1, self._main([], exit_code=0))

  def test_further_checks(self):
    passed = [self._configured("//:a", testSize="SMALL"),
              self._result("//:a", "PASSED", _PASSING),
              self._summary("//:a", "PASSED")]
    for others, code, line in ((("0",), 0, "3 passed, 0 failed\n"),
                               (("1",), 1, "2 passed, 1 failed\n"),
                               (("0", "2"), 1, "3 passed, 1 failed\n"),
                               (("/dev/null=0",), 0, "2 passed, 0 failed\n"),
                               (("/dev/null=4",), 1, "2 passed, 1 failed\n")):
      stdout, sys.stdout = sys.stdout, io.StringIO()
      try:
        self.assertEqual(code, self._main(passed, 0, *others))
        printed = sys.stdout.getvalue()
      finally:
        sys.stdout = stdout
      self.assertEqual(line, printed)

  def test_unreadable_xml_counts_nothing(self):
    self.assertEqual((0, 0), count_tests.count_methods(os.devnull))
    self.assertEqual((0, 0), count_tests.count_methods("/nowhere/test.xml"))


if __name__ == "__main__":
  absltest.main()
