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
# TensorFlow exports nothing that tells what xla.compile compiles.
from tensorflow.python.ops import control_flow_util

from .. import nonfinite
from .. import selection
from .. import state_spec
from .. import step_rule
from . import hooks
from . import slots
from . import table_sums
from . import true_parameters

_Write = collections.namedtuple("_Write", "variable, value, rows")
"""A new value; `rows` are the indices it is for, None for all."""

_Part = collections.namedtuple(
    "_Part", "variable, slots, stored, param, grad, state, indices, table, "
    "steps")
"""What is stepped of a variable: all of it, or some rows as one column.

Attributes:
  variable: The variable.
  slots: Dict from keys to variables.
  stored: The values of the variable.
  param: float32, the parameters; of rows [m, 1].
  grad: float32, their gradient.
  state: Dict from keys to tensors, their state.
  indices: Dict from keys, None for the variable, to the indices of the rows in
    there; without those that are stepped as a whole.
  table: None, or what the rows are of, if sums over others count:
    `table_sums.Table`.
  steps: None, or the number of steps; see `table_sums.read`.
"""


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
      optimizer.marked_places()
      ops = hooks.call(optimizer, pairs) + marked_step(optimizer)
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


def marked_step(optimizer):
  """Steps the variables for which hooks were called.

  Args:
    optimizer: A `TrainableOptimizer`.

  Returns:
    List with an op, or empty if none were.
  """
  return optimizer.marked_places().step(lambda pairs: _step(optimizer, pairs))


def _step(optimizer, pairs):
  """An op that steps variables."""
  rule = optimizer.rule
  variables = [var for _, var in pairs]
  sums = [table_sums.variable(optimizer, var) if _takes_rows(rule, grad, var)
          else None for grad, var in pairs]
  step = step_rule.VariableStep(
      optimizer.get_name(), optimizer.meta_parameters.variables(), variables,
      [gradient(rule, grad, var, each is not None)
       for (grad, var), each in zip(pairs, sums)],
      [{key: optimizer.get_slot(var, key) for key in optimizer.state_keys}
       for var in variables], sums,
      slots.global_state(optimizer) or [], optimizer.skip_nonfinite)
  return step_variables(rule, step, optimizer.meta_parameters.values(),
                        optimizer.use_native)


def _takes_rows(rule, grad, var):
  """Whether a rule `takes_rows` of a gradient, and only these change."""
  # XLA compiles no ops whose results have no static shapes.
  return (isinstance(grad, tf.IndexedSlices) and rule.takes_rows and
          getattr(var, "constraint", None) is None and
          not control_flow_util.GraphOrParentsInXlaContext(
              tf.get_default_graph()))


def step_variables(rule, step, theta, use_native):
  """Steps variables in place.

  Args:
    rule: `StepRule`.
    step: `step_rule.VariableStep`.
    theta: Mapping from names to the values of the meta-parameters.
    use_native: Whether the step may be one native op.

  Returns:
    An op.
  """
  native = rule.native_update(step) if use_native else None
  if native is not None:
    return native
  return _write_all(_writes(rule, step, theta))


def _writes(rule, step, theta):
  """The new values of everything a step changes.

  Args:
    rule: `StepRule`.
    step: `VariableStep`.
    theta: Mapping from names to tensors.

  Returns:
    List of `_Write`.
  """
  parts = [_part(rule, *each) for each in zip(
      step.variables, step.gradients, step.slots, step.sums)]
  shared = [_read(variable) for variable in step.shared]
  update = rule.finite_update if step.skip_nonfinite else rule.update
  params, attended, (states, new_shared) = update(
      theta, [part.param for part in parts], [part.grad for part in parts],
      step_rule.State([state_spec.without(part.state, [state_spec.TRUE_PARAM])
                       for part in parts], shared))
  writes = [_Write(variable, value, None)
            for variable, value in zip(step.shared, new_shared)]
  for part, param, location, state in zip(parts, params, attended, states):
    if state_spec.TRUE_PARAM in part.slots:
      state = dict(state, **{state_spec.TRUE_PARAM: _new_parameter(
          part, param, step.skip_nonfinite)})
    location = _chosen(part, _stored_form(part, location), part.stored,
                       step.skip_nonfinite)
    writes.append(_write(part, None, part.variable, location))
    writes += [_write(part, key, slot, state[key])
               for key, slot in part.slots.items()]
    if part.table:
      writes.append(_Write(
          part.table.sums, _new_sums(rule, part, location, state), None))
  return writes


def _new_sums(rule, part, stored, state):
  """The sums over a table's elements after a step."""
  return table_sums.updated(
      part.steps, part.state[state_spec.OTHERS],
      rule.sums(tf.reshape(tf.cast(stored, tf.float32), [-1, 1]), state),
      {key: state[key] for key in part.slots if key not in part.indices})


def _new_parameter(part, param, skip_nonfinite):
  """The new value of a slot with the parameter."""
  constraint = getattr(part.variable, "constraint", None)
  if constraint:
    param = tf.cast(constraint(tf.cast(
        param, part.variable.dtype.base_dtype)), tf.float32)
  return _chosen(part, param, part.param, skip_nonfinite)


def _chosen(part, new, old, skip_nonfinite):
  """New values where gradients are finite, old ones elsewhere."""
  if not skip_nonfinite:
    return new
  finite = nonfinite.finite_elements(part.grad, part.param)
  if part.indices:
    finite = tf.reshape(finite, tf.shape(old))
  return selection.select(finite, new, old)


def _stored_form(part, value):
  """Values as the variable stores them."""
  if part.indices:
    value = tf.reshape(value, tf.shape(part.stored))
  return tf.cast(value, part.stored.dtype)


def _write(part, key, variable, value):
  """A write of all values, or of those of the rows."""
  rows = part.indices.get(key)
  if rows is not None and rows is part.indices[None]:
    value = tf.reshape(value, [-1] + variable.shape.as_list()[1:])
  return _Write(variable, value, rows)


def _part(rule, var, grad, slots_, sums):
  """What to step of a variable."""
  if sums is not None or (
      isinstance(grad, tf.IndexedSlices) and rule.elementwise):
    return _rows(rule, var, grad, slots_, sums)
  stored = _read(var)
  param = tf.cast(stored, tf.float32)
  state = {key: _read(slot) for key, slot in slots_.items()}
  if rule.attends and state_spec.TRUE_PARAM in state:
    # The variable holds where the gradient was taken.
    param = true_parameters.true_value(rule.state_spec, param, state)
  return _Part(var, slots_, stored, param, grad, state, {}, None, None)


def _rows(rule, var, grad, slots_, sums):
  """The rows that a gradient is of."""
  rows = tf.cast(grad.indices, tf.int64)
  row_size = var.shape[1:].num_elements()
  elements = tf.reshape(
      tf.expand_dims(rows, 1) * row_size + tf.range(
          row_size, dtype=rows.dtype), [-1])
  indices_of = {state_spec.PER_ELEMENT: elements,
                state_spec.LIKE_VARIABLE: rows}
  indices, state = {None: rows}, {}
  for key, slot in slots_.items():
    kind = rule.state_spec.kind(key, slot.shape, var.shape)
    if kind in indices_of:
      indices[key] = indices_of[kind]
      state[key] = tf.gather(slot, indices[key])
    else:
      state[key] = _read(slot)
    if kind == state_spec.LIKE_VARIABLE:
      state[key] = tf.reshape(state[key], [-1, 1])
  stored = tf.gather(var, rows)
  param = tf.reshape(tf.cast(stored, tf.float32), [-1, 1])
  table = steps = None
  if sums is not None:
    table = table_sums.Table(rule, var, slots_, sums)
    steps, state[state_spec.OTHERS] = table_sums.read(
        table, rule.sums(param, state),
        {key: state[key] for key in slots_ if key not in indices})
  return _Part(var, slots_, stored, param, tf.reshape(grad.values, [-1, 1]),
               state, indices, table, steps)


def _checked_pairs(optimizer, grads_and_vars):
  """Drops variables without gradient; raises for unfit ones."""
  grads_and_vars = list(grads_and_vars)
  _refuse_replicas(optimizer, [var for _, var in grads_and_vars])
  pairs, found = [], set()
  for grad, var in grads_and_vars:
    # A variable that is twice in a list of variables has one gradient.
    if grad is not None and (id(grad), id(var)) not in found:
      pairs.append((grad, var))
      found.add((id(grad), id(var)))
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
  dtypes = optimizer._valid_dtypes()
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


def gradient(rule, grad, var, as_rows=False):
  """A gradient in float32, dense unless the rule takes slices or rows.

  Args:
    rule: `StepRule`.
    grad: Tensor or `tf.IndexedSlices`.
    var: The variable it is the gradient of.
    as_rows: Whether the rule gets the rows that a gradient has.

  Returns:
    float32 tensor of the variable's shape, or `tf.IndexedSlices`.
  """
  if not isinstance(grad, tf.IndexedSlices):
    grad = tf.cast(grad, tf.float32)
    grad.set_shape(var.shape)
    return grad
  values = tf.cast(grad.values, tf.float32)
  grad = tf.IndexedSlices(
      values, _checked_indices(grad.indices, var), grad.dense_shape)
  if as_rows or rule.elementwise:
    rows, ids = tf.unique(grad.indices)
    return tf.IndexedSlices(
        tf.math.unsorted_segment_sum(values, ids, tf.size(rows)), rows,
        grad.dense_shape)
  if rule.takes_slices:
    return grad
  # Rows that are not there are zero.
  grad = tf.math.unsorted_segment_sum(
      values, grad.indices, var.shape.as_list()[0])
  grad.set_shape(var.shape)
  return grad


def _checked_indices(indices, var):
  """The indices of rows; running them fails if one is not of the variable."""
  rows = var.shape.as_list()[0]
  fits = tf.reduce_all((indices >= 0) & (indices < rows))
  check = tf.debugging.Assert(fits, [
      "The gradient of {!r} has indices outside [0, {}):".format(
          var.name, rows), indices])
  with tf.control_dependencies([check]):
    return tf.identity(indices)


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
