# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The penalty on the meta-parameters, and what is done to the meta-gradient."""

import tensorflow.compat.v1 as tf

from optimizer import selection


def add(gradient, meta_objective, values, options):
  """Adds the gradient of the penalty; then zeroes and clips.

  Args:
    gradient: float32 [size], the meta-gradient of an unroll.
    meta_objective: float32 scalar.
    values: float32 [size], the meta-parameters.
    options: `update_rules.UpdateOptions`.

  Returns:
    (raw, number, applied): the gradient with penalty, how many elements of
    `gradient` are not finite, and what is to be applied.
  """
  usable = tf.math.is_finite(meta_objective)
  penalty = 2.0 * values * selection.select(
      usable, options.l2_reg, options.nan_l2_reg)
  finite = tf.math.is_finite(gradient)
  zeros = tf.zeros_like(gradient)
  # Without a meta-objective the penalty is all that is differentiated.
  total = selection.select(
      finite, gradient + penalty,
      tf.cond(usable, lambda: zeros, lambda: penalty))
  applied = tf.clip_by_value(
      selection.select(tf.math.is_finite(total), total, zeros),
      -options.gradient_clip, options.gradient_clip)
  return (gradient + penalty, tf.reduce_sum(tf.cast(~finite, tf.int32)),
          applied)
