# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of stand-ins for the variables of a model."""

import numpy as np
import tensorflow.compat.v1 as tf

from problems import model_variable


def _make(value, trainable=True, use_resource=False):
  variable = tf.Variable(value, use_resource=use_resource, trainable=False)
  return model_variable.ModelVariable(variable, trainable, value)


class ModelVariableTest(tf.test.TestCase):

  def test_own_value(self):
    for use_resource in (False, True):
      with tf.Graph().as_default(), self.session() as session:
        stand_in = _make([1., 2.], use_resource=use_resource)
        session.run(stand_in.initializer)
        self.assertAllEqual([1, 2], session.run(tf.identity(stand_in)))
        self.assertEqual(tf.float32, stand_in.dtype)
        self.assertEqual([2], stand_in.get_shape().as_list())
        self.assertEqual(stand_in.variable.name, stand_in.name)

  def test_substitute(self):
    with self.session() as session:
      stand_in = _make([1., 2.])
      session.run(stand_in.initializer)
      stand_in.push(stand_in.convert([3, 4]))
      inside = [stand_in + 1, 1 - stand_in, stand_in[1], -stand_in,
                np.ones([2]) * stand_in, tf.square(stand_in),
                stand_in.read_value(), stand_in.initialized_value()]
      stand_in.pop()
      outside = tf.identity(stand_in)
      inside, outside = session.run([inside, outside])
    self.assertAllEqual([1, 2], outside)
    for expected, actual in zip(
        [[4, 5], [-2, -3], 4, [-3, -4], [3, 4], [9, 16], [3, 4], [3, 4]],
        inside):
      self.assertAllEqual(expected, actual)

  def test_reads_are_counted(self):
    stand_in = _make([1.])
    self.assertEqual(0, stand_in.num_reads)
    tf.square(stand_in)
    self.assertGreater(stand_in.num_reads, 0)

  def test_shapes_are_checked(self):
    with self.assertRaisesRegexp(ValueError, r"has shape \(1,\)"):
      _make([1.]).convert([1., 2.])

  def test_assignments(self):
    with self.session() as session:
      constant = _make([1.], trainable=False)
      session.run(constant.initializer)
      self.assertAllEqual([5], session.run(constant.assign([5.])))
      self.assertAllEqual([3], session.run(constant.assign_add([2.])))
      self.assertAllEqual([1], session.run(tf.identity(constant)))
    with self.assertRaisesRegexp(ValueError, "assigns to its trainable"):
      _make([1.]).assign_sub([1.])

  def test_can_be_a_key(self):
    first, second = _make([1.]), _make([1.])
    self.assertLen({first, second, first}, 2)


if __name__ == "__main__":
  tf.test.main()
