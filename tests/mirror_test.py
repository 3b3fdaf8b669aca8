# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The tests mirror the tree: where to look for a module's test."""

import os

from absl.testing import absltest

from tests import repository

# A test of optimizer/paths.py is tests/optimizer/paths_test.py.
_MIRRORED = ("optimizer", "problems", "meta_training", "evaluation",
             os.path.join("benchmarks", "comparison"))
_TESTED_ELSEWHERE = (
    # tests/tools/wheel_test.py installs what the one makes and asks the other.
    "setup.py", "optimizer/version.py",
)
# Tests of several modules at once, or of the repository. More of them are in
# folders that mirror none.
_TOPICS = {
    "": ("commands", "deprecations", "docs", "metarun_process", "mirror",
         "own_problem_page", "problem_sets_unroll", "python_versions",
         "structure"),
    "meta_training": ("checkpoints", "cluster_faults", "cluster_training",
                      "resume", "strategies_training", "survival",
                      "train_optimizer"),
    "optimizer": ("checkpoint", "determinism", "drop_in_fidelity",
                  "equivalence", "meta_gradient", "tensor_options",
                  "unroll_fidelity", "unroll_paths"),
    os.path.join("optimizer", "native"): ("kernels", "kernels_sanitizer",
                                          "native_inputs", "native_paths",
                                          "native_training"),
    "problems": ("compile",),
}

_SOURCES = repository.python_files()


class MirrorTest(absltest.TestCase):
  """Each module has a test of its name, in the same place below tests/."""

  def setUp(self):
    super().setUp()
    self.modules = set(
        path[:-len(".py")] for path in _SOURCES
        if self._is_mirrored(os.path.dirname(path)) and
        os.path.basename(path) != "__init__.py")
    relative = [os.path.relpath(path, "tests")[:-len("_test.py")]
                for path in _SOURCES
                if path.startswith("tests") and path.endswith("_test.py")]
    self.tests = set(path for path in relative
                     if self._is_mirrored(os.path.dirname(path)))
    self.topics = set(os.path.join(folder, name)
                      for folder, names in _TOPICS.items() for name in names)

  def _is_mirrored(self, folder):
    return not folder or any(
        folder == each or folder.startswith(each + os.sep)
        for each in _MIRRORED)

  def test_every_module_has_a_test(self):
    self.assertGreater(len(self.modules), 100)
    elsewhere = set(path[:-len(".py")] for path in _TESTED_ELSEWHERE)
    self.assertEqual([], sorted(self.modules - self.tests - elsewhere))
    self.assertEqual([], sorted(elsewhere & self.tests))

  def test_every_test_has_a_module(self):
    self.assertEqual([], sorted(self.tests - self.modules - self.topics))
    self.assertEqual([], sorted(self.topics - self.tests))
    self.assertEqual([], sorted(self.topics & self.modules))


if __name__ == "__main__":
  absltest.main()
