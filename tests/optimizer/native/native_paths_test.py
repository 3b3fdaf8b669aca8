# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests when steps are native, and that it makes no difference to a model."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import os

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from optimizer import hierarchical_rnn
from optimizer.native import builder
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
    return super(_OtherRule, self)._compute_updates(
        params, grads, states, global_state)


def _embedding(native, use_resource=True, dtype=tf.float32, **options):
  """Six rows, of which a step looks at three, one of them twice.

  Returns:
    (optimizer, variable, step) in the default graph.
  """
  optimizer = hierarchical_rnn.HierarchicalRNN(
      random_seed=1, use_native=native, **options)
  variable = tf.Variable(
      np.linspace(-1, 1, 24).reshape([6, 4]), dtype=dtype,
      use_resource=use_resource)
  rows = tf.nn.embedding_lookup(variable, [1, 4, 1, 5])
  step = optimizer.minimize(tf.reduce_sum(tf.square(rows - 0.5)))
  return optimizer, variable, step


def _train(native, steps=5, path=None, name="model", **options):
  """Trains an embedding.

  Args:
    native: Whether by native steps.
    steps: Integer.
    path: None, or a checkpoint to begin with.
    name: String, of the checkpoint that is made.
    **options: Of `_embedding`.

  Returns:
    (whether there was a native step, values, path of a checkpoint).
  """
  with tf.Graph().as_default() as graph:
    _, variable, step = _embedding(native, **options)
    saver = tf.train.Saver()
    with tf.Session(config=harness.fast_config()) as session:
      session.run(tf.global_variables_initializer())
      if path:
        saver.restore(session, path)
      for _ in range(steps):
        session.run(step)
      saved = saver.save(
          session, os.path.join(tf.test.get_temp_dir(), name))
      return native_step.is_in(graph), session.run(variable), saved


class _PathsTest(tf.test.TestCase, parameterized.TestCase):
  # pylint: disable=missing-docstring

  def setUp(self):
    super(_PathsTest, self).setUp()
    native_harness.require_library(self)
    said = tf.test.mock.patch.object(loader, "_SAID", set())
    said.start()
    self.addCleanup(said.stop)


class ModelsTest(_PathsTest):

  @parameterized.parameters(
      {}, {"use_resource": False}, {"skip_zero_gradients": True},
      {"use_attention": True}, {"max_relative_step": 1e-3},
      {"max_relative_gradient": 2.0},
      {"max_relative_gradient": 2.0, "use_gradient_trend": True,
       "use_gradient_change": True})
  def test_sparse_gradients(self, **options):
    start = _train(False, steps=0, **options)[1]
    is_native, value, _ = _train(True, **options)
    self.assertTrue(is_native)
    is_native, expected, _ = _train(False, **options)
    self.assertFalse(is_native)
    farthest = np.abs(expected - start).max()
    self.assertGreater(farthest, 0)
    self.assertLess(np.abs(value - expected).max(), 1e-4 * farthest + 2e-7)

  @parameterized.parameters(
      {}, {"use_attention": True}, {"max_relative_gradient": 2.0})
  def test_a_checkpoint_goes_both_ways(self, **options):
    for saved_by in (True, False):
      _, start, path = _train(saved_by, 3, name="start", **options)
      values = [_train(native, 3, path, **options)[1]
                for native in (True, False)]
      farthest = np.abs(values[1] - start).max()
      self.assertGreater(farthest, 0)
      self.assertLess(np.abs(values[0] - values[1]).max(),
                      1e-4 * farthest + 2e-7)

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
      self._falls_back("its RNN sees change", use_gradient_change=True)

  def test_unknown_options(self):
    known = native_step._OPTIONS - {"max_relative_step"}
    with tf.test.mock.patch.object(native_step, "_OPTIONS", known):
      self._falls_back("its option max_relative_step is 0.5",
                       max_relative_step=0.5)

  def _falls_back(self, reason, **options):
    with tf.test.mock.patch.object(tf.compat.v1.logging, "warn") as warn:
      for _ in range(2):
        is_native, value, _ = _train(True, **options)
        self.assertFalse(is_native)
    said = [str(call) for call in warn.call_args_list if "native" in str(call)]
    self.assertLen(said, 1)
    self.assertIn(reason, said[0])
    self.assertAllEqual(_train(False, **options)[1], value)

  @parameterized.parameters(
      (tf.float16,), (tf.float64,), (tf.bfloat16,))
  def test_other_types(self, dtype):
    self._falls_back("of type {}, not float32".format(dtype.name), dtype=dtype)

  @parameterized.parameters(
      (tf.float16,), (tf.float64,), (tf.bfloat16,))
  def test_one_variable_of_another_type(self, dtype):
    """All are stepped together: by TensorFlow's ops."""
    values = []
    for native in (True, False):
      with tf.Graph().as_default() as graph, tf.Session() as session:
        optimizer = hierarchical_rnn.HierarchicalRNN(
            random_seed=1, use_native=native)
        variables = [tf.Variable([1.0, 2.0]),
                     tf.Variable([1.0, 2.0], dtype=dtype)]
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

  def test_switches(self):
    with native_harness.environment(LOL_NATIVE="0"):
      self.assertFalse(_train(True, steps=1)[0])
    with native_harness.environment(LOL_NATIVE=None):
      for native in (True, None):
        self.assertTrue(_train(native, steps=1)[0])
      self.assertFalse(_train(False, steps=1)[0])

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
        mock.patch.object(builder, "built_ahead", lambda *args: None), \
        mock.patch.object(builder, "folder_beside", lambda *args: None), \
        mock.patch.object(builder, "user_folder", self.get_temp_dir), \
        mock.patch.object(tf.compat.v1.logging, "warn") as warn:
      for _ in range(2):
        self.assertIsNone(loader.load())
        is_native, value, _ = _train(True, steps=2)
        self.assertFalse(is_native)
      said = [str(call) for call in warn.call_args_list
              if "native" in str(call)]
    self.assertLen(said, 1)
    self.assertIn("no C++ compiler", said[0])
    self.assertAllEqual(_train(False, steps=2)[1], value)


if __name__ == "__main__":
  tf.test.main()
