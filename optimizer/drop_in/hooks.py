# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What `tf.train.Optimizer` lets subclasses override, in a joint step.

An optimizer of TensorFlow applies one gradient at a time: `_apply_dense` and
its like get a gradient and a variable, and return the op that steps it. Mixins
override them, to decay a variable before the step or to change its gradient.
A trainable optimizer steps all variables at once. So each call marks a place:
all calls have come to theirs before the step reads any variable, and what a
mixin does behind its place waits for the whole step. Where a wrapper applies
gradients, and only hands on the hooks, `_finish` makes the step.
"""

import collections

import tensorflow.compat.v1 as tf

from . import slots

_APPLYING = (
    "_apply_dense", "_resource_apply_dense", "_apply_sparse",
    "_resource_apply_sparse", "_apply_sparse_duplicate_indices",
    "_resource_apply_sparse_duplicate_indices")
_OTHERS = ("_create_slots", "_prepare", "_finish")

_Place = collections.namedtuple("_Place", "grad, var, before, after")
"""A gradient, its variable, and the ops around its step."""


class Places:
  """The places that the calls for the variables of one step have marked."""

  def __init__(self):
    self._places = []

  def visit(self, grad, var):
    """Marks a place: returns an op that runs after the step."""
    place = _Place(grad, var, tf.no_op("before_step"), tf.no_op("after_step"))
    self._places.append(place)
    return place.after

  def step(self, make_step):
    """Makes the step of all variables whose places are marked.

    Args:
      make_step: Function of a list of (gradient, variable) that returns an op.

    Returns:
      List of ops.
    """
    if not self._places:
      return []
    with tf.control_dependencies([place.before for place in self._places]):
      step = make_step([(place.grad, place.var) for place in self._places])
    for place in self._places:
      place.after._add_control_input(step)
    return [step]


class JointOptimizer(tf.train.Optimizer):
  """The hooks of `tf.train.Optimizer`: overrides call these."""

  _places = None

  def marked_places(self):
    """The `Places` marked since the last call, which forgot those before."""
    places, self._places = self._places or Places(), None
    return places

  def _visit(self, grad, var):
    if self._places is None:
      self._places = Places()
    return self._places.visit(grad, var)

  def _create_slots(self, var_list):
    slots.create(self, var_list)

  def _apply_dense(self, grad, var):
    return self._visit(grad, var)

  def _resource_apply_dense(self, grad, var):
    return self._visit(grad, var)

  def _apply_sparse(self, grad, var):
    return self._visit(grad, var)

  def _resource_apply_sparse(self, grad, var, indices):
    return self._visit(tf.IndexedSlices(grad, indices), var)


def overridden(optimizer, base):
  """Names of the hooks that an optimizer has from elsewhere than its base.

  Args:
    optimizer: A `TrainableOptimizer`.
    base: `TrainableOptimizer`.

  Returns:
    List of strings.
  """
  return [name for name in _APPLYING + _OTHERS
          if getattr(type(optimizer), name) is not getattr(base, name)]


def refuse_attention(names):
  """Raises if hooks would change a location where they mean a parameter.

  Args:
    names: List of overridden hooks.

  Raises:
    NotImplementedError: If one of them is about single variables.
  """
  names = [name for name in names if name in _APPLYING]
  if names:
    raise NotImplementedError(
        "With use_attention a variable holds where its next gradient is taken, "
        "not the parameter, so these overrides would change the wrong thing: "
        "{}. Use use_attention=False, or do without them.".format(
            ", ".join(names)))


def call(optimizer, pairs):
  """Calls the hook for each gradient.

  Args:
    optimizer: A `TrainableOptimizer`.
    pairs: List of (gradient, variable).

  Returns:
    List of ops.
  """
  # Whatever a hook does to a variable, all gradients are taken before.
  with tf.control_dependencies([
      grad.values if isinstance(grad, tf.IndexedSlices) else grad
      for grad, _ in pairs]):
    return [_call(optimizer, *pair) for pair in pairs]


def _call(optimizer, grad, var):
  is_resource = var.op.type == "VarHandleOp"
  with tf.name_scope("update_" + var.op.name.replace("/", "_")):
    if not isinstance(grad, tf.IndexedSlices):
      return (optimizer._resource_apply_dense if is_resource
              else optimizer._apply_dense)(grad, var)
    if is_resource:
      return optimizer._resource_apply_sparse_duplicate_indices(
          grad.values, var, grad.indices)
    return optimizer._apply_sparse_duplicate_indices(grad, var)
