# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of checks of flags."""

import collections

from absl import flags
from absl.testing import parameterized
import tensorflow.compat.v1 as tf

import metarun
import metarun_checks
import metarun_flags
from optimizer import registry

_FLAGS = collections.OrderedDict(
    (flag.name, flag) for group in metarun_flags.GROUPS for flag in group.flags)


def _values(**changed):
  values = {name: flag.default for name, flag in _FLAGS.items()}
  assert set(changed) <= set(values), changed
  return dict(values, **changed)


def _check(line):
  """Parses the flags of a command line and checks their values."""
  parsed = flags.FlagValues()
  metarun.define_flags(parsed)
  try:
    parsed(["metarun"] + line.split())
  except flags.IllegalFlagValueError as error:
    raise ValueError(metarun_flags.explained(str(error)))
  metarun_checks.check({name: parsed[name].value for name in _FLAGS})


class StddevTest(tf.test.TestCase):

  def test_numbers_and_names(self):
    self.assertEqual(
        {"": 0.5, "rate": 2.0},
        metarun_checks.stddevs(["0.5", "rate=2"]))


class CheckTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*registry.OPTIMIZERS)
  def test_defaults_are_legal(self, name):
    metarun_checks.check(_values(optimizer=name))
    self.assertEqual([], metarun_checks.without_effect(_values(optimizer=name)))

  @parameterized.parameters(
      "--seed=-1", "--num_unroll_scale=0", "--meta_learning_rate=1e-30",
      "--objective_training_max_multiplier=0",
      "--objective_training_max_multiplier=1", "--rms_decay=0",
      "--level_sizes=3", "--cell_cls=mine --cell_size=0",
      "--scale_decay_bias_init=-50", "--job_name=worker --task=1",
      "--meta_gradient=es --es_stddev=0.1,learning_rate=1 --es_persistent",
      "--run_name=a/b", "--run_name=a..b",
      "--train_only=learning_rate,stepsize --update_rule=adam")
  def test_legal(self, line):
    _check(line)

  @parameterized.parameters(
      ("--meta_gradient=nes", "--meta_gradient=nes.*one of <backprop|es>"),
      ("--update_rule=sgd", "--update_rule=sgd.*one of <rmsprop|adam>"),
      ("--averaging_decay=1", "--averaging_decay=1.*range"),
      ("--meta_gradient=es --es_num_pairs=0", "--es_num_pairs=0"),
      ("--meta_gradient=es --es_evaluate_every=0", "--es_evaluate_every=0"),
      ("--meta_gradient=es --es_problems_per_update=0",
       "--es_problems_per_update=0"),
      ("--meta_gradient=es --es_stddev=0", "--es_stddev.* positive, not 0.0"),
      ("--meta_gradient=es --es_stddev=a=b", "--es_stddev .*not 'a=b'"),
      ("--meta_gradient=es --es_stddev=", "--es_stddev needs a number"),
      ("--meta_gradient=es --noreset_rnn_params",
       "--reset_rnn_params=false is for --meta_gradient=backprop"),
      ("--es_num_pairs=3", "--es_num_pairs is for --meta_gradient=es"),
      ("--meta_gradient=es --es_num_pairs=1000000000", "es_num_pairs=.*range"),
      ("--train_dir=", "--train_dir is empty"),
      ("--run_name=/tmp/mine", "--run_name=/tmp/mine is not inside of --train"),
      ("--run_name=a/../../b", "--run_name=a/../../b is not inside"),
      ("--num_problems=0", "--num_problems=0: 0 is not a positive integer"),
      ("--num_meta_iterations=-1", "--num_meta_iterations=-1.*range"),
      ("--num_meta_iterations=1000000000", "lengths are drawn when it begins"),
      ("--num_meta_iterations=1000000 --num_unroll_scale=1000",
       "--num_meta_iterations=1000000 times .* makes 1001000000 unrolls"),
      ("--min_num_unrolls=0", "--min_num_unrolls=0.*range"),
      ("--min_num_unrolls=100000000000000000000", "--min_num_unrolls=.*range"),
      ("--min_num_unrolls=1e20", "--min_num_unrolls=1e20"),
      ("--min_num_itr_partial_unroll=0", "--min_num_itr_partial_unroll=0"),
      ("--num_unroll_scale=-1", "--num_unroll_scale=-1.*range"),
      ("--num_partial_unroll_itr_scale=-1", "--num_partial_unroll_itr_scale"),
      ("--seed=9223372036854775808", "--seed=9223372036854775808.*range"),
      ("--compile=often", "--compile=often.*one of <always|auto|never>"),
      ("--optimizer=Adam", "--optimizer=Adam.*one of <Hierarchical"),
      ("--min_lr=0", "--min_lr=0.*range"),
      ("--max_lr=1e-50", "--max_lr=1e-50.*range"),
      ("--global_input=first", "--global_input=first.*one of <last|mean>"),
      ("--biasgrucell_scale=-1", "--biasgrucell_scale=-1.*range"),
      ("--hrnn_affine_scale=-1", "--hrnn_affine_scale=-1.*range"),
      ("--hrnn_rnn_readout_scale=-1", "--hrnn_rnn_readout_scale=-1.*range"),
      ("--crnn_rnn_readout_scale=-0.1", "--crnn_rnn_readout_scale=-0.1.*range"),
      ("--scale_decay_bias_init=nan",
       "--scale_decay_bias_init must be a number, not nan"),
      ("--scale_decay_bias_init=-1e308", "--scale_decay_bias_init=-1e308"),
      ("--meta_learning_rate=0", "--meta_learning_rate=0.*range"),
      ("--meta_learning_rate=1e39", "--meta_learning_rate=1e39.*range"),
      ("--meta_learning_rate_half_life=-1", "--meta_learning_rate_half_life"),
      ("--gradient_clip_level=inf", "--gradient_clip_level=inf.*range"),
      ("--rms_decay=1", "--rms_decay=1.*range"),
      ("--rms_epsilon=0", "--rms_epsilon=0.*range"),
      ("--l2_reg=-1", "--l2_reg=-1.*range"),
      ("--l2_reg=1e308", "--l2_reg=1e308.*range"),
      ("--nan_l2_reg=-1", "--nan_l2_reg=-1.*range"),
      ("--l2_reg_scale=-1", "--l2_reg_scale=-1.*range"),
      ("--objective_training_max_multiplier=0.5",
       "--objective_training_max_multiplier=0.5 would end every unroll"),
      ("--job_name=chief", "--job_name=chief.*one of <ps|worker>"),
      ("--task=-1", "--task=-1.*non-negative"),
      ("--worker_tasks=0", "--worker_tasks=0.*positive"))
  def test_illegal(self, line, message):
    with self.assertRaisesRegexp(
        ValueError, message.replace("|", r"\|")):
      _check(line)

  @parameterized.parameters(
      ("init_lr_range is odd.", "HierarchicalRNN",
       "init_lr_range is odd. (--min_lr, --max_lr)"),
      ("initial_readout_scale is odd.", "HierarchicalRNN",
       "initial_readout_scale is odd. (--hrnn_rnn_readout_scale)"),
      ("readout_scale is odd.", "CoordinatewiseRNN",
       "readout_scale is odd. (--crnn_rnn_readout_scale)"),
      ("level_sizes is odd.", "HierarchicalRNN", "level_sizes is odd."),
      ("cell_sizes is odd.", "TrainableAdam", "cell_sizes is odd."))
  def test_errors_of_the_library(self, message, optimizer, expected):
    self.assertEqual(expected,
                     metarun_checks.in_terms_of_flags(message, optimizer))

  def test_without_effect(self):
    changed = dict(use_attention=True, num_cells=5, min_lr=1e-3)
    for name, expected in (
        ("HierarchicalRNN", ["num_cells"]),
        ("CoordinatewiseRNN", ["use_attention"]),
        ("LearningRateSchedule", ["min_lr", "use_attention", "num_cells"])):
      self.assertEqual(expected, metarun_checks.without_effect(
          _values(optimizer=name, **changed)))


if __name__ == "__main__":
  tf.test.main()
