# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps variables of a host model: the drop-in adapter.

State lives in slots. All values a step reads, gradients included, are read
and all new values computed before the first of them is written, so that equal
starts give equal trajectories whatever the threads do.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections

import six
import tensorflow as tf

from . import meta_parameters

_Write = collections.namedtuple("_Write", "variable, value, rows")
"""A new value; `rows` are the indices it is for, None for all."""


def apply_gradients(optimizer, grads_and_vars, global_step, name):
  """Builds one step; see `TrainableOptimizer.apply_gradients`."""
  pairs = _checked_pairs(optimizer, grads_and_vars)
  variables = [var for _, var in pairs]
  with tf.init_scope():
    _create_state(optimizer, variables)
  with tf.name_scope(name, optimizer.get_name()) as scope:
    dense, sparse = [], []
    for grad, var in pairs:
      rowwise = isinstance(grad, tf.IndexedSlices) and optimizer.elementwise
      (sparse if rowwise else dense).append((grad, var))
    writes = _dense_writes(optimizer, dense) if dense else []
    for grad, var in sparse:
      writes += _sparse_writes(optimizer, grad, var)
    step = _write_all(writes)
    if global_step is None:
      train_op = tf.group(step, name=scope)
    else:
      with tf.control_dependencies([step]):
        increment = tf.compat.v1.assign_add(global_step, 1)
      train_op = tf.group(increment, name=scope)
  train_ops = tf.compat.v1.get_collection_ref(
      tf.compat.v1.GraphKeys.TRAIN_OP)
  if train_op not in train_ops:
    train_ops.append(train_op)
  return train_op


def _checked_pairs(optimizer, grads_and_vars):
  """Drops variables without gradient; raises ValueError for unfit ones."""
  grads_and_vars = list(grads_and_vars)
  pairs = [(grad, var) for grad, var in grads_and_vars if grad is not None]
  if not pairs:
    raise ValueError(
        "No gradients for any variable: {}. Check that the loss depends on "
        "them.".format([var.name for _, var in grads_and_vars]))
  for _, var in pairs:
    if not var.shape.is_fully_defined():
      raise ValueError(
          "Variable {!r} has shape {}, but {} keeps state per element and "
          "needs a static shape.".format(
              var.name, var.shape, optimizer.get_name()))
    if var.dtype.base_dtype not in optimizer._valid_dtypes():  # pylint: disable=protected-access
      raise ValueError("Variable {!r} is of type {}; expected one of {}.".format(
          var.name, var.dtype.base_dtype.name,
          sorted(dtype.name for dtype in optimizer._valid_dtypes())))  # pylint: disable=protected-access
  return pairs


def _create_state(optimizer, variables):
  """Makes slots and global state that do not exist yet."""
  # pylint: disable=protected-access
  for var in variables:
    keys = optimizer.state_keys
    if keys and optimizer.get_slot(var, keys[0]) is None:
      value = tf.cast(
          meta_parameters.initialized_value(var), tf.float32)
      value.set_shape(var.shape)
      state = optimizer._initialize_state(value)
      for key in keys:
        optimizer._get_or_make_slot(
            var, state[key], key, "{}/{}".format(optimizer.get_name(), key))
  first = min(variables, key=lambda var: var.name)
  if _global_state(optimizer) is None:
    for i, value in enumerate(optimizer._initialize_global_state()):
      optimizer._create_non_slot_variable(value, _global_name(i), first)


def _global_name(index):
  return "global_state_{}".format(index)


def _global_state(optimizer):
  """Global state variables of the default graph, None if there are none."""
  graph = tf.compat.v1.get_default_graph()
  variables = []
  while True:
    variable = optimizer._get_non_slot_variable(  # pylint: disable=protected-access
        _global_name(len(variables)), graph=graph)
    if variable is None:
      return variables or None
    variables.append(variable)


def _read(variable):
  """The value, in an op of its own."""
  return tf.identity(variable.read_value())


def _dense_writes(optimizer, pairs):
  """New values of variables stepped as a whole, slots and global state."""
  variables = [var for _, var in pairs]
  grads = [_dense_gradient(grad, var) for grad, var in pairs]
  located = [tf.cast(_read(var), tf.float32) for var in variables]
  states = [{key: _read(optimizer.get_slot(var, key))
             for key in optimizer.state_keys} for var in variables]
  params = ([state["true_param"] for state in states]
            if optimizer.use_attention else located)
  global_vars = _global_state(optimizer) or []
  finite = None
  if optimizer.skip_nonfinite:
    finite = [tf.math.is_finite(grad) for grad in grads]
    grads = [tf.where(mask, grad, tf.zeros_like(grad))
             for mask, grad in zip(finite, grads)]
  _, new_states, new_global, attended = optimizer._compute_updates(  # pylint: disable=protected-access
      params, grads, states, [_read(variable) for variable in global_vars])
  slots, new, old, masks = [], [], [], []
  for i, var in enumerate(variables):
    slots.append(var)
    new.append(attended[i])
    old.append(located[i])
    for key in optimizer.state_keys:
      slots.append(optimizer.get_slot(var, key))
      new.append(new_states[i][key])
      old.append(states[i][key])
    masks += [i] * (1 + len(optimizer.state_keys))
  if finite is not None:
    new = _keep_nonfinite(finite, masks, new, old)
  return ([_Write(*each, rows=None) for each in zip(slots, new)] +
          [_Write(*each, rows=None) for each in zip(global_vars, new_global)])


def _dense_gradient(grad, var):
  """A gradient as a float32 tensor; rows that are not there are zero."""
  if isinstance(grad, tf.IndexedSlices):
    grad = tf.math.unsorted_segment_sum(
        grad.values, grad.indices, var.shape.as_list()[0])
  grad = tf.cast(grad, tf.float32)
  grad.set_shape(var.shape)
  return grad


def _keep_nonfinite(finite, masks, new, old):
  """Puts old values back where the gradient was not finite.

  Args:
    finite: List of bool tensors, one for each variable.
    masks: List of integers, for each value the index of its variable.
    new: List of tensors.
    old: List of tensors.

  Returns:
    List of tensors.
  """
  def kept(value, before, mask):
    if value.shape.as_list() == mask.shape.as_list():
      return tf.where(mask, value, before)
    mask = tf.reshape(mask, [-1])
    if value.shape.ndims and value.shape[0] == mask.shape[0]:
      return tf.where(mask, value, before)
    return tf.where(tf.reduce_all(mask), value, before)

  all_finite = tf.reduce_all([tf.reduce_all(mask) for mask in finite])
  chosen = tf.cond(
      all_finite,
      lambda: [tf.identity(value) for value in new],
      lambda: [kept(value, before, finite[mask])
               for value, before, mask in zip(new, old, masks)],
      strict=True)
  return list(chosen)


def _sparse_writes(optimizer, grad, var):
  """New values of the rows an elementwise optimizer has gradients for."""
  rows, ids = tf.unique(grad.indices)
  num_rows = tf.size(rows)
  values = tf.cast(tf.math.unsorted_segment_sum(grad.values, ids, num_rows),
                   tf.float32)
  row_shape = var.shape.as_list()[1:]
  row_size = tf.TensorShape(row_shape).num_elements()
  elements = tf.reshape(
      tf.expand_dims(rows, 1) * row_size + tf.range(
          row_size, dtype=rows.dtype), [-1])
  param = tf.cast(tf.gather(_read(var), rows), tf.float32)
  param.set_shape([None] + row_shape)
  finite = tf.math.is_finite(values)
  if optimizer.skip_nonfinite:
    values = tf.where(finite, values, tf.zeros_like(values))
  slots = {key: optimizer.get_slot(var, key) for key in optimizer.state_keys}
  whole = {key: _is_shared(slot, var) for key, slot in six.iteritems(slots)}
  state = {key: _read(slot) if whole[key] else tf.gather(_read(slot), elements)
           for key, slot in six.iteritems(slots)}
  column = [tf.reshape(tensor, [-1, 1]) for tensor in (param, values, finite)]
  new_param, new_state = optimizer._compute_update(  # pylint: disable=protected-access
      column[0], column[1], state)
  if optimizer.skip_nonfinite:
    flat = column[2][:, 0]
    new_param = tf.where(flat, new_param, column[0])
    new_state = {key: value if whole[key] else tf.where(
        flat, value, state[key]) for key, value in six.iteritems(new_state)}
  new_param = tf.reshape(new_param, tf.shape(param))
  return [_Write(var, new_param, rows)] + [
      _Write(slots[key], new_state[key], None if whole[key] else elements)
      for key in optimizer.state_keys]


def _is_shared(slot, var):
  """Whether a slot holds one state for all elements of a variable."""
  return slot.shape.ndims != 2 or slot.shape[0] != var.shape.num_elements()


def _write_all(writes):
  """Writes all values, none before every one of them is computed."""
  writes = [write._replace(value=tf.cast(
      write.value, write.variable.dtype.base_dtype)) for write in writes]
  ready = [write.value for write in writes] + [
      write.rows for write in writes if write.rows is not None]
  with tf.control_dependencies(ready):
    barrier = tf.no_op("all_computed")
  with tf.control_dependencies([barrier]):
    return tf.group(*[_assign(write) for write in writes])


def _assign(write):
  if write.rows is not None:
    op = tf.compat.v1.scatter_update(write.variable, write.rows, write.value)
  else:
    op = write.variable.assign(write.value, read_value=False)
  constraint = getattr(write.variable, "constraint", None)
  if constraint is None:
    return op
  with tf.control_dependencies([op]):
    return write.variable.assign(constraint(write.variable.read_value()),
                                 read_value=False)
