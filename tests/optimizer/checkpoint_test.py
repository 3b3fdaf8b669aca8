# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of optimizers whose meta-parameters come from a checkpoint."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from problems import problem_generator
from tests.optimizer import harness


class CheckpointTest(tf.test.TestCase, parameterized.TestCase):

  def _save(self, name, **options):
    """Saves meta-parameters that are not the initial ones."""
    with tf.Graph().as_default(), tf.Session() as session:
      optimizer = harness.OPTIMIZERS[name](**options)
      session.run(tf.global_variables_initializer())
      values = harness.perturb(optimizer, session)
      path = os.path.join(self.get_temp_dir(), self.id())
      tf.io.gfile.makedirs(path)
      saver = tf.train.Saver(optimizer.meta_parameters.checkpoint_names())
      prefix = saver.save(session, os.path.join(path, "model.ckpt"))
    return prefix, values

  @parameterized.parameters(*sorted(harness.OPTIMIZERS))
  def test_saved_and_loaded(self, name):
    prefix, expected = self._save(name)
    with tf.Graph().as_default():
      optimizer = harness.OPTIMIZERS[name]()
      self.assertEqual(prefix, optimizer.init_from_checkpoint(
          os.path.dirname(prefix)))
      with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        values = session.run(optimizer.meta_parameters.checkpoint_names())
    self.assertEqual(sorted(expected), sorted(values))
    for key in expected:
      self.assertAllEqual(expected[key], values[key])

  @parameterized.parameters(True, False)
  def test_state_starts_from_the_checkpoint(self, load_first):
    prefix, expected = self._save("hierarchical")
    with tf.Graph().as_default():
      optimizer = harness.OPTIMIZERS["hierarchical"]()
      if load_first:
        optimizer.init_from_checkpoint(prefix)
      x = tf.Variable([1.0, 2.0])
      optimizer.apply_gradients([(tf.ones([2]), x)])
      if not load_first:
        optimizer.init_from_checkpoint(prefix)
      shared, = [variable for variable in optimizer.variables()
                 if "global_state" in variable.name]
      slots = [optimizer.get_slot(x, key) for key in ("parameter", "layer")]
      with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        parameter, layer, shared = session.run(slots + [shared])
    self.assertAllEqual(
        np.tile(expected["LOL/Level0_RNN/init_vector"], [2, 1]), parameter)
    self.assertAllEqual(expected["LOL/Level1_RNN/init_vector"], layer)
    self.assertAllEqual(expected["LOL/Level2_RNN/init_vector"], shared)

  def test_unrolls_in_other_graphs(self):
    prefix, expected = self._save("hierarchical")
    problem = harness.start_at(
        problem_generator.Quadratic(2, random_seed=1), np.ones([1, 2, 1]))
    results = []
    optimizer = None
    for load in (False, True, True):
      with tf.Graph().as_default():
        optimizer = optimizer or harness.OPTIMIZERS["hierarchical"]()
        if load and not results[1:]:
          optimizer.init_from_checkpoint(prefix)
        unroll = harness.Unroll(optimizer, problem)
        with tf.Session(config=harness.fast_config()) as session:
          session.run(tf.global_variables_initializer())
          if not load:
            harness.load_meta_parameters(optimizer, expected, session)
          results.append(unroll.run(session, 4))
    harness.compare(self, results[0], results[1])
    harness.compare(self, results[0], results[2])

  def test_other_options_do_not_fit(self):
    prefix, _ = self._save("hierarchical")
    with tf.Graph().as_default():
      with self.assertRaisesRegexp(
          ValueError, "LOL/attention_weights is missing; "
          ".*GradsToAttnDelta/Matrix is missing"):
        harness.OPTIMIZERS["hierarchical"](
            use_attention=True).init_from_checkpoint(prefix)
      with self.assertRaisesRegexp(
          ValueError,
          r"Level0_RNN/init_vector has shape \[1, 4\], expected \[1, 10\]"):
        hierarchical_rnn.HierarchicalRNN().init_from_checkpoint(prefix)
      with self.assertRaisesRegexp(ValueError, "LOL/beta1_logit is missing"):
        harness.OPTIMIZERS["adam"]().init_from_checkpoint(prefix)


if __name__ == "__main__":
  tf.test.main()
