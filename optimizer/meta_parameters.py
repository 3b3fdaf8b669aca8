# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The weights of a trainable optimizer: declared once, one set a graph.

A `MetaParameters` object holds declarations (name, shape, initializer). The
variables that carry them are made per graph: at once in the graph that is the
default when a meta-parameter is declared, on first use in every other one.
They are non-trainable global variables under the scope `OPTIMIZER_SCOPE`, so
a training program never touches them while its `Saver` keeps them.
The graph owns them: it can be freed while the `MetaParameters` live on.
`tf.get_variable` makes them, below the variable scope the optimizer is
constructed in: optimizers constructed in a scope that reuses variables share
them.

An optimizer may also call `tf.get_variable` itself, within
`tf.variable_scope(OPTIMIZER_SCOPE)`: in its constructor, or where it computes
its update. Such variables are found in the graph's collection of trainable
variables; they are meta-parameters of the graph they are in.

Values loaded from a checkpoint are read at once and kept in memory. What is
wrong with a checkpoint thus shows before anything is trained, and a graph does
not need its files any more.

Inside a `bound` block the values come from given tensors instead of from
variables: for hooks of 2017, which read them off the optimizer.
"""

import collections
import collections.abc
import contextlib
import copy
import re
import zlib

import numpy as np
import tensorflow.compat.v1 as tf

from . import meta_checkpoint

OPTIMIZER_SCOPE = "LOL"

Declaration = collections.namedtuple("Declaration", "shape, initializer")
"""A meta-parameter."""

_InGraph = collections.namedtuple(
    "_InGraph", "scope, variables, initial_values, found")
"""A graph's variable scope for the variables, those there are, tensors with
their initial values, and the variables that were not declared."""

_SCOPES = "__meta_parameter_scopes"


class MetaParameters:
  """Ordered mapping from checkpoint names to meta-parameters.

  Names are relative to the scope: "update_weights" is stored in checkpoints
  as "LOL/update_weights".
  """

  def __init__(self, scope=OPTIMIZER_SCOPE, seed=None):
    """Declares nothing; the current variable scope is where variables will be.

    Args:
      scope: String, scope of the variables.
      seed: None, or an integer that decides what initializers draw.
    """
    self._scope = scope
    self._seed = seed
    around = tf.get_variable_scope()
    self._full_scope = (around.name + "/" if around.name else "") + scope
    self._reuse = bool(around.reuse)
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
    if self._seed is not None and getattr(initializer, "seed", 0) is None:
      initializer = copy.copy(initializer)
      initializer.seed = (
          self._seed + zlib.crc32(name.encode("utf-8"))) % (2**31 - 1)
    self._declarations[name] = Declaration(list(shape), initializer)
    self.variables()

  def declare_all(self, declarations, prefix=""):
    """Adds every (name, Declaration) pair of a mapping, names prefixed."""
    for name, declaration in declarations.items():
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
                  tf.get_default_graph().colocate_with(
                      colocate_with.op, ignore_existing=True))
        with device:
          for name in new:
            existing.variables[name] = self._make_variable(name, existing.scope)
    return self.existing_variables()

  def existing_variables(self):
    """Like `variables`, but makes none."""
    variables = collections.OrderedDict(self._in_outer_graph().variables)
    variables.update(self.undeclared_variables())
    return variables

  def undeclared_variables(self):
    """Variables of the default graph that the optimizer made on its own.

    Returns:
      OrderedDict from relative name to variable: all trainable variables in the
      scope which nobody declared.
    """
    in_graph = self._in_outer_graph()
    with tf.init_scope():
      prefix = self._full_scope + "/"
      for variable in tf.trainable_variables(re.escape(prefix)):
        name = variable.op.name[len(prefix):]
        if name not in in_graph.found:
          in_graph.found[name] = variable
          if name in self._loaded:
            set_initial_value(variable, tf.constant(self._loaded[name]))
    return in_graph.found

  def get(self, name):
    """The variable of the default graph, or what is bound to it.

    Args:
      name: String, relative to the scope.

    Returns:
      Variable or tensor, or None if there is no such meta-parameter.
    """
    if self._bindings and name in self._declarations:
      return self._bindings[-1][name]
    return self.variables().get(name)

  def shapes(self):
    """OrderedDict from relative name to shape, a list, in this graph."""
    return collections.OrderedDict(
        (name, variable.shape.as_list())
        for name, variable in self.variables().items())

  def _in_outer_graph(self):
    with tf.init_scope():
      return self._in_graph()

  def _in_graph(self):
    stored = tf.get_collection_ref(("__meta_parameters", self))
    if not stored:
      stored.append(_InGraph(
          self._scope_in_graph(), collections.OrderedDict(), {},
          collections.OrderedDict()))
    return stored[0]

  def _scope_in_graph(self):
    """Of several optimizers that share nothing, each has its own scope."""
    taken = tf.get_collection_ref(_SCOPES)
    scope, count = self._full_scope, 0
    while scope in taken and not self._reuse:
      count += 1
      scope = "{}_{}".format(self._full_scope, count)
    taken.append(scope)
    return scope

  def checkpoint_names(self):
    """OrderedDict from checkpoint name ("LOL/...") to variable."""
    return collections.OrderedDict(
        (self._scope + "/" + name, variable)
        for name, variable in self.variables().items())

  def values(self):
    """OrderedDict from relative name to the tensor that holds its value.

    Only what is declared is there.
    """
    if self._bindings:
      return self._bindings[-1]
    self.variables()
    return collections.OrderedDict(
        (name, variable.read_value())
        for name, variable in self._in_outer_graph().variables.items())

  def initial_values(self):
    """Like `values`, but for use in the initializers of other variables.

    Returns:
      Mapping from relative name to tensor. Each is made when it is asked for.
    """
    return self._bindings[-1] if self._bindings else OnDemand(
        self._declarations, self._initial_value)

  def initial_value(self, name):
    """One of `initial_values`; None if no such meta-parameter is declared."""
    if name not in self._declarations:
      return None
    return self.initial_values()[name]

  def _initial_value(self, name):
    initial = self._in_graph().initial_values
    if name not in initial:
      variable = self.variables()[name]
      with tf.init_scope():
        # With control flow, `tf.add_check_numerics_ops` would refuse the graph.
        initial[name] = (
            tf.constant(self._loaded[name]) if name in self._loaded else
            initialized_value(variable))
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
    self._bindings.append(values)
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
    declarations = collections.OrderedDict(self._declarations)
    for name, variable in self.undeclared_variables().items():
      declarations[name] = Declaration(variable.shape.as_list(), None)
    prefix, self._loaded = meta_checkpoint.read_checkpoint(
        path, self._scope, declarations)
    with tf.init_scope():
      self._in_graph().initial_values.clear()
      for name, variable in self.existing_variables().items():
        set_initial_value(variable, tf.constant(self._loaded[name]))
    return prefix

  def _make_variable(self, name, scope):
    shape, initializer = self._declarations[name]
    if name in self._loaded:

      def initializer(unused_shape, **unused_options):
        return tf.constant(self._loaded[name])

    scope = tf.VariableScope(
        tf.AUTO_REUSE if self._reuse else False, scope,
        use_resource=True)
    with tf.variable_scope(scope, auxiliary_name_scope=False):
      return tf.get_variable(
          name, shape, tf.float32, initializer, trainable=False)


class OnDemand(collections.abc.Mapping):
  """A mapping whose values are made when they are asked for."""

  def __init__(self, names, value):
    """Takes the names, and a function of a name that returns its value."""
    self._names = names
    self._value = value

  def __getitem__(self, name):
    if name not in self._names:
      raise KeyError(name)
    return self._value(name)

  def __iter__(self):
    return iter(self._names)

  def __len__(self):
    return len(self._names)


class Attribute:
  """A class attribute: the meta-parameter of a name of an optimizer.

  It is the variable of the default graph; where the optimizer runs on bound
  values, it is the value. Instances may set it to something else.
  """

  def __init__(self, name):
    self._name = name

  def __get__(self, optimizer, unused_owner=None):
    return (self if optimizer is None else
            optimizer.meta_parameters.get(self._name))


def initialized_value(variable):
  """The variable's value, or its initial value while it has none."""
  return tf.cond(tf.is_variable_initialized(variable),
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
  variable._initializer_op = variable.assign(value, read_value=False)
  variable._initial_value = value


def total_size(shapes):
  """Number of elements of all shapes together."""
  return int(sum(np.prod(shape, dtype=np.int64)
                 for shape in shapes.values()))


def unflatten(vector, shapes):
  """Splits a vector, tensor or array, into an OrderedDict of shapes."""
  values, start = collections.OrderedDict(), 0
  for name, shape in shapes.items():
    size = int(np.prod(shape, dtype=np.int64))
    part = vector[start:start + size]
    values[name] = (part.reshape(shape) if isinstance(vector, np.ndarray)
                    else tf.reshape(part, shape))
    start += size
  return values
