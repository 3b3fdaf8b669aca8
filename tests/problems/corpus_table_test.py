# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the corpus as text."""

from absl.testing import absltest

from problems import corpus_table
from problems import datasets
from problems import problem_spec


def _quadratic(n):
  del n


class CorpusTableTest(absltest.TestCase):

  def test_by_hand(self):
    spec = problem_spec.Spec(_quadratic, (3,))
    data = datasets.LazyDataset(datasets.random, (3, 10), {})
    text = corpus_table.table([
        ("a", [(spec, datasets.EMPTY_DATASET, None)] * 2),
        ("bcdef", [(spec, data, 5)])])
    self.assertEqual([
        "      set    problem" + " " * 43 + "data" + " " * 42 + "batch",
        "   0  a      _quadratic(3)",
        "   1  a      _quadratic(3)",
        "   2  bcdef  _quadratic(3)" + " " * 37 + "random(3, 10)" + " " * 37 +
        "5"], text.splitlines())

  def test_long_descriptions_go_on_below(self):
    spec = problem_spec.Spec(_quadratic, (list(range(30)),))
    lines = corpus_table.table(
        [("a", [(spec, datasets.EMPTY_DATASET, None)])]
    ).splitlines()[1:]
    self.assertLen(lines, 3)
    self.assertEqual(repr(spec), " ".join(
        [lines[0][9:].strip()] + [line.strip() for line in lines[1:]]))


if __name__ == "__main__":
  absltest.main()
