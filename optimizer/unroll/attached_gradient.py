# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Gives tensors a custom gradient.

Does what `tf.custom_gradient` does, but keeps the gradient function on the
graph's op instead of in TensorFlow's global registry, so that it is freed
together with its graph.
"""

import tensorflow.compat.v1 as tf

_GRADIENT_NAME = "LearnedOptimizerAttachedGradient"


@tf.RegisterGradient(_GRADIENT_NAME)
def _call_attached_gradient(op, *output_gradients):
  """Calls the function that `attach_gradient` left on the op."""
  num_outputs = len(op.outputs) - op.attached_num_inputs
  input_gradients = op.attached_gradient(*output_gradients[:num_outputs])
  return [None] * num_outputs + list(input_gradients)


def attach_gradient(outputs, inputs, gradient):
  """Makes outputs differentiable with respect to inputs by a given rule.

  Args:
    outputs: List of tensors, however they were computed.
    inputs: List of tensors.
    gradient: Function from the gradients of the outputs (a tensor, zero where
      nothing flows, for each) to a list of gradients of the inputs.

  Returns:
    List of tensors equal to `outputs`, whose gradients with respect to
    `inputs` are those of `gradient`, and which depend on nothing else.
  """
  graph = tf.get_default_graph()
  outputs = [tf.stop_gradient(output) for output in outputs]
  with graph.gradient_override_map({"IdentityN": _GRADIENT_NAME}):
    results = tf.raw_ops.IdentityN(input=outputs + list(inputs))
  op = results[0].op
  op.attached_num_inputs = len(inputs)
  op.attached_gradient = gradient
  return list(results[:len(outputs)])
