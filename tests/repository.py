# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The repository as tests of it as a whole read it: files, targets, pages.

Such tests read every file there is, not only what their targets depend on;
Bazel runs them each time (the tag "external").
"""

import collections
import importlib
import os
import re

# Bazel runs a link to this file: the real one lies in the repository.
ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

FOLDERS = ("optimizer", "problems", "meta_training", "evaluation",
           "benchmarks", "recipes", "examples", "tools", "tests")

Target = collections.namedtuple("Target", "rule, package, attributes")
"""A target of a BUILD file.

Attributes:
  rule: String, "py_test" for instance.
  package: String, "" at the root.
  attributes: Dict, as written.
"""


def read(path):
  """Text of a file whose path is relative to the root."""
  with open(os.path.join(ROOT, path)) as stream:
    return stream.read()


def files(*folders):
  """Sorted paths, relative to the root, of all files below some folders."""
  found = []
  for folder in folders:
    for parent, subfolders, names in os.walk(os.path.join(ROOT, folder)):
      subfolders[:] = [name for name in subfolders
                       if not name.startswith((".", "__pycache__"))]
      found += [os.path.relpath(os.path.join(parent, name), ROOT)
                for name in names]
  return sorted(found)


def python_files():
  """Paths of all Python sources, relative to the root."""
  at_root = [name for name in os.listdir(ROOT) if name.endswith(".py")]
  return sorted(at_root + [path for path in files(*FOLDERS)
                           if path.endswith(".py")])


def documents():
  """Paths of the pages people read, relative to the root."""
  at_root = [name for name in os.listdir(ROOT) if name.endswith(".md")]
  return sorted(at_root + [path for path in files("docs", "optimizer")
                           if path.endswith(".md")])


def _test(declare):
  """The macro of tools/testing.bzl."""
  def test(name, deps=(), size="small", files=(), **attributes):
    declare(name=name, deps=deps, size=size,
            srcs=[each + ".py" for each in files or [name]], **attributes)
  return test


def targets():
  """Dict from labels, such as "//tests:metaopt_test", to `Target`."""
  found = {}
  paths = ["BUILD"] + [path for path in files(*FOLDERS)
                       if os.path.basename(path) == "BUILD" and
                       "stubs" not in path]
  for path in paths:
    package = os.path.dirname(path)

    def rule(kind, package=package):
      def declare(**attributes):
        label = "//{}:{}".format(package, attributes["name"])
        assert label not in found, label + " is declared twice."
        found[label] = Target(kind, package, attributes)
      return declare

    names = {kind: rule(kind) for kind in (
        "py_library", "py_binary", "py_test", "filegroup", "toolchain",
        "no_cpp", "sh_test", "sh_binary", "test_suite", "alias", "genrule")}
    names["test"] = _test(names["py_test"])
    for ignored in ("load", "package", "licenses", "exports_files"):
      names[ignored] = lambda *unused_args, **unused_kwargs: None
    names["glob"] = lambda patterns, **unused_kwargs: patterns
    exec(compile(read(path), path, "exec"), names)  # pylint: disable=exec-used
  return found


Block = collections.namedtuple("Block", "path, line, language, text")
"""A block of code of a page; `line` is that of its first line."""


def code_blocks(path):
  """List of the `Block`s between fences of a page."""
  blocks, language, start = [], None, None
  lines = read(path).splitlines()
  for number, line in enumerate(lines, 1):
    fence = re.match(r"^ *```(\w*)", line)
    if fence and language is None:
      language, start = fence.group(1), number
    elif fence:
      blocks.append(Block(path, start + 1, language,
                          "\n".join(lines[start:number - 1]) + "\n"))
      language = None
  return blocks


def run_page(path, edited=lambda block: block.text):
  """Runs the Python blocks of a page in the working directory.

  Args:
    path: String, the page.
    edited: Function of a block that returns the code to run.

  Returns:
    Dict, the names that the blocks share in the end.
  """
  names = {"__name__": "docs"}
  for block in code_blocks(path):
    if block.language != "python":
      continue
    text = edited(block)
    file_name = re.match(r"# (\w+)\.py\n", text)
    if file_name:
      with open(file_name.group(1) + ".py", "w") as stream:
        stream.write(text)
      importlib.invalidate_caches()
    # Errors show the line in the page.
    code = compile("\n" * (block.line - 1) + text, path, "exec")
    exec(code, names)  # pylint: disable=exec-used
  return names
