# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Turns an existing model-building function into a problem.

    def make_loss_and_init_fn():
      inputs, labels = ...

      def make_loss():
        logits = tf.layers.dense(inputs, 10)
        return tf.losses.sparse_softmax_cross_entropy(labels, logits)

      return make_loss, None

    problem = ModelAdapter(make_loss_and_init_fn)

Rules for the model:

*   `make_loss` is called again for every objective, and must build the same
    model each time. Variables may come from `tf.get_variable`, `tf.Variable`,
    `tf.layers` or Keras layers. Layers and variables may also be made once, in
    `make_loss_and_init_fn` or at the first call of `make_loss`, and be used in
    all of them.
*   A variable scope that was entered before the adapter was constructed must
    not be entered again as an object (`with tf.variable_scope(some_scope)`).
*   What `make_loss` adds to the graph's collections is visible to itself
    (regularization losses, for instance), and removed afterwards.
*   Layers of Keras see a fixed learning phase: what `make_loss` or its program
    set by `tf.keras.backend.set_learning_phase`, else 0, inference. Dropout
    then does nothing, batch normalization uses its moving averages.
*   Meta-training differentiates the loss twice. Ops without a second derivative
    (`tf.nn.sparse_softmax_cross_entropy_with_logits`, which also the loss above
    is made of; fused batch normalization in some settings) will not do for it.
"""

from . import adapted_model
from . import graph_cache
from . import problem


class ModelAdapter(problem.Problem):
  """A problem made of a model's loss and trainable variables.

  The trainable variables (of floating type) are the parameters, in order of
  creation; the model's other variables are constants. Starting points are drawn
  from the model's own initializers.

  Attributes:
    parameters: List of the model's own trainable variables.
    constants: List of its other variables.
    make_loss_fn: The function that builds its loss.
  """

  def __init__(self, make_loss_and_init_fn):
    """Builds the model, twice, in the default graph.

    Args:
      make_loss_and_init_fn: Function that returns two others, `(make_loss,
        make_init_fn)`. `make_loss()` builds the model and returns its loss, a
        scalar tensor. `make_init_fn(variables)` gets the model's own variables,
        the trainable ones first, under the names that the model gave them (a
        number is added where the graph has such a name already). It returns a
        function of a session which gives them their starting values, for
        instance that of a `tf.train.Saver(variables)`; it, or its result, may
        be None, which leaves that to the initializers.

    Raises:
      TypeError: If `make_loss_and_init_fn` does not return a pair.
      ValueError: If the loss is not a scalar, or the model has no trainable
        variable, or one of unknown shape.
    """
    self._models = graph_cache.GraphCache(
        lambda: adapted_model.AdaptedModel(make_loss_and_init_fn))
    shapes = [p.shape.as_list() for p in self._models.get().parameters]
    super().__init__(shapes)

  @property
  def parameters(self):
    """List of the model's own trainable variables in the current graph."""
    return [p.variable for p in self._models.get().parameters]

  @property
  def constants(self):
    """List of its other variables in the current graph."""
    return [c.variable for c in self._models.get().constants]

  @property
  def make_loss_fn(self):
    """The function that builds the loss in the current graph."""
    return self._models.get().make_loss

  def init_fn(self, session):
    """Initializes the model's variables and calls its own init function.

    To be called after the parameters are initialized.

    Args:
      session: A `tf.Session` on the graph the problem is used in.
    """
    with session.graph.as_default():
      self._models.get().initialize(session)

  def init_tensors(self, seed=None, noise=None):
    """Returns a starting point of the model's own.

    That is a new draw from its initializers; or, if the model has an init
    function which was run in the session, what that has put into its variables.

    Args:
      seed: As in `Problem.init_tensors`. Values given as tensors rather than by
        an initializer, as in `tf.Variable(tf.zeros([2]))`, ignore it.
      noise: Not used: the model's own initializers draw.

    Returns:
      A list of float32 tensors, shaped like `param_shapes`.

    Raises:
      ValueError: As in `Problem.init_tensors`.
    """
    del noise
    if isinstance(seed, (list, tuple)):
      return super().init_tensors(seed)
    return self._models.get().initial_values(seed)

  def init_variables(self, seed=None):
    """Returns variables with a starting point of the model's own.

    If the model has an init function, `init_fn` gives them the values which
    that has put into the model's own variables.

    Args:
      seed: As in `init_tensors`.

    Returns:
      List of float32 `tf.Variable`s, see `Problem.init_variables`.

    Raises:
      ValueError: As in `Problem.init_tensors`.
    """
    variables = super().init_variables(seed)
    # An explicit starting point is not to be overwritten by the model's.
    if not isinstance(seed, (list, tuple)):
      self._models.get().follow(variables)
    return variables

  def objective(self, parameters, data=None, labels=None):
    """Builds the model once more, with `parameters` for its variables.

    Args:
      parameters: A list of tensors or variables, shaped like `param_shapes`.
      data: Ignored; a model brings its own data.
      labels: Ignored.

    Returns:
      A float32 scalar tensor.

    Raises:
      ValueError: If `make_loss` does not build what it built before.
    """
    return self._models.get().loss(parameters)
