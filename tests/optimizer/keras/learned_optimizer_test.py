# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the Keras adapter, beside the drop-in adapter."""

import importlib
import os
import unittest

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained

_IS_TF1 = tf.version.VERSION.startswith("1.")
if not _IS_TF1:
  # Bazel runs tests with this behavior off.
  tf.enable_v2_behavior()
  from tensorflow import keras
  from optimizer.keras import learned_optimizer

_RNG = np.random.RandomState(0)
_DATA = _RNG.randn(60, 6).astype(np.float32)
_LABELS = np.sin(_DATA.sum(1, keepdims=True)).astype(np.float32)
_STARTS = [0.4 * _RNG.randn(*shape).astype(np.float32)
           for shape in ((6, 12), (12,), (12, 1), (1,))]


def _loss(variables, data=_DATA, labels=_LABELS):
  hidden = tf.tanh(tf.matmul(data, variables[0]) + variables[1])
  return tf.reduce_mean(tf.square(
      tf.matmul(hidden, variables[2]) + variables[3] - labels))


def _variables():
  return [tf.Variable(start, use_resource=True) for start in _STARTS]


def _drop_in(num_steps, **options):
  """Parameters after some steps of the drop-in adapter."""
  with tf.Graph().as_default(), tf.Session() as session:
    optimizer = pretrained.load(**options)
    variables = _variables()
    step = optimizer.minimize(_loss(variables))
    session.run(tf.global_variables_initializer())
    for _ in range(num_steps):
      session.run(step)
    return session.run(variables)


def _keras(num_steps, variables=None, optimizer=None, **options):
  """Parameters after some steps in a custom loop."""
  variables = variables or [tf.Variable(start) for start in _STARTS]
  optimizer = optimizer or learned_optimizer.LearnedOptimizer(**options)
  optimizer.build(variables)

  @tf.function
  def step():
    with tf.GradientTape() as tape:
      loss = _loss(variables)
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

  for _ in range(num_steps):
    step()
  return [variable.numpy() for variable in variables]


def _model():
  keras.utils.set_random_seed(1)
  return keras.Sequential([
      keras.layers.Input((6,)), keras.layers.Dense(12, activation="tanh"),
      keras.layers.Dense(1)])


def _fit(model, epochs):
  return model.fit(_DATA, _LABELS, batch_size=20, epochs=epochs, verbose=0,
                   shuffle=False).history["loss"]


@unittest.skipIf(_IS_TF1, "Keras's optimizers are those of TensorFlow 2")
class LearnedOptimizerTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(False, True)
  def test_steps_are_the_drop_in_adapters(self, use_native):
    if use_native and tf.test.is_built_with_cuda():
      self.skipTest("drop-in steps are native where devices are named only")
    expected = _drop_in(100, use_native=use_native)
    found = _keras(100, use_native=use_native)
    for want, got in zip(expected, found):
      self.assertAllClose(want, got, 1e-6, 1e-6)
    self.assertNotAllClose(_STARTS[0], found[0], 0.1, 0.1)

  def test_eager_steps(self):
    variables = [tf.Variable(start) for start in _STARTS]
    optimizer = learned_optimizer.LearnedOptimizer(use_native=False)
    for _ in range(3):
      with tf.GradientTape() as tape:
        loss = _loss(variables)
      optimizer.apply_gradients(
          zip(tape.gradient(loss, variables), variables))
    for want, got in zip(_keras(3, use_native=False), variables):
      self.assertAllClose(want, got.numpy(), 1e-6, 1e-6)

  def test_fit(self):
    model = _model()
    model.compile(learned_optimizer.LearnedOptimizer(), "mse")
    losses = _fit(model, 40)
    self.assertLess(losses[-1], 0.2 * losses[0])

  def test_a_saved_model_goes_on_as_if_never_stopped(self):
    model = _model()
    model.compile(learned_optimizer.LearnedOptimizer(), "mse")
    _fit(model, 3)
    path = os.path.join(self.get_temp_dir(), "model.keras")
    model.save(path)
    loaded = keras.models.load_model(path, custom_objects={
        "LearnedOptimizer": learned_optimizer.LearnedOptimizer})
    self.assertEqual(_fit(model, 3), _fit(loaded, 3))

  def test_config(self):
    config = learned_optimizer.LearnedOptimizer(
        "hierarchical_rnn_no_nets", clipnorm=2.0, seed=3).get_config()
    other = learned_optimizer.LearnedOptimizer.from_config(config)
    self.assertEqual(config, other.get_config())
    self.assertEqual("hierarchical_rnn_no_nets", config["weights"])
    self.assertEqual(2.0, other.clipnorm)

  def test_options_count(self):
    slower = _keras(5, use_native=False,
                    options={"init_lr_range": (1e-5, 1e-5)})
    self.assertAllClose(_STARTS[0], slower[0], 1e-2, 1e-2)
    self.assertNotAllClose(slower[0], _keras(5, use_native=False)[0], 1e-2,
                           1e-2)

  def test_rows_without_a_gradient_stay(self):
    table = tf.Variable(np.ones([8, 3], np.float32))
    optimizer = learned_optimizer.LearnedOptimizer()
    with tf.GradientTape() as tape:
      loss = tf.reduce_sum(tf.square(tf.nn.embedding_lookup(table, [2, 5, 2])))
    optimizer.apply_gradients([(tape.gradient(loss, table), table)])
    moved = np.any(table.numpy() != 1.0, axis=1)
    self.assertAllEqual([i in (2, 5) for i in range(8)], moved)

  def test_gradients_that_are_not_finite_change_nothing(self):
    variable = tf.Variable([1.0, 2.0])
    optimizer = learned_optimizer.LearnedOptimizer()
    optimizer.apply_gradients([(tf.constant([np.nan, np.inf]), variable)])
    self.assertAllEqual([1.0, 2.0], variable.numpy())

  def test_copies_of_variables_are_refused(self):
    cpus = tf.config.list_physical_devices("CPU")
    try:
      tf.config.set_logical_device_configuration(
          cpus[0], [tf.config.LogicalDeviceConfiguration()] * 2)
    except RuntimeError:
      pass  # TensorFlow runs already.
    if len(tf.config.list_logical_devices("CPU")) < 2:
      self.skipTest("there is one device")
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with strategy.scope():
      variable = tf.Variable([1.0])
      with self.assertRaisesRegex(RuntimeError, "MirroredStrategy"):
        learned_optimizer.LearnedOptimizer().build([variable])

  def test_no_learning_rate(self):
    with self.assertRaisesRegex(ValueError, "no learning rate"):
      learned_optimizer.LearnedOptimizer(learning_rate=0.1)

  def test_unknown_weights(self):
    with self.assertRaisesRegex(ValueError, "hierarchical_rnn"):
      learned_optimizer.LearnedOptimizer("no_such")


@unittest.skipUnless(_IS_TF1, "TensorFlow 2 has Keras's optimizers")
class TensorFlow1Test(tf.test.TestCase):

  def test_import_says_what_to_use(self):
    with self.assertRaisesRegex(ImportError, "use pretrained.load"):
      importlib.import_module("optimizer.keras.learned_optimizer")


if __name__ == "__main__":
  tf.test.main()
