# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Choosing between tensors, without the warning that `tf.where` gives."""

import tensorflow.compat.v1 as tf


def select(mask, new, old):
  """`tf.where` of TensorFlow 1: the same op, kernel and gradient.

  `tf.where` of TensorFlow 2 would broadcast; its gradient takes more ops.

  Args:
    mask: bool tensor of the shape of `new`, a vector that chooses rows of it,
      or a scalar.
    new: Tensor, taken where `mask` is true.
    old: Tensor of the same shape and dtype, taken elsewhere.

  Returns:
    Tensor of that shape and dtype.
  """
  return tf.raw_ops.Select(condition=mask, x=new, y=old)
