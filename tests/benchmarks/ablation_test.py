# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the ablation: what is left out, and equal budgets."""

import io
import os
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import ablation
from benchmarks.comparison import groups
from optimizer import hierarchical_rnn


class VariantsTest(tf.test.TestCase):

  def _declarations(self, name):
    optimizer = hierarchical_rnn.HierarchicalRNN(**ablation.VARIANTS[name])
    return optimizer.meta_parameters.declarations

  def test_each_leaves_something_out(self):
    def size(name):
      return sum(int(np.prod(each.shape))
                 for each in self._declarations(name).values())

    full = size("full")
    for name in ablation.VARIANTS:
      if name != "full":
        self.assertLess(size(name), full, name)

  def test_what_is_left_out(self):
    full = set(self._declarations("full"))
    self.assertEqual(
        {name for name in full if "decay" in name},
        full - set(self._declarations("no_dynamic_input_scaling")))
    self.assertFalse([name for name in self._declarations("two_levels")
                      if "Level2" in name])
    self.assertFalse([name for name in self._declarations("one_level")
                      if "Level1" in name])

  def test_evaluation(self):
    chosen = groups.select(["b", "choose"], ablation._EVALUATION)
    self.assertLen(chosen, len(ablation._EVALUATION))


class TrainTest(tf.test.TestCase):

  def _train(self, logdir, *budget):
    out = io.StringIO()
    ablation.train(logdir, {"level_sizes": [3], "num_gradient_scales": 2},
                   ablation.corpus()[2:3], *budget, out=out, compiled=False)
    return out.getvalue()

  def test_updates(self):
    logdir = tempfile.mkdtemp(dir=self.get_temp_dir())
    self._train(logdir, 20)
    self.assertRegexpMatches(tf.train.latest_checkpoint(logdir), "ckpt-20$")
    self.assertNotIn("problem 1", self._train(logdir, 20))
    self.assertIn("continuing", self._train(logdir, 30))
    self.assertRegexpMatches(tf.train.latest_checkpoint(logdir), "ckpt-30$")

  def test_minutes(self):
    logdir = tempfile.mkdtemp(dir=self.get_temp_dir())
    self._train(logdir, 1, 1e-4)
    self.assertRegexpMatches(tf.train.latest_checkpoint(logdir), "ckpt-10$")
    self.assertTrue(os.path.exists(os.path.join(logdir, "seconds.json")))
    self.assertEqual("", self._train(logdir, 1, 1e-4))


if __name__ == "__main__":
  tf.test.main()
