# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""How a meta-gradient becomes an update of the meta-parameters.

With theta the meta-parameters, L the meta-objective of an unroll, and l the
strength of a penalty (`nan_l2_reg` if L is not finite, else `l2_reg`),

  gradient = clip(grad L + 2 l theta)

where elements of grad L that are not finite count as 0, and a rule such as
`RMSProp` makes a step of the gradient.
"""

import numpy as np
import tensorflow.compat.v1 as tf

from . import training_arguments
from optimizer import meta_parameters
from optimizer import selection


class UpdateRule:
  """What all rules have: which meta-parameters, and what is added.

  Attributes:
    train_only: Sequence of parts of names.
    averaging_decay: Float, or None.
  """

  def __init__(self, learning_rate_half_life=0.0, l2_reg=0.0, nan_l2_reg=1e-2,
               train_only=(), averaging_decay=None):
    """Takes the options.

    Args:
      learning_rate_half_life: Float, updates in which the learning rate
        halves; 0 keeps it constant.
      l2_reg: Float l, adds l ||theta||^2 to the meta-objective.
      nan_l2_reg: Float, the same for updates whose meta-objective is not
        finite.
      train_only: List of strings. Meta-parameters whose names have none of them
        in it stay as they are; if it is empty all are trained.
      averaging_decay: None, or a float: the decay of a moving average of the
        meta-parameters, see `moving_averages`. It is saved in the directory
        "averaged" of the run's, from where `pretrained.load` can load it.
    """
    self.learning_rate_half_life = learning_rate_half_life
    self.l2_reg = l2_reg
    self.nan_l2_reg = nan_l2_reg
    self.train_only = train_only
    self.averaging_decay = averaging_decay

  def settings(self):
    """Dict of its class and options, in terms of JSON."""
    return dict(vars(self), name=type(self).__name__)

  def check(self):
    """Raises ValueError for options that cannot work; it names them."""
    for name in ("learning_rate_half_life", "l2_reg", "nan_l2_reg"):
      training_arguments.check_number(name, getattr(self, name), "at least 0",
                                      lambda x: x >= 0)
    if not isinstance(self.train_only, (list, tuple, set)):
      raise ValueError("train_only must be a list of parts of names, not {!r}."
                       .format(self.train_only))
    if self.averaging_decay is not None:
      training_arguments.check_number(
          "averaging_decay", self.averaging_decay, "at least 0 and below 1",
          lambda x: 0 <= x < 1)

  def optimizer(self, learning_rate):
    """Makes a `tf.train.Optimizer`.

    Args:
      learning_rate: Float, or float32 scalar.

    Returns:
      The optimizer.
    """
    raise NotImplementedError()

  def trained(self, names):
    """Which meta-parameters are trained.

    Args:
      names: Names of all meta-parameters.

    Returns:
      List of names.

    Raises:
      ValueError: If a part in `train_only` is in no name.
    """
    for part in self.train_only:
      if not any(part in name for name in names):
        raise ValueError(
            "train_only names {!r}, but no meta-parameter has that in its "
            "name. There are {}.".format(part, ", ".join(names)))
    return [name for name in names if not self.train_only or
            any(part in name for part in self.train_only)]


class RMSProp(UpdateRule):
  """RMSProp, as in 2017."""

  def __init__(self, decay=0.9, epsilon=1e-20, **options):
    """Takes the options.

    Args:
      decay: Float, of the mean square.
      epsilon: Float, added to the mean square.
      **options: See `UpdateRule`.
    """
    super().__init__(**options)
    self.decay = decay
    self.epsilon = epsilon

  def check(self):
    """See `UpdateRule.check`."""
    super().check()
    training_arguments.check_number("rms_decay", self.decay, "from 0 to 1",
                                    lambda x: 0 <= x <= 1)
    training_arguments.check_number("rms_epsilon", self.epsilon, "at least 0",
                                    lambda x: x >= 0)

  def optimizer(self, learning_rate):
    """See `UpdateRule.optimizer`."""
    return tf.train.RMSPropOptimizer(
        learning_rate, decay=self.decay, epsilon=self.epsilon, use_locking=True)


class Adam(UpdateRule):
  """Adam with its usual constants."""

  def optimizer(self, learning_rate):
    """See `UpdateRule.optimizer`."""
    return tf.train.AdamOptimizer(learning_rate, use_locking=True)


class Update:
  """The update as ops of the default graph.

  Attributes:
    raw_gradient: float32 [size], the meta-gradient with penalty, before
      elements were zeroed or clipped.
    num_nonfinite: int32 scalar, how many of its elements were zeroed.
    gradient: float32 [size], what is applied.
    is_finite: Boolean scalar, whether the meta-objective and any element of
      the meta-gradient are finite.
  """

  def __init__(self, rule, learning_rate, gradient_clip, step):
    """Makes the optimizer.

    Args:
      rule: An `UpdateRule`.
      learning_rate: Float.
      gradient_clip: Float; elements of the gradient are clipped to +- it.
      step: The variable that counts updates.
    """
    self._rule = rule
    self._clip = gradient_clip
    self._step = step
    if rule.learning_rate_half_life:
      learning_rate = tf.train.exponential_decay(
          learning_rate, step, rule.learning_rate_half_life, 0.5)
    self._optimizer = rule.optimizer(learning_rate)

  def penalize(self, gradient, meta_objective, values, shapes):
    """Adds the gradient of the penalty; then zeroes and clips.

    Args:
      gradient: float32 [size], the meta-gradient of an unroll.
      meta_objective: float32 scalar.
      values: float32 [size], the meta-parameters.
      shapes: OrderedDict from names of meta-parameters to shapes.
    """
    usable = tf.math.is_finite(meta_objective)
    penalty = 2.0 * values * selection.select(
        usable, self._rule.l2_reg, self._rule.nan_l2_reg)
    finite = tf.math.is_finite(gradient)
    zeros = tf.zeros_like(gradient)
    # Without a meta-objective the penalty is all that is differentiated.
    total = selection.select(
        finite, gradient + penalty,
        tf.cond(usable, lambda: zeros, lambda: penalty))
    self.raw_gradient = gradient + penalty
    self.num_nonfinite = tf.reduce_sum(tf.cast(~finite, tf.int32))
    self.is_finite = usable & tf.reduce_any(finite)
    self.gradient = tf.clip_by_value(
        selection.select(tf.math.is_finite(total), total, zeros),
        -self._clip, self._clip)
    trained = self._rule.trained(shapes)
    if len(trained) < len(shapes):
      self.gradient *= np.concatenate([
          np.full([int(np.prod(shape))], name in trained, np.float32)
          for name, shape in shapes.items()])

  def apply(self, variables):
    """Makes an op that updates what is trained and counts the update.

    Args:
      variables: OrderedDict from names to variables, all meta-parameters.

    Returns:
      The op.
    """
    # Those not trained have slots too, which a later run may go on from.
    self._optimizer._create_slots(list(variables.values()))
    gradients = meta_parameters.unflatten(self.gradient, {
        name: variable.shape.as_list() for name, variable in variables.items()})
    return self._optimizer.apply_gradients(
        [(tf.identity(gradients[name]), variables[name])
         for name in self._rule.trained(variables)], self._step)

  def variables(self):
    """List of the variables that the optimizer keeps."""
    return self._optimizer.variables()


class NonFiniteError(ValueError):
  """Raised rather than go on with meta-parameters that are not finite."""


def check_finite(values, shapes, step, checkpoint):
  """Refuses meta-parameters that are infinite or not a number.

  Args:
    values: float32 array, all meta-parameters in a row.
    shapes: OrderedDict from names to shapes.
    step: Function that returns the number of updates made.
    checkpoint: Function that returns the prefix of the last checkpoint.

  Raises:
    NonFiniteError: If there are any; it names them.
  """
  if np.isfinite(values).all():
    return
  names = [name for name, value
           in meta_parameters.unflatten(values, shapes).items()
           if not np.isfinite(value).all()]
  raise NonFiniteError(
      "After update {} these meta-parameters are not finite: {}. They are not "
      "saved; the last checkpoint is {!r}. Look for an option that is too "
      "large: where meta-parameters start, their learning rate, the penalty on "
      "them.".format(step(), ", ".join(names), checkpoint()))
