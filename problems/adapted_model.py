# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A model in one graph: its variables, and how to build it again."""

import collections
import contextlib
import sys

import tensorflow.compat.v1 as tf

from . import model_variable
from . import problem

# Variables of adapted models: not in tf.GraphKeys.GLOBAL_VARIABLES, so that
# savers leave them alone. `ModelAdapter.init_fn` initializes them.
MODEL_VARIABLES = "adapted_model_variables"

# Collections a model's additions to are kept: what sessions need in order to
# run it, and TensorFlow's own bookkeeping.
_KEPT_COLLECTIONS = frozenset([
    MODEL_VARIABLES, tf.GraphKeys.TABLE_INITIALIZERS,
    tf.GraphKeys.QUEUE_RUNNERS, tf.GraphKeys.WHILE_CONTEXT,
    tf.GraphKeys.COND_CONTEXT
])


class AdaptedModel:
  """A model in one graph: its variables, and how to build it again.

  Attributes:
    parameters: List of `ModelVariable`s, the trainable ones.
    constants: List of the others.
    make_loss: The function that builds the loss.
  """

  def __init__(self, make_loss_and_init_fn):
    """Builds the model; see `ModelAdapter`."""
    self._all = []  # Every ModelVariable, in order of creation.
    self._named = {}  # From the names of tf.get_variable in one build.
    self._unnamed = []  # Other variables of one build, in order of creation.
    self._shared = {}  # As _named, for those of make_loss_and_init_fn.
    self._by_key = {}  # From name and count to a tf.Variable to use again.
    self._counts = collections.Counter()  # Of names in one build.
    self._prefix = None  # Variable scope of the build that is going on.
    self._name_scope = None  # Name scope of the build that is going on.
    self._getting = None  # Name, while tf.get_variable makes a variable.
    self._num_unnamed = 0  # How many unnamed ones this build has asked for.
    self._is_recording = True
    with self._build():
      pair = make_loss_and_init_fn()
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
      raise TypeError("make_loss_and_init_fn must return (make_loss, "
                      "make_init_fn); got {!r}.".format(pair))
    self.make_loss, self._make_init_fn = pair
    if not callable(self.make_loss):
      raise TypeError("make_loss must be a function; got {!r}.".format(
          self.make_loss))
    self._shared = self._named
    self._by_key = {}
    self._set_up(self._record())

  def _record(self):
    """Builds the model until it is known; returns its variables."""
    shared = list(self._all)
    # The first call may make layers that later calls just use. So the second
    # call is the one that shows what a call makes, and what it reads of the
    # variables made before.
    self._record_loss()
    made_once = self._all[len(shared):]
    while True:
      reads = [v.num_reads for v in made_once]
      num_before = len(self._all)
      self._record_loss()
      variables = shared + [
          v for v, n in zip(made_once, reads) if v.num_reads > n]
      variables += self._all[num_before:]
      if len(set(id(v.variable) for v in variables)) == len(variables):
        break
      # A variable made once and one made at each call were taken for the same.
      self._by_key = {}
    self._is_recording = False
    return variables

  def loss(self, parameters):
    """Builds the model with tensors for its parameters; returns the loss."""
    if len(parameters) != len(self.parameters):
      raise ValueError(
          "The model has {} parameters; got {}: {!r}.".format(
              len(self.parameters), len(parameters), parameters))
    tensors = [variable.convert(tensor)
               for variable, tensor in zip(self.parameters, parameters)]
    self._num_unnamed = 0
    for variable, tensor in zip(self.parameters, tensors):
      variable.push(tensor)
    try:
      loss = self._build_loss()
    finally:
      for variable in self.parameters:
        variable.pop()
    if self._num_unnamed != len(self._unnamed):
      raise ValueError(
          "make_loss must build the same model at every call; it made {} "
          "variables (not counting those of tf.get_variable) at first, and "
          "now {}.".format(len(self._unnamed), self._num_unnamed))
    return loss

  def initial_values(self, seed):
    """Returns a list of float32 tensors with a starting point."""
    values = self._draw(seed)
    if self._has_init_fn:
      # Whatever the init function left in the variables, once it has run.
      values = [
          tf.cond(tf.is_variable_initialized(p.variable),
                  p.variable.read_value, lambda value=value: value)
          for p, value in zip(self.parameters, values)
      ]
    return [tf.cast(value, tf.float32) for value in values]

  def follow(self, variables):
    """Has `variables` get what the init function, if any, gives our own.

    Args:
      variables: List of variables, shaped like the parameters.
    """
    # Made now, since `initialize` may find the graph finalized.
    if self._has_init_fn:
      self._copies.extend(
          variable.assign(tf.cast(p.variable.read_value(), variable.dtype)).op
          for variable, p in zip(variables, self.parameters))

  def initialize(self, session):
    """Runs the initializers, then the init function."""
    session.run(self._init_op)
    if self._has_init_fn:
      self._init_fn(session)
      session.run(self._copies)

  def _set_up(self, variables):
    """Sorts variables into parameters and constants, and readies both."""
    self.parameters = [v for v in variables if v.trainable]
    self.constants = [v for v in variables if not v.trainable]
    if not self.parameters:
      raise ValueError(
          "The model has no trainable variable of floating type, so that there "
          "is nothing to optimize. Variables made outside of "
          "make_loss_and_init_fn are not seen; make them in it.")
    for variable in self.parameters:
      if not variable.shape.is_fully_defined():
        raise ValueError(
            "Parameter {} of the model must have a fully defined shape; got "
            "{}.".format(variable.name, variable.shape))
    stored = [v.variable for v in self.parameters + self.constants]
    self._init_fn = self._make_init_fn and self._make_init_fn(stored)
    self._has_init_fn = self._init_fn is not None
    self._copies = []
    for variable in stored:
      tf.add_to_collection(MODEL_VARIABLES, variable)
      # So that sessions which initialize by themselves include them.
      tf.add_to_collection(
          tf.GraphKeys.LOCAL_VARIABLES, variable)
    self._init_op = tf.group(*[variable.initializer for variable in stored])

  def _draw(self, seed):
    """Returns a list of starting values: tensors, or arrays if seeded."""
    if seed is None:
      return [p.draw_initial_value() for p in self.parameters]
    # Initializers without a seed of their own take the graph's, together with
    # a count of the ops before them. In an empty graph that count is always
    # the same, and the user's graph keeps the seed it has.
    seeded = [p for p in self.parameters if p.has_initializer_function]
    with tf.Graph().as_default() as graph, tf.Session() as session:
      graph.seed = seed
      values = [p.draw_initial_value() for p in seeded]
      # An empty graph cannot be run.
      drawn = iter(session.run(values) if values else [])
    return [tf.constant(next(drawn)) if p.has_initializer_function else
            p.draw_initial_value() for p in self.parameters]

  def _record_loss(self):
    """Builds the model once, noting the variables it makes."""
    self._named, self._unnamed = {}, []
    self._build_loss()

  def _build_loss(self):
    """Calls `make_loss`, which finds everything as at the call before."""
    names = _keras_layer_counts()
    before = dict(names)
    try:
      with self._build():
        return problem.as_scalar(self.make_loss(), "The model's loss")
    finally:
      # Layers of Keras are to be called the same each time.
      names.clear()
      names.update(before)

  @contextlib.contextmanager
  def _build(self):
    """The context a model is built in."""
    # The placeholder that Keras has by default would bring control flow that
    # TensorFlow cannot differentiate twice.
    phase = tf.keras.backend.learning_phase()
    phase = 0 if tf.is_tensor(phase) else int(phase)
    self._counts.clear()
    # A new variable scope each time: the names in it start from scratch, and
    # no variable exists already.
    with _collections_restored(tf.get_default_graph()), \
        tf.keras.backend.learning_phase_scope(phase), \
        tf.variable_creator_scope(self._create), \
        tf.variable_scope(None, "adapted_model",
                                    custom_getter=self._get) as scope:
      self._prefix = scope.name + "/"
      self._name_scope = scope.original_name_scope
      yield

  def _get(self, getter, name, *args, **kwargs):
    """Stands between the model and `tf.get_variable`."""
    relative = (name[len(self._prefix):] if name.startswith(self._prefix) else
                name)
    if (kwargs.get("reuse") and relative in self._shared and
        relative not in self._named):
      return self._shared[relative]
    outer, self._getting = self._getting, relative
    try:
      return getter(name, *args, **kwargs)
    finally:
      self._getting = outer

  def _create(self, next_creator, **kwargs):
    """Stands between the model and the constructor of a variable."""
    if not self._is_recording:
      return self._recall(kwargs.get("name"))
    # Kept out of TRAINABLE_VARIABLES, where other optimizers would find it.
    variable = self._make_variable(
        next_creator, dict(kwargs, trainable=False, collections=[]))
    trainable = (kwargs.get("trainable") in (None, True) and
                 variable.dtype.base_dtype.is_floating)
    stand_in = model_variable.ModelVariable(variable, trainable,
                                            kwargs.get("initial_value"))
    self._all.append(stand_in)
    if self._getting is None:
      self._unnamed.append(stand_in)
    else:
      self._named[self._getting] = stand_in
    return stand_in

  def _make_variable(self, next_creator, kwargs):
    """Makes a variable under the name the model gave it, or finds it again."""
    name = self._getting
    if name is None:
      scope = tf.get_default_graph().get_name_scope() + "/"
      if scope.startswith(self._name_scope):
        scope = scope[len(self._name_scope):]
      name = scope.lstrip("/") + (kwargs.get("name") or "Variable")
    key = name, self._counts[name]
    self._counts[name] += 1
    variable = self._by_key.get(key)
    if variable is not None:
      value = kwargs.get("initial_value")
      value = tf.convert_to_tensor(value() if callable(value) else value,
                                   dtype=kwargs.get("dtype"))
      if (value.dtype == variable.dtype.base_dtype and
          value.shape.as_list() == variable.shape.as_list()):
        return variable
    with tf.name_scope(None):
      variable = next_creator(**dict(kwargs, name=name))
    self._by_key[key] = variable
    return variable

  def _recall(self, name):
    """Returns the variable that was made at this place when recording."""
    if self._getting is not None:
      variable = self._named.get(self._getting)
    else:
      variable = (self._unnamed[self._num_unnamed]
                  if self._num_unnamed < len(self._unnamed) else None)
      self._num_unnamed += 1
    if variable is None:
      raise ValueError(
          "make_loss must build the same model at every call; it has now made "
          "a variable it did not make at first: {}.".format(
              self._getting or name))
    return variable


def _keras_layer_counts():
  """How many layers of each kind Keras has named in the default graph."""
  # Keras exports no name for them. Its module has another name in each version
  # of TensorFlow.
  backend = sys.modules[tf.keras.backend.learning_phase.__module__]
  return backend.get_default_graph_uid_map()


@contextlib.contextmanager
def _collections_restored(graph):
  """Afterwards, collections of `graph` hold what they held before."""
  before = {key: list(graph.get_collection_ref(key))
            for key in graph.get_all_collection_keys()}
  try:
    yield
  finally:
    for key in graph.get_all_collection_keys():
      # Keys that are tuples are TensorFlow's own, the store of variables.
      if key not in _KEPT_COLLECTIONS and not isinstance(key, tuple):
        graph.get_collection_ref(key)[:] = before.get(key, [])
