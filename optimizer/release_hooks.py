# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Optimizers written as for the code released in 2017, made into rules.

There an optimizer is a class with hooks: `_initialize_state`,
`_initialize_global_state`, and `_compute_update` or `_compute_updates`. They
read meta-parameters off the optimizer, or off variables that they make
themselves. Nothing else calls the hooks than the rule that is made of them.
"""

import contextlib

import tensorflow.compat.v1 as tf

from . import state_spec
from . import step_rule

_HOOKS = ("_initialize_state", "_initialize_global_state", "_compute_update",
          "_compute_updates")


class ReleaseHooks:
  """The hooks of 2017. What is not overridden does what `_rule` says."""

  elementwise = False
  """Whether `_compute_update` treats each coordinate on its own."""

  _draw = None
  _num_draws = 0

  def _rule(self):
    """The optimizer's `StepRule`; None if it has hooks instead."""
    return None

  @property
  def rule(self):
    """The `StepRule`: that of `_rule`, or the one its hooks make.

    The hooks, if a class overrides some that has no `_rule` of its own.
    """
    rule = self._rule()
    for each in (self,) + type(self).__mro__:
      if each is ReleaseHooks or any(name in vars(each) for name in _HOOKS):
        return HookRule(self, rule)
      if "_rule" in vars(each):
        return rule

  def make_meta_parameters(self):
    """Makes those, too, that hooks only make as they compute an update.

    In the default graph. An optimizer with a `_rule` makes all of them in its
    constructor.

    Returns:
      OrderedDict from relative name to variable.
    """
    if isinstance(self.rule, HookRule):
      with tf.name_scope("unused_update"):
        param = tf.zeros([2, 3])
        self._compute_updates([param], [param], [self._initialize_state(param)],
                              self._initialize_global_state())
    return self._meta_parameters.variables()

  @contextlib.contextmanager
  def bound(self, theta, draw=None):
    """Within the block, hooks compute with given meta-parameters.

    Args:
      theta: See `StepRule.init`.
      draw: See `StepRule.init`.

    Yields:
      Nothing.
    """
    before, self._draw = self._draw, draw
    try:
      with self._meta_parameters.bound(theta):
        yield
    finally:
      self._draw = before

  def seeded_uniform(self, shape, low, high):
    """Draws float32 of a static shape from U(low, high), by `random_seed`."""
    seed = self.random_seed
    if seed is not None:
      seed += self._num_draws
      self._num_draws += 1
    return tf.random.uniform(shape, low, high, seed=seed)

  def _random_uniform(self, shape, low, high):
    """Draws what `_initialize_state` starts from.

    Args:
      shape: List of integers.
      low: Float.
      high: Float.

    Returns:
      float32 tensor of the shape, from U(low, high).
    """
    return (self._draw or self.seeded_uniform)(shape, low, high)

  def _initialize_state(self, var):
    """State of one tensor before its first step.

    Args:
      var: Tensor or variable, the parameter.

    Returns:
      Dict from every state key to a float32 tensor of static shape.
    """
    rule = self._rule()
    if rule is None:
      return {}
    theta = self._meta_parameters.initial_values()
    state = rule.init(theta, [var], self._random_uniform)
    return self._with_parameter(state.tensors[0], var)

  def _initialize_global_state(self):
    """State that all tensors share: a list of float32 tensors."""
    rule = self._rule()
    if rule is None:
      return []
    theta = self._meta_parameters.initial_values()
    return rule.init(theta, [], self._random_uniform).shared

  def _compute_update(self, param, grad, state):
    """One step of one tensor.

    Args:
      param: float32 tensor.
      grad: float32 tensor of the same shape, or `tf.IndexedSlices`.
      state: Dict from state keys to tensors.

    Returns:
      (new parameter, new state).
    """
    rule = self._rule()
    if rule is None or not rule.elementwise:
      raise NotImplementedError(
          "{} must override _compute_update or _compute_updates.".format(
              type(self).__name__))
    params, _, state = rule.update(
        self._meta_parameters.values(), [param], [grad],
        step_rule.State([state], []))
    return params[0], state.tensors[0]

  def _compute_updates(self, params, grads, states, global_state):
    """One step of all tensors.

    Args:
      params: List of float32 tensors.
      grads: List of float32 tensors of the same shapes.
      states: List of dicts from state keys to tensors.
      global_state: List of tensors.

    Returns:
      (new parameters, new states, new global state, attended parameters); the
      last are where the next gradients are to be taken, without attention the
      new parameters.
    """
    rule = self._rule()
    if rule is None or rule.elementwise:
      results = [self._compute_update(*each)
                 for each in zip(params, grads, states)]
      params = [param for param, _ in results]
      return params, [state for _, state in results], global_state, params
    params, attended, (states, global_state) = rule.update(
        self._meta_parameters.values(), params, grads,
        step_rule.State(_without_parameters(states), global_state))
    return params, [self._with_parameter(*each) for each in zip(
        states, params)], global_state, attended

  def _with_parameter(self, state, param):
    """The state, with the parameter in it if its keys say so."""
    if state_spec.TRUE_PARAM in self.state_keys:
      state = dict(state, **{
          state_spec.TRUE_PARAM: tf.convert_to_tensor(param)})
    return state


class HookRule(step_rule.StepRule):
  """A rule that calls the hooks of an optimizer."""

  init_reads_params = True

  def __init__(self, optimizer, base):
    """Makes a rule of hooks.

    Args:
      optimizer: `ReleaseHooks`.
      base: None, or the `StepRule` that hooks which are not overridden follow.
    """
    declared = base.state_spec if base else state_spec.StateSpec({})
    kinds = dict.fromkeys(optimizer.state_keys, state_spec.BY_SHAPE)
    super().__init__(state_spec.StateSpec(
        dict(kinds, **declared.kinds), declared.zero_until_stepped))
    self._optimizer = optimizer
    self.elementwise = base.elementwise if base else optimizer.elementwise
    self.takes_slices = (
        not (base and not base.elementwise) and
        type(optimizer)._compute_updates is ReleaseHooks._compute_updates)
    self.attends = optimizer.use_attention

  def init(self, theta, params, draw):
    """See `StepRule`."""
    optimizer = self._optimizer
    with optimizer.bound(theta, draw):
      states = [optimizer._initialize_state(param) for param in params]
      return step_rule.State(
          _without_parameters(states), optimizer._initialize_global_state())

  def update(self, theta, params, grads, state):
    """See `StepRule`."""
    optimizer = self._optimizer
    states = [optimizer._with_parameter(*each)
              for each in zip(state.tensors, params)]
    with optimizer.bound(theta):
      params, states, shared, attended = optimizer._compute_updates(
          params, grads, states, state.shared)
    return params, attended, step_rule.State(
        _without_parameters(states), shared)

  def hidden_variables(self):
    """See `StepRule`."""
    return list(self._optimizer.meta_parameters.undeclared_variables())


def _without_parameters(states):
  """States but for the parameters, which hooks of 2017 have among them."""
  return [state_spec.without(state, [state_spec.TRUE_PARAM])
          for state in states]
