# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the hierarchical RNN's stabilizers beside NumPy."""

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from tests.optimizer import harness
from tests.optimizer import oracle_check
from tests.optimizer import stabilized_oracle

_LIMIT = ({"step_limit_fraction": 0.1, "step_limit_floor": 0.2,
           "step_limit_excess": 1.5},
          {"cap": 0.1, "floor": 0.2, "excess": 1.5})
# Gradients of the check differ by a factor of up to 10^5 from step to step.
_RELATIVE = ({"gradient_history_limit": 3.0}, {"max_gradient": 3.0})
_JUMPS = (dict(_RELATIVE[0], gradient_history_spike_power=0.5),
          dict(_RELATIVE[1], jump_power=0.5))
_FALLS = (dict(_RELATIVE[0], gradient_history_decay_power=0.5),
          dict(_RELATIVE[1], fall_power=0.5))
_SLOW = ({"rate_decay_after": 2.0}, {"slow_after": 2.0})
_RARE = (dict(_RELATIVE[0], skip_zero_gradients=True, sparse_steps_power=0.5,
              **_SLOW[0]),
         dict(_RELATIVE[1], skip_zeros=True, rare_power=0.5, **_SLOW[1]))
_LEAST = (dict(_LIMIT[0], step_limit_fraction=1.0, step_limit_least=0.5,
               rate_decay_after=2.0),
          dict(_LIMIT[1], cap=1.0, least=0.5, slow_after=2.0))
_SCHEDULE = (dict(_RELATIVE[0], schedule_num_steps=4.0, schedule_fade=0.5),
             dict(_RELATIVE[1], horizon=4.0, fade=0.5))
_ORACLE_NAMES = {"skip_zero_gradients": "skip_zeros",
                 "step_limit_fraction": "cap", "step_limit_floor": "floor",
                 "step_limit_excess": "excess", "step_limit_least": "least",
                 "rate_decay_after": "slow_after",
                 "rate_decay_power": "slow_power",
                 "gradient_history_limit": "max_gradient",
                 "gradient_history_spike_power": "jump_power",
                 "gradient_history_decay_power": "fall_power",
                 "sparse_steps_power": "rare_power",
                 "schedule_num_steps": "horizon", "schedule_fade": "fade"}
_OTHERS = (({}, {}), (dict(_LIMIT[0], use_attention=True), _LIMIT[1]),
           ({"skip_zero_gradients": True}, {"skip_zeros": True}))

# Dense ones and sparse ones are resource variables and are not.
_BOTH_KINDS = [True, False, True, False, False, True]


class OracleTest(tf.test.TestCase, parameterized.TestCase):

  def _check(self, options, oracle_options, use_resource=True, rate=0.1,
             **kwargs):
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      optimizer = harness.hierarchical(
          init_lr_range=(rate, rate), **options)
      oracle_check.check(
          self, optimizer,
          lambda theta, starts: oracle_check.Densified(
              stabilized_oracle.HierarchicalRNN(
                  theta, starts, init_lr=rate, **oracle_options)),
          use_resource, tolerance=2e-4, **kwargs)

  def _check_pair(self, pair, options, oracle_options, **kwargs):
    """Options of a pair and others, on both kinds of variables."""
    self._check(dict(pair[0], **options), dict(pair[1], **oracle_options),
                _BOTH_KINDS, **kwargs)

  @parameterized.parameters(
      {}, {"rate_decay_after": 2.0},
      {"schedule_num_steps": 4.0, "schedule_fade": 1.0})
  def test_shipped(self, **replaced):
    options = dict(harness.shipped_options(), **replaced)
    rate, _ = options.pop("init_lr_range")
    # An option that the oracle lacks would be an error here.
    self._check(options, {_ORACLE_NAMES[name]: value
                          for name, value in options.items()},
                _BOTH_KINDS, rate=rate)

  @parameterized.parameters(
      (0.01, 0.0), (0.01, 1.0), (10.0, 0.0), (10.0, 1.0), (10.0, 3.0))
  def test_limited_steps(self, rate, excess):
    self._check(dict(_LIMIT[0], step_limit_excess=excess),
                dict(_LIMIT[1], excess=excess), rate=rate)

  @parameterized.parameters(
      ({"level_sizes": [10]}, {"levels": 1}),
      ({"level_sizes": [10, 20]}, {"levels": 2}),
      ({"use_attention": True}, {}),
      ({"skip_zero_gradients": True}, {"skip_zeros": True}),
      ({"skip_zero_gradients": True, "use_attention": True},
       {"skip_zeros": True}))
  def test_all_with_other_options(self, options, oracle_options):
    self._check(dict(_LIMIT[0], **options), dict(_LIMIT[1], **oracle_options))

  @parameterized.parameters(*_OTHERS)
  def test_relative_gradients(self, options, oracle_options):
    self._check_pair(_RELATIVE, options, oracle_options)

  @parameterized.parameters(*_OTHERS)
  def test_rates_after_jumps(self, options, oracle_options):
    self._check_pair(_JUMPS, options, oracle_options)

  @parameterized.parameters(
      *(_OTHERS + (({"rate_decay_after": 2.0}, {"slow_after": 2.0}),)))
  def test_steps_where_gradients_have_fallen(self, options, oracle_options):
    # The mean over ten steps is less than a third of that over a hundred.
    self._check_pair(
        _FALLS, options, oracle_options, num_steps=15, fall=0.5)

  @parameterized.parameters(
      *(_OTHERS + (({"use_attention": True, "step_limit_fraction": 1e-3},
                    {"cap": 1e-3}),)))
  def test_steps_of_elements_that_are_rare(self, options, oracle_options):
    self._check_pair(_RARE, options, oracle_options)

  @parameterized.parameters(
      *(_OTHERS + (({"skip_zero_gradients": True, "use_attention": True},
                    {"skip_zeros": True}),
                   ({"rate_decay_power": 0.5}, {"slow_power": 0.5}))))
  def test_rates_that_slow_down(self, options, oracle_options):
    self._check_pair(_SLOW, options, oracle_options)

  @parameterized.parameters(
      *[(rate,) + other for rate in (1e-3, 0.3) for other in _OTHERS[:1] +
        _OTHERS[2:] + (_RARE,)])
  def test_steps_that_are_lengthened(self, rate, options, oracle_options):
    self._check(dict(_LEAST[0], **options), dict(_LEAST[1], **oracle_options),
                _BOTH_KINDS, rate=rate)

  @parameterized.parameters(*(_OTHERS + ((_RARE[0], _RARE[1]),)))
  def test_steps_that_shrink_to_nothing(self, options, oracle_options):
    self._check_pair(_SCHEDULE, options, oracle_options)

  def test_limited_steps_without_a_learning_rate(self):
    self._check(
        dict(_LIMIT[0], dynamic_output_scale=False, use_relative_lr=False,
             step_limit_excess=0.0),
        dict(_LIMIT[1], dynamic_scale=False, relative_lr=False, excess=0.0))


if __name__ == "__main__":
  tf.test.main()
