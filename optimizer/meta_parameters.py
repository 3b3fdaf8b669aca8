# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The weights of a trainable optimizer: declared once, one set a graph.

A `MetaParameters` object holds declarations (name, shape, initializer). The
variables that carry them are made per graph: at once in the graph that is the
default when a meta-parameter is declared, on first use in every other one.
They are non-trainable global variables under the scope `OPTIMIZER_SCOPE`, so
the trainer of a host model never touches them while its `Saver` keeps them.
The graph owns them: it can be freed while the `MetaParameters` live on.

Values loaded from a checkpoint are read at once and kept in memory. What is
wrong with a checkpoint thus shows before anything is trained, and a graph does
not need its files any more.

Inside a `bound` block the values come from given tensors instead of from
variables. The meta-training loop uses it to differentiate one step with
respect to the meta-parameters.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections
import contextlib

import numpy as np
import six
import tensorflow as tf

from . import paths

OPTIMIZER_SCOPE = "LOL"

Declaration = collections.namedtuple("Declaration", "shape, initializer")

_InGraph = collections.namedtuple(
    "_InGraph", "scope, variables, initial_values")
"""A graph's name scope for the variables, those there are, and tensors with
their initial values."""


class MetaParameters(object):
  """Ordered mapping from checkpoint names to meta-parameters.

  Names are relative to the scope: "update_weights" is stored in checkpoints
  as "LOL/update_weights".
  """

  def __init__(self, scope=OPTIMIZER_SCOPE):
    self._scope = scope
    self._declarations = collections.OrderedDict()
    self._bindings = []
    self._loaded = {}

  def declare(self, name, shape, initializer):
    """Adds a meta-parameter.

    Args:
      name: String, the checkpoint name relative to the scope.
      shape: List of integers.
      initializer: A TensorFlow initializer, called with the shape and dtype.

    Raises:
      ValueError: If the name is taken.
    """
    if name in self._declarations:
      raise ValueError("Meta-parameter {!r} is declared twice.".format(name))
    self._declarations[name] = Declaration(list(shape), initializer)
    self.variables()

  def declare_all(self, declarations, prefix=""):
    """Adds every (name, Declaration) pair of a mapping, names prefixed."""
    for name, declaration in six.iteritems(declarations):
      self.declare(prefix + name, *declaration)

  @property
  def declarations(self):
    """OrderedDict from relative name to `Declaration`."""
    return self._declarations

  def variables(self, colocate_with=None):
    """The variables of the default graph, made if they do not exist.

    Args:
      colocate_with: Optional variable on whose device new ones are placed.

    Returns:
      OrderedDict from relative name to variable.
    """
    # Within a function or a branch that is a graph of its own, the graph around
    # it counts.
    with tf.init_scope():
      existing = self._in_graph()
      new = [name for name in self._declarations
             if name not in existing.variables]
      if new:
        device = (tf.device("") if colocate_with is None else
                  tf.compat.v1.get_default_graph().colocate_with(
                      colocate_with.op, ignore_existing=True))
        with device, tf.name_scope(None), tf.name_scope(existing.scope + "/"):
          for name in new:
            existing.variables[name] = self._make_variable(name)
    return existing.variables

  def existing_variables(self):
    """Like `variables`, but makes none."""
    with tf.init_scope():
      return self._in_graph().variables

  def _in_graph(self):
    stored = tf.compat.v1.get_collection_ref(("__meta_parameters", self))
    if not stored:
      with tf.name_scope(None):
        scope = tf.compat.v1.get_default_graph().unique_name(self._scope)
      stored.append(_InGraph(scope, collections.OrderedDict(), {}))
    return stored[0]

  def checkpoint_names(self):
    """OrderedDict from checkpoint name ("LOL/...") to variable."""
    return collections.OrderedDict(
        (self._scope + "/" + name, variable)
        for name, variable in six.iteritems(self.variables()))

  def values(self):
    """OrderedDict from relative name to the tensor that holds its value."""
    if self._bindings:
      return self._bindings[-1]
    return collections.OrderedDict(
        (name, variable.read_value())
        for name, variable in six.iteritems(self.variables()))

  def initial_value(self, name):
    """A value for use in the initializers of other variables.

    Args:
      name: String, relative to the scope.

    Returns:
      Tensor, or None if no such meta-parameter is declared.
    """
    if name not in self._declarations:
      return None
    if self._bindings:
      return self._bindings[-1][name]
    initial = self._in_graph().initial_values
    if name not in initial:
      variable = self.variables()[name]
      with tf.init_scope():
        initial[name] = initialized_value(variable)
    return initial[name]

  @contextlib.contextmanager
  def bound(self, values):
    """Within the block, `values()` are these tensors.

    Args:
      values: Mapping from every relative name to a tensor of its shape.

    Yields:
      Nothing.

    Raises:
      ValueError: If a name is missing or unknown.
    """
    difference = set(values) ^ set(self._declarations)
    if difference:
      raise ValueError(
          "Expected values for exactly the declared meta-parameters; these "
          "are missing or unknown: {}.".format(sorted(difference)))
    self._bindings.append(collections.OrderedDict(
        (name, values[name]) for name in self._declarations))
    try:
      yield
    finally:
      self._bindings.pop()

  def init_from_checkpoint(self, path):
    """From now on initializing the variables yields a checkpoint's values.

    That holds for the default graph and for those the variables are yet to be
    made in.

    Args:
      path: A checkpoint prefix, or a directory whose latest checkpoint is
        used.

    Returns:
      The checkpoint prefix.

    Raises:
      ValueError: If there is no readable checkpoint at the path, or a
        meta-parameter is missing from it or has another shape; the message
        lists each of them.
    """
    prefix, self._loaded = read_checkpoint(
        path, self._scope, self._declarations)
    with tf.init_scope():
      self._in_graph().initial_values.clear()
      for name, variable in six.iteritems(self._in_graph().variables):
        set_initial_value(variable, tf.constant(self._loaded[name]))
    return prefix

  def _make_variable(self, name):
    shape, initializer = self._declarations[name]
    if name in self._loaded:
      initial_value = lambda: tf.constant(self._loaded[name])
    else:
      initial_value = lambda: initializer(shape, dtype=tf.float32)
    return tf.compat.v1.Variable(
        initial_value=initial_value, trainable=False, name=name,
        dtype=tf.float32, use_resource=True)


def initialized_value(variable):
  """The variable's value, or its initial value while it has none."""
  return tf.cond(tf.compat.v1.is_variable_initialized(variable),
                 variable.read_value, lambda: variable.initial_value)


def set_initial_value(variable, value):
  """Makes a variable's initializer assign another value.

  An op that runs initializers, such as `tf.global_variables_initializer()`,
  runs the new one if it is made after this. `tf.train.init_from_checkpoint`
  does the same in the same way.

  Args:
    variable: A variable of the default graph.
    value: Tensor.
  """
  # pylint: disable=protected-access
  variable._initializer_op = variable.assign(value, read_value=False)
  variable._initial_value = value


def checked_checkpoint(path, scope, declarations):
  """Finds a checkpoint and compares its tensors with declarations.

  Args:
    path: A checkpoint prefix or a directory.
    scope: The scope of the names in the checkpoint.
    declarations: Mapping from relative name to `Declaration`.

  Returns:
    The checkpoint prefix.

  Raises:
    ValueError: See `MetaParameters.init_from_checkpoint`; also if the
      checkpoint has meta-parameters that are not declared.
  """
  prefix, _ = read_checkpoint(path, scope, declarations)
  names = set(name for name, _ in tf.train.list_variables(prefix))
  # What lies below the name of another tensor is a slot of its optimizer.
  more = sorted(name for name in names if name.startswith(scope + "/") and
                name[len(scope) + 1:] not in declarations and
                name.rpartition("/")[0] not in names)
  if more:
    raise ValueError(
        "Checkpoint {!r} does not fit this optimizer, which has no {}: going "
        "on would lose what was learned there. Construct the optimizer with "
        "the options it was trained with, or choose another "
        "directory.".format(prefix, ", ".join(more)))
  return prefix


def read_checkpoint(path, scope, declarations):
  """Reads the declared tensors of a checkpoint.

  Args:
    path: A checkpoint prefix or a directory.
    scope: The scope of the names in the checkpoint.
    declarations: Mapping from relative name to `Declaration`.

  Returns:
    (checkpoint prefix, dict from relative name to float32 array).

  Raises:
    ValueError: See `MetaParameters.init_from_checkpoint`.
  """
  path = prefix = paths.checkpoint_path(path)
  if tf.io.gfile.isdir(path):
    prefix = tf.train.latest_checkpoint(path)
    if prefix is None:
      raise ValueError(
          "No checkpoint in directory {!r}: expected a file named "
          "'checkpoint' and the files it lists.".format(path))
  try:
    reader = tf.train.load_checkpoint(prefix)
    shapes = reader.get_variable_to_shape_map()
  except (tf.errors.OpError, ValueError) as error:
    raise ValueError("Cannot read checkpoint {!r}: {}".format(prefix, error))
  problems = []
  for name, declaration in six.iteritems(declarations):
    full_name = scope + "/" + name
    if full_name not in shapes:
      problems.append("{} is missing".format(full_name))
    elif list(shapes[full_name]) != declaration.shape:
      problems.append("{} has shape {}, expected {}".format(
          full_name, list(shapes[full_name]), declaration.shape))
  if problems:
    raise ValueError(
        "Checkpoint {!r} does not fit this optimizer: {}. Construct the "
        "optimizer with the options it was trained with.".format(
            prefix, "; ".join(problems)))
  return prefix, {name: _read_tensor(reader, prefix, scope + "/" + name)
                  for name in declarations}


def _read_tensor(reader, prefix, name):
  """A tensor as a float32 array; errors name the file and the tensor."""
  try:
    return np.asarray(reader.get_tensor(name), np.float32)
  except (tf.errors.OpError, ValueError) as error:
    raise ValueError("Cannot read checkpoint {!r}: tensor {}: {}".format(
        prefix, name, error))


def total_size(shapes):
  """Number of elements of all shapes together."""
  return int(sum(np.prod(shape, dtype=np.int64)
                 for shape in six.itervalues(shapes)))


def unflatten(vector, shapes):
  """Splits a vector, tensor or array, into an OrderedDict of shapes."""
  values, start = collections.OrderedDict(), 0
  for name, shape in six.iteritems(shapes):
    size = int(np.prod(shape, dtype=np.int64))
    part = vector[start:start + size]
    values[name] = (part.reshape(shape) if isinstance(vector, np.ndarray)
                    else tf.reshape(part, shape))
    start += size
  return values
