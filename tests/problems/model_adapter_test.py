# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of models turned into problems, and of their variables."""

import numpy as np
import tensorflow.compat.v1 as tf

from problems import adapted_model
from problems import model_adapter
from problems import model_variable
from problems import wrappers

_IMAGES = np.float32(np.random.RandomState(0).rand(5, 6, 6, 1))
_LABELS = np.eye(3, dtype=np.float32)[[0, 1, 2, 1, 0]]


def _loss(logits):
  return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(
      labels=tf.constant(_LABELS), logits=logits))


def _tf_layers_loss():
  layer = tf.layers.conv2d(
      tf.constant(_IMAGES), 2, 3, activation=tf.nn.tanh,
      kernel_regularizer=lambda w: 0.01 * tf.reduce_sum(tf.square(w)))
  layer = tf.layers.batch_normalization(layer, training=True, fused=False)
  return (_loss(tf.layers.dense(tf.layers.flatten(layer), 3)) +
          tf.losses.get_regularization_loss())


def _keras_loss():
  model = tf.keras.Sequential([
      tf.keras.layers.Conv2D(2, 3, activation="tanh"),
      tf.keras.layers.Flatten(),
      tf.keras.layers.Dense(
          3, kernel_regularizer=tf.keras.regularizers.l2(0.01))])
  logits = model(tf.constant(_IMAGES))
  return _loss(logits) + tf.add_n(model.losses)


def _plain_loss():
  w = tf.Variable(tf.random_normal([36, 3]), name="w")
  b = tf.get_variable("b", [3], initializer=tf.random_normal_initializer())
  scale = tf.Variable(2.0, trainable=False)
  data = tf.reshape(tf.constant(_IMAGES), [5, 36])
  return _loss(scale * tf.matmul(data, w) + b)


def _each(make_loss):
  return lambda: (make_loss, None)


def _second_order(loss, parameters):
  """Returns loss, gradients, and the gradient of their sum of squares."""
  gradients = tf.gradients(loss, parameters)
  squares = tf.add_n([tf.reduce_sum(tf.square(g)) for g in gradients])
  return [loss] + gradients + tf.gradients(squares, parameters)


class EquivalenceTest(tf.test.TestCase):
  """The adapted model has the values and derivatives of the model itself."""

  def _check(self, make_loss, use_resource):
    with tf.Graph().as_default(), self.session() as session:
      with tf.variable_scope("", use_resource=use_resource):
        loss = make_loss()
      variables = tf.trainable_variables()
      session.run(tf.global_variables_initializer())
      values = session.run(variables)
      expected = session.run(_second_order(loss, variables))
    with tf.Graph().as_default(), self.session() as session:
      with tf.variable_scope("", use_resource=use_resource):
        problem = model_adapter.ModelAdapter(_each(make_loss))
        self.assertEqual([v.shape for v in values], problem.param_shapes)
        self.assertEqual([], tf.trainable_variables())
        parameters = [tf.constant(v) for v in values]
        results = _second_order(problem.objective(parameters), parameters)
        again = _second_order(problem.objective(parameters), parameters)
        looped = self._loop(problem, parameters)
      problem.init_fn(session)
      actual, repeated = session.run([results, again])
      for first, second, third in zip(expected, actual, repeated):
        self.assertAllClose(first, second, rtol=1e-4, atol=1e-5)
        self.assertAllClose(first, third, rtol=1e-4, atol=1e-5)
      # The derivative of three steps of gradient descent, in a loop and not.
      loop, flat = session.run(looped)
      for first, second in zip(loop, flat):
        self.assertAllClose(first, second, rtol=1e-3, atol=1e-5)
        self.assertGreater(np.abs(first).max(), 0)

  def _loop(self, problem, parameters):

    def step(*values):
      gradients = problem.gradients(problem.objective(values), values)
      return [v - 0.1 * g for v, g in zip(values, gradients)]

    _, looped = tf.while_loop(
        lambda i, _: i < 3, lambda i, values: [i + 1, step(*values)],
        [0, parameters], maximum_iterations=3)
    flat = parameters
    for _ in range(3):
      flat = step(*flat)
    return [tf.gradients(problem.objective(end), parameters[:1])
            for end in (looped, flat)]

  def test_tf_layers(self):
    for use_resource in (False, True):
      self._check(_tf_layers_loss, use_resource)

  def test_keras(self):
    self._check(_keras_loss, None)

  def test_plain_variables(self):
    for use_resource in (False, True):
      self._check(_plain_loss, use_resource)


class ModelAdapterTest(tf.test.TestCase):

  def test_compiles(self):
    with self.session() as session:
      problem = model_adapter.ModelAdapter(_each(_tf_layers_loss))
      parameters = problem.init_tensors([np.full(s, 0.1)
                                         for s in problem.param_shapes])

      def compute(*p):
        return [problem.objective(list(p))] + problem.gradients(
            problem.objective(list(p)), list(p))

      compiled = tf.xla.experimental.compile(compute, parameters)
      plain = compute(*parameters)
      problem.init_fn(session)
      for first, second in zip(*session.run([plain, compiled])):
        self.assertAllClose(first, second, atol=1e-5)

  def test_optimizes_and_keeps_out_of_checkpoints(self):
    with self.session() as session:
      problem = model_adapter.ModelAdapter(_each(_tf_layers_loss))
      self.assertEqual([], tf.global_variables())
      self.assertLen(tf.get_collection(adapted_model.MODEL_VARIABLES), 8)
      variables = problem.init_variables(seed=1)
      objective = problem.objective(variables)
      self.assertEqual(variables, tf.global_variables())
      self.assertEqual(variables, tf.trainable_variables())
      for key in (tf.GraphKeys.UPDATE_OPS, tf.GraphKeys.REGULARIZATION_LOSSES):
        self.assertEqual([], tf.get_collection(key))
      gradients = problem.gradients(objective, variables)
      step = tf.train.GradientDescentOptimizer(0.3).apply_gradients(
          zip(gradients, variables))
      session.run(tf.global_variables_initializer())
      problem.init_fn(session)
      start = session.run(objective)
      for _ in range(50):
        session.run(step)
      self.assertLess(session.run(objective), 0.5 * start)

  def test_starts_from_the_models_initializers(self):

    def make_loss():
      x = tf.get_variable("x", [1000],
                          initializer=tf.random_uniform_initializer(5, 6))
      y = tf.Variable([7., 8.])
      return tf.reduce_sum(x) + tf.reduce_sum(y)

    starts = []
    for seed in (1, 1, 2):
      with tf.Graph().as_default(), self.session() as session:
        for _ in range(seed):
          tf.constant(0)  # What else is in the graph must not matter.
        problem = model_adapter.ModelAdapter(_each(make_loss))
        starts.append(session.run(problem.init_tensors(seed)))
        x, _ = problem.init_tensors()
        self.assertNotAllClose(session.run(x), session.run(x))
        variables = problem.init_variables([np.ones([1000]), np.ones([2])])
        session.run(tf.global_variables_initializer())
        problem.init_fn(session)
        self.assertAllEqual(np.ones([2]), session.run(variables[1]))
    self.assertTrue(5 <= starts[0][0].min() <= starts[0][0].max() <= 6)
    self.assertAllEqual([7, 8], starts[0][1])
    self.assertAllEqual(starts[0][0], starts[1][0])
    self.assertNotAllClose(starts[0][0], starts[2][0])

  def test_another_graph(self):
    with tf.Graph().as_default():
      problem = model_adapter.ModelAdapter(_each(_plain_loss))
    with tf.Graph().as_default(), self.session() as session:
      variables = problem.init_variables(seed=1)
      objective = problem.objective(variables)
      session.run(tf.global_variables_initializer())
      problem.init_fn(session)
      self.assertGreater(session.run(objective), 0)

  def test_inside_wrappers(self):
    with self.session() as session:
      adapter = model_adapter.ModelAdapter(_each(_plain_loss))
      other = model_adapter.ModelAdapter(_each(_keras_loss))
      problem = wrappers.SumTask([adapter, wrappers.Rescale(other, 2.0)])
      self.assertLen(problem.param_shapes, 6)
      parameters = problem.init_tensors(seed=1)
      total = problem.objective(parameters)
      parts = (adapter.objective(parameters[:2]) +
               other.objective([p / 2 for p in parameters[2:]]))
      problem.init_fn(session)
      expected, actual = session.run([parts, total])
    self.assertAllClose(expected, actual)

  def test_errors(self):
    with self.assertRaisesRegexp(TypeError, "make_loss, make_init_fn"):
      model_adapter.ModelAdapter(lambda: _plain_loss)
    with self.assertRaisesRegexp(ValueError, "no trainable variable"):
      model_adapter.ModelAdapter(_each(lambda: tf.constant(1.0)))
    with self.assertRaisesRegexp(ValueError, "must be a scalar"):
      model_adapter.ModelAdapter(_each(lambda: tf.get_variable("x", [2])))
    problem = model_adapter.ModelAdapter(_each(_plain_loss))
    with self.assertRaisesRegexp(ValueError, "2 parameters; got 1"):
      problem.objective([tf.zeros([36, 3])])
    with self.assertRaisesRegexp(ValueError, "has shape"):
      problem.objective([tf.zeros([36, 3]), tf.zeros([4])])


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
