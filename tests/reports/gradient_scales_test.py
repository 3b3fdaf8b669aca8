# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What users saw of gradients that are tiny, or jump."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained

_WITHOUT_LIMITS = {"init_lr_range": (2e-3, 2e-3), "max_relative_step": 0.0,
                   "max_relative_gradient": 0.0, "slow_rates_after": 0.0}
"""Options that the shipped weights had once."""


def _layer(name, rng, shape):
  return tf.get_variable(name, initializer=np.float32(
      rng.randn(*shape) / np.sqrt(shape[0])), use_resource=True)


def _trained_loss(scale=1.0, spike=1.0, num_steps=200, **options):
  """Trains a small net on minibatches; returns its loss on all rows.

  Args:
    scale: Float, a factor of all gradients.
    spike: Float, a further factor at 1% of the steps.
    num_steps: Integer.
    **options: Of the optimizer.
  """
  rng = np.random.RandomState(0)
  rows = np.float32(rng.randn(256, 8))
  labels = np.float32(
      rows[:, :1] * rows[:, 1:2] + 0.5 * rows[:, 2:3] > 0)
  with tf.Graph().as_default(), tf.Session() as session:
    data, wanted = [tf.placeholder(tf.float32, [None, n]) for n in (8, 1)]
    factor = tf.placeholder(tf.float32, [])
    hidden = tf.nn.relu(tf.matmul(data, _layer("w1", rng, [8, 20])) +
                        _layer("b1", rng, [20]))
    logits = tf.matmul(hidden, _layer("w2", rng, [20, 1]))
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(
        labels=wanted, logits=logits))
    optimizer = pretrained.load(**options)
    step = optimizer.apply_gradients([
        (grad * factor, var)
        for grad, var in optimizer.compute_gradients(loss)])
    session.run(tf.global_variables_initializer())
    for i in range(num_steps):
      batch = rng.randint(0, 256, 32)
      session.run(step, {
          data: rows[batch], wanted: labels[batch],
          factor: scale * (spike if i % 100 == 50 else 1.0)})
    return session.run(loss, {data: rows, wanted: labels})


class GradientScalesTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(1e-10, 1e-30)
  def test_tiny_gradients_drifted_uphill(self, scale):
    # The loss of a constant is log 2.
    self.assertGreater(_trained_loss(scale, **_WITHOUT_LIMITS), 0.7)
    self.assertLess(_trained_loss(scale), 0.1)
    # Later, where the loss is nearly 0, its last bits matter.
    self.assertAllClose(_trained_loss(num_steps=150),
                        _trained_loss(scale, num_steps=150), rtol=1e-2)

  @parameterized.parameters(1e6, 1e30)
  def test_spikes_ruined_the_model(self, spike):
    self.assertGreater(_trained_loss(spike=spike, **_WITHOUT_LIMITS), 0.7)
    self.assertLess(_trained_loss(spike=spike), 0.1)


if __name__ == "__main__":
  tf.test.main()
