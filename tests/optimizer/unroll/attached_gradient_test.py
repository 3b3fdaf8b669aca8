# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of attached gradients."""

import gc
import weakref

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer.unroll import attached_gradient


class AttachGradientTest(tf.test.TestCase):

  def test_values_pass_and_the_gradient_is_used(self):
    x, y = tf.constant([1.0, 2.0]), tf.constant(3.0)
    outputs = attached_gradient.attach_gradient(
        [x * y, tf.constant([7])], [x, y],
        lambda product, count: [10.0 * product, tf.reduce_sum(product)])
    gradients = tf.gradients(tf.square(outputs[0]), [x, y])
    with self.session() as session:
      product, count = session.run(outputs)
      gradients = session.run(gradients)
    self.assertAllEqual([3.0, 6.0], product)
    self.assertAllEqual([7], count)
    self.assertAllEqual([60.0, 120.0], gradients[0])
    self.assertAllEqual(18.0, gradients[1])

  def test_missing_output_gradients_are_zero(self):
    x = tf.constant([1.0, 2.0])
    first, _ = attached_gradient.attach_gradient(
        [x + 1.0, x + 2.0], [x], lambda a, b: [a + 100.0 * b])
    with self.session() as session:
      gradient, = session.run(tf.gradients(3.0 * first, x))
    self.assertAllEqual([3.0, 3.0], gradient)

  def test_outputs_depend_on_nothing_else(self):
    x, y = tf.constant(1.0), tf.constant(2.0)
    output, = attached_gradient.attach_gradient(
        [x * y], [x], lambda gradient: [gradient])
    self.assertEqual([None], tf.gradients(output, y))

  def test_inside_of_a_chain(self):
    x = tf.constant(2.0)
    square = tf.square(x)
    output, = attached_gradient.attach_gradient(
        [square * 5.0], [square], lambda gradient: [5.0 * gradient])
    with self.session() as session:
      gradient, = session.run(tf.gradients(output, x))
    self.assertAllClose(20.0, gradient)

  def test_a_graph_is_freed(self):
    def build():
      with tf.Graph().as_default() as graph:
        x = tf.constant(np.ones([3], np.float32))
        output, = attached_gradient.attach_gradient(
            [2.0 * x], [x], lambda gradient: [gradient * tf.reduce_sum(x)])
        tf.gradients(output, x)
      return weakref.ref(graph)

    reference = build()
    gc.collect()
    self.assertIsNone(reference())


if __name__ == "__main__":
  tf.test.main()
