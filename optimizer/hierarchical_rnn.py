# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The hierarchical RNN optimizer of Wichrowska et al. 2017.

"Learned Optimizers that Scale and Generalize", arXiv:1703.04813, section 3.
A small GRU for every coordinate (level 0) proposes steps; a larger one for
every tensor (level 1) and one for the whole problem (level 2) see averages of
the level below them and steer it through an extra bias on its gates.

Shapes below: P coordinates, T tensors, S timescales.
"""

import numpy as np
import tensorflow.compat.v1 as tf

from . import gradient_features
from . import hierarchical_declarations
from . import hierarchical_options
from . import hierarchical_rule
from . import hierarchical_step
from . import learning_rates
from . import meta_parameters
from . import rnn_cells
from . import state_spec
from . import tensor_layout
from . import tensor_statistics
from . import trainable_optimizer

_INIT_VECTOR = "Level{}_RNN/init_vector"


class HierarchicalRNN(trainable_optimizer.TrainableOptimizer):
  """Learned optimizer with one, two or three levels of GRUs."""

  update_weights = meta_parameters.Attribute("update_weights")
  attention_weights = meta_parameters.Attribute("attention_weights")
  scl_decay_weights = meta_parameters.Attribute("scl_decay_weights")
  scl_decay_bias = meta_parameters.Attribute("scl_decay_bias")
  inp_decay_weights = meta_parameters.Attribute("inp_decay_weights")
  inp_decay_bias = meta_parameters.Attribute("inp_decay_bias")
  lr_weights = meta_parameters.Attribute("learning_rate_weights")
  lr_bias = meta_parameters.Attribute("learning_rate_bias")

  def __init__(self,
               level_sizes=(10, 20, 20),
               init_lr_range=(1e-6, 1e-2),
               learnable_decay=True,
               dynamic_output_scale=True,
               use_attention=False,
               use_log_objective=True,
               num_gradient_scales=4,
               zero_init_lr_weights=True,
               use_log_means_squared=True,
               use_relative_lr=True,
               use_extreme_indicator=False,
               max_log_lr=33.0,
               obj_train_max_multiplier=-1,
               use_problem_lr_mean=True,
               use_gradient_shortcut=True,
               use_lr_shortcut=False,
               use_grad_products=True,
               use_multiple_scale_decays=False,
               learnable_inp_decay=True,
               learnable_rnn_init=True,
               use_second_derivatives=True,
               use_numerator_epsilon=False,
               global_input="mean",
               skip_zero_gradients=False,
               max_relative_step=0.0,
               max_step_excess=0.0,
               relative_init_lr=False,
               rms_floor=0.05,
               max_relative_gradient=0.0,
               gradient_jump_power=0.0,
               gradient_fall_power=0.0,
               slow_rates_after=0.0,
               slow_rates_power=1.0,
               rare_step_power=0.0,
               use_lr_over_rms=False,
               use_gradient_trend=False,
               use_gradient_change=False,
               gate_bias_init=2.2,
               cell_scale=0.5,
               affine_scale=0.5,
               readout_scale=0.5,
               scale_decay_bias_init=3.2,
               input_decay_bias_init=2.2,
               learning_rate_momentum_logit_init=3.2,
               random_seed=None,
               name="hRNN",
               use_native=None):
    """Constructs the optimizer and declares its meta-parameters.

    Args:
      level_sizes: One to three integers: GRU units per coordinate, per tensor,
        and for the whole problem.
      init_lr_range: (min, max) of the initial learning rates, log-uniform.
      learnable_decay: Whether the decays of the moving averages are read out
        of the RNN; otherwise they are constants.
      dynamic_output_scale: Whether steps are normalized per tensor and scaled
        by a learning rate that each coordinate carries and adapts.
      use_attention: Whether gradients are taken at a second, attended
        location.
      use_log_objective: See `TrainableOptimizer`.
      num_gradient_scales: S, the number of momentum timescales.
      zero_init_lr_weights: Whether the read-out of the learning rate's change
        starts at zero.
      use_log_means_squared: Feature: relative log mean squares, S columns.
      use_relative_lr: Feature: log learning rate minus its mean.
      use_extreme_indicator: Feature: how far the rate is out of [1e-6, 1].
      max_log_lr: Float, upper bound of the log learning rate.
      obj_train_max_multiplier: See `TrainableOptimizer`.
      use_problem_lr_mean: Whether relative learning rates are relative to the
        mean over the whole problem rather than over the tensor.
      use_gradient_shortcut: Whether scaled gradients also reach the step
        directly, through learned weights.
      use_lr_shortcut: Feature: log learning rate minus log 1e-3.
      use_grad_products: Feature: S - 1 products of neighbouring timescales.
      use_multiple_scale_decays: Whether slower timescales also average their
        mean squares more slowly.
      learnable_inp_decay: Whether the momentum decay is read out of the RNN.
      learnable_rnn_init: Whether the initial states are meta-parameters;
        otherwise they are drawn from U(-1, 1).
      use_second_derivatives: See `TrainableOptimizer`.
      use_numerator_epsilon: See `TrainableOptimizer`.
      global_input: "mean" feeds level 2 the mean of the level-1 states, as
        the paper describes; "last" feeds it the last tensor's, as the code
        released in 2017 did.
      skip_zero_gradients: Whether elements whose gradient is exactly 0 are
        skipped: they keep their value and their state, and a tensor's means
        (what level 1 sees, what normalizes steps) are over the others. For
        embeddings and other sparse gradients: steps are normalized per tensor,
        so that otherwise elements without a gradient move as far as those with
        one. With attention their location is their value.
      max_relative_step: Float, the most that the root mean square of a
        tensor's step may be relative to the tensor's size; longer steps are
        scaled down, and likewise the way to the attended location. The size
        is the root mean square of the tensor, or `rms_floor` if that is more.
        0 for no limit.
      max_step_excess: Float from 1, how many times as long as its limit a
        tensor's step may become before it is scaled down; beyond, the tensor's
        learning rates are lowered as well. 0 for no limit: then rates that rise
        too far keep steps at their limit for long. See `max_relative_step`,
        without which it counts for nothing.
      relative_init_lr: Whether `init_lr_range` is relative to the tensor's
        size, by the value its variable is initialized with.
      rms_floor: Float, see `max_relative_step`.
      max_relative_gradient: Float above 1, the most that a tensor's gradient
        may be relative to running means of those before, over ten steps or a
        hundred; larger ones, such as those of a loss that jumps once, are
        scaled down. It also makes gradients relative to the tensor's first, so
        that their scale does not matter, down to the least normal numbers;
        without it gradients below 1e-6 get lost in epsilons. See
        `tensor_statistics.relative_scales`. 0 for neither.
      gradient_jump_power: Float a: where a tensor's gradient is x times what
        `max_relative_gradient` allows, its learning rates are divided by
        min(x, 10)^a. 0 for never; without that limit it counts for nothing.
      gradient_fall_power: Float p: where the mean of a tensor's gradient over
        the last ten steps is x times less than a third of that over the last
        hundred, its steps are divided by x^p, with `slow_rates_after` by
        x^(p (1 - n / t)) from step n on. Otherwise normalized steps are as long
        where gradients vanish as before. 0 for never; without
        `max_relative_gradient` it counts for nothing.
      slow_rates_after: Number n of steps after which learning rates change ever
        more slowly: in an element's t-th step by (n / t)^q of what the RNN
        says, so that they do not keep the time of the runs of meta-training.
        The limit of `max_relative_step` falls like 1 / sqrt(t) then. 0 for
        never.
      slow_rates_power: Float q. With 1 a rate that falls exponentially falls
        like a power of t from step n on; the less q, the sooner it vanishes.
      rare_step_power: Float p: with `skip_zero_gradients`, `slow_rates_after`
        and `max_relative_gradient`, elements that have a gradient in a share f
        of their tensor's steps make steps max(f, 0.01)^-p times as long, limit
        or not. f is a mean over the elements with a gradient. 0 for never.
      use_lr_over_rms: Feature: log learning rate minus log size.
      use_gradient_trend: Feature: log of the tensor's mean absolute gradient,
        averaged over ten steps, minus the same over a hundred.
      use_gradient_change: Feature: the same average over ten steps, minus the
        log of the first.
      gate_bias_init: Initial bias of the GRU gates.
      cell_scale: Spread of the initial GRU matrices.
      affine_scale: Spread of the initial matrices between levels.
      readout_scale: Spread of the initial read-outs of level 0.
      scale_decay_bias_init: Initial logit of the mean squares' decay.
      input_decay_bias_init: Initial logit of the momentum decay.
      learning_rate_momentum_logit_init: Initial logit of the decay of the
        learning rates' moving average.
      random_seed: See `TrainableOptimizer`.
      name: String, prefix of ops and slots.
      use_native: Whether a drop-in step is one native op where that can be;
        None for the class's `use_native`. Meta-training does not record it.

    Raises:
      ValueError: If an option has an illegal value or contradicts another.
    """
    hierarchical_options.check(
        level_sizes, init_lr_range, num_gradient_scales, global_input,
        max_log_lr, max_relative_step, max_step_excess, rms_floor,
        max_relative_gradient, slow_rates_after)
    powers = hierarchical_options.powers(
        max_relative_gradient, skip_zero_gradients and slow_rates_after,
        gradient_jump_power, gradient_fall_power, rare_step_power,
        slow_rates_power)
    hierarchical_options.check_rates(
        dynamic_output_scale, use_relative_lr=use_relative_lr,
        use_extreme_indicator=use_extreme_indicator,
        use_lr_shortcut=use_lr_shortcut, use_lr_over_rms=use_lr_over_rms,
        relative_init_lr=relative_init_lr, max_step_excess=max_step_excess,
        gradient_jump_power=gradient_jump_power,
        slow_rates_after=slow_rates_after)
    self._level_sizes = list(level_sizes)
    self._init_lr_range = tuple(init_lr_range)
    self._dynamic_output_scale = dynamic_output_scale
    self._relative_init_lr = relative_init_lr
    self._histories = tensor_statistics.history_keys(
        use_gradient_trend or use_gradient_change, max_relative_gradient)
    self._features = gradient_features.coordinate_features(
        num_gradient_scales, use_grad_products, use_log_means_squared,
        use_relative_lr, use_extreme_indicator, use_lr_shortcut)
    self._new_features = gradient_features.tensor_features(
        use_lr_over_rms, use_gradient_trend, use_gradient_change)
    self._cells = [rnn_cells.BiasGRU(size, cell_scale, gate_bias_init)
                   for size in self._level_sizes]
    self._options = hierarchical_step.StepOptions(
        cells=self._cells, features=self._features + self._new_features,
        num_scales=num_gradient_scales,
        multiple_scale_decays=use_multiple_scale_decays,
        problem_rate_mean=use_problem_lr_mean, max_log_rate=max_log_lr,
        global_input=global_input, skip_zero_gradients=skip_zero_gradients,
        max_relative_step=max_relative_step, rms_floor=rms_floor,
        max_step_excess=max_step_excess if max_relative_step else 0.0,
        uses_sizes=bool(max_relative_step) or use_lr_over_rms,
        max_relative_gradient=max_relative_gradient,
        slow_rates_after=slow_rates_after, **powers)
    super().__init__(
        name, self._state_keys(use_attention), use_attention,
        use_log_objective, obj_train_max_multiplier, use_second_derivatives,
        use_numerator_epsilon, random_seed)
    self.use_native = self.use_native if use_native is None else use_native
    if learnable_rnn_init:
      self._declare_initial_states()
    self._declare_readouts(readout_scale, zero_init_lr_weights)
    if learnable_decay:
      self._declare_decay("scl_decay", readout_scale, scale_decay_bias_init)
      if num_gradient_scales > 1 and learnable_inp_decay:
        self._declare_decay("inp_decay", readout_scale, input_decay_bias_init)
    hierarchical_declarations.declare_levels(
        self._meta_parameters, self._cells, self._features,
        self._new_features, affine_scale)
    if use_gradient_shortcut:
      hierarchical_declarations.declare_shortcuts(
          self._meta_parameters, num_gradient_scales, use_attention)
    if dynamic_output_scale:
      hierarchical_declarations.declare_rates(
          self._meta_parameters, learning_rate_momentum_logit_init)

  @property
  def num_layers(self):
    """The number of levels."""
    return len(self._level_sizes)

  @property
  def init_vectors(self):
    """Initial states: a list, one a level, of [1, units] meta-parameters, or
    of random tensors if they are not learned."""
    vectors = [self._meta_parameters.get(_INIT_VECTOR.format(level))
               for level in range(self.num_layers)]
    return [self._initial_vector(level, {}, self._random_uniform)
            if vector is None else vector
            for level, vector in enumerate(vectors)]

  @property
  def cells(self):
    """List of `BiasGRUCell` like those of the levels, one a level.

    Called in the scope of a level, under reuse, they run on its weights.
    """
    return [rnn_cells.BiasGRUCell(cell.num_units, scale=cell.scale,
                                  gate_bias_init=cell.gate_bias_init)
            for cell in self._cells]

  def _state_keys(self, use_attention):
    keys = ["parameter"]
    if len(self._level_sizes) > 1:
      keys.append("layer")
    keys += self._histories + ["scl_decay", "inp_decay"]
    if self._dynamic_output_scale:
      keys.append("log_learning_rate")
    if self._options.slow_rates_after:
      keys.append("num_steps")
    for prefix in hierarchical_step.SCALE_KEYS:
      keys += [prefix + str(i + 1) for i in range(self._options.num_scales)]
    return keys + ([state_spec.TRUE_PARAM] if use_attention else [])

  def _declare_initial_states(self):
    uniform = tf.random_uniform_initializer(-1.0, 1.0)
    for level, size in enumerate(self._level_sizes):
      self._meta_parameters.declare(
          _INIT_VECTOR.format(level), [1, size], uniform)

  def _declare_readouts(self, scale, zero_init_lr_weights):
    units = self._level_sizes[0]
    readout = tf.random_normal_initializer(
        0.0, scale / np.sqrt(units))
    zero = tf.zeros_initializer()
    declare = self._meta_parameters.declare
    declare("update_weights", [units, 1], readout)
    if self.use_attention:
      declare("attention_weights", [units, 1], readout)
    if self._dynamic_output_scale:
      declare("learning_rate_weights", [units, 1],
              zero if zero_init_lr_weights else readout)
      declare("learning_rate_bias", [1], zero)

  def _declare_decay(self, name, scale, bias):
    units = self._level_sizes[0]
    self._meta_parameters.declare(
        name + "_weights", [units, 1],
        tf.random_normal_initializer(0.0, scale / np.sqrt(units)))
    self._meta_parameters.declare(
        name + "_bias", [1], tf.constant_initializer(bias))

  def _rule(self):
    keys = self._state_keys(use_attention=False)
    spec = state_spec.StateSpec({
        key: state_spec.PER_TENSOR if key in hierarchical_step.TENSOR_KEYS
             else state_spec.PER_ELEMENT for key in keys}, "ms1")
    rule = hierarchical_rule.HierarchicalRule(
        self._options, spec, self.use_attention, self._init_tensor,
        self._init_shared)
    rule.init_reads_params = self._relative_init_lr
    return rule

  def _init_tensor(self, theta, param, draw):
    """State of a tensor with n elements.

    Returns:
      Dict: "parameter" [n, units], "layer" [1, units], "gradient_history" and
      "gradient_unit" [1, 4], the others [n, 1].
    """
    size = tensor_layout.TensorLayout([param.shape.as_list()]).num_coordinates
    zeros = tf.zeros([size, 1])
    state = {key: zeros for key in self._state_keys(use_attention=False)}
    state["parameter"] = tf.tile(
        self._initial_vector(0, theta, draw), [size, 1])
    if len(self._level_sizes) > 1:
      state["layer"] = self._initial_vector(1, theta, draw)
    if self._dynamic_output_scale:
      state["log_learning_rate"] = self._initial_log_learning_rate(
          param, size, draw)
    for key in self._histories:
      state[key] = tensor_statistics.no_history()
    return state

  def _init_shared(self, theta, draw):
    """A list with the level-2 state [1, units], or without that level []."""
    return ([self._initial_vector(2, theta, draw)]
            if len(self._level_sizes) > 2 else [])

  def _initial_vector(self, level, theta, draw):
    name = _INIT_VECTOR.format(level)
    return (tf.identity(theta[name]) if name in theta else
            draw([1, self._level_sizes[level]], -1.0, 1.0))

  def _initial_log_learning_rate(self, param, size, draw):
    log_size = None
    if self._relative_init_lr:
      log_size = tf.math.log(tensor_statistics.sizes(
          tensor_layout.TensorLayout([param.shape.as_list()]),
          tf.reshape(param, [-1, 1]), self._options.rms_floor))
    return learning_rates.initial(
        draw, size, self._init_lr_range, self._options.max_log_rate, log_size)
