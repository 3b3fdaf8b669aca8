# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the design asks of every source file: imports, docstrings, sizes."""

import ast
import collections
import importlib.util
import os
import re

from absl.testing import absltest

from tests import repository

_MAX_BODY_LINES = 60
# A syntax tree of so many characters is a few statements.
_LONG_DUMP = 350

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
# TensorFlow calls them, with arguments of its own.
_HOOKS = ("_as_graph_element", "_to_tensor", "_valid_dtypes", "assign")
# Imported when asked for, with an error that says what to install.
_OPTIONAL = {"evaluation/plots.py": ("matplotlib",)}

_IMPORT_BY_NAME = ("//tests:docs_test", "//tests:own_problem_page_test",
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


def _words(paths):
  """How often each identifier occurs in some files."""
  return collections.Counter(
      word for path in paths
      for word in re.findall(r"\w+", repository.read(path)))


def _defines(class_node, method):
  return any(isinstance(node, ast.FunctionDef) and node.name == method
             for node in class_node.body)


def _dead_parameters(function, is_method):
  """Parameters that the body of a function never reads."""
  body = function.body[1:] if ast.get_docstring(function) else function.body
  if all(isinstance(node, (ast.Pass, ast.Raise)) for node in body):
    return []
  names = [each.arg for each in function.args.args]
  if is_method and not any(_dotted(decorator) == "staticmethod"
                           for decorator in function.decorator_list):
    names = names[1:]
  read = set(node.id for statement in body for node in ast.walk(statement)
             if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
  if "locals" in read:
    return []
  return [name for name in names
          if name not in read and not name.startswith("unused_")]


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


class DeadCodeTest(absltest.TestCase):

  def _unused(self, is_private, words_for):
    """Names that occur nowhere but where they are defined."""
    unused = []
    for path in filter(_library, _SOURCES):
      words = words_for(path)
      for node in ast.walk(_TREES[path]):
        names = []
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
          # A decorator may register it somewhere.
          names = [] if node.decorator_list else [node.name]
        elif isinstance(node, ast.Assign):
          names = [_dotted(target) for target in node.targets]
        unused += [(path, name) for name in names
                   if re.match(r"[A-Za-z_]\w*$", name) and
                   not name.endswith("__") and
                   name.startswith("_") == is_private and
                   name not in _HOOKS and words[name] < 2]
    return unused

  def test_private_names_are_used_in_their_room(self):
    rooms = {room: _words(path for path in _SOURCES if _room(path) == room)
             for room in _ROOMS}
    self.assertEqual([], self._unused(True, lambda path: rooms[_room(path)]))

  def test_public_names_are_used(self):
    """By another part of the program, an example, a benchmark or a test."""
    words = _words(_SOURCES)
    self.assertEqual([], self._unused(False, lambda path: words))


class ParametersTest(absltest.TestCase):
  """Functions use their parameters, but for those that others prescribe."""

  def setUp(self):
    super().setUp()
    self.classes = collections.defaultdict(list)
    for tree in _TREES.values():
      for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
          self.classes[node.name].append(node)

  def _bases(self, node):
    return [_dotted(base).rpartition(".")[2] for base in node.bases]

  def _is_inherited(self, node, method):
    """Whether a base class has a method, as far as can be told."""
    return any(
        name not in self.classes or any(
            _defines(base, method) or self._is_inherited(base, method)
            for base in self.classes[name] if base is not node)
        for name in self._bases(node) if name != "object")

  def _is_overridden(self, node, method):
    """Whether a derived class has a method."""
    return any(
        _defines(each, method) or self._is_overridden(each, method)
        for classes in self.classes.values() for each in classes
        if each is not node and node.name in self._bases(each))

  def test_parameters_are_used(self):
    dead = []
    for path in _SOURCES:
      if _room(path) == "tests":  # Fakes have the signatures of the real.
        continue
      owners = {method: node for node in ast.walk(_TREES[path])
                if isinstance(node, ast.ClassDef) for method in node.body}
      for node in ast.walk(_TREES[path]):
        if not isinstance(node, ast.FunctionDef) or node.name in _HOOKS:
          continue
        owner = owners.get(node)
        if owner is None or not (self._is_inherited(owner, node.name) or
                                 self._is_overridden(owner, node.name)):
          dead += [(path, node.name, name)
                   for name in _dead_parameters(node, owner is not None)]
    self.assertEqual([], dead)


class DuplicatesTest(absltest.TestCase):

  def test_no_function_is_written_twice(self):
    places = collections.defaultdict(list)
    for path in filter(_library, _SOURCES):
      for node in ast.walk(_TREES[path]):
        if isinstance(node, ast.FunctionDef):
          body = node.body[1:] if ast.get_docstring(node) else node.body
          places["".join(map(ast.dump, body))].append(path)
    twins = sorted(paths for body, paths in places.items()
                   if len(paths) > 1 and len(body) > _LONG_DUMP)
    self.assertEqual([], twins)


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
    for path, label in self.labels.items():
      target = self.targets[label]
      package = os.path.dirname(path).replace(os.sep, ".")
      expected = set()
      for name in _imports(_TREES[path], package):
        # A name imported from a module, or the module itself.
        for module in (name, name.rpartition(".")[0]):
          source = module.replace(".", os.sep) + ".py"
          if source in self.labels:
            expected.add(self.labels[source])
            break
      actual = set()
      for dependency in target.attributes.get("deps", []):
        if dependency.startswith(":"):
          dependency = "//{}{}".format(target.package, dependency)
        if ":" not in dependency:
          dependency += ":" + dependency.rpartition("/")[2]
        if not dependency.endswith(":__init__"):
          actual.add(dependency)
      # A program may also be started.
      actual -= set(each for each in actual - expected
                    if self.targets[each].rule == "py_binary")
      if expected != actual and label not in _IMPORT_BY_NAME:
        differences.append((label, "missing", sorted(expected - actual),
                            "not imported", sorted(actual - expected)))
    self.assertEqual([], differences)


if __name__ == "__main__":
  absltest.main()
