# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the drop-in adapter keeps in a graph, and how it starts.

Slots for the state of every variable, non-slot variables for the global state
and the meta-parameters: wherever `tf.train.Optimizer` has such variables, so
that savers, `tf.train.Checkpoint` and Keras find them.
"""

import tensorflow.compat.v1 as tf

from .. import meta_parameters
from .. import state_spec


def create(optimizer, variables):
  """Makes meta-parameters, slots and global state that do not exist yet.

  Args:
    optimizer: A `TrainableOptimizer`.
    variables: List of the variables to step.
  """
  # pylint: disable=protected-access
  own_meta_parameters(optimizer, variables)
  zeros = {}
  for var in variables:
    keys = optimizer.state_keys
    if keys and optimizer.get_slot(var, keys[0]) is None:
      state = _initial_state(optimizer, var, zeros)
      for key in keys:
        slot = optimizer._get_or_make_slot(
            var, state[key], key, _with_key(optimizer, key))
        if key != state_spec.TRUE_PARAM:
          # TensorFlow takes the slot of one part of a partitioned variable for
          # the same part of something. Of another shape, it is saved as it is.
          slot._set_save_slice_info(None)
      stepped_variables(optimizer).append(var)
  if global_state(optimizer) is None:
    values = optimizer._initialize_global_state()
    # The names are the same whatever scope the caller is in.
    with tf.name_scope(None):
      for i, value in enumerate(values):
        optimizer._create_non_slot_variable(
            value, _global_name(optimizer, i), _first(variables))


def _with_key(optimizer, key):
  return "{}_{}".format(optimizer.get_name(), key)


def slot_name(name, optimizer, key):
  """The name of what an optimizer keeps of a variable of a name."""
  return "{}/{}".format(name, _with_key(optimizer, key))


def holds_location(optimizer):
  """Whether variables hold an attended location, and a slot the parameter."""
  return (optimizer.use_attention and
          state_spec.TRUE_PARAM in optimizer.state_keys)


def _first(variables):
  return min(variables, key=lambda var: var.name)


def own_meta_parameters(optimizer, variables):
  """Makes the meta-parameters non-slot variables of the optimizer.

  So `tf.train.Checkpoint` and Keras find them, and those that are only made
  now are where the program's variables are, on a parameter server say.

  Args:
    optimizer: A `TrainableOptimizer`.
    variables: List of the training program's variables.
  """
  # pylint: disable=protected-access
  optimizer._maybe_initialize_trackable()
  first = _first(variables)
  owned = optimizer.meta_parameters.variables(colocate_with=first)
  for name, variable in owned.items():
    key = ("meta_parameters/" + name, first.graph)
    if key not in optimizer._non_slot_dict:
      optimizer._handle_deferred_dependencies(
          name=key[0], trackable=variable)
      optimizer._non_slot_dict[key] = variable


def stepped_variables(optimizer):
  """List of the default graph's variables that have slots; may be added to."""
  return tf.get_collection_ref(("__stepped_variables", optimizer))


def _initial_state(optimizer, var, zeros):
  """What the slots of a variable begin with.

  Args:
    optimizer: A `TrainableOptimizer`.
    var: A variable.
    zeros: Dict from shapes to tensors of zeros, which is added to: large models
      have many variables of few shapes.

  Returns:
    Dict from state keys to tensors.
  """
  if optimizer.state_depends_on_parameter:
    value = tf.cast(meta_parameters.initialized_value(var), tf.float32)
    value.set_shape(var.shape)
  else:
    # Reading a variable that may have no value yet takes a conditional op.
    shape = tuple(var.shape.as_list())
    if shape not in zeros:
      zeros[shape] = tf.zeros(shape)
    value = zeros[shape]
  return optimizer._initialize_state(value)  # pylint: disable=protected-access


def reset_initial_values(optimizer):
  """Makes the initializers of existing slots and global state anew.

  They depend on what the meta-parameters are initialized with.

  Args:
    optimizer: A `TrainableOptimizer`.
  """
  # pylint: disable=protected-access
  with tf.init_scope():
    zeros = {}
    for var in stepped_variables(optimizer):
      state = _initial_state(optimizer, var, zeros)
      for key in optimizer.state_keys:
        meta_parameters.set_initial_value(
            optimizer.get_slot(var, key), state[key])
    variables = global_state(optimizer) or []
    if variables:
      values = optimizer._initialize_global_state()
      for variable, value in zip(variables, values):
        meta_parameters.set_initial_value(variable, value)


def _global_name(optimizer, index):
  return "{}/global_state{}".format(
      optimizer.get_name(), "_{}".format(index) if index else "")


def global_state(optimizer):
  """List of the default graph's global state variables, None if none."""
  # pylint: disable=protected-access
  variables = []
  with tf.init_scope():
    graph = tf.get_default_graph()
    while True:
      variable = optimizer._get_non_slot_variable(
          _global_name(optimizer, len(variables)), graph=graph)
      if variable is None:
        return variables or None
      variables.append(variable)
