# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the groups of problems."""

import tensorflow.compat.v1 as tf

from benchmarks.comparison import groups as cp


class GroupsTest(tf.test.TestCase):

  def test_sizes(self):
    counts = {group: len(cp.entries(group)) for group in cp.GROUPS}
    self.assertEqual({"a": len(cp.corpus()), "b": 21, "c": 11, "v": 31}, counts)

  def test_names_are_unique(self):
    for group in cp.GROUPS:
      names = [entry.name for entry in cp.entries(group)]
      self.assertEqual(len(names), len(set(names)))

  def test_held_out_problems_are_held_out(self):
    known = set(entry.name for entry in cp.entries("a"))
    for group in "bcv":
      self.assertEqual(set(), known & set(
          entry.name for entry in cp.entries(group)))
    looked_at = set(entry.name for entry in cp.entries("v"))
    self.assertEqual(set(), looked_at & set(
        entry.name for entry in cp.entries("c")))

  def test_data_can_be_looked_up_where_a_batch_is(self):
    for entry in cp.entries("b") + cp.entries("v"):
      if entry.batch_size:
        self.assertLess(entry.batch_size, entry.dataset.size)

  def test_problems_without_data_have_an_empty_data_set(self):
    for group in cp.GROUPS:
      for entry in cp.entries(group):
        if not entry.batch_size:
          self.assertEqual(0, entry.dataset.size, entry.name)

  def test_unknown_group(self):
    with self.assertRaisesRegexp(ValueError, "'x': expected one of a, b, c, v"):
      cp.entries("x")


class SelectTest(tf.test.TestCase):

  def test_substrings(self):
    chosen = cp.select(["a", "b"], ["Rosenbrock(noise", "Branin("])
    self.assertEqual(
        [("a", "Branin()"), ("a", "Branin(noise_stdev=1.0)"),
         ("a", "Rosenbrock(noise_stdev=1.0)"),
         ("b", "Rosenbrock(noise_stdev=0.3)"),
         ("b", "Branin(noise_stdev=0.3)")],
        [(entry.group, entry.name) for entry in chosen if "Sum" not in
         entry.name])

  def test_max_problems(self):
    everything = cp.select(["b"])
    self.assertEqual([everything[i].name for i in (0, 7, 14)],
                     [entry.name for entry in cp.select(["b"], (), 3)])
    self.assertLen(cp.select(["b", "v"], (), 100), 52)

  def test_nothing(self):
    with self.assertRaisesRegexp(ValueError, "a, b has one of .*Nothing"):
      cp.select(["a", "b"], ["Nothing"])


if __name__ == "__main__":
  tf.test.main()
