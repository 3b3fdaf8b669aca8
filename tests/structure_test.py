# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the design asks of every file: imports, docstrings, sizes, a test."""

import ast
import importlib.util
import os
import re

from absl.testing import absltest

from tests import repository

_MAX_BODY_LINES = 60

_ROOMS = {
    "optimizer": (),
    "problems": (),
    "meta_training": ("meta_training", "optimizer", "problems"),
    "evaluation": ("meta_training", "optimizer", "problems"),
    "metaopt.py": ("evaluation", "meta_training", "optimizer", "problems"),
    "metarun_flags.py": ("optimizer", "problems"),
    "metarun_checks.py": ("metarun_flags",),
    "metarun.py": ("meta_training", "metaopt", "metarun_checks",
                   "metarun_flags", "optimizer", "problems"),
}
"""What each room imports of this repository, beside its own files relatively.
"""
_LIBRARIES = ("absl", "numpy", "tensorflow")
# Imported when asked for, with an error that says what to install.
_OPTIONAL = {"evaluation/plots.py": ("matplotlib",)}

_IMPORT_BY_NAME = ("//tests:docs_test", "//tests:pages_at_full_size_test",
                   "//tests/training_programs:examples_test")

_SOURCES = repository.python_files()
_TREES = {path: ast.parse(repository.read(path)) for path in _SOURCES}


def _room(path):
  """The first part of a path."""
  return path.split(os.sep)[0]


def _library(path):
  """Whether a file is part of what people import or run."""
  return _room(path) in _ROOMS


def _last_line(node):
  return max(getattr(each, "lineno", 0) for each in ast.walk(node))


def _dotted(node):
  """The text of a name with attributes, "np.random.seed" for instance."""
  if isinstance(node, ast.Name):
    return node.id
  if isinstance(node, ast.Attribute):
    return _dotted(node.value) + "." + node.attr
  return ""


def _imports(tree, package=None):
  """Full names of modules imported; relative ones belong to the package."""
  for node in ast.walk(tree):
    if isinstance(node, ast.Import):
      for alias in node.names:
        yield alias.name
    elif isinstance(node, ast.ImportFrom):
      if node.level:
        parents = (package or "").split(".")
        parents = parents[:len(parents) - node.level + 1]
        module = ".".join(part for part in parents + [node.module] if part)
      else:
        module = node.module
      for alias in node.names:
        yield module + "." + alias.name


def _is_installed(name):
  """Whether a top-level module comes with packages, not with Python."""
  spec = importlib.util.find_spec(name)
  return spec is not None and "site-packages" in (spec.origin or "")


class SizeTest(absltest.TestCase):

  def test_functions(self):
    """Signature and docstring do not count."""
    for path, tree in _TREES.items():
      for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
          body = node.body[1:] if ast.get_docstring(node) else node.body
          if body:
            lines = _last_line(node) - body[0].lineno + 1
            self.assertLessEqual(lines, _MAX_BODY_LINES,
                                 "{}: {}".format(path, node.name))


class ImportsTest(absltest.TestCase):

  def test_rooms(self):
    ours = set(repository.FOLDERS) | set(
        path[:-len(".py")] for path in _SOURCES if os.sep not in path)
    for path in filter(_library, _SOURCES):
      allowed = _ROOMS[_room(path)] + _LIBRARIES + _OPTIONAL.get(path, ())
      for node in ast.walk(_TREES[path]):
        if isinstance(node, ast.ImportFrom) and node.level:
          self.assertLessEqual(node.level, path.count(os.sep), path)
          continue
        for name in _imports(ast.Module(body=[node])) if isinstance(
            node, (ast.Import, ast.ImportFrom)) else ():
          top = name.split(".")[0]
          if top in ours or _is_installed(top):
            self.assertIn(top, allowed, path)

  def test_optional_libraries_are_imported_in_functions(self):
    for path, names in _OPTIONAL.items():
      tops = [name.split(".")[0] for name in _imports(
          ast.Module(body=[node for node in _TREES[path].body if isinstance(
              node, (ast.Import, ast.ImportFrom))]))]
      self.assertFalse(set(tops) & set(names), path)

  def test_flags(self):
    for path, tree in _TREES.items():
      if path == "metarun.py" or _room(path) in (
          "benchmarks", "recipes", "tools", "tests"):
        continue
      self.assertNotIn("absl.flags", list(_imports(tree)), path)
      names = [node.id for node in ast.walk(tree)
               if isinstance(node, ast.Name)]
      self.assertNotIn("FLAGS", names, path)

  def test_randomness_is_local(self):
    for path in filter(_library, _SOURCES):
      for node in ast.walk(_TREES[path]):
        if isinstance(node, ast.Attribute):
          name = _dotted(node)
          self.assertNotIn(name, ("tf.set_random_seed",
                                  "tf.compat.v1.set_random_seed"), path)
          if re.match(r"(np\.|numpy\.|)random\.", name):
            self.assertIn(name.rpartition(".")[2],
                          ("RandomState", "SystemRandom"), path)

  def test_only_the_base_class_of_optimizers_imports_adapters(self):
    """Optimizers are rules; they do not import what runs rules."""
    importers = set(
        path for path in _SOURCES if os.path.dirname(path) in (
            "optimizer", os.path.join("optimizer", "native"))
        for name in _imports(_TREES[path], os.path.dirname(path).replace(
            os.sep, "."))
        if name.startswith(("optimizer.drop_in", "optimizer.unroll")))
    self.assertEqual({"optimizer/trainable_optimizer.py"}, importers)


class DocstringTest(absltest.TestCase):

  def _check(self, path, node, name):
    for child in ast.iter_child_nodes(node):
      if not isinstance(child, (ast.ClassDef, ast.FunctionDef)):
        continue
      if child.name.startswith("_") or any(
          isinstance(each, ast.Attribute) and each.attr == "setter"
          for each in child.decorator_list):
        continue
      full_name = name + "." + child.name
      self.assertTrue(ast.get_docstring(child), "{}: {}".format(
          path, full_name))
      if isinstance(child, ast.ClassDef):
        self._check(path, child, full_name)

  def test_public_names(self):
    for path in filter(_library, _SOURCES):
      self.assertTrue(ast.get_docstring(_TREES[path]), path)
      self._check(path, _TREES[path], path)

  def test_license(self):
    for path in _SOURCES:
      self.assertIn("SPDX-License-Identifier: Apache-2.0",
                    repository.read(path)[:200], path)


class MirrorTest(absltest.TestCase):

  def test_every_module_has_a_test(self):
    """One of its name, or one that imports it, in the folder that mirrors it.
    """
    imported = {}
    for path in _SOURCES:
      if path.endswith("_test.py"):
        imported.setdefault(os.path.dirname(path), set()).update(
            _imports(_TREES[path]))
    untested = []
    for path in filter(_library, _SOURCES):
      if os.path.basename(path) not in ("__init__.py", "version.py"):
        folder = os.path.join("tests", os.path.dirname(path)).rstrip(os.sep)
        module = path[:-len(".py")].replace(os.sep, ".")
        if os.path.join("tests", path[:-len(".py")] + "_test.py") not in (
            _SOURCES) and not any(
                (name + ".").startswith(module + ".")
                for name in imported.get(folder, ())):
          untested.append(path)
    self.assertEqual([], untested)


class BuildTest(absltest.TestCase):
  """BUILD files name each source once, with the modules that it imports."""

  def setUp(self):
    super().setUp()
    self.targets = repository.targets()
    self.labels = {}
    for label, target in self.targets.items():
      if target.rule.startswith("py_"):
        for source in target.attributes["srcs"]:
          path = os.path.join(target.package, source)
          self.assertNotIn(path, self.labels)
          self.labels[path] = label

  def test_every_source_has_a_target(self):
    missing = [path for path in _SOURCES if path not in self.labels and
               path != "setup.py" and os.path.basename(path) != "__init__.py"]
    self.assertEqual([], missing)
    for path, label in self.labels.items():
      self.assertEqual(path.endswith("_test.py"),
                       self.targets[label].rule == "py_test", path)

  def test_every_test_has_a_size(self):
    for label, target in self.targets.items():
      if target.rule == "py_test":
        self.assertIn(target.attributes.get("size"),
                      ("small", "medium", "large"), label)

  def test_dependencies_are_exact(self):
    differences = []
    expected = {label: set() for label in self.labels.values()}
    for path, label in self.labels.items():
      package = os.path.dirname(path).replace(os.sep, ".")
      for name in _imports(_TREES[path], package):
        # A name imported from a module, or the module itself.
        for module in (name, name.rpartition(".")[0]):
          source = module.replace(".", os.sep)
          labels = [self.labels[path] for path in (
              source + ".py", os.path.join(source, "__init__.py"))
                    if path in self.labels]
          if labels:
            expected[label].update(labels)
            break
    for label, modules in expected.items():
      target = self.targets[label]
      actual = set()
      for dependency in target.attributes.get("deps", []):
        if dependency.startswith(":"):
          dependency = "//{}{}".format(target.package, dependency)
        if ":" not in dependency:
          dependency += ":" + dependency.rpartition("/")[2]
        if not dependency.endswith(":__init__"):
          actual.add(dependency)
      # A program may also be started.
      actual -= set(each for each in actual - modules
                    if self.targets[each].rule == "py_binary")
      if modules != actual and label not in _IMPORT_BY_NAME:
        differences.append((label, "missing", sorted(modules - actual),
                            "not imported", sorted(actual - modules)))
    self.assertEqual([], differences)


if __name__ == "__main__":
  absltest.main()
