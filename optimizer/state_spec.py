# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the keys of an optimizer's state hold, and state of many tensors.

A tensor's state is a dict of tensors. A key holds a row per element of the
tensor, one value per tensor that its elements share, or a value like the
variable, with its shape.
"""

import tensorflow.compat.v1 as tf

PER_ELEMENT = "per element"
PER_TENSOR = "per tensor"
LIKE_VARIABLE = "like the variable"
BY_SHAPE = "by shape"
"""One of the others, to be found out from the shape of a value."""

TRUE_PARAM = "true_param"
"""The key of the parameter, where the variable holds an attended location."""

OTHERS = "others"
"""The key of sums over elements that are not stepped; see `StepRule.sums`."""


class StateSpec:
  """What the keys of an optimizer's state for one tensor hold."""

  def __init__(self, kinds, zero_until_stepped=None):
    """Declares all keys.

    Args:
      kinds: Mapping from keys to kinds.
      zero_until_stepped: None, or a key PER_ELEMENT, one number each, that is 0
        until an element's first step.
    """
    self.kinds = dict(kinds)
    self.zero_until_stepped = zero_until_stepped

  def kind(self, key, shape, tensor_shape):
    """PER_ELEMENT, PER_TENSOR or LIKE_VARIABLE.

    Args:
      key: String.
      shape: `tf.TensorShape` of the key's value.
      tensor_shape: `tf.TensorShape` of the tensor that the state is of.
    """
    kind = self.kinds[key]
    if kind != BY_SHAPE:
      return kind
    shape, num_elements = shape.as_list(), tensor_shape.num_elements()
    if len(shape) == 2 and shape[0] == num_elements:
      return PER_ELEMENT
    return LIKE_VARIABLE if shape == tensor_shape.as_list() else PER_TENSOR

  def mask(self, key, value, finite):
    """Where new values of a key count, if elements of the tensor do.

    Args:
      key: String.
      value: The key's value, a tensor.
      finite: bool tensor of the tensor's shape, which elements count.

    Returns:
      bool tensor to choose the key's values by, see `selection.select`: all
      elements have to count for a value that they have in common.
    """
    kind = self.kind(key, value.shape, finite.shape)
    if kind == PER_ELEMENT:
      return tf.reshape(finite, [-1])
    return finite if kind == LIKE_VARIABLE else tf.reduce_all(finite)


def without(state, keys):
  """A state but for some of its keys."""
  return {key: value for key, value in state.items()
          if key not in keys}


def concat(states):
  """Joins per-tensor states along their first axis: list of dicts to dict."""
  if len(states) == 1:
    return dict(states[0])
  return {key: tf.concat([state[key] for state in states], 0)
          for key in states[0]}


def split(state, layout, tensor_keys):
  """Undoes `concat`.

  Args:
    state: Dict of tensors [P, k], or [T, k] for keys in `tensor_keys`.
    layout: The `TensorLayout` of the T tensors.
    tensor_keys: Keys with one row for each tensor.

  Returns:
    List of T dicts.
  """
  states = [{} for _ in range(layout.num_tensors)]
  for key, value in state.items():
    if layout.num_tensors == 1:
      parts = [value]
    elif key in tensor_keys:
      parts = tf.split(value, layout.num_tensors, axis=0)
    else:
      parts = layout.split_rows(value)
    for tensor_state, part in zip(states, parts):
      tensor_state[key] = part
  return states


def join_scales(state, keys, num_scales):
  """Puts the columns of all timescales together.

  Args:
    state: Dict with float32 [P, 1] for each of `keys` with a number from 1 to
      S after it.
    keys: List of strings.
    num_scales: Integer S.

  Returns:
    Dict with float32 [P, S] for each of `keys` instead.
  """
  state = dict(state)
  for prefix in keys:
    columns = [state.pop(prefix + str(i + 1)) for i in range(num_scales)]
    state[prefix] = columns[0] if num_scales == 1 else tf.concat(columns, 1)
  return state


def split_scales(state, keys, num_scales):
  """Undoes `join_scales`."""
  state = dict(state)
  for prefix in keys:
    columns = tf.split(state.pop(prefix), num_scales, axis=1)
    for i, column in enumerate(columns):
      state[prefix + str(i + 1)] = column
  return state
