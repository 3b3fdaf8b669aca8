# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""An RNN that optimizes every coordinate on its own.

All coordinates share the weights of a stack of RNN cells and differ in their
state only (Andrychowicz et al. 2016, arXiv:1606.04474; baseline of
Wichrowska et al. 2017).
"""

import collections

import numpy as np
import tensorflow.compat.v1 as tf

from tensorflow.python.util import deprecation

from . import arguments
from . import gradient_features
from . import meta_parameters
from . import state_spec
from . import step_rule
from . import trainable_optimizer

_CELL_SCOPE = "multi_rnn_cell"
CELLS = ("GRUCell", "LSTMCell", "BasicLSTMCell", "BasicRNNCell")
"""Names of cells in `tf.nn.rnn_cell`."""
_CELL_CLASS = arguments.Kind(
    "a class of RNN cells, such as tf.nn.rnn_cell.GRUCell, or one of the names "
    + ", ".join(CELLS), object, lambda cell: callable(cell) or cell in CELLS)
_MAX_CELLS = 16
_FIXED_DECAY = np.float32(1.0 / (1.0 + np.exp(-2.2)))


class CoordinatewiseRNN(trainable_optimizer.TrainableOptimizer):
  """Learned optimizer that feeds each scaled gradient to a stack of cells.

  With decay d, mean square m, cell output o and learning rate l of an element:
    m <- (1 - d) (g^2 + 1e-12) + d m,  z = asinh(g / sqrt(m + 1e-16))
    o, state <- cells(z, state)
    d <- sigmoid(o W_d + b_d);  l <- 2 sigmoid(o W_l + b_l) l
    parameter <- parameter - l o W
  """

  update_weights = meta_parameters.Attribute("update_weights")
  decay_weights = meta_parameters.Attribute("decay_weights")
  decay_bias = meta_parameters.Attribute("decay_bias")
  lr_weights = meta_parameters.Attribute("learning_rate_weights")
  lr_bias = meta_parameters.Attribute("learning_rate_bias")
  init_vector = meta_parameters.Attribute("init_vector")

  def __init__(self,
               cell_sizes=(20, 20),
               cell_cls="GRUCell",
               init_lr_range=(1.0, 1.0),
               dynamic_output_scale=True,
               learnable_decay=True,
               zero_init_lr_weights=False,
               *,
               readout_scale=0.5,
               decay_bias_init=2.2,
               name="cRNN",
               **base_options):
    """Constructs the optimizer and declares its meta-parameters.

    Args:
      cell_sizes: One to 16 positive integers, units of the stacked cells.
      cell_cls: Class of the cells: any `tf.nn.rnn_cell` or
        `tf.contrib.rnn` cell whose constructor takes the number of units. Or
        one of the names `CELLS`.
      init_lr_range: (min, max) of the initial learning rates, log-uniform.
      dynamic_output_scale: Whether the RNN adapts the learning rates.
      learnable_decay: Whether the decay is read out of the RNN; otherwise it
        is sigmoid(2.2) = 0.9 from the first step on.
      zero_init_lr_weights: Whether the read-out of the learning rate's change
        starts at zero.
      readout_scale: Spread of the initial read-outs.
      decay_bias_init: Initial logit of the decay.
      name: String, prefix of ops and slots.
      **base_options: See `TrainableOptimizer`.

    Raises:
      ValueError: If an option has an illegal value.
    """
    arguments.check_all(CoordinatewiseRNN, locals(), cell_cls=_CELL_CLASS)
    arguments.check_sizes("cell_sizes", cell_sizes, _MAX_CELLS)
    low, high = arguments.checked_range("init_lr_range", init_lr_range)
    super().__init__(
        name, ["rms", "rnn", "learning_rate", "decay"], **base_options)
    self._cell_sizes = list(cell_sizes)
    self._cell_cls = cell_cls
    self._init_lr_range = (low, high)
    cell_declarations = self._cell_declarations()
    self._declare(cell_declarations, readout_scale / np.sqrt(cell_sizes[-1]),
                  dynamic_output_scale, zero_init_lr_weights,
                  decay_bias_init if learnable_decay else None)

  def _declare(self, cell_declarations, readout_stddev, dynamic_output_scale,
               zero_init_lr_weights, decay_bias):
    readout = tf.random_normal_initializer(0.0, readout_stddev)
    zero = tf.zeros_initializer()
    shape = [self._cell_sizes[-1], 1]
    declare = self._meta_parameters.declare
    declare("init_vector", [1, self._state_size],
            tf.random_uniform_initializer(-1.0, 1.0))
    declare("update_weights", shape, readout)
    if decay_bias is not None:
      declare("decay_weights", shape, readout)
      declare("decay_bias", [1],
              tf.constant_initializer(decay_bias))
    if dynamic_output_scale:
      declare("learning_rate_weights", shape,
              zero if zero_init_lr_weights else readout)
      declare("learning_rate_bias", [1], zero)
    self._meta_parameters.declare_all(cell_declarations)

  def _rule(self):
    kinds = dict.fromkeys(self.state_keys, state_spec.PER_ELEMENT)
    return step_rule.ElementwiseRule(self._start, self._step, kinds)

  def _start(self, theta, param, draw):
    """State of a tensor with n elements.

    Returns:
      Dict: "rms", "learning_rate" and "decay" [n, 1], "rnn" [n, state size].
    """
    size = param.shape.num_elements()
    low, high = [np.log(rate) for rate in self._init_lr_range]
    ones = tf.ones([size, 1])
    rate = ones * np.float32(self._init_lr_range[0])
    if low < high:
      rate = tf.exp(draw([size, 1], low, high))
    return {"rms": ones, "rnn": tf.tile(theta["init_vector"], [size, 1]),
            "learning_rate": rate, "decay": ones}

  def _step(self, theta, param, grad, state):
    """One step of one tensor; see the class's equations."""
    scaled, rms = gradient_features.scaled_gradient(
        tf.reshape(grad, [-1, 1]), state["rms"], state["decay"])
    output, rnn_state = self._run_cells(scaled, state["rnn"], theta)
    new_state = {"rms": rms, "rnn": rnn_state,
                 "learning_rate": state["learning_rate"],
                 "decay": tf.fill(tf.shape(state["decay"]), _FIXED_DECAY)}

    def read_out(name):
      return (tf.matmul(output, theta[name + "_weights"]) +
              theta[name + "_bias"])

    if "decay_weights" in theta:
      new_state["decay"] = tf.sigmoid(read_out("decay"))
    if "learning_rate_weights" in theta:
      new_state["learning_rate"] *= 2.0 * tf.sigmoid(read_out("learning_rate"))
    change = new_state["learning_rate"] * tf.matmul(
        output, theta["update_weights"])
    return param - tf.reshape(change, tf.shape(param)), new_state

  @property
  def component_cells(self):
    """A list of new cells like those stacked, which share no weights."""
    with deprecation.silence():  # TensorFlow 1 has no cells in their stead.
      cell_cls = self._cell_cls
      if cell_cls in CELLS:
        cell_cls = getattr(tf.nn.rnn_cell, cell_cls)
      return [cell_cls(size) for size in self._cell_sizes]

  @property
  def cell(self):
    """A new `MultiRNNCell` of `component_cells`."""
    cells = self.component_cells
    with deprecation.silence():
      return tf.nn.rnn_cell.MultiRNNCell(cells)

  # The cells are TensorFlow's: made anew whenever they run, with a getter that
  # puts meta-parameters where they would create variables.

  def _run_cells(self, inputs, flat_state, theta):
    """Steps the cells: ([n, 1], [n, state size]) to ([n, units], same)."""
    def getter(unused_getter, name, *unused_args, **unused_kwargs):
      return theta[name[name.index(_CELL_SCOPE):]]

    return self._call_cells(inputs, flat_state, getter)

  def _call_cells(self, inputs, flat_state, getter):
    cell = self.cell
    sizes = tf.nest.flatten(cell.state_size)
    state = tf.nest.pack_sequence_as(
        cell.state_size, tf.split(flat_state, sizes, axis=1))
    with tf.variable_scope(
        tf.VariableScope(reuse=False, custom_getter=getter),
        auxiliary_name_scope=False):
      output, state = cell(inputs, state)
    return output, tf.concat(tf.nest.flatten(state), 1)

  def _cell_declarations(self):
    """Finds out, in a scratch graph, which variables the cells want."""
    declarations = collections.OrderedDict()

    def getter(unused_getter, name, shape=None, initializer=None, **unused):
      shape = tf.TensorShape(shape).as_list()
      declarations[name[name.index(_CELL_SCOPE):]] = (
          meta_parameters.Declaration(
              shape, initializer or
              tf.glorot_uniform_initializer()))
      return tf.zeros(shape)

    with tf.Graph().as_default():
      self._state_size = sum(tf.nest.flatten(self.cell.state_size))
      self._call_cells(tf.zeros([1, 1]), tf.zeros([1, self._state_size]),
                       getter)
    return declarations
