# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of hooks of `tf.train.Optimizer` that subclasses override."""

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn


def _decayed(test_case, *args, **kwargs):
  """A `HierarchicalRNN` that also decays weights."""
  if tf.version.VERSION.startswith("2."):
    test_case.skipTest("TensorFlow 2 has no tf.contrib, and so no decay of it")
  from tensorflow import contrib
  return contrib.opt.extend_with_decoupled_weight_decay(
      hierarchical_rnn.HierarchicalRNN)(*args, **kwargs)


class _Wrapper(tf.train.Optimizer):
  """Applies gradients itself, and hands on what that calls."""

  def __init__(self, inner):
    super().__init__(use_locking=False, name="Wrapper")
    for name in ("_create_slots", "_prepare", "_apply_dense",
                 "_resource_apply_dense", "_apply_sparse",
                 "_resource_apply_sparse", "_finish"):
      setattr(self, name, getattr(inner, name))


class HooksTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(True, False)
  def test_weight_decay_was_ignored(self, use_resource):
    with tf.Graph().as_default(), self.session() as session:
      v = tf.get_variable("v", initializer=tf.ones([3]),
                          use_resource=use_resource)
      step = _decayed(self, 0.1, skip_zero_gradients=True).minimize(
          tf.reduce_sum(v * 0.0))
      session.run(tf.global_variables_initializer())
      session.run(step)
      session.run(step)
      self.assertAllClose([0.81] * 3, session.run(v))

  def test_weight_decay_with_attention_is_refused_by_name(self):
    with tf.Graph().as_default():
      v = tf.get_variable("v", initializer=tf.ones([3]))
      with self.assertRaisesRegexp(NotImplementedError, "_apply_dense"):
        _decayed(self, 0.1, use_attention=True).minimize(tf.reduce_sum(v))

  def test_mixin_changes_gradients_and_acts_after_the_step(self):
    class Mixin(hierarchical_rnn.HierarchicalRNN):
      def _apply_dense(self, grad, var):
        step = super()._apply_dense(grad * 0.0, var)
        with tf.control_dependencies([step]):
          return var.assign_add(tf.ones_like(var))

    with tf.Graph().as_default(), self.session() as session:
      v = tf.get_variable("v", initializer=tf.ones([3]))
      step = Mixin(skip_zero_gradients=True).minimize(tf.reduce_sum(v))
      session.run(tf.global_variables_initializer())
      session.run(step)
      self.assertAllEqual([2.0] * 3, session.run(v))

  @parameterized.parameters(True, False)
  def test_a_wrapper_that_applies_gradients_itself(self, use_resource):
    values = []
    for wrap in (_Wrapper, lambda optimizer: optimizer):
      with tf.Graph().as_default(), self.session() as session:
        v, w = [tf.get_variable(name, initializer=tf.ones([3, 2]),
                                use_resource=use_resource) for name in "vw"]
        loss = tf.reduce_sum(tf.square(v) * tf.reduce_sum(
            tf.gather(w, [2, 0, 2]) - 0.5))
        optimizer = wrap(hierarchical_rnn.HierarchicalRNN(
            init_lr_range=(0.01, 0.01), random_seed=1))
        steps = [optimizer.minimize(loss), optimizer.minimize(loss)]
        session.run(tf.global_variables_initializer())
        for step in steps:
          session.run(step)
        values.append(session.run([v, w]))
    self.assertAllClose(values[1], values[0], rtol=1e-6)
    self.assertTrue((values[0][0] != 1.0).all())


if __name__ == "__main__":
  tf.test.main()
