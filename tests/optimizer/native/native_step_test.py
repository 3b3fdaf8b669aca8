# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that the native step is the one TensorFlow's ops make."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import arguments
from optimizer import hierarchical_rnn
from optimizer import stabilizers
from optimizer.stabilizers import stabilizer
from tests.optimizer.native import native_harness
from tests.optimizer import oracle

_INSTRUCTIONS = ("plain", "baseline", "avx2", "avx512")
_SHAPES = [[3, 5], [7], [], [0], [13, 11], [129]]
_TOLERANCE = 3e-5

_RARE = {"skip_zero_gradients": True, "rate_decay_after": 2.0,
         "gradient_history_limit": 1.5}
_OPTIONS = (
    {},
    {"level_sizes": [4, 5], "use_problem_lr_mean": False},
    {"level_sizes": [4], "num_gradient_scales": 1},
    {"level_sizes": [1, 1, 1], "max_log_lr": -4.0},
    {"level_sizes": [11, 23, 6], "learnable_rnn_init": False},
    {"use_attention": True},
    {"use_attention": True, "dynamic_output_scale": False,
     "use_relative_lr": False},
    {"use_attention": True, "skip_zero_gradients": True},
    {"dynamic_output_scale": False, "use_relative_lr": False},
    {"num_gradient_scales": 2, "use_grad_products": False,
     "learnable_inp_decay": False},
    {"num_gradient_scales": 7, "use_multiple_scale_decays": True},
    {"use_gradient_shortcut": False, "use_grad_products": False,
     "use_log_means_squared": False, "use_relative_lr": False},
    {"use_extreme_indicator": True, "use_lr_shortcut": True},
    {"use_log_means_squared": False, "use_lr_shortcut": True},
    {"global_input": "last", "learnable_decay": False},
    {"skip_zero_gradients": True},
    # Steps that are too long, and some that are not.
    {"step_limit_fraction": 1e-3},
    {"step_limit_fraction": 0.02, "step_limit_floor": 1e-3},
    {"step_limit_fraction": 1e-3, "use_attention": True},
    {"step_limit_fraction": 1e-2, "dynamic_output_scale": False,
     "use_relative_lr": False},
    {"step_limit_fraction": 1e-3, "step_limit_excess": 1.5,
     "skip_zero_gradients": True},
    {"step_limit_fraction": 0.02, "step_limit_least": 1.0,
     "step_limit_excess": 1.5, "rate_decay_after": 2.0},
    {"step_limit_fraction": 1.0, "step_limit_least": 0.5,
     "skip_zero_gradients": True, "use_attention": True},
    {"step_limit_fraction": 1e-3, "step_limit_excess": 1.0,
     "skip_zero_gradients": True, "use_attention": True},
    {"gradient_history_limit": 1.5},
    {"gradient_history_limit": 1.5, "skip_zero_gradients": True,
     "use_attention": True},
    {"gradient_history_limit": 1.5, "gradient_history_decay_power": 0.5,
     "step_limit_fraction": 1e-3, "rate_decay_after": 1.5,
     "use_attention": True},
    {"gradient_history_limit": 1.5, "gradient_history_spike_power": 0.5,
     "step_limit_fraction": 1e-3, "step_limit_excess": 1.5,
     "skip_zero_gradients": True},
    dict(_RARE, sparse_steps_power=0.5),
    dict(_RARE, sparse_steps_power=1.0, use_attention=True,
         step_limit_fraction=1e-3),
    {"rate_decay_after": 2.0, "rate_decay_power": 0.5},
    {"rate_decay_after": 1.5, "skip_zero_gradients": True,
     "use_attention": True},
    {"gradient_history_limit": 1.5, "schedule_num_steps": 3.0,
     "schedule_fade": 1.0},
    {"gradient_history_limit": 1.5, "schedule_num_steps": 4.0,
     "schedule_fade": 0.75, "step_limit_fraction": 1e-3,
     "use_attention": True},
)

# They decide what a step starts from, or how the optimizer is trained.
_NOT_OF_A_STEP = (
    "cell_cls", "init_lr_range", "initial", "name", "obj_train_max_multiplier",
    "random_seed", "use_log_objective", "use_native", "use_numerator_epsilon",
    "use_second_derivatives", "zero_init_lr_weights")

# With these, all of the kernels is run.
_ALL_CODE = (
    {},
    {"level_sizes": [11, 23, 6], "use_attention": True,
     "use_extreme_indicator": True, "use_lr_shortcut": True,
     "step_limit_fraction": 1e-3,
     "step_limit_excess": 1.5, "gradient_history_limit": 1.5,
     "skip_zero_gradients": True, "gradient_history_spike_power": 0.5,
     "gradient_history_decay_power": 0.5, "rate_decay_after": 2.0,
     "sparse_steps_power": 0.5},
    {"level_sizes": [4], "num_gradient_scales": 7, "learnable_decay": False,
     "dynamic_output_scale": False, "use_relative_lr": False},
)


def _gradients(rng, shapes, step, decades=3):
  """Gradients of all sizes, and where a step is odd, zeros and a NaN."""
  gradients = [np.array(rng.randn(*shape) * 10.0**rng.uniform(
      -decades, decades, shape), np.float32) for shape in shapes]
  if step % 2:
    for gradient in gradients:
      gradient[rng.randint(2, size=gradient.shape) == 0] = 0.0
    gradients[0][-1, -1] = np.nan
    gradients[-1][1] = -np.inf
  return gradients


class NativeStepTest(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    native_harness.require_library(self)

  def _compare(self, options, shapes=tuple(_SHAPES), steps=4, decades=3,
               fall=1.0, **kwargs):
    """Steps both ways, each time from the same state."""
    self._compare_steps(native_harness.Model(shapes, options, **kwargs),
                        shapes, steps, decades, fall)

  def _compare_steps(self, model, shapes, steps=4, decades=3, fall=1.0):
    rng = np.random.RandomState(1)
    for step in range(steps):
      gradients = [gradient * np.float32(fall**step) for gradient in
                   _gradients(rng, shapes, step, decades)]
      before, actual = self._step_both_ways(model, gradients, step)
      moved = [np.any(old != new) for (name, old), (_, new) in zip(
          before, actual) if old.size]
      self.assertTrue(any(moved))

  def _step_both_ways(self, model, gradients, step=0):
    """Compares; the model goes on from what TensorFlow's ops have made.

    Returns:
      (values before, values after the native step).
    """
    before = model.values()
    model.step(gradients, native=True)
    actual = model.values()
    model.load(before)
    model.step(gradients, native=False)
    differences = native_harness.differences(before, actual, model.values())
    for name, difference in differences.items():
      self.assertLess(difference, _TOLERANCE, (step, name))
    return before, actual

  @parameterized.parameters(*_OPTIONS)
  def test_options(self, **options):
    # The slowest of seven averages has a decay so near to 1 that it loses four
    # digits where a gradient is decades larger than before. Over three decades
    # the hidden states differ by up to 1.6e-4, and beside the same step in
    # float64 both are as wrong: native ones 6e-5 to 1.3e-4, others 7e-5 to
    # 1.1e-4.
    decades = 1 if options.get("use_multiple_scale_decays") else 3
    self._compare(options, steps=3, decades=decades)

  @parameterized.parameters(
      {}, {"step_limit_fraction": 1e-3, "rate_decay_after": 2.0,
           "skip_zero_gradients": True},
      {"use_attention": True},
      {"dynamic_output_scale": False, "use_relative_lr": False})
  def test_gradients_that_fall(self, **options):
    self._compare(
        dict(options, gradient_history_limit=1.5,
             gradient_history_decay_power=0.5),
        steps=15, decades=1, fall=0.5)

  def test_every_option_is_tested(self):
    names = set(arguments.parameters(hierarchical_rnn.HierarchicalRNN)[0])
    names |= set(stabilizer.flat_values([cls() for cls in stabilizers.ALL]))
    self.assertEqual(
        names - set(_NOT_OF_A_STEP) - {"stabilizers"},
        set(name for options in _OPTIONS for name in options))

  @parameterized.parameters(
      {}, {"use_attention": True}, {"skip_zero_gradients": True},
      {"dynamic_output_scale": False, "use_relative_lr": False})
  def test_options_where_nothing_is_skipped(self, **options):
    self._compare(options, steps=1, skip_nonfinite=False)

  @parameterized.parameters(*_ALL_CODE)
  def test_instructions(self, **options):
    shapes = _SHAPES + [[2500]]
    model = native_harness.Model(shapes, options)
    for instructions in _INSTRUCTIONS:
      with native_harness.environment(**{
          native_harness.INSTRUCTIONS: instructions}):
        model.start()
        try:
          self._compare_steps(model, shapes)
        except tf.errors.InvalidArgumentError as error:
          self.assertIn("not of this processor", str(error))
          self.assertStartsWith(instructions, "avx")

  @parameterized.parameters(
      (False,), ([True, False, True, False, True, False],))
  def test_reference_variables(self, use_resource):
    for options in ({}, {"use_attention": True}):
      self._compare(options, use_resource=use_resource)

  def test_gradients_over_sixty_decades(self):
    self._compare({}, decades=30)

  def test_a_million_elements(self):
    self._compare({}, shapes=[[2, 3], [15], [16], [17], [1000, 1001]],
                  steps=2, threads=2)

  def test_denormals(self):
    self._step_both_ways(native_harness.Model([[40]], {}),
                         [np.full([40], 1e-41, np.float32)])

  @parameterized.parameters({}, {"use_attention": True})
  def test_nothing_but_nonfinite_gradients_change_nothing(self, **options):
    model = native_harness.Model(_SHAPES, options, [True])
    model.step([np.ones(shape) for shape in _SHAPES])
    before = model.values()
    for value in (np.nan, np.inf, -np.inf):
      model.load(before)
      model.step([np.full(shape, value) for shape in _SHAPES])
      for (name, old), (_, new) in zip(before, model.values()):
        # No gradient is finite where there is none.
        if name not in ("layer", "global"):
          self.assertAllEqual(old, new, name)

  def test_nonfinite_numbers_go_where_they_may(self):
    model = native_harness.Model([[40]], {}, [True], skip_nonfinite=False)
    gradient = np.ones([40])
    gradient[3] = np.nan
    model.step([gradient])
    (_, variable), = model.values()[:1]
    self.assertTrue(np.all(np.isnan(variable)))

  @parameterized.parameters(
      {}, {"use_attention": True}, {"num_gradient_scales": 1},
      {"use_problem_lr_mean": False}, {"level_sizes": [4]})
  def test_oracle(self, **options):
    """In three steps that start where an optimizer does."""
    shapes = [[3, 5], [70], [2]]
    model = native_harness.Model(shapes, dict(
        options, init_lr_range=(1e-2, 1e-2)), [True])
    expected = oracle.HierarchicalRNN(
        model.theta, [value for name, value in model.values()
                      if name == "variable"],
        init_lr=1e-2, levels=len(options.get("level_sizes", [4, 5, 3])),
        scales=options.get("num_gradient_scales", 4),
        problem_mean=options.get("use_problem_lr_mean", True))
    self._start_as(model, expected)
    rng = np.random.RandomState(2)
    for _ in range(3):
      gradients = [rng.randn(*shape) for shape in shapes]
      model.step(gradients)
      expected.step(gradients)
    values = model.values()
    for actual, param in zip(values[:3], expected.attended):
      self.assertAllClose(param, actual[1], atol=1e-5)
    hidden = [value for name, value in values if name == "parameter"]
    for actual, state in zip(hidden, expected.states):
      self.assertAllClose(state["parameter"], actual, atol=1e-4)

  def _start_as(self, model, expected):
    """Takes state from the oracle: the meta-parameters have changed since."""
    position = [-1, 0]
    values = []
    for name, value in model.values():
      if name == "variable":
        values.append((name, value))
        continue
      if name == model.optimizer.state_keys[0]:
        position[0] += 1
      state = (expected.global_state if name == "global" else
               expected.states[position[0]][name])
      values.append((name, np.float32(np.reshape(state, value.shape))))
    model.load(values)

  @parameterized.parameters({}, {"use_attention": True})
  def test_the_same_bits_whatever_the_threads(self, **options):
    shapes = [[300, 200], [5], [40000], [4097]]
    results, start = [], None
    for threads in (1, 2, 5, 5):
      model = native_harness.Model(shapes, options, [True], threads=threads)
      if start:
        model.load(start)
      else:
        start = model.values()
      rng = np.random.RandomState(1)
      for _ in range(3):
        model.step([rng.randn(*shape) for shape in shapes])
      results.append(model.values())
    for result in results[1:]:
      for (name, one), (_, other) in zip(results[0], result):
        self.assertAllEqual(one, other, name)


if __name__ == "__main__":
  tf.test.main()
