# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the hierarchical RNN's options that look at whole tensors."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from optimizer import hierarchical_rnn
from optimizer import tensor_layout
from optimizer import tensor_statistics
from tests.optimizer import harness
from tests.optimizer import oracle_check
from tests.optimizer import tensor_oracle

_LIMIT = ({"max_relative_step": 0.1, "rms_floor": 0.2},
          {"cap": 0.1, "floor": 0.2})
_FEATURES = ({"use_lr_over_rms": True, "use_gradient_trend": True,
              "use_gradient_change": True},
             {"lr_over_rms": True, "trend": True, "change": True})
_ALL = (dict(_LIMIT[0], relative_init_lr=True, **_FEATURES[0]),
        dict(_LIMIT[1], relative_init=True, **_FEATURES[1]))


class OracleTest(tf.test.TestCase, parameterized.TestCase):

  def _check(self, options, oracle_options, use_resource=True, rate=0.1):
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      optimizer = hierarchical_rnn.HierarchicalRNN(
          init_lr_range=(rate, rate), **options)
      oracle_check.check(
          self, optimizer,
          lambda theta, starts: oracle_check.Densified(
              tensor_oracle.HierarchicalRNN(
                  theta, starts, init_lr=rate, **oracle_options)),
          use_resource, tolerance=2e-4)

  @parameterized.parameters(True, False)
  def test_all(self, use_resource):
    self._check(_ALL[0], _ALL[1], use_resource)

  @parameterized.parameters(0.01, 10.0)
  def test_limited_steps(self, rate):
    self._check(_LIMIT[0], _LIMIT[1], rate=rate)

  def test_relative_initial_rates(self):
    self._check({"relative_init_lr": True}, {"relative_init": True})

  @parameterized.parameters(
      ("use_lr_over_rms", "lr_over_rms"), ("use_gradient_trend", "trend"),
      ("use_gradient_change", "change"))
  def test_each_feature(self, option, oracle_option):
    self._check({option: True}, {oracle_option: True})

  @parameterized.parameters(
      ({"level_sizes": [10]}, {"levels": 1}),
      ({"level_sizes": [10, 20]}, {"levels": 2}),
      ({"use_attention": True}, {}),
      ({"skip_zero_gradients": True}, {"skip_zeros": True}),
      ({"skip_zero_gradients": True, "use_attention": True},
       {"skip_zeros": True}))
  def test_all_with_other_options(self, options, oracle_options):
    self._check(dict(_ALL[0], **options), dict(_ALL[1], **oracle_options))

  def test_limited_steps_without_a_learning_rate(self):
    self._check(
        dict(_LIMIT[0], dynamic_output_scale=False, use_relative_lr=False),
        dict(_LIMIT[1], dynamic_scale=False, relative_lr=False))


class StatisticsTest(tf.test.TestCase):

  def test_limits(self):
    scales = tensor_statistics.step_scales(
        [tf.constant([[4.0], [4.0]])], [tf.constant([[16.0], [1e-4]])],
        tf.constant([[0.5], [0.5]]), 0.1)
    # Root mean squares of normalized directions are 2, above 0.05, and 0.005.
    self.assertAllClose([[0.05 / 4.0], [0.5]], self.evaluate(scales[0]))

  def test_derivatives_at_zero_are_finite(self):
    layout = tensor_layout.TensorLayout([[2]])
    param, directions = tf.zeros([2, 1]), tf.zeros([2, 1])
    size = tensor_statistics.sizes(layout, param, 0.05)
    scale, = tensor_statistics.step_scales(
        [], [layout.tensor_mean(directions * directions)], size, 0.1)
    history = tensor_statistics.step_history(
        layout, directions, tf.constant([[1.0, 2.0, 3.0, 1.0]]), False)
    slopes = tf.gradients([size, scale, history], [param, directions])
    self.assertAllEqual(np.zeros([2, 2, 1]), self.evaluate(slopes))

  def test_tiny_gradients_count(self):
    layout = tensor_layout.TensorLayout([[2]])
    history = tensor_statistics.no_history()
    for scale in (1e-28, 1e-25):
      history = tensor_statistics.step_history(
          layout, tf.fill([2, 1], scale), history, False)
    trend, change = self.evaluate(tensor_statistics.trend_and_change(history))
    self.assertAllClose([[0.09 * np.log(1e3)]], trend, rtol=1e-3)
    self.assertAllClose([[0.1 * np.log(1e3)]], change, rtol=1e-3)


class NewRowsTest(tf.test.TestCase):

  def _steps(self, optimizer, session):
    variable = tf.Variable([1.0, -2.0, 3.0], use_resource=True)
    step = optimizer.minimize(tf.reduce_sum(variable**2))
    session.run(tf.global_variables_initializer())
    for _ in range(3):
      session.run(step)
    return session.run(variable)

  def test_new_features_change_nothing_at_first(self):
    prefix = self.get_temp_dir() + "/model"
    values = []
    rates = (1e-2, 1e-2)
    with tf.Graph().as_default(), self.session() as session:
      optimizer = hierarchical_rnn.HierarchicalRNN(init_lr_range=rates)
      session.run(tf.global_variables_initializer())
      harness.perturb(optimizer, session)
      tf.train.Saver(optimizer.meta_parameters.checkpoint_names()).save(
          session, prefix)
    for options in ({}, _FEATURES[0]):
      with tf.Graph().as_default(), self.session() as session:
        optimizer = hierarchical_rnn.HierarchicalRNN(
            init_lr_range=rates, **options)
        optimizer.init_from_checkpoint(prefix)
        values.append(self._steps(optimizer, session))
    self.assertAllClose(*values, rtol=1e-6)

  def test_some_of_the_new_rows_do_not_fit(self):
    prefix = self.get_temp_dir() + "/partly"
    with tf.Graph().as_default(), self.session() as session:
      optimizer = hierarchical_rnn.HierarchicalRNN(use_gradient_trend=True)
      session.run(tf.global_variables_initializer())
      tf.train.Saver(optimizer.meta_parameters.checkpoint_names()).save(
          session, prefix)
    with tf.Graph().as_default():
      optimizer = hierarchical_rnn.HierarchicalRNN(**_FEATURES[0])
      with self.assertRaisesRegexp(ValueError, "has shape"):
        optimizer.init_from_checkpoint(prefix)


class ConstructorTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(
      ({"max_relative_step": -0.1}, "max_relative_step .*-0.1"),
      ({"max_relative_step": float("nan")}, "max_relative_step .*nan"),
      ({"rms_floor": 0.0}, "rms_floor .*0.0"),
      ({"dynamic_output_scale": False, "use_relative_lr": False,
        "use_lr_over_rms": True}, "use_lr_over_rms"),
      ({"dynamic_output_scale": False, "use_relative_lr": False,
        "relative_init_lr": True}, "relative_init_lr"))
  def test_illegal_options(self, options, message):
    with tf.Graph().as_default():
      with self.assertRaisesRegexp(ValueError, message):
        hierarchical_rnn.HierarchicalRNN(**options)


if __name__ == "__main__":
  tf.test.main()
