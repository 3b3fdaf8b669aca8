# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The step of the hierarchical RNN on the variables of a model, as one op.

It does what `optimizer.drop_in` does with TensorFlow's ops, in place. What it
does not support is left to them.

A graph with the op opens in any TensorFlow: to predict, to be frozen or served.
Only the step needs this package there, and `loader.load()` called. For
TensorFlow checks at once that it knows all ops of a graph, and that it has
kernels for those outside of functions. So the op is one of its own, `PyFunc`,
within a function; an attribute of the node names the kernel of the loaded
library.
"""

import tensorflow.compat.v1 as tf
# TensorFlow exports nothing else that makes a function of a fixed graph, in all
# of its versions.
from tensorflow.python.framework import function
# Nor anything that tells what xla.compile compiles.
from tensorflow.python.ops import control_flow_util

from .. import gradient_features
from . import loader
from .. import rnn_cells
from .. import stabilizers
from ..stabilizers import stabilizer

# Options of `hierarchical_step.StepOptions` that the kernel has other names
# for, or, where there is None, that are part of others.
_OPTION_NAMES = {
    "cells": "level_sizes",
    "features": None,
    "global_input": None,
    "stabilizers": None,
    "num_scales": "scales",
    "multiple_scale_decays": "scale_decays",
    "problem_rate_mean": "problem_mean",
    "skip_zero_gradients": "skip_zeros",
}

# Flags of features, by the names of functions of `gradient_features`, in
# the order in which the kernel makes them.
_FEATURES = (
    ("_scaled", None),
    ("_products", "products"),
    ("_relative_log_mean_squares", "log_means"),
    ("_relative_log_rate", "relative_rate"),
    ("_extremeness", "extremeness"),
    ("_log_rate", "log_rate"),
)

_GLOBAL_INPUTS = {"mean": [], "last": ["last_input"]}

# The kernel does not use where states start.
_INITIAL = "/init_vector"


# Of the op and its function.
_NAME = "native_step"
# Of the node with the kernel: the error where there is none names it.
_NEEDS = "needs_optimizer.native.loader.load"


def is_in(graph):
  """Whether there is a native step in a graph."""
  return any(op.type == "StatefulPartitionedCall" and
             op.get_attr("f").name.startswith(_NAME)
             for op in graph.get_operations())


def make(rule, step):
  """Makes the op, if that is possible.

  Args:
    rule: `HierarchicalRule`.
    step: `VariableStep`.

  Returns:
    An op, or None where TensorFlow's ops have to do.
  """
  if tf.executing_eagerly() or control_flow_util.GraphOrParentsInXlaContext(
      tf.get_default_graph()):
    return None  # There is no graph to put it in, or XLA has no kernel.
  library = loader.load()
  if library is None:
    return None
  touched, theta = _touched(step), _theta(step)
  reason = (_unknown_option(rule.options, library) or
            _unfit_variable(rule, step.variables, touched, theta))
  if not reason and not (set(theta) <= library.theta_names and all(
      _is_resource(variable) for variable in theta.values())):
    reason = "it has meta-parameters of its own"
  if reason:
    loader.say_once("{} makes no native steps: {}.".format(step.name, reason))
    return None
  stepped = _step(rule, step, touched, theta)
  return tf.group(stepped, *_writes(step, stepped))


def _unknown_option(options, library):
  """Which option the kernel does not know, or None."""
  for name, value in options._asdict().items():
    known = _OPTION_NAMES.get(name, name)
    if value and known and known not in library.option_names:
      return "its option {} is {!r}".format(name, value)
  for each in options.stabilizers:
    if type(each) not in stabilizers.ALL or not (
        set(stabilizer.flat_values([each])) <= library.option_names):
      return "it has {!r}".format(each)
  if options.global_input not in _GLOBAL_INPUTS:
    return "its global input is {!r}".format(options.global_input)
  known = iter([name for name, _ in _FEATURES])
  for feature in options.features:
    name = feature.compute.__name__
    if (feature.compute.__module__ != gradient_features.__name__ or
        name not in known):
      return "its RNN has the feature {}".format(name.strip("_"))
  for cell in options.cells:
    if type(cell) is not rnn_cells.BiasGRU or not cell.is_standard:
      return "its cells are not the usual ones"
  return None


def _unfit_variable(rule, variables, touched, theta):
  """What the op cannot be made of, or None."""
  for variable in touched:
    if variable.dtype.base_dtype != tf.float32:
      return "variable {!r} is of type {}, not float32".format(
          variable.name, variable.dtype.base_dtype.name)
    if not (_is_resource(variable) or _is_reference(variable)):
      return "{!r} is no ordinary variable".format(variable.name)
  for variable in variables:
    if rule.attends and getattr(variable, "constraint", None):
      return "variable {!r} has a constraint, beside attention".format(
          variable.name)
  devices = sorted(set(variable.device for variable in touched + list(
      theta.values())))
  for device in devices:
    spec = tf.DeviceSpec.from_string(device)
    if spec.job not in (None, "localhost") or spec.device_type not in (
        (None, "CPU") if not tf.test.is_built_with_cuda() else ("CPU",)):
      return "there are variables on {!r}, and steps are made on this " \
          "machine's CPU".format(device)
  if len(set(tf.DeviceSpec.from_string(device).device_index or 0
             for device in devices)) > 1:
    return "variables are on several devices"
  return None


def _is_resource(variable):
  if not hasattr(variable, "handle"):
    return False
  return _is_eager(variable) or variable.handle.op.type in (
      "VarHandleOp", "Placeholder")


def _is_eager(variable):
  """Whether a variable was made outside of graphs, as those of Keras are."""
  return not hasattr(variable.handle, "graph")


def _is_reference(variable):
  return not hasattr(variable, "handle") and variable.op.type == "VariableV2"


def _theta(step):
  """Dict from names to the variables with the meta-parameters of a step."""
  return {name: variable for name, variable in step.theta.items()
          if not name.endswith(_INITIAL)}


def _touched(step):
  """For each variable, it and its slots, then the shared state."""
  touched = []
  for variable, slots in zip(step.variables, step.slots):
    touched.append(variable)
    touched += [slots[key] for key in sorted(slots)]
  return touched + step.shared


def _options(rule, skip_nonfinite, theta):
  """The kernel's options: dict from names to numbers or lists of them."""
  options = rule.options
  values = {_OPTION_NAMES.get(name, name): value
            for name, value in options._asdict().items()}
  values.pop(None)
  values.update(stabilizer.flat_values(options.stabilizers))
  known = dict(_FEATURES)
  flags = [known[feature.compute.__name__] for feature in options.features[1:]]
  flags += _GLOBAL_INPUTS[options.global_input]
  values.update(dict.fromkeys(flags, True))
  values.update(
      level_sizes=[cell.num_units for cell in options.cells],
      skip_nonfinite=skip_nonfinite,
      attention=rule.attends,
      dynamic="log_learning_rate" in rule.state_spec.kinds,
      shortcut="PerTensor/GradsToDelta/Matrix" in theta,
      learned_scale_decay="scl_decay_weights" in theta,
      learned_input_decay="inp_decay_weights" in theta)
  return values


def as_text(options):
  """Options as the kernel reads them: lines `name=value`, without those of 0.

  Args:
    options: Dict from names to numbers or lists of integers.
  """
  lines = []
  for name, value in sorted(options.items()):
    numbers = value if isinstance(value, list) else [value]
    if any(numbers):
      lines.append("{}={}".format(name, " ".join(
          "{:.9g}".format(float(number)) for number in numbers)))
  return "\n".join(lines)


def _step(rule, step, touched, theta):
  """Steps all that is a resource; returns new values of all that is not.

  Args:
    rule: See `make`.
    step: See `make`.
    touched: See `_touched`.
    theta: Dict from names to variables.

  Returns:
    List of tensors, or one of no meaning where there are none.
  """
  names = sorted(theta)
  inputs = [variable.handle if _is_resource(variable) else
            variable._ref()  # pylint: disable=protected-access
            for variable in touched]
  for grad, sums in zip(step.gradients, step.sums):
    inputs += [grad] if sums is None else [
        grad.values, tf.cast(grad.indices, tf.int64), sums.handle]
  inputs += [theta[name].handle for name in names]
  token = "\n".join([
      " ".join(sorted(step.slots[0])), " ".join(names),
      as_text(_options(rule, step.skip_nonfinite, theta))])
  num_values = sum(not _is_resource(variable) for variable in touched)
  first = step.variables[0]
  if _is_resource(first) and _is_eager(first):
    return call_kernel(token, inputs, num_values)
  # Wherever the gradients are computed.
  with tf.get_default_graph().colocate_with(first.op, ignore_existing=True):
    return call_kernel(token, inputs, num_values)


def call_kernel(token, inputs, num_values):
  """Calls the kernel, in a function if this is none yet.

  Args:
    token: String; see `attributes.h`.
    inputs: List of tensors; see `op.cc`.
    num_values: Integer, how many inputs are values of variables.

  Returns:
    List of float32 tensors, that many, or one of no meaning.
  """
  kernel = tf.AttrValue(s=loader.LABEL.encode())

  def native_step(*arguments):
    # pylint: disable=protected-access
    with tf.get_default_graph()._attr_scope({"_kernel": kernel}):
      values = tf.raw_ops.PyFunc(
          input=arguments, token=token, Tout=[tf.float32] * num_values,
          name=_NEEDS)
    if num_values:
      return values
    with tf.control_dependencies([values]):
      return tf.constant(0.0)

  graph = tf.get_default_graph()
  if graph.building_function:
    # What comes from outside must not get the attribute.
    stepped = native_step(*[graph.capture(value) for value in inputs])
    return stepped if num_values else [stepped]
  types = [value.dtype.base_dtype for value in inputs]
  return tf.raw_ops.StatefulPartitionedCall(
      args=inputs, Tout=[tf.float32] * max(num_values, 1),
      f=function.Defun(*types)(native_step), name=_NAME)


def _writes(step, stepped):
  """Writes the variables that are no resources, and minds constraints.

  Args:
    step: See `make`.
    stepped: What `_step` has returned.

  Returns:
    List of ops.
  """
  values, ops = iter(stepped), []
  for variable, grad, sums in zip(step.variables, step.gradients, step.sums):
    constraint = getattr(variable, "constraint", None)
    if not _is_resource(variable) and sums is not None:
      ops.append(tf.scatter_update(variable, grad.indices, next(values)))
    elif not _is_resource(variable):
      value = next(values)
      value.set_shape(variable.shape)
      ops.append(variable.assign(
          constraint(value) if constraint else value, read_value=False))
    elif constraint:
      with tf.control_dependencies(stepped):
        ops.append(variable.assign(constraint(variable.read_value()),
                                   read_value=False))
  return ops
