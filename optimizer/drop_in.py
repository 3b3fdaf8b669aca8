# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps variables of a host model: the drop-in adapter.

State lives in slots. All values a step reads, gradients included, are read
and all new values computed before the first of them is written, so that equal
starts give equal trajectories whatever the threads do.

Everything is computed in float32 and cast to the variable's type when written.

A gradient element that is not finite is skipped, unless the optimizer's
`skip_nonfinite` is off: its element keeps parameter and state, and counts as
zero for the others. State that the elements of a tensor share waits until all
of that tensor's gradient is finite, the global state until all of some tensor's
gradient is. Finite gradients are limited to +-1e18, whose square is finite.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections

import six
import tensorflow as tf

from . import drop_in_state
from . import true_parameters

_MAX_GRADIENT = 1e18

_Write = collections.namedtuple("_Write", "variable, value, rows")
"""A new value; `rows` are the indices it is for, None for all."""

_Change = collections.namedtuple("_Change", "variable, new, old, mask")
"""What a step does to a variable, slot or global state.

Attributes:
  variable: The variable.
  new: Tensor, its new value.
  old: Tensor, its value before.
  mask: Function that returns a bool tensor: if gradients are not finite, which
    elements or rows of `new` count. A scalar is for all.
"""


def apply_gradients(optimizer, grads_and_vars, global_step, name):
  """Builds one step; see `TrainableOptimizer.apply_gradients`."""
  pairs = _checked_pairs(optimizer, grads_and_vars)
  variables = [var for _, var in pairs]
  with tf.init_scope():
    drop_in_state.create(optimizer, variables)
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
  """Drops variables without gradient; raises for unfit ones."""
  grads_and_vars = list(grads_and_vars)
  _refuse_replicas(optimizer, [var for _, var in grads_and_vars])
  pairs = [(grad, var) for grad, var in grads_and_vars if grad is not None]
  if not pairs:
    raise ValueError(
        "No gradients for any variable: {}. Check that the loss depends on "
        "them.".format([var.name for _, var in grads_and_vars]))
  seen = set()
  for _, var in pairs:
    _check_variable(optimizer, var)
    if var.name in seen:
      raise ValueError(
          "Variable {!r} comes with two gradients: add them up.".format(
              var.name))
    seen.add(var.name)
  return pairs


def _refuse_replicas(optimizer, variables):
  """Raises RuntimeError under a strategy that keeps copies of variables."""
  strategy = tf.distribute.get_strategy()
  if strategy.num_replicas_in_sync > 1 or any(
      hasattr(var, "_distributed_container") for var in variables):
    raise RuntimeError(
        "{} does not support {}: a step looks at the gradients of all "
        "variables together and cannot be split among copies of them. Train "
        "on several devices or machines with tf.train.SyncReplicasOptimizer "
        "around it, or asynchronously with parameter servers.".format(
            optimizer.get_name(), type(strategy).__name__))


def _check_variable(optimizer, var):
  """Raises for a variable that cannot be optimized."""
  if not var.shape.is_fully_defined():
    raise ValueError(
        "Variable {!r} has shape {}, but {} keeps state per element and "
        "needs a static shape.".format(
            var.name, var.shape, optimizer.get_name()))
  dtypes = optimizer._valid_dtypes()  # pylint: disable=protected-access
  if var.dtype.base_dtype not in dtypes:
    raise ValueError("Variable {!r} is of type {}; expected one of {}.".format(
        var.name, var.dtype.base_dtype.name,
        sorted(dtype.name for dtype in dtypes)))


def _read(variable):
  """The value, in an op of its own."""
  return tf.identity(variable.read_value())


def _dense_writes(optimizer, pairs):
  """New values of variables stepped as a whole, slots and global state."""
  # pylint: disable=protected-access
  variables = [var for _, var in pairs]
  grads = [_dense_gradient(grad, var) for grad, var in pairs]
  stored = [_read(var) for var in variables]
  params = [tf.cast(value, tf.float32) for value in stored]
  states = [{key: _read(optimizer.get_slot(var, key))
             for key in optimizer.state_keys} for var in variables]
  if optimizer.use_attention:
    # The variables hold where the gradients were taken.
    params = [true_parameters.true_value(param, state)
              for param, state in zip(params, states)]
  finite = [None] * len(grads)
  if optimizer.skip_nonfinite:
    finite = [tf.math.is_finite(grad) for grad in grads]
    grads = [_tamed(grad, mask) for grad, mask in zip(grads, finite)]
  global_vars = drop_in_state.global_state(optimizer) or []
  global_state = [_read(variable) for variable in global_vars]
  _, new_states, new_global, attended = optimizer._compute_updates(
      params, grads, states, global_state)
  changes = []
  for i, var in enumerate(variables):
    changes.append(_Change(
        var, tf.cast(attended[i], var.dtype.base_dtype), stored[i],
        lambda i=i: finite[i]))
    changes += _state_changes(
        optimizer, var, new_states[i], states[i], finite[i])
  any_whole = lambda: tf.reduce_any(
      tf.stack([tf.reduce_all(mask) for mask in finite]))
  changes += [_Change(*each, mask=any_whole) for each in zip(
      global_vars, new_global, global_state)]
  values = [change.new for change in changes]
  if optimizer.skip_nonfinite:
    values = _with_old_values(changes, finite)
  return [_Write(change.variable, value, None)
          for change, value in zip(changes, values)]


def _state_changes(optimizer, var, new_state, state, finite):
  """List of `_Change` of one variable's slots."""
  changes = []
  for key in optimizer.state_keys:
    slot = optimizer.get_slot(var, key)
    new = new_state[key]
    if key == drop_in_state.TRUE_PARAM and getattr(var, "constraint", None):
      new = tf.cast(var.constraint(
          tf.cast(new, var.dtype.base_dtype)), tf.float32)
    changes.append(_Change(
        slot, new, state[key],
        lambda key=key: _mask_of_state(optimizer, var, key, finite)))
  return changes


def _mask_of_state(optimizer, var, key, finite):
  """Which elements or rows of a slot a step may change."""
  if key == drop_in_state.TRUE_PARAM:
    return finite
  if _is_shared(optimizer, var, key):
    return tf.reduce_all(finite)
  return tf.reshape(finite, [-1])


def _is_shared(optimizer, var, key):
  """Whether a slot holds one state for all elements of a variable."""
  shape = optimizer.get_slot(var, key).shape
  return (key in optimizer.tensor_state_keys or shape.ndims != 2 or
          shape.as_list()[0] != var.shape.num_elements())


def _with_old_values(changes, finite):
  """New values, but for what a gradient that is not finite leaves alone."""
  # Rarely needed, and as dear as a good part of the step.
  return tf.cond(
      tf.reduce_all(tf.stack([tf.reduce_all(mask) for mask in finite])),
      lambda: [tf.identity(change.new) for change in changes],
      lambda: [tf.where(change.mask(), change.new, change.old)
               for change in changes],
      strict=True)


def _dense_gradient(grad, var):
  """A gradient as a float32 tensor; rows that are not there are zero."""
  if isinstance(grad, tf.IndexedSlices):
    grad = tf.math.unsorted_segment_sum(
        tf.cast(grad.values, tf.float32), grad.indices,
        var.shape.as_list()[0])
  grad = tf.cast(grad, tf.float32)
  grad.set_shape(var.shape)
  return grad


def _tamed(grad, finite):
  """A gradient whose elements, and their squares, are finite."""
  return tf.clip_by_value(tf.where(finite, grad, tf.zeros_like(grad)),
                          -_MAX_GRADIENT, _MAX_GRADIENT)


def _sparse_writes(optimizer, grad, var):
  """New values of the rows an elementwise optimizer has gradients for."""
  # pylint: disable=protected-access
  rows, ids = tf.unique(grad.indices)
  values = tf.math.unsorted_segment_sum(
      tf.cast(grad.values, tf.float32), ids, tf.size(rows))
  row_shape = var.shape.as_list()[1:]
  row_size = tf.TensorShape(row_shape).num_elements()
  elements = tf.reshape(
      tf.expand_dims(rows, 1) * row_size + tf.range(
          row_size, dtype=rows.dtype), [-1])
  stored = tf.gather(var, rows)
  finite = tf.math.is_finite(values)
  if optimizer.skip_nonfinite:
    values = _tamed(values, finite)
  shared = {key: _is_shared(optimizer, var, key)
            for key in optimizer.state_keys}
  slots = {key: optimizer.get_slot(var, key) for key in optimizer.state_keys}
  state = {key: _read(slot) if shared[key] else tf.gather(slot, elements)
           for key, slot in six.iteritems(slots)}
  new, new_state = optimizer._compute_update(
      tf.reshape(tf.cast(stored, tf.float32), [-1, 1]),
      tf.reshape(values, [-1, 1]), state)
  new = tf.cast(tf.reshape(new, tf.shape(stored)), stored.dtype)
  if optimizer.skip_nonfinite:
    new = tf.where(finite, new, stored)
    new_state = {key: tf.where(
        tf.reduce_all(finite) if shared[key] else tf.reshape(finite, [-1]),
        value, state[key]) for key, value in six.iteritems(new_state)}
  return [_Write(var, new, rows)] + [
      _Write(slots[key], new_state[key], None if shared[key] else elements)
      for key in optimizer.state_keys]


def _write_all(writes):
  """Writes all values, none before every one of them is computed."""
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
