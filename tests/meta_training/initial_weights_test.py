# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of runs that begin with trained meta-parameters."""

import os

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer import pretrained
from optimizer import registry
from problems import problem_spec
from tests.meta_training import harness


def _train(logdir, spec=harness.OPTIMIZER_SPECS["hierarchical"], **options):
  return harness.train(logdir, harness.without_data(harness.Parabola), spec,
                       num_problems=options.pop("num_problems", 1),
                       learning_rate=0.1, **options)


class InitialWeightsTest(tf.test.TestCase):

  def _first(self, logdir):
    return harness.meta_parameters(os.path.join(logdir, "model.ckpt-0"))

  def _differ(self, one, other):
    return any((one[name] != other[name]).any() for name in one)

  def test_begins_with_another_run(self):
    first, second = harness.directory(self), harness.directory(self)
    path, _ = _train(first)
    learned = harness.meta_parameters(path)
    self.assertTrue(self._differ(self._first(first), learned))
    path, text = _train(second, initial=first, seed=2)
    harness.assert_equal(self, learned, self._first(second))
    self.assertIn("beginning with the meta-parameters of {!r}\n".format(first),
                  text)
    self.assertNotIn("option", text)
    # And trains them.
    self.assertTrue(self._differ(learned, harness.meta_parameters(path)))
    self.assertEqual(2, harness.arrays(path)["global_step"])

  def test_run_that_goes_on(self):
    first, second = harness.directory(self), harness.directory(self)
    _train(first)
    expected, _ = _train(harness.directory(self), seed=3, num_problems=2)
    _train(second, seed=3)
    for initial in (first, "/no/such/directory"):
      path, text = _train(second, seed=3, num_problems=2, initial=initial)
      self.assertIn("the meta-parameters of {!r} have no effect: the run has "
                    "its own\n".format(initial), text)
      harness.assert_equal(
          self, harness.arrays(expected), harness.arrays(path))

  def test_shipped(self):
    logdir = harness.directory(self)
    options = dict(
        registry.read(pretrained.directory("hierarchical_rnn"))["kwargs"],
        stabilizers=pretrained.load().rule.options.stabilizers,
        max_log_lr=5.0)
    spec = problem_spec.Spec(hierarchical_rnn.HierarchicalRNN, (), options)
    _, text = _train(logdir, spec, initial="hierarchical_rnn")
    shipped = tf.train.load_checkpoint(
        pretrained.directory("hierarchical_rnn"))
    for name, value in self._first(logdir).items():
      np.testing.assert_array_equal(shipped.get_tensor(name), value)
    # Options that need no other shapes may differ, and this is said.
    self.assertEqual(["option max_log_lr is 33.0 there and 5.0 here"],
                     [line for line in text.splitlines() if "option" in line])

  def test_does_not_fit(self):
    first = harness.directory(self)
    _train(first)
    logdir = harness.directory(self)
    for initial, spec, message in (
        ("hierarchical_rnn", harness.OPTIMIZER_SPECS["hierarchical"],
         "Cannot begin with .*does not fit this optimizer: LOL/.* has shape "),
        (first, harness.GLOBAL,
         "Cannot begin with .*global_learning_rate is missing"),
        ("hierarchical_rm", harness.GLOBAL, "Cannot begin with the meta-"
         "parameters of 'hierarchical_rm'.*neither such a directory.*Shipped "
         "weights are hierarchical_rnn and")):
      with self.assertRaisesRegexp(ValueError, message):
        _train(logdir, spec, initial=initial)
      # Nothing is left that a corrected run would go on from.
      self.assertEqual([], os.listdir(logdir))


if __name__ == "__main__":
  tf.test.main()
