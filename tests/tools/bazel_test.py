# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of tools/bazel with stand-ins for Bazel and for a finished .venv."""

import hashlib
import os
import shutil
import subprocess

from absl.testing import absltest

_WRAPPER = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "../../tools/bazel")
_MISSING = 36  # Bazel's exit code for what the machine lacks.

_FAKE_BAZEL = """\
#!/bin/sh
[ "$1" = --version ] && echo "bazel {version}" && exit
printf '{name}'
printf ' <%s>' "$@"
cat
exit 7
"""


class BazelTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    self.root = self.create_tempdir().full_path
    self.bin = os.path.join(self.root, "bin")
    self.wrapper = os.path.join(self.root, "tools", "bazel")
    for folder in (self.bin, os.path.dirname(self.wrapper)):
      os.makedirs(folder)
    shutil.copy(_WRAPPER, self.wrapper)
    self._write("requirements.txt", "numpy==1.18.5\n")
    self._write(".venv/bin/python", "#!/bin/sh\n")
    digest = hashlib.sha256(b"numpy==1.18.5\n").hexdigest()
    self._write(".venv/.stamp", digest + " 3.7.0 \n")

  def _write(self, name, content):
    path = os.path.join(self.root, name)
    if not os.path.isdir(os.path.dirname(path)):
      os.makedirs(os.path.dirname(path))
    with open(path, "w") as output:
      output.write(content)
    os.chmod(path, 0o755)
    return path

  def _read(self, path):
    with open(path) as stream:
      return stream.read()

  def _fake_bazel(self, name, version="no_version"):
    return self._write(name, _FAKE_BAZEL.format(
        version=version, name=os.path.basename(name)))

  def _run(self, *arguments, **variables):
    environment = {"PATH": self.bin + ":/usr/bin:/bin", "HOME": self.root}
    environment.update(variables)
    process = subprocess.Popen(
        [variables.pop("command", self.wrapper)] + list(arguments),
        env=environment, cwd=self.root, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True)
    out, err = process.communicate("input")
    return process.returncode, out, err

  def test_passes_arguments_input_and_exit_code(self):
    self._fake_bazel("bin/bazel")
    self.assertEqual(
        (7, "bazel <run> <//:a> <--> <--b=c d> <>input", ""),
        self._run("run", "//:a", "--", "--b=c d", ""))

  def test_puts_the_root_on_the_path_of_the_environment(self):
    self._fake_bazel("bin/bazel")
    path = ".venv/lib/python3.7/site-packages/repository_root.pth"
    for before in (None, "/elsewhere\n", self.root + "\n"):
      self._write(path if before else ".venv/lib/python3.7/site-packages/a.py",
                  before or "")
      self.assertEqual((7, "bazel <test>input", ""), self._run("test"))
      with open(os.path.join(self.root, path)) as stream:
        self.assertEqual(self.root + "\n", stream.read())

  def test_installs_what_benchmarks_need(self):
    """Once, and a benchmark runs also if that fails."""
    self._fake_bazel("bin/bazel")
    self._write("requirements-benchmarks.txt", "scipy\n")
    python = '#!/bin/sh\n[ "$2" = pip ] && echo "$*" >> pip.txt && exit {}\n:'
    ran = "bazel <run> <//benchmarks:digits>input"
    for code, message in ((1, "pip could not install"), (0, ""), (0, None)):
      self._write(".venv/bin/python", python.format(code))
      result, out, err = self._run("run", "//benchmarks:digits")
      self.assertEqual((7, ran), (result, out))
      self.assertEqual(message is None, not err)
      self.assertIn(message or "", err)
    self.assertEqual("", self._run("run", "//:metarun")[2])
    self.assertLen(self._read(os.path.join(self.root, "pip.txt"))
                   .splitlines(), 2)

  def test_tensorflow_2_has_an_environment_of_its_own(self):
    self._fake_bazel("bin/bazel")
    python = self._write(
        "python", '#!/bin/sh\n[ "$2" = venv ] && exit 1\necho "$0"\n')
    self._write("requirements-tf2.txt", "")
    for asking in (["test", "--config=tf2"], ["run", "--config", "tf2"]):
      code, out, err = self._run(
          *asking, LEARNED_OPTIMIZER_PYTHON="/bin/false",
          LEARNED_OPTIMIZER_TF2_PYTHON=python)
      self.assertEqual((_MISSING, ""), (code, out))
      self.assertIn("making .venv-tf2 with CPython", err)
    self.assertTrue(os.path.exists(os.path.join(self.root, ".venv/.stamp")))
    # An argument of the program that is run is none of Bazel's.
    self.assertEqual((7, "bazel <run> <//:a> <--> <--config=tf2>input", ""),
                     self._run("run", "//:a", "--", "--config=tf2"))

  def test_names_the_pythons_of_tensorflow_2(self):
    self._fake_bazel("bin/bazel")
    self._write("requirements-tf2.txt", "")
    code, _, err = self._run("test", "--config=tf2",
                             LEARNED_OPTIMIZER_TF2_PYTHON="/bin/false")
    self.assertEqual(_MISSING, code)
    self.assertIn("LEARNED_OPTIMIZER_TF2_PYTHON (/bin/false) is not a working "
                  "CPython 3.11 or 3.10 or 3.9 ", err)

  def test_runs_through_a_symlink(self):
    self._fake_bazel("bin/bazel")
    link = os.path.join(self.root, "link")
    os.symlink(self.wrapper, link)
    self.assertEqual((7, "bazel <test>input", ""),
                     self._run("test", command=link))

  def test_prefers_the_bazel_that_called_it(self):
    self._fake_bazel("bin/bazel")
    real = self._fake_bazel("elsewhere/called")
    self.assertEqual((7, "called <test>input", ""),
                     self._run("test", BAZEL_REAL=real))

  def test_takes_what_a_launcher_has_beside_it(self):
    self._write("bin/bazel", "#!/bin/sh\nexec " + self.wrapper + ' "$@"')
    self._fake_bazel("bin/bazel-4")
    self.assertEqual((7, "bazel-4 <test>input", ""), self._run("test"))
    missing = os.path.join(self.bin, "bazel-4.2.3")
    self.assertEqual((7, "bazel-4 <test>input", ""),
                     self._run("test", BAZEL_REAL=missing))

  def test_does_not_call_itself_for_ever(self):
    self._write("bin/bazel", "#!/bin/sh\n"
                '[ "$1" = --version ] && exit\n' + self.wrapper + ' "$@"')
    second = os.path.dirname(self._write("second/bazel", ""))
    shutil.copy("/bin/echo", second + "/bazel")  # No script, as the true one.
    path = ":".join([self.bin, second, "/usr/bin"])
    self.assertEqual((0, "test\n", ""), self._run("test", PATH=path))

  def test_passes_over_a_bazel_that_is_too_new_or_does_not_run(self):
    new = self._fake_bazel("bin/bazel", version="9.0.0")
    broken = self._write("bin/bazelisk", "#!/bin/sh\nexit 1\n")
    self._fake_bazel("second/bazel", version="4.2.3")
    path = ":".join([self.bin, os.path.join(self.root, "second"), "/usr/bin"])
    for real in (new, broken, ""):
      self.assertEqual((7, "bazel <test>input", ""),
                       self._run("test", PATH=path, BAZEL_REAL=real))

  def test_removes_only_the_link_that_bazel_would_take_for_packages(self):
    self._fake_bazel("bin/bazel")
    for name in ("bazel-bin", "bazel-name"):
      os.symlink("/somewhere/execroot/name", os.path.join(self.root, name))
    self._write("bazel-file", "")
    self.assertEqual((7, "bazel <test>input", ""), self._run("test"))
    self.assertEqual(
        ["bazel-bin", "bazel-file"],
        sorted(n for n in os.listdir(self.root) if n.startswith("bazel-")))

  def test_names_a_python_that_is_none(self):
    self._fake_bazel("bin/bazel")
    code, out, err = self._run("test", LEARNED_OPTIMIZER_PYTHON="/bin/false")
    self.assertEqual((_MISSING, ""), (code, out))
    self.assertRegex(err, r"^tools/bazel: LEARNED_OPTIMIZER_PYTHON .*\n$")

  def test_needs_no_python_to_shut_down(self):
    shutil.rmtree(os.path.join(self.root, ".venv"))
    self._fake_bazel("bin/bazel")
    self.assertEqual((7, "bazel <shutdown>input", ""),
                     self._run("shutdown", LEARNED_OPTIMIZER_PYTHON="none"))

  def test_makes_an_unfinished_or_outdated_environment_anew(self):
    self._fake_bazel("bin/bazel")
    # A Python that is found good but cannot make an environment.
    python = self._write(
        "python", '#!/bin/sh\n[ "$2" = venv ] && exit 1\necho "$0"\n')
    for name in (".venv/.stamp", "requirements.txt"):
      self._write(name, "changed\n")
      code, out, err = self._run("test", LEARNED_OPTIMIZER_PYTHON=python)
      self.assertEqual((_MISSING, ""), (code, out))
      self.assertIn("making .venv", err)
      self.assertIn("-m venv failed", err)
      self.assertFalse(os.path.exists(os.path.join(self.root, ".venv/.stamp")))

  def test_writes_nothing_through_a_link(self):
    self._fake_bazel("bin/bazel")
    venv = os.path.join(self.root, ".venv")
    others = os.path.join(self.root, "others")
    shutil.move(venv, others)
    os.symlink(others, venv)
    path = self._write("others/lib/python3.7/site-packages/"
                       "repository_root.pth", "/another/checkout\n")
    stamp = os.path.join(others, ".stamp")
    for content in (self._read(stamp), "outdated\n"):
      self._write("others/.stamp", content)
      code, out, err = self._run("test")
      self.assertEqual((_MISSING, ""), (code, out))
      self.assertIn(".venv is a link to " + others, err)
      self.assertEqual("/another/checkout\n", self._read(path))
      self.assertEqual(content, self._read(stamp))

  def test_notices_a_python_that_does_not_run(self):
    self._fake_bazel("bin/bazel")
    self._write(".venv/bin/python", "#!/no/such/python\n")
    code, _, err = self._run("test", LEARNED_OPTIMIZER_PYTHON="/bin/false")
    self.assertEqual(_MISSING, code)
    self.assertIn("LEARNED_OPTIMIZER_PYTHON (/bin/false) is not", err)


if __name__ == "__main__":
  absltest.main()
