# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A learned optimizer as a Keras optimizer, for TensorFlow 2's own way.

The Keras adapter: it keeps the state of a `StepRule` in variables of the Keras
optimizer. For graphs of TensorFlow 1 use `pretrained.load` instead.
"""

import tensorflow.compat.v1 as tf
from tensorflow import keras

from ..drop_in import apply_gradients
from .. import meta_checkpoint
from .. import meta_parameters
from .. import pretrained
from .. import state_spec
from .. import step_rule
from .. import tensorflow_version

tensorflow_version.require_keras("LearnedOptimizer")

# Keras 3 has it, Keras 2 has not.
_IS_KERAS_3 = hasattr(keras.optimizers.Optimizer, "_backend_update_step")


class LearnedOptimizer(keras.optimizers.Optimizer):
  """Trains Keras models with a trained optimizer.

    model.compile(optimizer=LearnedOptimizer(), loss=...)

  A step is that of `pretrained.load(...)`: it looks at the gradients of all
  variables together. There is no learning rate to set: `learning_rate` is 1
  and counts for Keras's `weight_decay` alone. Meta-parameters and state are
  saved and loaded with the model.
  """

  def __init__(self, weights="hierarchical_rnn", options=None,
               skip_nonfinite=True, use_native=None, seed=None,
               name="learned_optimizer", **kwargs):
    """Loads the description of a trained optimizer.

    Args:
      weights: The name of a shipped optimizer, see `pretrained.names`, or the
        log directory of a meta-training run.
      options: None, or a dict of constructor arguments that replace the
        described ones; see `pretrained.load`.
      skip_nonfinite: Whether elements whose gradient is not finite are left
        alone; see `TrainableOptimizer.skip_nonfinite`.
      use_native: Whether a step may be one native op where that can be; None
        for the optimizer's own setting.
      seed: None, or an integer that decides what initial state is drawn.
      name: String.
      **kwargs: Arguments of `keras.optimizers.Optimizer`, such as `clipnorm`
        or `weight_decay`.

    Raises:
      ValueError: If there is no such optimizer, or it is malformed; see
        `pretrained.load`. Also for a `learning_rate` other than 1.
    """
    if kwargs.pop("learning_rate", 1.0) != 1.0:
      raise ValueError("LearnedOptimizer has no learning rate to set: leave "
                       "learning_rate out.")
    if _IS_KERAS_3:
      super().__init__(learning_rate=1.0, name=name, **kwargs)
    else:
      super().__init__(name=name, jit_compile=False, **{
          key: value for key, value in kwargs.items() if key != "jit_compile"})
      self._learning_rate = self._build_learning_rate(1.0)
    self._config = dict(weights=weights, options=dict(options or {}),
                        skip_nonfinite=skip_nonfinite, use_native=use_native,
                        seed=seed)
    directory = pretrained.directory(weights)
    with tf.Graph().as_default():
      optimizer = pretrained.construct_from(directory, **(options or {}))
      self._rule = optimizer.rule
      self._keys = optimizer.state_keys
      declarations = optimizer.meta_parameters.declarations
    _, values = meta_checkpoint.read_checkpoint(
        directory, meta_parameters.OPTIMIZER_SCOPE, declarations)
    self._theta_values = {name: values[name] for name in declarations}
    self._skip_nonfinite = skip_nonfinite
    self._use_native = (
        optimizer.use_native if use_native is None else use_native)
    self._theta, self._slots, self._shared = {}, {}, []

  def build(self, variables):
    """Makes meta-parameters and state for a list of variables.

    Args:
      variables: List of variables of static shapes.

    Raises:
      RuntimeError: Under a strategy that keeps copies of variables.
    """
    variables = list(variables)
    if tf.distribute.get_strategy().num_replicas_in_sync > 1:
      raise RuntimeError(
          "LearnedOptimizer does not support {}: a step needs the gradients of "
          "all variables together. Train on one device without a "
          "strategy.".format(type(tf.distribute.get_strategy()).__name__))
    super().build(variables)
    with tf.init_scope():
      if not self._theta:
        self._theta = {name: self._variable("meta_parameter", name, value)
                       for name, value in sorted(self._theta_values.items())}
      new = [var for var in variables if self._var_key(var) not in self._slots]
      values = [tf.cast(tf.convert_to_tensor(var), tf.float32) for var in new]
      theta = {name: tf.convert_to_tensor(value)
               for name, value in self._theta_values.items()}
      states, shared = self._rule.init(theta, values, self._draw)
      for var, value, state in zip(new, values, states):
        if state_spec.TRUE_PARAM in self._keys:
          state[state_spec.TRUE_PARAM] = value
        self._slots[self._var_key(var)] = {
            key: self._variable(var.name.split(":")[0], key, state[key])
            for key in self._keys}
      if not self._shared:
        self._shared = [self._variable("global_state", str(i), value)
                        for i, value in enumerate(shared)]

  def _draw(self, shape, low, high):
    return tf.random.uniform(shape, low, high, seed=self._config["seed"])

  def _variable(self, prefix, name, value):
    """A variable of the optimizer, as TensorFlow knows it, with a value."""
    variable = self.add_variable(
        shape=value.shape, dtype="float32",
        name="{}_{}".format(prefix, name).replace("/", "_"))
    variable.assign(value)
    return variable

  def _internal_apply_gradients(self, grads_and_vars):
    """Makes the step: what Keras 2 calls."""
    self._step(*zip(*grads_and_vars))
    return self.iterations.assign_add(1)

  def _backend_update_step(self, grads, trainable_variables, learning_rate):
    """Makes the step: what Keras 3 calls."""
    del learning_rate
    self._step(grads, trainable_variables)

  def _step(self, grads, variables):
    slots = [self._slots[self._var_key(var)] for var in variables]
    targets = [_inner(var) for var in variables]
    apply_gradients.step_variables(
        self._rule, step_rule.VariableStep(
            self.name, {name: _inner(var) for name, var in self._theta.items()},
            targets,
            [apply_gradients.gradient(self._rule, *each)
             for each in zip(grads, targets)],
            [{key: _inner(slot) for key, slot in each.items()}
             for each in slots],
            [None] * len(targets),  # Tables are stepped as wholes.
            [_inner(var) for var in self._shared], self._skip_nonfinite),
        {name: tf.convert_to_tensor(_inner(var))
         for name, var in self._theta.items()}, self._use_native)

  def get_config(self):
    """Returns what `from_config` makes the same optimizer of, a dict."""
    config = super().get_config()
    for key in ("learning_rate", "jit_compile", "is_legacy_optimizer"):
      config.pop(key, None)
    return dict(config, **self._config)


def _inner(variable):
  """The TensorFlow variable behind one of Keras 3."""
  if _IS_KERAS_3 and isinstance(variable, keras.Variable):
    return variable.value
  return variable
