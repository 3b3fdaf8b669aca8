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
  own_meta_parameters(optimizer, variables)
  keys = optimizer.state_keys
  new = [var for var in variables
         if keys and optimizer.get_slot(var, keys[0]) is None]
  has_global = global_state(optimizer) is not None
  if has_global and not new:
    return
  states, shared = _initial_state(optimizer, new)
  for var, state in zip(new, states):
    for key in keys:
      with tf.variable_creator_scope(_as_resource):
        slot = optimizer._get_or_make_slot(
            var, state[key], key, _with_key(optimizer, key))
      if key != state_spec.TRUE_PARAM:
        # TensorFlow takes the slot of one part of a partitioned variable for
        # the same part of something. Of another shape, it is saved as it is.
        slot._set_save_slice_info(None)
    stepped_variables(optimizer).append(var)
  if not has_global:
    # The names are the same whatever scope the caller is in.
    with tf.name_scope(None), tf.variable_creator_scope(_as_resource):
      for i, value in enumerate(shared):
        optimizer._create_non_slot_variable(
            value, _global_name(optimizer, i), _first(variables))


def _as_resource(make_variable, **options):
  """Makes a variable a resource, which the model's need not be."""
  return make_variable(**dict(options, use_resource=True))


def _with_key(optimizer, key):
  return "{}_{}".format(optimizer.get_name(), key)


def slot_name(name, optimizer, key):
  """The name of what an optimizer keeps of a variable of a name."""
  return "{}/{}".format(name, _with_key(optimizer, key))


def holds_location(optimizer):
  """Whether variables hold an attended location, and a slot the parameter."""
  return (optimizer.rule.attends and
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


def _initial_state(optimizer, variables):
  """What slots and global state begin with.

  Args:
    optimizer: A `TrainableOptimizer`.
    variables: List of variables.

  Returns:
    `step_rule.State`, with true parameters if there are slots for them.
  """
  rule = optimizer.rule
  has_true = state_spec.TRUE_PARAM in optimizer.state_keys
  if rule.init_reads_params or has_true:
    params = [_initialized(var) for var in variables]
  else:
    # Reading a variable that may have no value yet takes a conditional op, and
    # large models have many variables of few shapes.
    shapes = [tuple(var.shape.as_list()) for var in variables]
    zeros = {shape: tf.zeros(shape) for shape in sorted(set(shapes))}
    params = [zeros[shape] for shape in shapes]
  state = rule.init(optimizer.meta_parameters.initial_values(), params,
                    optimizer.seeded_uniform)
  if has_true:
    for tensor_state, param in zip(state.tensors, params):
      tensor_state[state_spec.TRUE_PARAM] = param
  return state


def _initialized(var):
  """What a variable is initialized with, float32."""
  value = tf.cast(meta_parameters.initialized_value(var), tf.float32)
  value.set_shape(var.shape)
  return value


def reset_initial_values(optimizer):
  """Makes the initializers of existing slots and global state anew.

  They depend on what the meta-parameters are initialized with.

  Args:
    optimizer: A `TrainableOptimizer`.
  """
  with tf.init_scope():
    variables = stepped_variables(optimizer)
    shared_variables = global_state(optimizer) or []
    if not (variables or shared_variables):
      return
    states, shared = _initial_state(optimizer, variables)
    for var, state in zip(variables, states):
      for key in optimizer.state_keys:
        meta_parameters.set_initial_value(
            optimizer.get_slot(var, key), state[key])
    for variable, value in zip(shared_variables, shared):
      meta_parameters.set_initial_value(variable, value)


def _global_name(optimizer, index):
  return "{}/global_state{}".format(
      optimizer.get_name(), "_{}".format(index) if index else "")


def global_state(optimizer):
  """List of the default graph's global state variables, None if none."""
  variables = []
  with tf.init_scope():
    graph = tf.get_default_graph()
    while True:
      variable = optimizer._get_non_slot_variable(
          _global_name(optimizer, len(variables)), graph=graph)
      if variable is None:
        return variables or None
      variables.append(variable)
