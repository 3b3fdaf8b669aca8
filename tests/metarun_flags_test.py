# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the tables of flags: help, legal values, the list of problems."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections

from absl.testing import parameterized
import tensorflow as tf

import metarun_flags
from optimizer import registry

_FLAGS = collections.OrderedDict(
    (flag.name, flag) for group in metarun_flags.GROUPS for flag in group.flags)


def _values(**changed):
  values = {name: flag.default for name, flag in _FLAGS.items()}
  assert set(changed) <= set(values), changed
  return dict(values, **changed)


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

  def test_rules_are_about_flags_there_are(self):
    named = set(metarun_flags._CHOICES)
    for _, _, names in metarun_flags._BOUNDS:
      named.update(names)
    self.assertEqual(set(), named - set(_FLAGS))

  def test_every_number_has_legal_values(self):
    """Each number has a bound, or is a logit, a log or a multiplier."""
    bounded = set(name for _, _, names in metarun_flags._BOUNDS
                  for name in names)
    free = set(name for name, flag in _FLAGS.items()
               if flag.kind in ("int", "float")) - bounded
    self.assertEqual({
        "biasgrucell_gate_bias_init", "crnn_default_decay_var_init",
        "hrnn_default_decay_var_init", "learning_rate_momentum_logit_init",
        "max_log_lr", "objective_training_max_multiplier",
        "scale_decay_bias_init", "seed"}, free)


class CheckTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*registry.OPTIMIZERS)
  def test_defaults_are_legal(self, name):
    metarun_flags.check(_values(optimizer=name))
    self.assertEqual([], metarun_flags.without_effect(_values(optimizer=name)))

  @parameterized.parameters(
      {"seed": -1}, {"num_unroll_scale": 0}, {"meta_learning_rate": 1e-30},
      {"objective_training_max_multiplier": 0.0},
      {"objective_training_max_multiplier": 1.0}, {"rms_decay": 0.0},
      {"min_lr": 0.5, "max_lr": 0.5}, {"level_sizes": ["3"]},
      {"dynamic_output_scale": False, "use_relative_lr": False},
      # It only names the directory.
      {"cell_cls": "mine", "cell_size": 0},
      # Only the hierarchical RNN has a bound and features.
      {"optimizer": "CoordinatewiseRNN", "max_lr": 1e20},
      {"optimizer": "CoordinatewiseRNN", "dynamic_output_scale": False},
      {"optimizer": "TrainableAdam", "min_lr": 3.0},
      {"ps_hosts": ["a:1"], "worker_hosts": ["a:2", "b:2"],
       "job_name": "worker", "task": 1})
  def test_legal(self, **values):
    metarun_flags.check(_values(**values))

  @parameterized.parameters(
      ({"num_problems": 0}, "--num_problems must be at least 1, not 0"),
      ({"num_meta_iterations": -1}, "--num_meta_iterations must be at least 1"),
      ({"min_num_unrolls": 0}, "--min_num_unrolls must be at least 1"),
      ({"min_num_itr_partial_unroll": 0},
       "--min_num_itr_partial_unroll must be at least 1"),
      ({"num_unroll_scale": -1}, "--num_unroll_scale must be at least 0"),
      ({"num_partial_unroll_itr_scale": -1},
       "--num_partial_unroll_itr_scale must be at least 0"),
      ({"seed": 2**63}, "--seed must fit into 64 bits"),
      ({"compile": "often"}, "--compile must be one of always, auto, never"),
      ({"optimizer": "Adam"}, "--optimizer must be one of Hierarchical"),
      ({"optimizer": "CoordinatewiseRNN", "cell_cls": "Cell"},
       "--cell_cls must be one of GRUCell"),
      ({"optimizer": "CoordinatewiseRNN", "cell_size": 0}, "--cell_size must"),
      ({"optimizer": "CoordinatewiseRNN", "num_cells": 0}, "--num_cells must"),
      ({"optimizer": "CoordinatewiseRNN", "crnn_rnn_readout_scale": -0.1},
       "--crnn_rnn_readout_scale must be at least 0"),
      ({"optimizer": "CoordinatewiseRNN", "min_lr": 1.0, "max_lr": 0.1},
       "--min_lr=1.0 exceeds --max_lr=0.1"),
      ({"min_lr": 1.0, "max_lr": 0.1}, "--min_lr=1.0 exceeds --max_lr=0.1"),
      ({"min_lr": 0.0}, "--min_lr must be greater than 0"),
      ({"max_log_lr": -5.0}, "--max_lr=0.01 exceeds .*--max_log_lr=-5.0"),
      ({"max_log_lr": -33.0}, "--max_log_lr must be greater than -33"),
      ({"level_sizes": ["10", "x"]}, "--level_sizes must.*'10,x'"),
      ({"level_sizes": ["10", "0"]}, "--level_sizes must"),
      ({"level_sizes": []}, "--level_sizes must be one to three"),
      ({"level_sizes": ["1"] * 4}, "--level_sizes must be one to three"),
      ({"global_input": "first"}, "--global_input must be one of last, mean"),
      ({"num_gradient_scales": 0}, "--num_gradient_scales must be at least 1"),
      ({"biasgrucell_scale": -1.0}, "--biasgrucell_scale must be at least 0"),
      ({"hrnn_affine_scale": -1.0}, "--hrnn_affine_scale must be at least 0"),
      ({"hrnn_rnn_readout_scale": -1.0}, "--hrnn_rnn_readout_scale must be"),
      ({"scale_decay_bias_init": float("nan")},
       "--scale_decay_bias_init must be a finite number, not nan"),
      ({"dynamic_output_scale": False, "use_lr_shortcut": True},
       "--nodynamic_output_scale leaves no learning rates for "
       "--use_relative_lr and --use_lr_shortcut: add --nouse_relative_lr "
       "--nouse_lr_shortcut"),
      ({"dynamic_output_scale": False, "use_relative_lr": False,
        "use_extreme_indicator": True}, "add --nouse_extreme_indicator"),
      ({"meta_learning_rate": 0.0}, "--meta_learning_rate must be greater"),
      ({"meta_learning_rate_half_life": -1.0},
       "--meta_learning_rate_half_life must be at least 0"),
      ({"gradient_clip_level": float("inf")},
       "--gradient_clip_level must be a finite number"),
      ({"rms_decay": 1.0}, "--rms_decay must be less than 1"),
      ({"rms_epsilon": 0.0}, "--rms_epsilon must be greater than 0"),
      ({"l2_reg": -1.0}, "--l2_reg must be at least 0"),
      ({"nan_l2_reg": -1.0}, "--nan_l2_reg must be at least 0"),
      ({"l2_reg_scale": -1.0}, "--l2_reg_scale must be at least 0"),
      ({"objective_training_max_multiplier": 0.5},
       "--objective_training_max_multiplier=0.5 would end every unroll"),
      ({"ps_hosts": ["a:1"]}, "--ps_hosts and --worker_hosts.* give both"),
      ({"worker_hosts": ["a:1"], "job_name": "worker"}, "give both"),
      ({"ps_hosts": ["a:1"], "worker_hosts": ["a:2"]},
       "say with --job_name and --task"),
      ({"ps_hosts": ["a:1"], "worker_hosts": ["a:2", "b"]},
       "--worker_hosts must be host:port with commas between, not 'a:2,b'"),
      ({"ps_hosts": ["a:1"], "worker_hosts": ["a:2"], "job_name": "worker",
        "task": 1}, "--task=1 is not below the number of --worker_hosts"),
      ({"job_name": "chief"}, "--job_name must be one of ps, worker"),
      ({"task": -1}, "--task must be at least 0"),
      ({"worker_tasks": 0}, "--worker_tasks must be at least 1"))
  def test_illegal(self, values, message):
    with self.assertRaisesRegexp(ValueError, message):
      metarun_flags.check(_values(**values))

  def test_without_effect(self):
    changed = dict(use_attention=True, num_cells=5, min_lr=1e-3)
    for name, expected in (
        ("HierarchicalRNN", ["num_cells"]),
        ("CoordinatewiseRNN", ["use_attention"]),
        ("LearningRateSchedule", ["min_lr", "use_attention", "num_cells"])):
      self.assertEqual(expected, metarun_flags.without_effect(
          _values(optimizer=name, **changed)))


if __name__ == "__main__":
  tf.test.main()
