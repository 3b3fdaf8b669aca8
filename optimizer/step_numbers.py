# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a step makes of the numbers of steps before it.

Symbols: T tensors with P coordinates in all. Each coordinate counts its steps,
"num_steps" [P, 1] of the state; those it is skipped in do not count.
"""

import tensorflow.compat.v1 as tf

_LEAST_FREQUENCY = 0.01


def mean_slowness(options, layout, state):
  """How far the changes of tensors' learning rates have slowed down.

    slowness = min(1, n / t)

  where n = `options.slow_rates_after`, and t is 1 plus the number of steps that
  a tensor's elements have made, their mean; without that option 1.

  Args:
    options: `hierarchical_step.StepOptions`.
    layout: `TensorLayout`.
    state: Dict, the tensors' state.

  Returns:
    float32 [T, 1], or [] without the option.
  """
  if not options.slow_rates_after:
    return tf.ones([])
  num_steps = layout.tensor_mean(state["num_steps"]) + 1.0
  return tf.minimum(options.slow_rates_after / num_steps, 1.0)


def rare_steps(options, layout, grad, state, tensor_steps):
  """What lengthens the steps of coordinates that rarely have a gradient.

  With p = `options.rare_step_power`, t a tensor's steps since its first
  gradient, and n the mean number of steps of its coordinates that have a
  gradient now, both with this one, steps are multiplied with

    max(n / t, 0.01)^(-p).

  An average of squares over all t steps, with zeros, would be n / t times as
  large as one over n; steps divided by its root would be 1 / sqrt(n / t) times
  as long. Coordinates that never have a gradient make no others rare.

  Args:
    options: `hierarchical_step.StepOptions`.
    layout: `TensorLayout`.
    grad: g, float32 [P, 1].
    state: Dict with "num_steps", float32 [P, 1].
    tensor_steps: t, float32 [T, 1].

  Returns:
    float32 [T, 1].
  """
  nonzero = tf.cast(tf.not_equal(grad, 0.0), tf.float32)
  num_steps = tf.math.divide_no_nan(
      layout.tensor_mean(nonzero * (state["num_steps"] + 1.0)),
      layout.tensor_mean(nonzero))
  frequency = num_steps / tf.maximum(tensor_steps, 1.0)
  return tf.pow(tf.clip_by_value(frequency, _LEAST_FREQUENCY, 1.0),
                -options.rare_step_power)
