# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sums over the elements of tables, of which steps touch some rows only.

A sparse gradient leaves the other rows of its table where they are. A step
depends on them only by `StepRule.sums`, which a variable beside the table holds
and every step changes with its rows.

The variable is a cache: it is not saved, and nothing initializes it. The sums
are added up over all elements where it has none, where the state of the tensor
is not the one that they were left with, say because a checkpoint was restored,
where they are not finite, and every thousand steps: a program may have assigned
the table.
"""

import collections

import tensorflow.compat.v1 as tf

from .. import meta_parameters
from .. import state_spec
from . import slots

MOST_STEPS = 1000

_BLOCK_ELEMENTS = 2**16

Table = collections.namedtuple("Table", "rule, variable, slots, sums")
"""A variable of which some rows are stepped.

Attributes:
  rule: `StepRule`.
  variable: The variable.
  slots: Dict from keys to variables.
  sums: Variable of float64: the number of steps since sums were added up, the
    sums by their names, and the tensor's own state after the last step.
"""


def variable(optimizer, var):
  """The variable of sums beside another, made if there is none.

  Args:
    optimizer: A `TrainableOptimizer`.
    var: The variable.

  Returns:
    A float64 variable of no static shape.
  """
  with tf.init_scope():
    found = tf.get_collection_ref(("__table_sums", optimizer))
    for other, sums in found:
      if other is var:
        return sums
    with tf.name_scope(None), tf.distribute.get_strategy(
        ).extended.colocate_vars_with(var):
      sums = tf.Variable(
          tf.zeros([0], tf.float64), trainable=False, collections=[],
          shape=tf.TensorShape([None]), use_resource=True,
          name=slots.slot_name(var.op.name, optimizer, "sums"))
    found.append((var, sums))
  return sums


def read(table, own, tensor_state):
  """The sums over the elements that are not stepped.

  Args:
    table: `Table`.
    own: `StepRule.sums` over those that are.
    tensor_state: Dict from keys to tensors, the state of the tensor.

  Returns:
    (steps, others): the number of steps since sums were added up, a float64
    scalar, and a dict like `own`.
  """
  names, state = sorted(own), _packed(tensor_state)
  start = 1 + len(names)
  size = start + tf.size(state)
  # The value of a reference variable, which functions do not take, is no copy.
  values = (table.variable if hasattr(table.variable, "handle") else
            tf.identity(table.variable.read_value()))

  def known_or_added_up():
    handle = table.sums.handle
    known = tf.cond(
        tf.raw_ops.VarIsInitializedOp(resource=handle),
        lambda: tf.raw_ops.ReadVariableOp(resource=handle, dtype=tf.float64),
        lambda: tf.zeros([0], tf.float64))
    known = tf.concat([known, tf.zeros([size], tf.float64)], 0)[:size]
    holds = (tf.reduce_all(tf.equal(known[start:], state)) &
             tf.reduce_all(tf.math.is_finite(known)) &
             (known[0] > 0.0) & (known[0] < MOST_STEPS))
    return tf.cond(
        holds, lambda: known[:start],
        lambda: tf.concat([tf.zeros([1], tf.float64), _added_up(
            table, values, names)], 0))

  # A function leaves no control flow in the graph; see `nonfinite`.
  steps_and_sums = tf.unstack(
      tf.ensure_shape(tf.function(known_or_added_up, autograph=False)(),
                      [start]))
  return steps_and_sums[0], {
      name: total - own[name]
      for name, total in zip(names, steps_and_sums[1:])}


def updated(steps, others, own, tensor_state):
  """The new value of the variable.

  Args:
    steps: See `read`.
    others: See `read`.
    own: `StepRule.sums` over the elements that have been stepped.
    tensor_state: Dict, the new state of the tensor.

  Returns:
    float64 tensor.
  """
  return tf.concat([
      tf.stack([steps + 1.0] + [others[name] + own[name]
                                for name in sorted(own)]),
      _packed(tensor_state)], 0)


def _packed(tensor_state):
  return tf.concat([
      tf.reshape(tf.cast(tensor_state[key], tf.float64), [-1])
      for key in sorted(tensor_state)], 0)


def _added_up(table, values, names):
  """Sums over all elements, block by block: a float64 vector by the names."""
  rule, shape = table.rule, table.variable.shape
  num_rows, row_size = shape.as_list()[0], shape[1:].num_elements()
  block = max(_BLOCK_ELEMENTS // max(row_size, 1), 1)

  def add(start, totals):
    end = tf.minimum(start + block, num_rows)
    param = tf.reshape(tf.cast(
        tf.gather(values, tf.range(start, end)), tf.float32), [-1, 1])
    elements = tf.range(start * row_size, end * row_size)
    sums = rule.sums(param, meta_parameters.OnDemand(
        [key for key, slot in table.slots.items() if rule.state_spec.kind(
            key, slot.shape, shape) == state_spec.PER_ELEMENT],
        lambda key: tf.gather(table.slots[key], elements)))
    return start + block, totals + tf.stack([sums[name] for name in names])

  return tf.while_loop(
      lambda start, _: start < num_rows, add,
      (tf.constant(0, tf.int64), tf.zeros([len(names)], tf.float64)),
      parallel_iterations=1, back_prop=False)[1]
