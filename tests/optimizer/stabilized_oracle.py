# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The hierarchical RNN with all stabilizers, in NumPy.

Written on paper like `oracle`, whose class it extends.
"""

import numpy as np

from tests.optimizer import oracle


class HierarchicalRNN(oracle.HierarchicalRNN):
  """Steps a list of tensors; further options as the optimizer's."""

  def __init__(self, theta, params, init_lr=1e-2, cap=0.0, floor=0.05,
               excess=0.0, max_gradient=0.0, slow_after=0.0,
               jump_power=0.0, fall_power=0.0, rare_power=0.0, slow_power=1.0,
               horizon=0.0, fade=0.4, least=0.0,
               **options):
    self._cap, self._floor = cap, floor
    self._excess, self._max_gradient = excess, max_gradient
    self._slow_after, self._slow_power = slow_after, slow_power
    self._jump_power = jump_power
    self._fall_power, self._rare_power = fall_power, rare_power
    self._horizon, self._fade = horizon, fade
    self._least = least
    self._jump, self._shortening, self._counts = 1.0, 1.0, None
    self._slowness = [1.0] * len(params)
    self._sizes, self._current = [None] * len(params), None
    self._num_elements = [param.size for param in params]
    self._scaled = []
    super().__init__(
        theta, params, init_lr=init_lr, **options)
    for param, state in zip(self.params, self.states):
      if max_gradient:
        state["gradient_history"] = np.zeros([1, 4])
      if slow_after:
        state["num_steps"] = np.zeros([param.size, 1])

  def _size(self, param):
    root = np.sqrt(np.mean(param**2)) if param.size else 0.0
    return max(root, self._floor)

  def step(self, grads):
    """Advances all tensors by one step, then the global level."""
    self._sizes = [self._size(param) for param in self.params]
    if self._slow_after:
      self._slowness = [
          min(1.0, self._slow_after / (1 + state["num_steps"].mean()))
          if state["num_steps"].size else 1.0 for state in self.states]
    if self._max_gradient:
      self._counts = [
          state["gradient_history"][0, 3] +
          bool(state["gradient_history"][0, 3] or np.any(grad))
          for state, grad in zip(self.states, grads)]
    super().step(grads)
    if self._max_gradient:
      for state, count in zip(self.states, self._counts):
        state["gradient_history"] = np.append(
            state["gradient_history"][:, :3], [[count]], 1)

  def _step_tensor(self, i, grad, rate_mean):
    self._current = i
    state = self.states[i]
    if self._max_gradient:
      grad = self._relative(state, grad)
    super()._step_tensor(i, grad, rate_mean)

  def _relative(self, state, grad):
    """A gradient relative to its tensor's first, and limited."""
    self._jump, self._shortening = 1.0, 1.0
    sizes = np.abs(grad[grad != 0])
    if not sizes.size:
      return grad
    size = sizes.mean()
    logs, (begun,) = np.split(state["gradient_history"][0], [3])
    limited = size
    if begun:
      short, long_, first = np.exp(logs)
      limited = min(size, self._max_gradient * max(short, long_))
      self._jump = size / limited
      means = np.array([0.9 * short + 0.1 * limited,
                        0.99 * long_ + 0.01 * limited, first])
    else:
      means = np.full([3], size)
    state["gradient_history"] = np.append(np.log(means), begun)[np.newaxis]
    power = self._fall_power
    if self._slow_after:
      power *= 1 - self._slowness[self._current]
    self._shortening = min(1.0, np.e * means[0] / means[1])**power
    return 2.0**20 * grad * limited / size / means[2]

  def _rate_change(self, state, h):
    """From an element's step n on, (n over the number of its step)^power."""
    change = super()._rate_change(state, h)
    if self._slow_after:
      state["num_steps"] = state["num_steps"] + 1
      change = change * np.minimum(
          1.0, self._slow_after / state["num_steps"])**self._slow_power
    return change

  def _move(self, i, h, z):
    """Where steps are far too long or gradients jump, rates go down."""
    self._scaled = []
    super()._move(i, h, z)
    state = self.states[i]
    if self._scaled and (self._excess or self._least):
      change = np.log(max(1.0, self._scaled[0]))
      if self._excess:
        change += np.log(min(1.0, self._excess * self._scaled[0]))
      state["log_learning_rate"] = np.maximum(
          state["log_learning_rate"] + change, -33.0)
    if self._jump_power:
      state["log_learning_rate"] = np.maximum(
          state["log_learning_rate"] -
          self._jump_power * np.log(min(10.0, self._jump)), -33.0)

  def _limited(self, step):
    """A step no longer than the tensor allows, but for rare ones."""
    if not step.size:
      return step
    count = self._num_elements[self._current]
    factor = self._shortening
    if self._rare_power:
      frequency = (self.states[self._current]["num_steps"].mean() /
                   self._counts[self._current])
      factor /= max(frequency, 0.01)**self._rare_power
    if self._horizon:
      left = self._horizon + 1 - self._counts[self._current]
      factor *= np.clip(left / (self._fade * self._horizon), 0.0, 1.0)
    if not self._cap:
      return step * factor
    # Elements that sit out make a step of 0.
    length = np.sqrt(np.sum(step**2) / count)
    limit = (self._cap * self._sizes[self._current] *
             self._slowness[self._current]**0.5)
    self._scaled.append(min(1.0, limit / length) if length else 1.0)
    least = self._least * limit * self._slowness[self._current]
    length = np.sqrt(np.mean(step**2))
    if 0 < length < least:
      self._scaled[-1] = min(10.0, least / length)
    return step * self._scaled[-1] * factor
