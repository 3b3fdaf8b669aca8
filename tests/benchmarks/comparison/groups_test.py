# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the groups and families of problems."""

import collections
import importlib.util
import unittest

import tensorflow.compat.v1 as tf

from benchmarks.comparison import benchmark_data
from benchmarks.comparison import groups
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

_Spec = problem_spec.Spec.of


def _entry(spec, size=0, rows=None):
  dataset = datasets.random(size, 40) if size else datasets.EMPTY_DATASET
  return groups.Entry("b", str(spec), spec, dataset, rows)


class GroupsTest(tf.test.TestCase):

  def test_sizes(self):
    counts = {group: len(groups.entries(group)) for group in groups.GROUPS}
    self.assertEqual({"a": len(groups.corpus()), "b": 21, "c": 11, "choose": 29,
                      "final": 28}, counts)

  def test_names_are_unique(self):
    for group in groups.GROUPS:
      names = [entry.name for entry in groups.entries(group)]
      self.assertEqual(len(names), len(set(names)))

  def test_held_out_problems_are_held_out(self):
    names = {group: set(entry.name for entry in groups.entries(group))
             for group in groups.GROUPS}
    for group in ("b", "c", "choose", "final"):
      self.assertEqual(set(), names["a"] & names[group])
    for group in ("c", "final"):
      self.assertEqual(set(), names["choose"] & names[group])

  def test_rows_of_batches(self):
    for group in groups.GROUPS:
      for entry in groups.entries(group):
        try:
          size = entry.dataset.size
        except ImportError as error:
          self.assertIn(benchmark_data.INSTALL, str(error))
          continue
        if entry.batch_size:
          self.assertLessEqual(entry.batch_size, size)
        else:
          self.assertEqual(0, size, entry.name)

  def test_unknown_group(self):
    with self.assertRaisesRegexp(
        ValueError, "'x': expected one of a, b, c, choose, final"):
      groups.entries("x")

  def test_select(self):
    chosen = groups.select(["a", "b"], ["Rosenbrock(noise", "Branin("])
    self.assertEqual(
        [("a", "Branin()"), ("a", "Branin(noise_stdev=1.0)"),
         ("a", "Rosenbrock(noise_stdev=1.0)"),
         ("b", "Rosenbrock(noise_stdev=0.3)"),
         ("b", "Branin(noise_stdev=0.3)")],
        [(entry.group, entry.name) for entry in chosen if "Sum" not in
         entry.name])
    with self.assertRaisesRegexp(ValueError, "a, b has one of .*Nothing"):
      groups.select(["a", "b"], ["Nothing"])


class FamilyTest(tf.test.TestCase):

  def test_by_kind(self):
    self.assertEqual(
        ["deterministic", "noisy", "nets", "full batch", "noisy", "sparse"],
        [groups.family(entry) for entry in (
            _entry(_Spec(pg.Quadratic, 3)),
            _entry(_Spec(pg.Quadratic, 3, noise_stdev=0.1)),
            _entry(_Spec(pg.FullyConnected, 4, 2, hidden_sizes=(3,)), 4, 8),
            _entry(_Spec(pg.FullyConnected, 4, 2, hidden_sizes=(3,)), 4, 40),
            _entry(_Spec(pg.SoftmaxRegression, 4, 2), 4, 8),
            _entry(_Spec(pg.SparseProblem, _Spec(pg.Quadratic, 3))))])

  @unittest.skipUnless(importlib.util.find_spec("sklearn"),
                       "the digits come with scikit-learn")
  def test_halves_have_all(self):
    for group in ("choose", "final"):
      counts = collections.Counter(map(groups.family, groups.entries(group)))
      self.assertContainsSubset(
          groups.FAMILIES, counts)


if __name__ == "__main__":
  tf.test.main()
