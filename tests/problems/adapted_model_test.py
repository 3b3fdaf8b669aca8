# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of which variables a model has, and of building it again."""

import numpy as np
import tensorflow.compat.v1 as tf

from problems import model_adapter

_IMAGES = np.float32(np.random.RandomState(0).rand(5, 6, 6, 1))
_LABELS = np.eye(3, dtype=np.float32)[[0, 1, 2, 1, 0]]


def _loss(logits):
  return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(
      labels=tf.constant(_LABELS), logits=logits))


def _each(make_loss):
  return lambda: (make_loss, None)


class AdaptedModelTest(tf.test.TestCase):

  def test_layers_made_once(self):

    def make_loss_and_init_fn():
      outside = tf.keras.layers.Conv2D(2, 3, activation="tanh")
      shared = tf.Variable(tf.ones([2]), name="shared")
      with tf.variable_scope("net"):
        tf.get_variable("bias", [3])

      def make_loss():
        layer = outside(tf.constant(_IMAGES)) * shared
        each_time = tf.Variable(tf.ones([32, 3]))
        with tf.variable_scope("net", reuse=True):
          bias = tf.get_variable("bias", [3])
        return _loss(tf.matmul(tf.reshape(layer, [5, 32]), each_time) + bias)

      return make_loss, None

    problem = model_adapter.ModelAdapter(make_loss_and_init_fn)
    # In order of creation.
    self.assertEqual([(2,), (3,), (3, 3, 1, 2), (2,), (32, 3)],
                     problem.param_shapes)
    with self.session() as session:
      parameters = [tf.placeholder(tf.float32, shape)
                    for shape in problem.param_shapes]
      objective = problem.objective(parameters)
      gradients = problem.gradients(objective, parameters)
      rng = np.random.RandomState(0)
      values = [rng.randn(*s) for s in problem.param_shapes]
      session.run(gradients, dict(zip(parameters, values)))
      for i in range(5):
        slope = session.run(gradients[i], dict(zip(parameters, values)))
        moved = list(values)
        moved[i] = values[i] + 0.01 * slope / np.linalg.norm(slope)
        change = (session.run(objective, dict(zip(parameters, moved))) -
                  session.run(objective, dict(zip(parameters, values))))
        self.assertAllClose(0.01 * np.linalg.norm(slope), change, rtol=0.1)

  def test_init_function(self):

    def make_loss_and_init_fn():

      def make_loss():
        return tf.reduce_sum(tf.get_variable(
            "x", [2], initializer=tf.zeros_initializer()))

      def make_init_fn(parameters):
        assign = [tf.assign(p, [3., 4.]) for p in parameters]
        return lambda session: session.run(assign)

      return make_loss, make_init_fn

    with self.session() as session:
      problem = model_adapter.ModelAdapter(make_loss_and_init_fn)
      start, = problem.init_tensors()
      variable, = problem.init_variables()
      session.run(tf.global_variables_initializer())
      self.assertAllEqual([0, 0], session.run(start))
      tf.get_default_graph().finalize()
      problem.init_fn(session)
      self.assertAllEqual([3, 4], session.run(start))
      self.assertAllEqual([3, 4], session.run(variable))

  def test_constants_are_not_drawn_again(self):

    def make_loss():
      x = tf.get_variable("x", [3])
      target = tf.get_variable("target", [3], trainable=False,
                               initializer=tf.random_normal_initializer())
      counter = tf.Variable(0, name="counter")  # Trainable by default, an int.
      return (tf.reduce_sum(tf.square(x - target)) +
              tf.cast(counter, tf.float32))

    with self.session() as session:
      problem = model_adapter.ModelAdapter(_each(make_loss))
      self.assertEqual([(3,)], problem.param_shapes)
      objective = problem.objective([tf.zeros([3])])
      problem.init_fn(session)
      self.assertEqual(session.run(objective), session.run(objective))

  def test_models_that_change_are_refused(self):
    calls = []

    def make_loss():
      calls.append(1)
      variables = [tf.Variable([1.0])]
      if len(calls) == 3:
        variables.append(tf.Variable([1.0]))
      if len(calls) == 4:
        variables = [tf.get_variable("x", [1])]
      return tf.add_n([tf.reduce_sum(v) for v in variables])

    problem = model_adapter.ModelAdapter(_each(make_loss))
    with self.assertRaisesRegexp(ValueError, "same model at every call"):
      problem.objective([tf.zeros([1])])
    with self.assertRaisesRegexp(ValueError, "did not make at first: x"):
      problem.objective([tf.zeros([1])])


if __name__ == "__main__":
  tf.test.main()
