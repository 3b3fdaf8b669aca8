# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the tables of flags, and of the help."""

import collections

import tensorflow.compat.v1 as tf

import metarun_flags
from optimizer import arguments as optimizer_arguments
from optimizer import hierarchical_options
from optimizer import registry
from optimizer import stabilizers
from optimizer.stabilizers import stabilizer

_FLAGS = collections.OrderedDict(
    (flag.name, flag) for group in metarun_flags.GROUPS for flag in group.flags)


class TablesTest(tf.test.TestCase):

  def test_every_flag_says_what_it_does(self):
    self.assertLen(_FLAGS, sum(len(g.flags) for g in metarun_flags.GROUPS))
    for flag in _FLAGS.values():
      self.assertTrue(flag.text.endswith("."), flag.name)
      # Numbers and names have a unit, yes or no has none.
      self.assertEqual(flag.kind == "bool", flag.unit is None, flag.name)

  def test_help_shows_every_flag_with_its_default(self):
    text = metarun_flags.help_text()
    for line in ("  --seed=  ", "  --use_attention=false  ",
                 "  --level_sizes=10,20,20  ", "  --meta_learning_rate=1e-06"):
      self.assertIn(line, text)
    for name in _FLAGS:
      self.assertEqual(1, text.count("\n  --{}=".format(name)), name)
    self.assertLessEqual(max(len(line) for line in text.splitlines()), 80)

  def test_every_number_has_legal_values(self):
    """Each has a bound, or is a logit or an argument that is checked later."""
    for flag in _FLAGS.values():
      self.assertEqual(flag.kind == "enum", "enum_values" in flag.bounds)
      if flag.kind == "float":
        self.assertGreaterEqual(flag.bounds["lower_bound"], -3.5e38)
        self.assertLessEqual(flag.bounds["upper_bound"], 3.5e38)
      if flag.kind == "int" and "lower_bound" not in flag.bounds:
        self.assertIn(flag.name,
                      ("num_gradient_scales", "cell_size", "num_cells"))

  def test_arguments_are_those_of_constructors(self):
    for name, constructor in registry.OPTIMIZERS.items():
      arguments = [flag.argument for flag in metarun_flags.of_optimizer(name)
                   if flag.argument is not None]
      self.assertLen(set(arguments), len(arguments))
      known = optimizer_arguments.parameters(constructor)[0]
      if name == "HierarchicalRNN":
        known = known + list(hierarchical_options.OLD_NAMES.values()) + list(
            stabilizer.flat_values([cls() for cls in stabilizers.ALL]))
      self.assertContainsSubset(arguments, known)


if __name__ == "__main__":
  tf.test.main()
