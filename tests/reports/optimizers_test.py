# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What users of the drop-in optimizer ran into."""

import copy
import pickle
import subprocess
import sys

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained

_WITHOUT_LIMITS = {"init_lr_range": (2e-3, 2e-3), "max_relative_step": 0.0,
                   "max_relative_gradient": 0.0, "slow_rates_after": 0.0}
"""Options that the shipped weights had once."""


class OptimizersTest(tf.test.TestCase, parameterized.TestCase):

  def test_add_check_numerics_ops(self):
    with tf.Graph().as_default(), self.session() as session:
      v = tf.get_variable("v", initializer=tf.ones([3]))
      step = pretrained.load().minimize(tf.reduce_sum(v ** 2))
      check = tf.add_check_numerics_ops()
      session.run(tf.global_variables_initializer())
      session.run([step, check])
      self.assertTrue(np.all(session.run(v) != 1.0))

  def test_training_graphs_without_native_steps_load_anywhere(self):
    path = self.create_tempdir().full_path + "/model"
    with tf.Graph().as_default(), self.session() as session:
      v = tf.get_variable("v", initializer=tf.ones([3]))
      pretrained.load(use_native=False).minimize(tf.reduce_sum(v ** 2))
      session.run(tf.global_variables_initializer())
      tf.saved_model.simple_save(session, path, {"v": v}, {"v": v})
    program = ("import tensorflow.compat.v1 as tf\n"
               "with tf.Session() as session:\n"
               "  tf.saved_model.load(session, ['serve'], {!r})\n"
               "  print(session.run('v:0'))\n")
    self.assertEqual(b"[1. 1. 1.]", subprocess.check_output(
        [sys.executable, "-c", program.format(path)]).strip())

  def test_partitioned_variables_with_another_number_of_parts(self):
    prefix = self.create_tempdir().full_path + "/model"

    def build(num_parts):
      v = tf.get_variable("v", [6], initializer=tf.ones_initializer(),
                          partitioner=tf.fixed_size_partitioner(num_parts))
      return v, pretrained.load().minimize(
          tf.reduce_sum(tf.square(v.as_tensor())))

    with tf.Graph().as_default(), self.session() as session:
      v, step = build(2)
      session.run(tf.global_variables_initializer())
      session.run(step)
      expected = session.run(v.as_tensor())
      tf.train.Saver().save(session, prefix)
    with tf.Graph().as_default(), self.session() as session:
      v, step = build(3)
      session.run(tf.global_variables_initializer())
      # Slots belong to a part; what the page of limits advises works.
      with self.assertRaisesRegexp(
          tf.errors.NotFoundError, "Key v/part_2/hRNN"):
        tf.train.Saver().restore(session, prefix)
      tf.train.Saver(tf.trainable_variables()).restore(session, prefix)
      self.assertAllEqual(expected, session.run(v.as_tensor()))
      session.run(step)

  @parameterized.parameters(
      lambda optimizer: pickle.loads(pickle.dumps(optimizer)), copy.deepcopy)
  def test_copies_of_an_unused_optimizer_take_the_same_steps(self, duplicate):
    def first_step(optimizer):
      with tf.Graph().as_default(), self.session() as session:
        v = tf.get_variable("v", initializer=tf.ones([3]))
        step = optimizer.minimize(tf.reduce_sum(v ** 2))
        session.run(tf.global_variables_initializer())
        session.run(step)
        return session.run(v)

    optimizer = pretrained.load(init_lr_range=(1e-3, 1e-3))
    copied = duplicate(optimizer)
    self.assertAllEqual(first_step(optimizer), first_step(copied))


def _layer(name, rng, shape):
  return tf.get_variable(name, initializer=np.float32(
      rng.randn(*shape) / np.sqrt(shape[0])), use_resource=True)


def _trained_losses(runs, **options):
  """Trains a small net on minibatches; returns its losses on all rows.

  Args:
    runs: List of dicts with the factor of all gradients ("scale", a float), a
      further factor at 1% of the steps ("spike", a float) and "num_steps".
    **options: Of the optimizer.

  Returns:
    List of floats, one for each run, which all begin alike.
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
    start, losses = tf.global_variables_initializer(), []
    for run in runs:
      session.run(start)
      draws = np.random.RandomState(1)
      for i in range(run.get("num_steps", 200)):
        batch = draws.randint(0, 256, 32)
        spike = run.get("spike", 1.0) if i % 100 == 50 else 1.0
        session.run(step, {data: rows[batch], wanted: labels[batch],
                           factor: run.get("scale", 1.0) * spike})
      losses.append(session.run(loss, {data: rows, wanted: labels}))
    return losses


class GradientScalesTest(tf.test.TestCase):

  def test_tiny_gradients_drifted_uphill(self):
    scales = [{"scale": 1e-10}, {"scale": 1e-30}]
    # The loss of a constant is log 2.
    for loss in _trained_losses(scales, **_WITHOUT_LIMITS):
      self.assertGreater(loss, 0.7)
    # Later, where the loss is nearly 0, its last bits matter.
    shorter = [dict(run, num_steps=150) for run in [{}] + scales]
    losses = _trained_losses(scales + shorter)
    self.assertAllInRange(losses[:2], 0.0, 0.1)
    self.assertAllClose([losses[2]] * 2, losses[3:], rtol=1e-2)

  def test_spikes_ruined_the_model(self):
    spikes = [{"spike": 1e6}, {"spike": 1e30}]
    for loss in _trained_losses(spikes, **_WITHOUT_LIMITS):
      self.assertGreater(loss, 0.7)
    self.assertAllInRange(_trained_losses(spikes), 0.0, 0.1)


if __name__ == "__main__":
  tf.test.main()
