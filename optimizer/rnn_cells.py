# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Building blocks of the hierarchical RNN: affine maps and a biased GRU."""

import collections

import numpy as np
import tensorflow.compat.v1 as tf

from . import meta_parameters
from . import tensorflow_version

# Products for so many rows are made together: one is faster than three. Of
# more rows they are made one by one, as cutting the result takes longer.
_FEW_ROWS = 2**14


def affine_declarations(rows, columns, scale, mean=0.0, bias_init=0.0,
                        use_bias=True):
  """Declares the weights of an affine map.

  Args:
    rows: Integer, size of the input.
    columns: Integer, size of the output.
    scale: Float; the matrix is drawn from N(mean, scale / sqrt(rows)).
    mean: Float.
    bias_init: Float, initial value of every bias.
    use_bias: Whether there is a bias.

  Returns:
    OrderedDict with declarations of "Matrix" [rows, columns] and "Bias"
    [columns].
  """
  declarations = collections.OrderedDict()
  declarations["Matrix"] = meta_parameters.Declaration(
      [rows, columns],
      tf.random_normal_initializer(mean, scale / np.sqrt(rows)))
  if use_bias:
    declarations["Bias"] = meta_parameters.Declaration(
        [columns], tf.constant_initializer(bias_init))
  return declarations


def make_variables(declarations, dtype, random_seed=None):
  """Makes declared variables, or finds them, in the current variable scope.

  Args:
    declarations: Mapping from names to `Declaration`.
    dtype: Type of the variables.
    random_seed: None, or an integer that decides what is drawn.

  Returns:
    Dict from names to variables.
  """
  variables = {}
  for name, declaration in declarations.items():
    initializer = declaration.initializer
    if hasattr(initializer, "seed"):
      initializer.seed = random_seed
    variables[name] = tf.get_variable(
        name, declaration.shape, dtype, initializer)
  return variables


def affine(inputs, theta, name):
  """Applies an affine map: [n, rows] to [n, columns]."""
  outputs = tf.matmul(inputs, theta[name + "/Matrix"])
  bias = theta.get(name + "/Bias")
  return outputs if bias is None else outputs + bias


class BiasGRU:
  """A gated recurrent unit whose gates take an extra bias from outside.

  With input x, state h and extra bias b = [b_r, b_u, b_c]:

    [r, u] = sigmoid(affine([x, h]) + [b_r, b_u])
    c = tanh(affine([x, r * h]) + b_c)
    h' = u * h + (1 - u) * c

  (Cho et al. 2014; the bias lets one level of a hierarchy steer the level
  below it, Wichrowska et al. 2017, section 3.2.)
  """

  def __init__(self, num_units, scale=0.5, gate_bias_init=2.2,
               name="BiasGRUCell", activation=tf.tanh):
    """Constructs a cell, which holds no weights of its own.

    Args:
      num_units: Integer, size of the state.
      scale: Float, spread of the initial matrices, see
        `affine_declarations`.
      gate_bias_init: Float, initial bias of both gates.
      name: String, prefix of the names of its meta-parameters.
      activation: Function, tanh in the equations.
    """
    self.num_units = num_units
    self.scale = scale
    self.gate_bias_init = gate_bias_init
    self._activation = activation
    self._name = name

  @property
  def is_standard(self):
    """Whether it computes the equations above, under their usual names."""
    return self._activation is tf.tanh and self._name == "BiasGRUCell"

  def declarations(self, input_size):
    """OrderedDict of the cell's meta-parameters for [n, input_size] inputs."""
    rows = input_size + self.num_units
    declarations = collections.OrderedDict()
    for part, columns, bias in (
        ("gates", 2 * self.num_units, self.gate_bias_init),
        ("candidate", self.num_units, 0.0)):
      for name, declaration in affine_declarations(
          rows, columns, self.scale, bias_init=bias).items():
        declarations["{}/{}/Affine/{}".format(self._name, part, name)] = (
            declaration)
    return declarations

  def __call__(self, inputs, state, theta, prefix, bias=None):
    """Advances the state by one step.

    Args:
      inputs: float32 [n, input_size].
      state: float32 [n, num_units].
      theta: Mapping from names to the values of the meta-parameters.
      prefix: String, what `theta` has before this cell's own names.
      bias: None or float32 [n, 3 * num_units] (or [1, 3 * num_units]): the
        extra bias of reset gate, update gate and candidate.

    Returns:
      float32 [n, num_units], the new state.
    """
    name = prefix + self._name
    units = self.num_units
    size = inputs.shape.as_list()[1]
    rows = state.shape.as_list()[0]
    joined = rows is not None and rows <= _FEW_ROWS

    def columns(variable):
      gates, candidate = [
          theta["{}/{}/Affine/{}".format(name, part, variable)]
          for part in ("gates", "candidate")]
      return [gates[..., :units], gates[..., units:], candidate]

    def products(values, matrices):
      if joined:
        product = tf.matmul(values, tf.concat(matrices, 1))
        return tf.split(product, len(matrices), 1)
      return [tf.matmul(values, matrix) for matrix in matrices]

    matrices = columns("Matrix")
    offsets = columns("Bias")
    if bias is not None:
      offsets = [offset + part for offset, part in zip(
          offsets, tf.split(bias, 3, 1))]
    pushes = [push + offset for push, offset in zip(
        products(inputs, [matrix[:size] for matrix in matrices]), offsets)]
    reset, update = [
        tf.sigmoid(push + pull) for push, pull in zip(pushes, products(
            state, [matrix[size:] for matrix in matrices[:2]]))]
    candidate = self._activation(
        pushes[2] + tf.matmul(reset * state, matrices[2][size:]))
    return candidate + update * (state - candidate)


class BiasGRUCell(tensorflow_version.rnn_cell_base()):
  """The cell of `BiasGRU` with variables, for TensorFlow's RNNs.

  `tf.get_variable` makes them in the current variable scope:
  "BiasGRUCell/gates/Affine/Matrix" and "Bias", likewise "candidate".
  """

  def __init__(self, num_units, activation=tf.tanh, scale=0.1,
               gate_bias_init=0.0, random_seed=None):
    """Constructs the cell; it makes its variables when called.

    Args:
      num_units: Integer, size of the state.
      activation: Function that makes candidates of their pre-activations.
      scale: Float, spread of the initial matrices, see `affine_declarations`.
      gate_bias_init: Float, initial bias of both gates.
      random_seed: None, or an integer that decides what matrices are drawn.
    """
    super().__init__()
    self._num_units = num_units
    self._cell = BiasGRU(num_units, scale, gate_bias_init,
                         activation=activation)
    self._random_seed = random_seed

  @property
  def state_size(self):
    """Integer, the size of the state."""
    return self._num_units

  @property
  def output_size(self):
    """Integer, the size of the output, which is the new state."""
    return self._num_units

  def __call__(self, inputs, state, bias=None):
    """Advances the state by one step.

    Args:
      inputs: float32 [n, input_size].
      state: float32 [n, num_units].
      bias: None or float32 [n or 1, 3 * num_units], see `BiasGRU`.

    Returns:
      (output, new state): twice the same float32 [n, num_units].
    """
    theta = make_variables(
        self._cell.declarations(inputs.shape.as_list()[1]), inputs.dtype,
        self._random_seed)
    state = self._cell(inputs, state, theta, "", bias)
    return state, state
