# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The sources on other Python versions, where such an interpreter exists.

Every file must compile on 3.6; the parts without TensorFlow must work there. An
interpreter is looked for on PATH and among pyenv's versions.
"""

import glob
import os
import subprocess

import tensorflow.compat.v1 as tf

from tests import repository

_COMPILE = """
import sys
for path in sys.argv[1:]:
  with open(path, encoding="utf-8") as stream:
    compile(stream.read(), path, "exec")
"""

_SMOKE = """
import sys
sys.path.insert(0, sys.argv[1])
from problems import problem_spec
spec = problem_spec.Spec(dict, ([("a", 1)],), {"b": 2})
assert spec.build() == {"a": 1, "b": 2}, spec
assert "b=2" in repr(spec), repr(spec)
try:
  problem_spec.Spec(3)
except TypeError:
  pass
else:
  raise AssertionError("Spec took something that cannot be called")
"""


def _interpreter(version):
  """Path of an interpreter that runs and is of that version, or None."""
  root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
  candidates = ["python" + version] + sorted(glob.glob(
      os.path.join(root, "versions", version + ".*", "bin", "python")))
  for candidate in candidates:
    try:
      found = subprocess.check_output(
          [candidate, "-c",
           "import sys; print('%d.%d' % sys.version_info[:2])"],
          stderr=subprocess.STDOUT)
    except (OSError, subprocess.CalledProcessError):
      continue
    if found.decode().strip() == version:
      return candidate
  return None


class PythonVersionsTest(tf.test.TestCase):

  def test_python_3_6(self):
    interpreter = _interpreter("3.6")
    if interpreter is None:
      self.skipTest("there is no Python 3.6")
    files = [os.path.join(repository.ROOT, path)
             for path in repository.python_files() if path.startswith(
                 ("optimizer", "problems", "meta_training", "metaopt.py",
                  "metarun"))]
    self.assertGreater(len(files), 30)
    subprocess.check_call([interpreter, "-c", _COMPILE] + files)
    subprocess.check_call([interpreter, "-c", _SMOKE, repository.ROOT])


if __name__ == "__main__":
  tf.test.main()
