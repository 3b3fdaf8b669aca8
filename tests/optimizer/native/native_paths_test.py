# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests when steps are native, and that it makes no difference to a model."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.python.compiler.xla import xla

from optimizer import hierarchical_rnn
from optimizer.native import library_cache
from optimizer.native import loader
from optimizer.native import native_step
from optimizer import pretrained
from optimizer import registry
from tests.optimizer import harness
from tests.optimizer.native import native_harness


class _NeverNative(hierarchical_rnn.HierarchicalRNN):

  use_native = False


class _OtherRule(hierarchical_rnn.HierarchicalRNN):

  def _compute_updates(self, params, grads, states, global_state):
    return super()._compute_updates(
        params, grads, states, global_state)


def _embedding(native, use_resource=True, dtype=tf.float32, **options):
  """Six rows, of which a step looks at three, one of them twice.

  Returns:
    (optimizer, variable, step) in the default graph.
  """
  optimizer = harness.hierarchical(
      random_seed=1, use_native=native, **options)
  variable = tf.Variable(
      np.linspace(-1, 1, 24).reshape([6, 4]), dtype=dtype,
      use_resource=use_resource)
  rows = tf.nn.embedding_lookup(variable, [1, 4, 1, 5])
  step = optimizer.minimize(tf.reduce_sum(tf.square(rows - 0.5)))
  return optimizer, variable, step


class _Training:
  """An embedding and steps of it in a graph of their own.

  Attributes:
    is_native: Whether there is a native step.
  """

  def __init__(self, native, **options):
    with tf.Graph().as_default() as self._graph:
      _, self._variable, self._step = _embedding(native, **options)
      self._start = tf.global_variables_initializer()
      self._saver = tf.train.Saver()
    self.is_native = native_step.is_in(self._graph)

  def run(self, steps=5, restore=None, save=None):
    """Trains from the start, or from a checkpoint; returns the values."""
    with tf.Session(graph=self._graph,
                    config=harness.fast_config()) as session:
      session.run(self._start)
      if restore:
        self._saver.restore(session, restore)
      for _ in range(steps):
        session.run(self._step)
      if save:
        self._saver.save(session, save)
      return session.run(self._variable)


class _PathsTest(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    native_harness.require_library(self)
    said = tf.test.mock.patch.object(loader, "_SAID", set())
    said.start()
    self.addCleanup(said.stop)


class ModelsTest(_PathsTest):

  @parameterized.parameters(
      {}, {"use_resource": False}, {"skip_zero_gradients": True},
      {"use_attention": True}, {"step_limit_fraction": 1e-3},
      {"gradient_history_limit": 2.0})
  def test_sparse_gradients(self, **options):
    native, plain = [_Training(way, **options) for way in (True, False)]
    self.assertTrue(native.is_native)
    self.assertFalse(plain.is_native)
    self._check_close(plain.run(steps=0), plain.run(), native.run())
    self._check_a_checkpoint_goes_both_ways(native, plain)

  def _check_close(self, start, expected, value):
    farthest = np.abs(expected - start).max()
    self.assertGreater(farthest, 0)
    self.assertLess(np.abs(value - expected).max(), 1e-4 * farthest + 2e-7)

  def _check_a_checkpoint_goes_both_ways(self, native, plain):
    path = os.path.join(self.get_temp_dir(), "start")
    for saved_by in (native, plain):
      start = saved_by.run(3, save=path)
      self._check_close(start, plain.run(3, restore=path),
                        native.run(3, restore=path))

  def test_the_end_is_the_same(self):
    losses = []
    for native in (True, False):
      with tf.Graph().as_default() as graph, tf.Session() as session:
        optimizer = hierarchical_rnn.HierarchicalRNN(
            random_seed=1, init_lr_range=(1e-2, 1e-2), use_native=native)
        x = tf.Variable(np.float32(np.random.RandomState(0).randn(30)))
        loss = tf.reduce_sum(tf.range(1.0, 31.0) * tf.square(x))
        step = optimizer.minimize(loss)
        self.assertEqual(native, native_step.is_in(graph))
        session.run(tf.global_variables_initializer())
        first = session.run(loss)
        for _ in range(100):
          session.run(step)
        losses.append(session.run(loss))
    self.assertAllClose(losses[0], losses[1], rtol=1e-3, atol=1e-5 * first)


class FallBackTest(_PathsTest):

  def test_unknown_features(self):
    # As a feature that the kernel does not have.
    known = native_step._FEATURES[:-1]
    with tf.test.mock.patch.object(native_step, "_FEATURES", known):
      self._falls_back("its RNN has the feature log_rate", use_lr_shortcut=True)

  def test_unknown_options(self):
    library = loader.load()
    known = library._replace(
        option_names=library.option_names - {"step_limit_fraction"})
    with tf.test.mock.patch.object(loader, "_LOADED", [known]):
      self._falls_back("it has StepLimit(fraction=0.5,",
                       step_limit_fraction=0.5)

  def _falls_back(self, reason, **options):
    with tf.test.mock.patch.object(tf.logging, "warn") as warn:
      trainings = [_Training(True, **options) for _ in range(2)]
    said = [str(call) for call in warn.call_args_list if "native" in str(call)]
    self.assertLen(said, 1)
    self.assertIn(reason, said[0])
    expected = _Training(False, **options).run()
    for training in trainings:
      self.assertFalse(training.is_native)
      self.assertAllEqual(expected, training.run())

  @parameterized.parameters(
      (tf.float16,), (tf.float64,), (tf.bfloat16,))
  def test_other_types(self, dtype):
    self._falls_back("of type {}, not float32".format(dtype.name), dtype=dtype)

  def test_variables_of_several_types(self):
    """All are stepped together: by TensorFlow's ops."""
    values = []
    for native in (True, False):
      with tf.Graph().as_default() as graph, tf.Session() as session:
        optimizer = hierarchical_rnn.HierarchicalRNN(
            random_seed=1, use_native=native)
        variables = [tf.Variable([1.0, 2.0], dtype=dtype) for dtype in (
            tf.float32, tf.float16, tf.float64, tf.bfloat16)]
        step = optimizer.minimize(sum(
            tf.reduce_sum(tf.square(tf.cast(variable, tf.float32)))
            for variable in variables))
        self.assertFalse(native_step.is_in(graph))
        session.run(tf.global_variables_initializer())
        session.run(step)
        values.append(session.run(
            [tf.cast(variable, tf.float64) for variable in variables]))
    self.assertAllEqual(values[0], values[1])
    self.assertAllLess(values[0][0] - [1.0, 2.0], 0.0)

  def test_another_rule(self):
    with tf.Graph().as_default() as graph:
      x = tf.Variable([1.0, 2.0])
      _OtherRule().minimize(tf.reduce_sum(tf.square(x)))
      self.assertFalse(native_step.is_in(graph))

  def test_compiled_training(self):
    with tf.Graph().as_default() as graph, tf.Session() as session:
      variable = tf.get_variable(
          "x", [3], initializer=tf.ones_initializer(), use_resource=True)
      optimizer = hierarchical_rnn.HierarchicalRNN(random_seed=1)

      def train():
        loss = tf.reduce_sum(tf.square(variable))
        return loss, optimizer.minimize(loss)

      compiled = xla.compile(train)
      self.assertFalse(native_step.is_in(graph))
      session.run(tf.global_variables_initializer())
      session.run(compiled)
      self.assertAllLess(session.run(variable), 1.0)

  def test_switches(self):
    with native_harness.environment(LOL_NATIVE="0"):
      self.assertFalse(_Training(True).is_native)
    with native_harness.environment(LOL_NATIVE=None):
      for native in (True, None):
        self.assertTrue(_Training(native).is_native)
      self.assertFalse(_Training(False).is_native)

  def test_the_argument_is_no_option_of_the_optimizer(self):
    logdir = self.get_temp_dir()
    cls = hierarchical_rnn.HierarchicalRNN
    for options in ({}, {"use_native": False}):
      description = registry.describe(cls, [], options)
      self.assertNotIn("use_native", description["kwargs"])
      registry.write(logdir, description)
      self.assertIs(True, pretrained.construct_from(logdir).use_native)
    self.assertIs(
        False, pretrained.construct_from(logdir, use_native=False).use_native)
    self.assertIs(False, pretrained.load(use_native=False).use_native)
    self.assertIs(True, pretrained.load().use_native)

  def test_a_class_may_switch_it_off(self):
    optimizer = _NeverNative()
    self.assertIs(False, optimizer.use_native)
    self.assertIs(True, _NeverNative(use_native=True).use_native)


class LoaderTest(tf.test.TestCase):

  def test_without_a_compiler(self):
    mock = tf.test.mock
    with native_harness.environment(CXX=os.path.join(
        self.get_temp_dir(), "no_compiler"), LOL_NATIVE=None), \
        mock.patch.object(loader, "_LOADED", []), \
        mock.patch.object(loader, "_SAID", set()), \
        mock.patch.object(loader, "OP", "OfNoLibrary"), \
        mock.patch.object(
            library_cache, "open_checked", lambda *args: None), \
        mock.patch.object(tf.logging, "warn") as warn:
      for _ in range(2):
        self.assertIsNone(loader.load())
        training = _Training(True)
        self.assertFalse(training.is_native)
      said = [str(call) for call in warn.call_args_list
              if "native" in str(call)]
    self.assertLen(said, 1)
    self.assertIn("no C++ compiler", said[0])
    self.assertAllEqual(_Training(False).run(), training.run())


if __name__ == "__main__":
  tf.test.main()
