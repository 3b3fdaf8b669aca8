# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Randomness of an unroll, drawn before it starts.

A step that draws its own random numbers cannot be rebuilt when the unroll is
differentiated: the rebuilt step would draw others. So the numbers of all steps
are drawn first, from a seed, and a step reads its row. Compiled, uncompiled
and rebuilt steps then see the very same noise.
"""

import tensorflow.compat.v1 as tf


class UnrollNoise:
  """Hands every step its row of numbers drawn before the loop."""

  def __init__(self, seed, num_steps, num_rows=None):
    """Prepares to draw; the tensors are made when a step first asks.

    Args:
      seed: int32 [2] tensor; equal seeds give equal numbers.
      num_steps: int32 scalar tensor, rows to draw.
      num_rows: None or an integer >= num_steps, the static number of rows to
        pad to.
    """
    self._seed = seed
    self._num_steps = num_steps
    self._num_rows = num_rows
    self._draws = []

  def at_step(self, step):
    """The noise of one step, an object with `normal` and `uniform`.

    Args:
      step: int32 scalar tensor, counted from the start of the unroll.

    Returns:
      A `StepNoise`. Each one serves the requests of a step in their order.
    """
    return StepNoise(self, step)

  def draws(self, index, sampler, shape):
    """All steps' numbers of the index-th request, [rows] + shape."""
    if index == len(self._draws):
      # Drawn outside of every loop and compiled block.
      with tf.control_dependencies(None):
        self._draws.append((sampler, shape, self._draw(index, sampler, shape)))
    known_sampler, known_shape, draws = self._draws[index]
    if (sampler, shape) != (known_sampler, known_shape):
      raise ValueError(
          "Random request {} of a step was for shape {} before and is for {} "
          "now: a problem must draw the same noise in the same order at every "
          "step.".format(index, known_shape, shape))
    return draws

  def _draw(self, index, sampler, shape):
    draws = sampler(tf.stack([self._num_steps] + shape),
                    seed=self._seed + [0, index])
    draws.set_shape([None] + shape)
    if self._num_rows is not None:
      padding = [[0, self._num_rows - self._num_steps]] + [[0, 0]] * len(shape)
      draws = tf.pad(draws, padding)
      draws.set_shape([self._num_rows] + shape)
    return draws


class StepNoise:
  """The random numbers of one step, served in the order of the requests."""

  def __init__(self, noise, step):
    self._noise = noise
    self._step = step
    self._requests = 0

  def normal(self, shape):
    """float32 tensor of the static shape, drawn from N(0, 1)."""
    return self._next(tf.random.stateless_normal, shape)

  def uniform(self, shape):
    """float32 tensor of the static shape, drawn from U[0, 1)."""
    return self._next(tf.random.stateless_uniform, shape)

  def between(self, shape, low, high):
    """float32 tensor of the static shape, drawn from U[low, high)."""
    return low + (high - low) * self.uniform(shape)

  def _next(self, sampler, shape):
    shape = tf.TensorShape(shape).as_list()
    draws = self._noise.draws(self._requests, sampler, shape)
    self._requests += 1
    return tf.gather(draws, self._step)
