# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the page of what can be called: it leaves nothing out."""

import inspect
import types

from absl.testing import absltest

import metaopt
from optimizer import pretrained
from optimizer import registry
from tools import api_page


def _shown(heading):
  return [name for title, sources in api_page.MODULES if title == heading
          for source in sources for name in source[1:]]


class ApiPageTest(absltest.TestCase):

  def test_leaves_no_function_out(self):
    for module in (metaopt, pretrained):
      names = [name for name, value in vars(module).items()
               if isinstance(value, types.FunctionType) and name[0] != "_"]
      self.assertCountEqual(names, _shown(module.__name__))

  def test_leaves_no_optimizer_out(self):
    self.assertCountEqual(list(registry.OPTIMIZERS) + ["TrainableOptimizer"],
                          _shown("optimizer"))

  def test_signatures_are_python_s(self):
    text = " ".join(api_page.page().split())
    for function in (metaopt.train_optimizer, metaopt.compare):
      names = list(inspect.signature(function).parameters)
      self.assertIn("{}({}, {}".format(
          function.__name__, names[0], names[1]), text)
    self.assertIn("load(name_or_logdir='hierarchical_rnn', allow_import=False, "
                  "num_steps=None, **options)", text)

  def test_docstrings(self):
    text = api_page.page()
    self.assertIn("\n```text\nnames()\n\nSorted names of the shipped "
                  "optimizers.\n```\n", text)
    self.assertNotIn("self, ", text.replace("(self", ""))


if __name__ == "__main__":
  absltest.main()
