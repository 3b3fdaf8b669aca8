# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of checks of the arguments of meta-training."""

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

import metaopt
from meta_training import training_arguments
from meta_training.distributed import cluster
from problems import problem_spec
from tests.meta_training import harness

_PARABOLA = harness.without_data(harness.Parabola)


class BadArgumentTest(tf.test.TestCase, parameterized.TestCase):

  _RULES = ("averaging_decay", "l2_reg", "nan_l2_reg")

  @parameterized.parameters(
      ("num_problems", -1), ("num_problems", float("nan")),
      ("num_problems", 1.5), ("num_problems", "3"), ("num_problems", None),
      ("num_meta_iterations", -1), ("num_meta_iterations", 2.0),
      ("seed", 3.5), ("seed", "a"), ("seed", 2**70),
      ("learning_rate", 0), ("learning_rate", "1"), ("averaging_decay", "1"),
      ("learning_rate", float("nan")), ("learning_rate", 1e39),
      ("learning_rate", 1e-60), ("gradient_clip", 0), ("l2_reg", 1e308),
      ("l2_reg", -1.0), ("nan_l2_reg", float("inf")), ("rms_decay", 1.5),
      ("rms_epsilon", -1e-9))
  def test_numbers(self, name, value):
    options = {name: value}
    if name in self._RULES:
      options = {"update_rule": metaopt.Adam(**options)}
    elif name.startswith("rms_"):
      options = {"update_rule": metaopt.RMSProp(**{name[len("rms_"):]: value})}
    with self.assertRaisesRegexp(ValueError, name + " must be "):
      harness.train(harness.directory(self), _PARABOLA, **options)

  def test_half_life_that_is_0_in_float32(self):
    with self.assertRaisesRegexp(ValueError, "half_life .* 0.0 in float32"):
      harness.train(harness.directory(self), _PARABOLA,
                    update_rule=metaopt.Adam(learning_rate_half_life=1e-320))

  def test_no_problems(self):
    for corpus in ([], None):
      with self.assertRaisesRegexp(ValueError, "no problems"):
        harness.train(harness.directory(self), corpus)

  def test_train_only_must_be_a_list(self):
    for value in ("learning", None, (name for name in ["learning"])):
      with self.assertRaisesRegexp(ValueError, "train_only must be a list"):
        harness.train(harness.directory(self), _PARABOLA,
                      update_rule=metaopt.Adam(train_only=value))

  @parameterized.parameters(0, -3, 2.5, "4")
  def test_batch_sizes(self, batch_size):
    (spec, dataset, _), = harness.classifier()
    with self.assertRaisesRegexp(
        ValueError, "Softmax.*batch size must be a positive.*%r" % batch_size):
      harness.train(harness.directory(self), [(spec, dataset, batch_size)])

  def test_what_is_no_spec_of_an_optimizer(self):
    with self.assertRaisesRegexp(
        ValueError, "optimizer_spec must be of class problem_spec.Spec"):
      harness.train(harness.directory(self), _PARABOLA,
                    harness.GLOBAL.callable)

  def test_specs_of_the_wrong_thing(self):
    wrong = problem_spec.Spec(tf.train.AdamOptimizer, (), {})
    with self.assertRaisesRegexp(ValueError, "of a TrainableOptimizer, got"):
      harness.train(harness.directory(self), _PARABOLA, wrong)
    with self.assertRaisesRegexp(ValueError, "Spec of a Problem, .*AdamOpt"):
      harness.train(harness.directory(self), [(wrong, None, None)])

  def test_chief_in_contradiction_to_the_cluster(self):
    with self.assertRaisesRegexp(ValueError, "is_chief=False contradicts"):
      harness.train(harness.directory(self), _PARABOLA, is_chief=False,
                    cluster=cluster.Cluster(["localhost:1"], ["localhost:2"],
                                            "worker", 0))

  def test_numbers_instead_of_functions(self):
    with self.assertRaisesRegexp(ValueError, "num_unroll_func must be a func"):
      metaopt.train_optimizer(harness.directory(self), harness.GLOBAL,
                              _PARABOLA, 1, 1, 5, lambda: 3)


class SavesTest(tf.test.TestCase):

  def test_who_saves(self):
    for is_chief, expected in ((None, True), (True, True), (False, False)):
      self.assertIs(expected, training_arguments.saves(is_chief, None))
    for task in (0, 1):
      place = cluster.Cluster(["a:1"], ["b:2", "c:3"], "worker", task)
      for is_chief in (None, not task):
        self.assertIs(not task, training_arguments.saves(is_chief, place))


if __name__ == "__main__":
  tf.test.main()
