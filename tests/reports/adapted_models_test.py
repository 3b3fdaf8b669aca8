# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What users saw of layers and control flow in a ModelAdapter."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from problems import problem_generator
from problems import problem_spec
from tests.meta_training import harness

_LAYERS = tf.keras.layers


def _dense(layer, **options):
  hidden = layer(_LAYERS.Dense(3)(tf.eye(4)), **options)
  return tf.reduce_mean(tf.square(_LAYERS.Dense(1)(hidden)))


def _dropout():
  return _dense(_LAYERS.Dropout(0.5))


def _dropout_in_training():
  return _dense(_LAYERS.Dropout(0.5), training=True)


def _learning_phase():
  tf.keras.backend.set_learning_phase(1)
  return _dropout()


def _batch_normalization():
  return _dense(_LAYERS.BatchNormalization())


def _fused_batch_normalization():
  images = tf.reshape(tf.linspace(0.0, 1.0, 50) ** 2, [2, 5, 5, 1])
  hidden = _LAYERS.BatchNormalization()(
      _LAYERS.Conv2D(2, 3)(images), training=True)
  return tf.reduce_mean(tf.square(_LAYERS.Dense(1)(hidden)))


def _weights():
  return tf.get_variable("w", [3], initializer=tf.ones_initializer())


def _cond():
  total = tf.reduce_sum(tf.square(_weights()))
  return tf.cond(total > 1.0, lambda: total, lambda: 2.0 * total)


def _dynamic_rnn():
  outputs, _ = tf.nn.dynamic_rnn(
      tf.nn.rnn_cell.GRUCell(3), tf.ones([2, 4, 3]), dtype=tf.float32)
  return 1.0 + tf.reduce_mean(tf.square(outputs))


def _static_rnn():
  outputs, _ = tf.nn.static_rnn(
      tf.nn.rnn_cell.GRUCell(3), 2 * [tf.ones([2, 3])], dtype=tf.float32)
  return 1.0 + tf.reduce_mean(tf.square(outputs[-1]))


def _sparse_labels():
  logits = tf.stack([_weights(), 2.0 * _weights_again()])
  return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
      labels=[0, 1], logits=logits))


def _weights_again():
  return tf.get_variable("b", [3], initializer=tf.zeros_initializer())


def _constant():
  return 0.0 * tf.stop_gradient(tf.reduce_sum(_weights())) + 1.0


class AdaptedModelsTest(tf.test.TestCase, parameterized.TestCase):

  def tearDown(self):
    super().tearDown()
    tf.keras.backend.clear_session()

  def _train(self, make_loss, **options):
    spec = problem_spec.Spec(harness.GLOBAL.callable, (0.02,), options)
    objectives = []
    harness.train(
        harness.directory(self), harness.without_data(
            problem_generator.ModelAdapter, lambda: (make_loss, None)),
        spec, num_problems=1, num_unrolls=1, num_steps=4,
        callbacks=[lambda name, index, logdir, metadata: objectives.extend(
            metadata["subproblem_objs"][0])])
    return objectives

  @parameterized.parameters(
      _dropout, _dropout_in_training, _learning_phase, _batch_normalization,
      _fused_batch_normalization, _cond, _static_rnn)
  def test_works(self, make_loss):
    objectives = self._train(make_loss)
    self.assertLen(objectives, 5)  # The first one twice.
    self.assertTrue(np.isfinite(objectives).all(), objectives)
    self.assertLen(set(objectives), 4)

  @parameterized.parameters(
      (_dynamic_rnn, "tf.nn.static_rnn"),
      (_sparse_labels, "softmax_cross_entropy_with_logits_v2"))
  def test_without_second_derivatives(self, make_loss, remedy):
    with self.assertRaisesRegexp(
        ValueError, "differentiates the objective twice") as caught:
      self._train(make_loss)
    self.assertIn(remedy, str(caught.exception))
    self.assertIn("use_second_derivatives=False", str(caught.exception))
    # Its advice is good.
    objectives = self._train(make_loss, use_second_derivatives=False)
    self.assertLess(objectives[-1], objectives[0])

  def test_a_seed_without_a_random_initializer(self):
    def make_loss():
      return tf.reduce_sum(tf.square(tf.get_variable("a", initializer=[1.0])))

    values, _, _ = metaopt.evaluate(
        tf.train.GradientDescentOptimizer(0.5), problem_generator.ModelAdapter(
            lambda: (make_loss, None)), 1, seed=1)
    self.assertAllClose([1.0, 0.0], values)

  def test_no_gradient(self):
    with self.assertRaisesRegexp(ValueError, "has no gradient for any param"):
      self._train(_constant)


if __name__ == "__main__":
  tf.test.main()
