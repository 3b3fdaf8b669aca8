# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prints a page of what can be called and how, from the docstrings.

  python3 tools/api_page.py > api.md

Sources are read and not imported, so that any Python 3 will do.
"""

import ast
import io
import os
import sys
import textwrap

_ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

MODULES = (
    ("metaopt", (
        ("metaopt.py", "train_optimizer", "test_optimizer",
         "run_wall_clock_test"),
        ("evaluation/single_run.py", "evaluate"),
        ("evaluation/comparison.py", "compare"),
        ("evaluation/plots.py", "plot_objectives", "write_objectives"),
        ("meta_training/draws.py", "sample_numiter", "sigmoid_weights"))),
    ("optimizer.pretrained", (
        ("optimizer/pretrained.py", "names", "load", "construct_from",
         "directory"),)),
    ("optimizer", (
        ("optimizer/hierarchical_rnn.py", "HierarchicalRNN"),
        ("optimizer/coordinatewise_rnn.py", "CoordinatewiseRNN"),
        ("optimizer/trainable_adam.py", "TrainableAdam"),
        ("optimizer/learning_rate_schedule.py", "LearningRateSchedule"),
        ("optimizer/global_learning_rate.py", "GlobalLearningRate"),
        ("optimizer/trainable_optimizer.py", "TrainableOptimizer"))),
    ("problems", (
        ("problems/problem_spec.py", "Spec"),
        ("problems/corpus_entry.py", "CorpusEntry"),
        ("problems/dataset.py", "Dataset"),
        ("problems/problem.py", "Problem"),
        ("problems/model_adapter.py", "ModelAdapter"))),
)
"""Headings, and below each the sources and the names of what is shown."""

_HEAD = """# What can be called

Installed, all of it is below `learned_optimizer`.
"""


def page():
  """The page's text."""
  parts = [_HEAD]
  for heading, sources in MODULES:
    parts.append("## {}\n".format(heading))
    for source in sources:
      with io.open(os.path.join(_ROOT, source[0]), encoding="utf-8") as stream:
        text = stream.read()
      for name in source[1:]:
        parts.append(_entry(name, text, source[0]))
  return "\n".join(parts)


def _entry(name, text, path):
  """What a module has under a name: function, class or named tuple."""
  nodes = list(ast.parse(text).body)
  for node, following in zip(nodes, nodes[1:] + [None]):
    if isinstance(node, ast.FunctionDef) and node.name == name:
      return _described(3, _call(name, node, text), ast.get_docstring(node))
    if isinstance(node, ast.ClassDef) and node.name == name:
      return _class(node, text)
    if isinstance(node, ast.Assign) and node.targets[0].id == name:
      return _described(3, name, following.value.s)
  raise ValueError("There is no {} in {}.".format(name, path))


def _class(node, text):
  """A class, its constructor, and its methods that are for users."""
  parts = [_described(3, node.name, ast.get_docstring(node))]
  for each in node.body:
    if not isinstance(each, ast.FunctionDef) or not ast.get_docstring(each):
      continue
    decorators = [ast.dump(decorator) for decorator in each.decorator_list]
    if each.name == "__init__":
      parts.append(_described(4, _call(node.name, each, text),
                              ast.get_docstring(each)))
    elif not each.name.startswith("_") and not any(
        "setter" in decorator for decorator in decorators):
      is_property = any("property" in decorator for decorator in decorators)
      parts.append(_described(4, "." + (
          each.name if is_property else _call(each.name, each, text)),
                              ast.get_docstring(each)))
  return "\n".join(parts)


def _call(name, node, text):
  """A call as the signature says, without self or cls."""
  arguments = node.args
  first = len(arguments.args) - len(arguments.defaults)
  words = [each.arg for each in arguments.args[:first]]
  words += ["{}={}".format(each.arg, _source(value, text))
            for each, value in zip(arguments.args[first:], arguments.defaults)]
  words = [word for word in words if word not in ("self", "cls")]
  if arguments.vararg:
    words.append("*" + arguments.vararg.arg)
  if arguments.kwarg:
    words.append("**" + arguments.kwarg.arg)
  return "{}({})".format(name, ", ".join(words))


def _source(node, text):
  """A default value as it is written."""
  if isinstance(node, ast.Attribute):
    return "{}.{}".format(_source(node.value, text), node.attr)
  if isinstance(node, ast.Name):
    return node.id
  if isinstance(node, ast.Call):
    values = [_source(value, text) for value in node.args] + [
        "{}={}".format(each.arg, _source(each.value, text))
        for each in node.keywords]
    return "{}({})".format(_source(node.func, text), ", ".join(values))
  return repr(ast.literal_eval(node))


def _described(level, call, docstring):
  """A heading, the call and the docstring."""
  name = call.partition("(")[0]
  lines = ["{} `{}`".format("#" * level, name), "", "```text"]
  if "(" in call:
    lines += textwrap.wrap(call, 80, subsequent_indent="    ",
                           break_long_words=False) + [""]
  return "\n".join(lines + [docstring, "```", ""])


def main():
  """Prints the page."""
  sys.stdout.write(page())


if __name__ == "__main__":
  main()
