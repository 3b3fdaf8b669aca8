# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the Python code of every page, each page from top to bottom.

A page's blocks share their names, and a working directory. A block that begins
with a comment that is a file's name becomes that file, which later blocks may
import. Before a block, comments that the reader does not see make it small:

  <!-- test: num_problems=300 -> num_problems=2 -->
"""

import glob
import io
import os
import re
import sys

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

import metaopt
from optimizer import trainable_adam
from problems import corpus_entry
from problems import problem_generator
from problems import problem_spec
from tests import repository

_REPLACEMENT = re.compile(r"^<!-- test: (.*) -> (.*) -->$")

# A log directory that pages name.
_LOGDIR = "/tmp/lol/HierarchicalRNN_GRUCell_20_2"


def _pages():
  return [path for path in repository.documents()
          if any(block.language == "python"
                 for block in repository.code_blocks(path))]


def _small(block):
  """The code of a block, with what is above it replaced."""
  lines = repository.read(block.path).splitlines()
  text, number = block.text, block.line - 3  # Above the fence.
  while number >= 0 and _REPLACEMENT.match(lines[number]):
    old, new = _REPLACEMENT.match(lines[number]).groups()
    if old not in text:
      raise ValueError("{}:{}: {!r} does not occur in the code below".format(
          block.path, number + 1, old))
    text = text.replace(old, new)
    number -= 1
  return text


class DocsTest(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._before = os.getcwd(), list(sys.path), set(sys.modules), sys.stdout
    os.chdir(self.create_tempdir().full_path)
    sys.path.insert(0, os.getcwd())
    sys.stdout = io.StringIO()

  def tearDown(self):
    directory, path, modules, sys.stdout = self._before
    os.chdir(directory)
    sys.path[:] = path
    for name in set(sys.modules) - modules:
      path = getattr(sys.modules[name], "__file__", None) or ""
      if os.path.dirname(path) == self.create_tempdir().full_path:
        del sys.modules[name]
    super().tearDown()

  def _logdir(self):
    """A log directory as meta-training leaves it."""
    metaopt.train_optimizer(
        "logs", problem_spec.Spec(trainable_adam.TrainableAdam),
        [corpus_entry.CorpusEntry(
            problem_spec.Spec(problem_generator.Bowl, (1.0,)),
            set_name="bowl")], 1, 1, lambda: 1, lambda: 2,
        out=io.StringIO(), validation=metaopt.Validation(
            [(problem_spec.Spec(problem_generator.Bowl, (2.0,)), None, None)],
            every=1),
        options=metaopt.RunOptions(compiled=False))
    return os.path.abspath("logs")

  @parameterized.parameters(*_pages())
  def test_page(self, path):
    def edited(block):
      text = _small(block)
      return text.replace(_LOGDIR, self._logdir()) if _LOGDIR in text else text

    repository.run_page(path, edited)

  def test_tags(self):
    """The page names each tag that a run writes, and no others."""
    rows = re.findall(r"(?m)^\| `(.*?)` \|", repository.read(
        "docs/tensorboard.md"))
    patterns = {tag: "^" + re.sub("<.*?>", r"[^/]\\S*", tag) + "$"
                for tag in rows}
    written = set(
        value.tag for path in glob.glob(os.path.join(
            self._logdir(), "events.out.tfevents.*"))
        for event in tf.train.summary_iterator(path)
        for value in event.summary.value)
    self.assertIn("MetaObjective/set/bowl", written)
    for tag, pattern in patterns.items():
      self.assertTrue([name for name in written if re.match(pattern, name)],
                      tag)
    for name in written:
      self.assertTrue([tag for tag, pattern in patterns.items()
                       if re.match(pattern, name)], name)

  def test_pages_that_tell_how(self):
    self.assertContainsSubset(
        {"README.md", "docs/own_problem.md", "docs/model_adapter.md",
         "docs/new_optimizer.md", "docs/tensorboard.md"}, _pages())

  def test_new_optimizer_has_forty_lines(self):
    first = repository.code_blocks("docs/new_optimizer.md")[0]
    self.assertLessEqual(first.text.count("\n"), 42)


if __name__ == "__main__":
  tf.test.main()
