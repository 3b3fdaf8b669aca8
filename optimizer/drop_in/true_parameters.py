# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A model's parameters where its variables hold something else.

With attention, variables hold the location where the next gradient is taken,
and the slot "true_param" the parameters that a model should be evaluated and
served with. This is how to get at them: in checkpoints, by a saver that swaps
the two, and in a session, by ops that do.
"""

import contextlib

import tensorflow.compat.v1 as tf
# TensorFlow exports no name for what a saver takes besides variables.
from tensorflow.python.training.saving import saveable_object

from .. import selection
from .. import state_spec
from . import slots

_LOCATION = "location"


def true_value(spec, located, state):
  """The parameter of a variable.

  Until the first step it is what the variable holds. The slot's initial value
  is that too, but the program may have assigned another since: a warm start.

  Args:
    spec: `StateSpec`.
    located: float32 tensor, the variable's value.
    state: Dict from state keys to tensors.

  Returns:
    float32 tensor of the same shape.
  """
  key = spec.zero_until_stepped
  if key is None:
    return state[state_spec.TRUE_PARAM]
  untouched = tf.reshape(tf.equal(state[key], 0.0), located.shape)
  return selection.select(untouched, located, state[state_spec.TRUE_PARAM])


def _parameter_of(optimizer, var):
  """The parameter of a variable, of its type."""
  spec = optimizer.rule.state_spec
  state = {key: optimizer.get_slot(var, key).read_value()
           for key in (spec.zero_until_stepped, state_spec.TRUE_PARAM) if key}
  value = tf.cast(var.read_value(), tf.float32)
  return tf.cast(true_value(spec, value, state), var.dtype.base_dtype)


class TrueParameters:
  """Ops that bring the parameters into a model's variables, and back.

  Attributes:
    swap_in: Op after which the variables hold the parameters.
    swap_out: Op after which they hold what they did before `swap_in`.
  """

  def __init__(self, optimizer):
    """Adds the ops to the default graph.

    Args:
      optimizer: A `TrainableOptimizer` that has applied gradients in it.
    """
    pairs = [(var, _backup(var)) for var in _attended(optimizer)]
    with tf.name_scope("true_parameters"):
      parameters = [_parameter_of(optimizer, var) for var, _ in pairs]
      locations = [tf.identity(var.read_value()) for var, _ in pairs]
      with tf.control_dependencies(parameters + locations):
        saved = [backup.assign(location, read_value=False)
                 for (_, backup), location in zip(pairs, locations)]
      with tf.control_dependencies(saved):
        self.swap_in = tf.group(*[
            var.assign(parameter, read_value=False)
            for (var, _), parameter in zip(pairs, parameters)], name="swap_in")
      self.swap_out = tf.group(*[
          var.assign(backup.read_value(), read_value=False)
          for var, backup in pairs], name="swap_out")

  @contextlib.contextmanager
  def swapped(self, session):
    """Within the block, the variables in `session` hold the parameters.

    Do not train within the block: the steps would be lost.

    Args:
      session: A session of the graph the ops are in.

    Yields:
      Nothing.
    """
    session.run(self.swap_in)
    try:
      yield
    finally:
      session.run(self.swap_out)


def _attended(optimizer):
  """Variables of the default graph that hold an attended location."""
  if not slots.holds_location(optimizer):
    return []
  return list(slots.stepped_variables(optimizer))


def _backup(var):
  """A local variable for a location: it is never saved, only swapped."""
  # Of the same kind as the variable: assigned to a resource variable, the value
  # of a reference variable is not copied and changes with it.
  use_resource = var.op.type == "VarHandleOp"
  with tf.init_scope(), tf.name_scope(None):
    return tf.Variable(
        lambda: tf.zeros(var.shape, var.dtype.base_dtype), trainable=False,
        collections=[tf.GraphKeys.LOCAL_VARIABLES],
        name=var.op.name + "/" + _LOCATION,
        use_resource=use_resource)


def swapping_saver(optimizer, var_list, **options):
  """Makes a saver; see `TrainableOptimizer.swapping_saver`."""
  if not slots.holds_location(optimizer):
    return tf.train.Saver(var_list, **options)
  attended = _attended(optimizer)
  if not attended:
    raise RuntimeError(
        "Call minimize or apply_gradients before swapping_saver: it swaps "
        "variables with their slots.")
  if var_list is None:
    var_list = (tf.global_variables() +
                tf.get_collection(
                    tf.GraphKeys.SAVEABLE_OBJECTS))
  entries = _by_name(var_list)
  saved = [part for value in entries.values() for part in _parts(value)]
  swapped = {}
  for name, value in entries.items():
    parts = _parts(value)
    if not any(part is var for part in parts for var in attended):
      swapped[name] = value
      continue
    for part in parts:
      slot = optimizer.get_slot(part, state_spec.TRUE_PARAM)
      if not any(slot is other for other in saved):
        raise ValueError(
            "To save {!r} with its true parameter, so that training can go on, "
            "the variables to save must include its slot {!r}.".format(
                part.name, slot.name))
      key = name if len(parts) == 1 else part.op.name
      swapped[key] = _TrueParameterSaveable(optimizer, part, name)
  return tf.train.Saver(swapped, **options)


def _by_name(var_list):
  """Variables to save as a dict like the one `tf.train.Saver` takes."""
  if isinstance(var_list, dict):
    return dict(var_list)
  entries = {}
  for var in var_list:
    slice_info = getattr(var, "_save_slice_info", None)
    if slice_info is not None:
      entries.setdefault(slice_info.full_name, []).append(var)
    else:
      name = var.op.name if isinstance(var, tf.Variable) else var.name
      entries[name] = var
  return entries


def _parts(value):
  """The variables of an entry: parts of a partitioned one, or just itself."""
  if isinstance(value, (list, tuple)) or hasattr(value, "_variable_list"):
    return list(value)
  return [value]


class _TrueParameterSaveable(saveable_object.SaveableObject):
  """Saves a parameter as its variable's value, and restores the location."""

  def __init__(self, optimizer, var, name):
    """Saves under `name`, and the location under a name beside it."""
    slice_info = var._save_slice_info
    slice_spec = "" if slice_info is None else slice_info.spec
    with tf.init_scope(), tf.get_default_graph().colocate_with(
        var.op):
      tensors = [_parameter_of(optimizer, var),
                 tf.identity(var.read_value())]
    names = [name, slots.slot_name(name, optimizer, _LOCATION)]
    specs = [saveable_object.SaveSpec(tensor, slice_spec, each)
             for tensor, each in zip(tensors, names)]
    super().__init__(
        tensors[0], specs, var.op.name)
    self._variable = var

  def restore(self, restored_tensors, restored_shapes):
    """Puts the location back; the parameter is in its slot anyway."""
    location = restored_tensors[1]
    if restored_shapes is not None:
      location = tf.reshape(location, restored_shapes[1])
    return self._variable.assign(location, read_value=False)
