# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps that skip elements whose gradient is not finite.

A gradient element that is not finite counts as zero for the others, and keeps
its element's state. State that the elements of a tensor share changes only
when that tensor's whole gradient is finite, the global state only when some
tensor's whole gradient is. Finite gradients are limited to +-1e18, whose square
is finite.
"""

import tensorflow.compat.v1 as tf

from . import selection

_MAX_GRADIENT = 1e18


def sanitized(grad, finite):
  """A gradient whose elements, and their squares, are finite.

  Args:
    grad: float32 tensor.
    finite: bool tensor of its shape, which elements are finite.

  Returns:
    float32 tensor of its shape.
  """
  return tf.clip_by_value(selection.select(finite, grad, tf.zeros_like(grad)),
                          -_MAX_GRADIENT, _MAX_GRADIENT)


def select_finite(all_finite, new, old, masks):
  """Chooses new values where gradients are finite.

  Args:
    all_finite: bool scalar, whether all new values count.
    new: List of tensors.
    old: List of tensors of the same shapes.
    masks: Function that returns, if not all count, a list of bool tensors that
      say which: scalars, [n] for rows, or of the values' shapes.

  Returns:
    List of tensors.
  """
  if not new:
    return []

  def choose():
    # Rarely needed, and as expensive as a good part of a step.
    return tf.cond(
        all_finite, lambda: [tf.identity(value) for value in new],
        lambda: [selection.select(*each) for each in zip(masks(), new, old)],
        strict=True)

  if tf.get_default_graph().building_function:
    return choose()
  # A function leaves no control flow in the graph, with which
  # `tf.add_check_numerics_ops` would refuse it.
  chosen = tf.function(choose, autograph=False)()
  for value, like in zip(chosen, old):
    value.set_shape(like.shape)
  return chosen


def finite_elements(grad, param):
  """Which elements of a parameter have a finite gradient.

  Args:
    grad: float32 tensor, or `tf.IndexedSlices`: of these all or none count.
    param: float32 tensor.

  Returns:
    bool tensor of the parameter's shape.
  """
  if isinstance(grad, tf.IndexedSlices):
    finite = tf.reduce_all(tf.math.is_finite(grad.values))
    return tf.fill(param.shape, finite)
  return tf.math.is_finite(grad)


def _sanitized_whole(grad, finite):
  if not isinstance(grad, tf.IndexedSlices):
    return sanitized(grad, finite)
  values = sanitized(grad.values, tf.math.is_finite(grad.values))
  return tf.IndexedSlices(values, grad.indices, grad.dense_shape)


def update(rule, theta, params, grads, state):
  """One step of a `StepRule`; see `StepRule.finite_update`."""
  finite = [finite_elements(*each) for each in zip(grads, params)]
  new_params, attended, (new_states, new_shared) = rule.update(
      theta, params, [_sanitized_whole(*each) for each in zip(grads, finite)],
      state)
  states, shared = state
  keys = [(i, key) for i, each in enumerate(states) for key in sorted(each)]
  whole = [tf.reduce_all(mask) for mask in finite]
  values = select_finite(
      tf.reduce_all(whole),
      [new_states[i][key] for i, key in keys] + list(new_shared),
      [states[i][key] for i, key in keys] + list(shared),
      lambda: [rule.state_spec.mask(key, states[i][key], finite[i])
               for i, key in keys] + [tf.reduce_any(whole)] * len(shared))
  new_states = [{} for _ in states]
  for (i, key), value in zip(keys, values):
    new_states[i][key] = value
  return new_params, attended, type(state)(new_states, values[len(keys):])
