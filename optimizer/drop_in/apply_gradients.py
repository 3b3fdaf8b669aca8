# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps variables of a training program: the drop-in adapter.

State lives in slots. All values a step reads, gradients included, are read
and all new values computed before the first of them is written, so that equal
starts give equal trajectories whatever the threads do.

Everything is computed in float32 and cast to the variable's type when written.

A gradient element that is not finite is skipped, see `nonfinite`,
unless the optimizer's `skip_nonfinite` is off.
"""

import collections

import tensorflow.compat.v1 as tf

from .. import selection
from .. import state_spec
from . import hooks
from . import nonfinite
from . import slots
from . import true_parameters

_Write = collections.namedtuple("_Write", "variable, value, rows")
"""A new value; `rows` are the indices it is for, None for all."""


def apply_gradients(optimizer, grads_and_vars, global_step, name,
                    overridden=()):
  """Builds one step; see `TrainableOptimizer.apply_gradients`.

  Args:
    optimizer: A `TrainableOptimizer`.
    grads_and_vars: List of (gradient, variable).
    global_step: Variable or None.
    name: String or None.
    overridden: `hooks.overridden`.

  Returns:
    An op.
  """
  # pylint: disable=protected-access
  pairs = _checked_pairs(optimizer, grads_and_vars)
  variables = [var for _, var in pairs]
  if slots.holds_location(optimizer):
    hooks.refuse_attention(overridden)
  with tf.init_scope():
    optimizer._create_slots(variables)
    slots.create(optimizer, variables)
  with tf.name_scope(name, optimizer.get_name()) as scope:
    optimizer._prepare()
    if overridden:
      with optimizer.hook_places() as places:
        ops = hooks.call(optimizer, pairs)
      ops += places.step(lambda pairs: _step(optimizer, pairs))
    else:
      ops = [_step(optimizer, pairs)]
    if global_step is None:
      train_op = optimizer._finish(ops, scope)
    else:
      with tf.control_dependencies([optimizer._finish(ops, "update")]):
        increment = tf.assign_add(global_step, 1)
      train_op = tf.group(increment, name=scope)
  with tf.init_scope():
    # An update may have made meta-parameters.
    slots.own_meta_parameters(optimizer, variables)
  train_ops = tf.get_collection_ref(
      tf.GraphKeys.TRAIN_OP)
  if train_op not in train_ops:
    train_ops.append(train_op)
  return train_op


def _step(optimizer, pairs):
  """An op that steps variables."""
  # pylint: disable=protected-access
  if not (optimizer.takes_slices or optimizer.elementwise):
    pairs = [(_dense_gradient(grad, var), var) for grad, var in pairs]
    step = optimizer._fused_step(pairs)
    if step is not None:
      return step
  return _write_all(_writes(optimizer, pairs))


def _writes(optimizer, pairs):
  """The new values of everything a step changes."""
  dense, sparse = [], []
  for grad, var in pairs:
    rowwise = isinstance(grad, tf.IndexedSlices) and optimizer.elementwise
    (sparse if rowwise else dense).append((grad, var))
  writes = _dense_writes(optimizer, dense) if dense else []
  for grad, var in sparse:
    writes += _sparse_writes(optimizer, grad, var)
  return writes


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
        "around it, or asynchronously with parameter servers; on one device "
        "without a strategy.".format(
            type(optimizer).__name__, type(strategy).__name__))


def _check_variable(optimizer, var):
  """Raises for a variable that cannot be optimized."""
  if not hasattr(var, "read_value"):
    raise ValueError(
        "Expected pairs (gradient, variable), got {!r} in place of a "
        "variable.".format(var))
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
  if hasattr(variable, "handle"):
    # `read_value` makes two ops, and large models have thousands of slots.
    return tf.raw_ops.ReadVariableOp(
        resource=variable.handle, dtype=variable.dtype.base_dtype)
  # The value of a reference variable may be the reference itself.
  return tf.identity(variable.read_value())


def _dense_writes(optimizer, pairs):
  """New values of variables stepped as a whole, slots and global state."""
  # pylint: disable=protected-access
  variables = [var for _, var in pairs]
  grads = [_whole_gradient(grad) for grad, _ in pairs]
  stored = [_read(var) for var in variables]
  params = [tf.cast(value, tf.float32) for value in stored]
  states = [{key: _read(optimizer.get_slot(var, key))
             for key in optimizer.state_keys} for var in variables]
  if slots.holds_location(optimizer):
    # The variables hold where the gradients were taken.
    params = [true_parameters.true_value(optimizer, param, state)
              for param, state in zip(params, states)]
  global_vars = slots.global_state(optimizer) or []
  global_state = [_read(variable) for variable in global_vars]
  compute = (optimizer._compute_finite_updates if optimizer.skip_nonfinite
             else optimizer._compute_updates)
  _, new_states, new_global, attended = compute(
      params, grads, states, global_state)
  writes = []
  for i, var in enumerate(variables):
    value = tf.cast(attended[i], var.dtype.base_dtype)
    if optimizer.skip_nonfinite:
      value = selection.select(
          nonfinite.finite_elements(grads[i], params[i]), value, stored[i])
    writes.append(_Write(var, value, None))
    for key in optimizer.state_keys:
      value = new_states[i][key]
      if key == state_spec.TRUE_PARAM and getattr(var, "constraint", None):
        value = tf.cast(var.constraint(
            tf.cast(value, var.dtype.base_dtype)), tf.float32)
      writes.append(_Write(optimizer.get_slot(var, key), value, None))
  return writes + [_Write(variable, value, None)
                   for variable, value in zip(global_vars, new_global)]


def _whole_gradient(grad):
  """A gradient in float32, sparse if it is."""
  if isinstance(grad, tf.IndexedSlices):
    return tf.IndexedSlices(tf.cast(grad.values, tf.float32), grad.indices,
                            grad.dense_shape)
  return tf.cast(grad, tf.float32)


def _dense_gradient(grad, var):
  """A gradient as a float32 tensor; rows that are not there are zero."""
  if isinstance(grad, tf.IndexedSlices):
    grad = tf.math.unsorted_segment_sum(
        tf.cast(grad.values, tf.float32), grad.indices,
        var.shape.as_list()[0])
  grad = _whole_gradient(grad)
  grad.set_shape(var.shape)
  return grad


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
    values = nonfinite.sanitized(values, finite)
  slots = {key: optimizer.get_slot(var, key) for key in optimizer.state_keys}
  spec = state_spec.StateSpec(
      var.shape.as_list(), slots, optimizer.tensor_state_keys)
  rows_of = {state_spec.PER_ELEMENT: elements, state_spec.LIKE_VARIABLE: rows}
  indices = {key: rows_of.get(spec.kind(key)) for key in slots}
  state = {key: _read(slot) if indices[key] is None else
           tf.gather(slot, indices[key]) for key, slot in slots.items()}
  new, new_state = optimizer._compute_update(
      tf.reshape(tf.cast(stored, tf.float32), [-1, 1]),
      tf.reshape(values, [-1, 1]),
      {key: tf.reshape(value, [-1, 1]) if indices[key] is rows else value
       for key, value in state.items()})
  new = tf.cast(tf.reshape(new, tf.shape(stored)), stored.dtype)
  new_state = {key: tf.reshape(value, tf.shape(state[key]))
               if indices[key] is rows else value
               for key, value in new_state.items()}
  if optimizer.skip_nonfinite:
    new = selection.select(finite, new, stored)
    all_finite = tf.reduce_all(finite)
    new_state = {key: selection.select(
        spec.mask(key, finite, all_finite), value, state[key])
                 for key, value in new_state.items()}
  return [_Write(var, new, rows)] + [
      _Write(slots[key], new_state[key], indices[key])
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
    op = tf.scatter_update(write.variable, write.rows, write.value)
  else:
    op = write.variable.assign(write.value, read_value=False)
  constraint = getattr(write.variable, "constraint", None)
  if constraint is None:
    return op
  with tf.control_dependencies([op]):
    return write.variable.assign(constraint(write.variable.read_value()),
                                 read_value=False)
