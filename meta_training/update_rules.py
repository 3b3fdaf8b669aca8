# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""How a meta-gradient becomes an update of the meta-parameters."""

import collections

import numpy as np
import tensorflow.compat.v1 as tf

UpdateOptions = collections.namedtuple(
    "UpdateOptions", "learning_rate, gradient_clip, rms_decay, rms_epsilon, "
    "l2_reg, nan_l2_reg, half_life")
"""Numbers that updates of meta-parameters depend on.

Attributes:
  learning_rate: Of the update rule.
  gradient_clip: Elements of the meta-gradient are clipped to +- this.
  rms_decay: Of RMSProp.
  rms_epsilon: Of RMSProp.
  l2_reg: Strength l of a penalty l ||theta||^2 added to the meta-objective.
  nan_l2_reg: The same for updates whose meta-objective is not finite.
  half_life: Updates in which the learning rate halves; 0 keeps it constant.
"""
UpdateOptions.__new__.__defaults__ = (1e-4, 5.0, 0.9, 1e-20, 0.0, 1e-2, 0.0)

Rule = collections.namedtuple(
    "Rule", "update_rule, train_only, averaging_decay")
"""Which meta-parameters are updated, and by what.

Attributes:
  update_rule: "rmsprop" or "adam".
  train_only: Sequence of strings. Meta-parameters whose names have none of
    them in it stay as they are; if it is empty all are trained.
  averaging_decay: Float d of a moving average of the meta-parameters, or None;
    see `moving_averages`.
"""
Rule.__new__.__defaults__ = ("rmsprop", (), None)


def _rmsprop(learning_rate, options):
  return tf.train.RMSPropOptimizer(
      learning_rate, decay=options.rms_decay, epsilon=options.rms_epsilon,
      use_locking=True)


def _adam(learning_rate, unused_options):
  return tf.train.AdamOptimizer(learning_rate, use_locking=True)


_RULES = collections.OrderedDict([("rmsprop", _rmsprop), ("adam", _adam)])

NAMES = tuple(_RULES)
"""Names of the update rules."""


def trained(names, train_only):
  """Which meta-parameters are trained.

  Args:
    names: Names of all meta-parameters.
    train_only: Sequence of parts of names; empty for all.

  Returns:
    List of names.

  Raises:
    ValueError: If a part is in no name.
  """
  for part in train_only:
    if not any(part in name for name in names):
      raise ValueError(
          "train_only names {!r}, but no meta-parameter has that in its name. "
          "There are {}.".format(part, ", ".join(names)))
  return [name for name in names
          if not train_only or any(part in name for part in train_only)]


def mask(shapes, names):
  """float32 [size], 1 for elements of the named meta-parameters, 0 for others.

  Args:
    shapes: OrderedDict from the names of all to shapes.
    names: Names of some.

  Returns:
    The array.
  """
  return np.concatenate([
      np.full([int(np.prod(shape))], name in names, np.float32)
      for name, shape in shapes.items()])


class UpdateRule:
  """An optimizer of meta-parameters in the default graph."""

  def __init__(self, name, options, step):
    """Constructs the optimizer.

    Args:
      name: One of `NAMES`.
      options: `UpdateOptions`.
      step: The variable that counts updates.
    """
    self._step = step
    learning_rate = options.learning_rate
    if options.half_life:
      learning_rate = tf.train.exponential_decay(
          options.learning_rate, step, options.half_life, 0.5)
    self._optimizer = _RULES[name](learning_rate, options)

  def apply(self, gradients, variables, names):
    """Makes an op that updates some variables and counts the update.

    Args:
      gradients: Dict from names to tensors.
      variables: Dict from names to variables, all meta-parameters.
      names: Names of those to update.

    Returns:
      The op.
    """
    # The others have slots too, which a later run may go on from.
    # pylint: disable=protected-access
    self._optimizer._create_slots(list(variables.values()))
    return self._optimizer.apply_gradients(
        [(tf.identity(gradients[name]), variables[name]) for name in names],
        self._step)

  def variables(self):
    """List of the variables that it keeps."""
    return self._optimizer.variables()
