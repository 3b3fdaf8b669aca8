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
from .stabilizers import stabilizer
from . import tensor_layout
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
               global_input="mean",
               skip_zero_gradients=False,
               stabilizers=(),
               initial=hierarchical_declarations.Initial(),
               name="hRNN",
               use_native=None,
               cell_cls=None,
               **base_options):
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
      global_input: "mean" feeds level 2 the mean of the level-1 states, as
        the paper describes; "last" feeds it the last tensor's, as the code
        released in 2017 did.
      skip_zero_gradients: Whether elements whose gradient is exactly 0 are
        skipped: they keep their value and their state, and a tensor's means
        (what level 1 sees, what normalizes steps) are over the others. For
        embeddings and other sparse gradients: steps are normalized per tensor,
        so that otherwise elements without a gradient move as far as those with
        one. With attention their location is their value.
      stabilizers: Sequence of `stabilizers.Stabilizer`, what this project adds
        around the step of 2017, in an order in which none comes before what
        it rests on: `RateDecay`, `StepLimit`, `GradientHistory`, `SparseSteps`.
      initial: `hierarchical_declarations.Initial`, what meta-parameters start
        from.
      name: String, prefix of ops and slots.
      use_native: Whether a drop-in step is one native op where that can be;
        None for the class's `use_native`. Meta-training does not record it.
      cell_cls: Without effect: the cells are GRUs with a bias. The metarun of
        2017 gives it.
      **base_options: `use_second_derivatives`, `use_numerator_epsilon`,
        `random_seed`, see `TrainableOptimizer`.

    Raises:
      ValueError: If an option has an illegal value, contradicts another, or
        has no effect without another.
    """
    hierarchical_options.check(HierarchicalRNN, dict(base_options, **locals()))
    del cell_cls
    self._level_sizes = list(level_sizes)
    self._init_lr_range = tuple(init_lr_range)
    self._dynamic_output_scale = dynamic_output_scale
    self._features = gradient_features.coordinate_features(
        num_gradient_scales, use_grad_products, use_log_means_squared,
        use_relative_lr, use_extreme_indicator, use_lr_shortcut)
    self._cells = [
        rnn_cells.BiasGRU(size, initial.cell_scale, initial.gate_bias)
        for size in self._level_sizes]
    self._options = hierarchical_step.StepOptions(
        cells=self._cells, features=self._features,
        num_scales=num_gradient_scales,
        multiple_scale_decays=use_multiple_scale_decays,
        problem_rate_mean=use_problem_lr_mean, max_log_rate=max_log_lr,
        global_input=global_input, skip_zero_gradients=skip_zero_gradients,
        stabilizers=tuple(stabilizers))
    super().__init__(
        name, self._state_keys(use_attention), use_attention,
        use_log_objective, obj_train_max_multiplier, **base_options)
    self.use_native = self.use_native if use_native is None else use_native
    if learnable_rnn_init:
      self._declare_initial_states()
    self._declare_readouts(initial.readout_scale, zero_init_lr_weights)
    if learnable_decay:
      self._declare_decay("scl_decay", initial.readout_scale,
                          initial.scale_decay_bias)
      if num_gradient_scales > 1 and learnable_inp_decay:
        self._declare_decay("inp_decay", initial.readout_scale,
                            initial.input_decay_bias)
    hierarchical_declarations.declare_levels(
        self._meta_parameters, self._cells, self._features,
        initial.affine_scale)
    if use_gradient_shortcut:
      hierarchical_declarations.declare_shortcuts(
          self._meta_parameters, num_gradient_scales, use_attention)
    if dynamic_output_scale:
      hierarchical_declarations.declare_rates(
          self._meta_parameters, initial.learning_rate_momentum_logit)

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
    keys += ["scl_decay", "inp_decay"]
    if self._dynamic_output_scale:
      keys.append("log_learning_rate")
    for prefix in hierarchical_step.SCALE_KEYS:
      keys += [prefix + str(i + 1) for i in range(self._options.num_scales)]
    for attribute in ("tensor_state", "element_state"):
      keys += stabilizer.joined(self._options.stabilizers, attribute)
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
    tensor_keys = hierarchical_step.tensor_keys(self._options)
    spec = state_spec.StateSpec({
        key: state_spec.PER_TENSOR if key in tensor_keys
             else state_spec.PER_ELEMENT for key in keys}, "ms1")
    return hierarchical_rule.HierarchicalRule(
        self._options, spec, self.use_attention, self._init_tensor,
        self._init_shared)

  def _init_tensor(self, theta, param, draw):
    """State of a tensor with n elements.

    Returns:
      Dict: "parameter" [n, units], "layer" [1, units], those of stabilizers
      [n or 1, k], the others [n, 1].
    """
    size = tensor_layout.TensorLayout([param.shape.as_list()]).num_coordinates
    zeros = tf.zeros([size, 1])
    state = {key: zeros for key in self._state_keys(use_attention=False)}
    state["parameter"] = tf.tile(
        self._initial_vector(0, theta, draw), [size, 1])
    if len(self._level_sizes) > 1:
      state["layer"] = self._initial_vector(1, theta, draw)
    if self._dynamic_output_scale:
      state["log_learning_rate"] = learning_rates.initial(
          draw, size, self._init_lr_range, self._options.max_log_rate)
    for attribute, rows in (("tensor_state", 1), ("element_state", size)):
      for key, width in stabilizer.joined(
          self._options.stabilizers, attribute).items():
        state[key] = tf.zeros([rows, width])
    return state

  def _init_shared(self, theta, draw):
    """A list with the level-2 state [1, units], or without that level []."""
    return ([self._initial_vector(2, theta, draw)]
            if len(self._level_sizes) > 2 else [])

  def _initial_vector(self, level, theta, draw):
    name = _INIT_VECTOR.format(level)
    return (tf.identity(theta[name]) if name in theta else
            draw([1, self._level_sizes[level]], -1.0, 1.0))
