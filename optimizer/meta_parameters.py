# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The weights of a trainable optimizer: declared once, one set a graph.

A `MetaParameters` object holds declarations (name, shape, initializer). The
variables that carry them are made per graph: at once in the graph that is the
default when a meta-parameter is declared, on first use in every other one.
They are non-trainable global variables under the scope `OPTIMIZER_SCOPE`, so
the trainer of a host model never touches them while its `Saver` keeps them.

Inside a `bound` block the values come from given tensors instead of from
variables. The meta-training loop uses it to differentiate one step with
respect to the meta-parameters.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections
import contextlib
import weakref

import six
import tensorflow as tf

OPTIMIZER_SCOPE = "LOL"

Declaration = collections.namedtuple("Declaration", "shape, initializer")


class MetaParameters(object):
  """Ordered mapping from checkpoint names to meta-parameters.

  Names are relative to the scope: "update_weights" is stored in checkpoints
  as "LOL/update_weights".
  """

  def __init__(self, scope=OPTIMIZER_SCOPE):
    self._scope = scope
    self._declarations = collections.OrderedDict()
    self._variables = weakref.WeakKeyDictionary()
    self._bindings = []
    self._checkpoint = None

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

  def variables(self):
    """OrderedDict from relative name to variable, of the default graph."""
    graph = tf.compat.v1.get_default_graph()
    if graph not in self._variables:
      self._variables[graph] = (
          graph.unique_name(self._scope), collections.OrderedDict())
    scope, variables = self._variables[graph]
    new = [name for name in self._declarations if name not in variables]
    if new:
      with tf.init_scope(), tf.name_scope(None), tf.name_scope(scope + "/"):
        for name in new:
          variables[name] = self._make_variable(name)
      if self._checkpoint:
        self._restore_on_initialization(new)
    return variables

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

  def initial_values(self):
    """Like `values`, for use in the initializers of other variables."""
    if self._bindings:
      return self._bindings[-1]
    return collections.OrderedDict(
        (name, initialized_value(variable))
        for name, variable in six.iteritems(self.variables()))

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
    prefix = checked_checkpoint(path, self._scope, self._declarations)
    self._checkpoint = prefix
    self._restore_on_initialization(self.variables())
    return prefix

  def _make_variable(self, name):
    shape, initializer = self._declarations[name]
    return tf.compat.v1.Variable(
        initial_value=lambda: initializer(shape, dtype=tf.float32),
        trainable=False, name=name, dtype=tf.float32, use_resource=True)

  def _restore_on_initialization(self, names):
    variables = self.variables()
    with tf.init_scope():
      tf.compat.v1.train.init_from_checkpoint(
          self._checkpoint,
          {self._scope + "/" + name: variables[name] for name in names})


def initialized_value(variable):
  """The variable's value, or its initial value while it has none."""
  return tf.cond(tf.compat.v1.is_variable_initialized(variable),
                 variable.read_value, lambda: variable.initial_value)


def checked_checkpoint(path, scope, declarations):
  """Finds a checkpoint and compares its tensors with declarations.

  Args:
    path: A checkpoint prefix or a directory.
    scope: The scope of the names in the checkpoint.
    declarations: Mapping from relative name to `Declaration`.

  Returns:
    The checkpoint prefix.

  Raises:
    ValueError: See `MetaParameters.init_from_checkpoint`.
  """
  prefix = path
  if tf.io.gfile.isdir(path):
    prefix = tf.train.latest_checkpoint(path)
    if prefix is None:
      raise ValueError(
          "No checkpoint in directory {!r}: expected a file named "
          "'checkpoint' and the files it lists.".format(path))
  try:
    shapes = tf.train.load_checkpoint(prefix).get_variable_to_shape_map()
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
  return prefix
