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
# Gradients of the check differ by a factor of up to 10^5 from step to step.
_RELATIVE = ({"max_relative_gradient": 3.0}, {"max_gradient": 3.0})
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

  @parameterized.parameters(
      ({}, {}), _ALL, ({"use_attention": True}, {}),
      ({"skip_zero_gradients": True}, {"skip_zeros": True}))
  def test_relative_gradients(self, options, oracle_options):
    for use_resource in (True, False):
      self._check(dict(_RELATIVE[0], **options),
                  dict(_RELATIVE[1], **oracle_options), use_resource)

  def test_limited_steps_without_a_learning_rate(self):
    self._check(
        dict(_LIMIT[0], dynamic_output_scale=False, use_relative_lr=False),
        dict(_LIMIT[1], dynamic_scale=False, relative_lr=False))


class StatisticsTest(tf.test.TestCase):

  def test_limits(self):
    scales = tensor_statistics.step_scales(
        [tf.constant([[4.0], [4.0]])], [tf.constant([[16.0], [1e-4]])],
        tf.constant([[0.5], [0.5]]), 0.1)
    # Root mean squares of normalized moves are 2, above 0.05, and 0.005.
    self.assertAllClose([[0.05 / 4.0], [0.5]], self.evaluate(scales[0]))

  def test_derivatives_at_zero_are_finite(self):
    layout = tensor_layout.TensorLayout([[2]])
    param, moves = tf.zeros([2, 1]), tf.zeros([2, 1])
    size = tensor_statistics.sizes(layout, param, 0.05)
    scale, = tensor_statistics.step_scales(
        [], [layout.tensor_mean(moves * moves)], size, 0.1)
    history = tensor_statistics.step_history(
        tensor_statistics.log_mean_gradient(layout, moves, False),
        tf.constant([[1.0, 2.0, 3.0, 1.0]]), False)
    slopes = tf.gradients([size, scale, history], [param, moves])
    self.assertAllEqual(np.zeros([2, 2, 1]), self.evaluate(slopes))

  def test_tiny_gradients_count(self):
    layout = tensor_layout.TensorLayout([[2]])
    history = tensor_statistics.no_history()
    for scale in (1e-28, 1e-25):
      history = tensor_statistics.step_history(
          tensor_statistics.log_mean_gradient(
              layout, tf.fill([2, 1], scale), False), history, False)
    trend, change = self.evaluate(tensor_statistics.trend_and_change(history))
    self.assertAllClose([[0.09 * np.log(1e3)]], trend, rtol=1e-3)
    self.assertAllClose([[0.1 * np.log(1e3)]], change, rtol=1e-3)


class RelativeGradientTest(tf.test.TestCase):

  def _relative(self, gradients, limit=10.0):
    """Gradients of a tensor of four, one a step, as the RNN sees them."""
    layout = tensor_layout.TensorLayout([[4]])
    history = tensor_statistics.no_history()
    seen = []
    for gradient in gradients:
      gradient = tf.reshape(tf.constant(gradient, tf.float32), [4, 1])
      scale, history = tensor_statistics.relative_scales(
          tensor_statistics.log_mean_gradient(layout, gradient, True), history,
          limit)
      seen.append(tf.reshape(
          tensor_statistics.relative_gradient(gradient, scale), [-1]))
    return self.evaluate([seen, history])

  def test_in_units_of_the_first(self):
    # The first that is not all 0, over elements that are not 0: 2.
    seen, history = self._relative(
        [[0.0] * 4, [1.0, -3.0, 0.0, 0.0], [4.0, 0.0, 0.0, -4.0]])
    unit = 2.0**20 / 2.0
    self.assertAllClose([0.0] * 4, seen[0])
    self.assertAllClose([unit, -3.0 * unit, 0.0, 0.0], seen[1])
    self.assertAllClose([4.0 * unit, 0.0, 0.0, -4.0 * unit], seen[2])
    self.assertAllClose([[np.log(2.0) + 0.1 * np.log(2.0),
                          np.log(2.0) + 0.01 * np.log(2.0), np.log(2.0), 1.0]],
                        history)

  def test_a_spike(self):
    seen, history = self._relative(
        [[1.0] * 4, [1e6, 1e6, -1e6, 0.0], [1.0] * 4])
    limit = 10.0 * 2.0**20
    self.assertAllClose([limit, limit, -limit, 0.0], seen[1], rtol=1e-4)
    self.assertAllClose([2.0**20] * 4, seen[2])
    self.assertAllClose(0.9 * 0.1 * np.log(10.0), history[0, 0])

  def test_the_scale_does_not_matter(self):
    values = np.random.RandomState(0).randn(5, 4)
    values[3] *= 100.0
    expected, _ = self._relative(values)
    for scale in (1e-32, 1e-20, 1e10):
      self.assertAllClose(expected, self._relative(values * scale)[0],
                          rtol=1e-4)
    # Relative to the first, as far as the numbers go.
    for scale in (1e-37, 1e-35):
      seen, _ = self._relative(values * scale)
      self.assertAllClose(values[:1] / values[0, 0], seen[:1] / seen[0][0],
                          rtol=1e-4)
      self.assertGreater(np.abs(seen[0]).max(), 1.0)

  def test_squares_are_finite(self):
    seen, history = self._relative([[1e-37] * 4] + [[3e38] * 4] * 100)
    self.assertTrue(np.isfinite(np.square(seen)).all())
    self.assertTrue(np.isfinite(history).all())


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
      ({"max_relative_gradient": 1.0}, "max_relative_gradient .*1.0"),
      ({"max_relative_gradient": float("inf")}, "max_relative_gradient .*inf"),
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
