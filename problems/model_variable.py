# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A stand-in for a variable, whose value can be chosen from outside.

A model that was written for `tf.Variable`s is handed these instead. Where the
model reads one, it gets whatever tensor was put in its place, which may be
the loop variable of a `tf.while_loop`.
"""

import tensorflow.compat.v1 as tf


class ModelVariable:
  """Looks like a variable to the code of a model.

  It converts to a tensor, has a variable's operators and properties, and can be
  held by Keras layers. Assignments to a constant of the model (a moving average
  of batch normalization, say) have no effect; assignments to a parameter are
  errors, for only the optimizer moves parameters.

  Attributes:
    variable: The `tf.Variable` behind it, which holds the value when nothing is
      put in its place.
    trainable: A bool: is it a parameter, or a constant of the model?
    num_reads: An int, how often it was read so far.
  """

  # Makes `array * variable` come here rather than to NumPy.
  __array_priority__ = 100

  def __init__(self, variable, trainable, initial_value):
    """Wraps a variable.

    Args:
      variable: A `tf.Variable`, of reference or resource kind.
      trainable: A bool.
      initial_value: A function that returns a tensor with a starting value,
        drawn anew if it is random; or a tensor or array.
    """
    self.variable = variable
    self.trainable = trainable
    self.num_reads = 0
    self._initial_value = initial_value
    self._substitutes = []
    # Read outside of any loop, so that a loop needs no reference to it.
    with tf.init_scope():
      self._own_value = variable.read_value()

  def push(self, tensor):
    """Puts a tensor in the variable's place, until `pop`.

    Args:
      tensor: A tensor of the variable's shape and type.
    """
    self._substitutes.append(tensor)

  def pop(self):
    """Takes away the tensor that was put in the variable's place last."""
    self._substitutes.pop()

  def convert(self, value):
    """Returns `value` as a tensor that fits in the variable's place.

    Args:
      value: A tensor, variable or array.

    Returns:
      A tensor of the variable's type.

    Raises:
      ValueError: if its shape is not the variable's.
    """
    tensor = tf.cast(tf.convert_to_tensor(value), self.dtype)
    if not tensor.shape.is_compatible_with(self.shape):
      raise ValueError("Variable %s of the model has shape %s; got a parameter "
                       "of shape %s." % (self.name, self.shape, tensor.shape))
    return tensor

  def draw_initial_value(self):
    """Returns a starting value of the model's own, a tensor."""
    value = self._initial_value
    return tf.convert_to_tensor(value() if callable(value) else value,
                                dtype=self.dtype)

  @property
  def has_initializer_function(self):
    """Whether a starting value can be drawn in any graph, a bool."""
    return callable(self._initial_value)

  @property
  def name(self):
    """The variable's name, a string."""
    return self.variable.name

  @property
  def dtype(self):
    """The `tf.DType`, never of reference kind."""
    return self.variable.dtype.base_dtype

  @property
  def shape(self):
    """The static `tf.TensorShape`."""
    return self.variable.shape

  def get_shape(self):
    """Returns the static `tf.TensorShape`."""
    return self.shape

  @property
  def graph(self):
    """The `tf.Graph`."""
    return self.variable.graph

  @property
  def op(self):
    """The `tf.Operation` that produces the value."""
    return self.value().op

  @property
  def device(self):
    """The variable's device, a string."""
    return self.variable.device

  @property
  def initializer(self):
    """The `tf.Operation` that initializes the variable behind it."""
    return self.variable.initializer

  @property
  def initial_value(self):
    """The tensor that initializes the variable behind it."""
    return self.variable.initial_value

  def value(self):
    """Returns the tensor in the variable's place, or else its own value."""
    self.num_reads += 1
    return self._substitutes[-1] if self._substitutes else self._own_value

  def read_value(self):
    """Returns the same as `value`."""
    return self.value()

  def initialized_value(self):
    """Returns `value`, after initialization if it is the variable's own."""
    if self._substitutes:
      return self.value()
    return self.variable.initialized_value()

  def assign(self, value, use_locking=None, name=None, read_value=True):
    """Returns what would be assigned; see the class about assignments."""
    del use_locking, read_value  # There is nothing to lock or read.
    self._check_not_a_parameter()
    return tf.cast(tf.convert_to_tensor(value), self.dtype, name=name)

  def assign_add(self, delta, use_locking=None, name=None, read_value=True):
    """Returns what would be assigned; see the class about assignments."""
    return self.assign(self + delta, use_locking, name, read_value)

  def assign_sub(self, delta, use_locking=None, name=None, read_value=True):
    """Returns what would be assigned; see the class about assignments."""
    return self.assign(self - delta, use_locking, name, read_value)

  def __getitem__(self, index):
    return self.value()[index]

  def __repr__(self):
    return "<ModelVariable %r shape=%s dtype=%s trainable=%s>" % (
        self.name, self.shape, self.dtype.name, self.trainable)

  def _as_graph_element(self):
    # What TensorFlow asks of objects that stand for a tensor.
    return self.value()

  def _check_not_a_parameter(self):
    if self.trainable:
      raise ValueError(
          "The model assigns to its trainable variable %s. While a learned "
          "optimizer trains, parameters change by the optimizer's steps only; "
          "make it non-trainable, or leave the assignment out of make_loss." %
          self.name)


def _operator(name):
  tensor_operator = getattr(tf.Tensor, name)

  def apply(self, *args):
    return tensor_operator(self.value(), *args)

  return apply


for _name in ("__abs__", "__add__", "__and__", "__div__", "__floordiv__",
              "__ge__", "__gt__", "__invert__", "__le__", "__lt__",
              "__matmul__", "__mod__", "__mul__", "__neg__", "__or__",
              "__pow__", "__radd__", "__rand__", "__rdiv__", "__rfloordiv__",
              "__rmatmul__", "__rmod__", "__rmul__", "__ror__", "__rpow__",
              "__rsub__", "__rtruediv__", "__rxor__", "__sub__", "__truediv__",
              "__xor__"):
  if hasattr(tf.Tensor, _name):
    setattr(ModelVariable, _name, _operator(_name))


def _to_tensor(variable, dtype=None, name=None, as_ref=False):
  del name, as_ref  # A substitute has a name already, and is no reference.
  if dtype is not None and not dtype.is_compatible_with(variable.dtype):
    return NotImplemented
  return variable.value()


tf.register_tensor_conversion_function(ModelVariable, _to_tensor)
