# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of an optimizer as a user of TensorFlow meets it."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import trainable_adam
from optimizer import trainable_optimizer
from tests.optimizer import harness

_NAMES = sorted(harness.OPTIMIZERS)


class _Elementwise(trainable_optimizer.TrainableOptimizer):
  """Moves elements by 2: `_compute_updates` counts where there is one."""

  elementwise = True

  def __init__(self):
    super().__init__("Elementwise", [])

  def _compute_update(self, param, grad, state):
    return param - 1.0, state

  def _compute_updates(self, params, grads, states, global_state):
    params = [param - 2.0 for param in params]
    return params, states, global_state, params


class _Momentum(trainable_optimizer.TrainableOptimizer):
  """Its state is like the variable: v <- v / 2 + g, x <- x - v."""

  elementwise = True

  def __init__(self):
    super().__init__("Momentum", ["velocity"])

  def _initialize_state(self, var):
    return {"velocity": tf.zeros(var.shape)}

  def _compute_update(self, param, grad, state):
    velocity = 0.5 * state["velocity"] + grad
    return param - velocity, {"velocity": velocity}


class DropInTest(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._graph = tf.Graph()
    context = self._graph.as_default()
    context.__enter__()
    self.addCleanup(context.__exit__, None, None, None)

  def _session(self):
    session = tf.Session(config=harness.fast_config())
    self.addCleanup(session.close)
    session.run(tf.global_variables_initializer())
    return session

  @parameterized.parameters(*_NAMES)
  def test_minimize(self, name):
    optimizer = harness.OPTIMIZERS[name]()
    x = tf.Variable([1.0, -2.0], name="x")
    y = tf.Variable([[0.5]], use_resource=True, name="y")
    loss = tf.reduce_sum(tf.square(x)) + tf.reduce_sum(tf.square(y))
    step = optimizer.minimize(loss)
    self.assertIsInstance(step, tf.Operation)
    self.assertIn(step, tf.get_collection(tf.GraphKeys.TRAIN_OP))
    self.assertEqual([x, y], tf.trainable_variables())
    session = self._session()
    before = session.run([x, y])
    self.assertIsNone(session.run(step))
    for old, new in zip(before, session.run([x, y])):
      self.assertTrue(np.all(np.isfinite(new)))
      self.assertTrue(np.all(old != new))

  def test_name_of_the_op(self):
    optimizer = harness.OPTIMIZERS["adam"]()
    x = tf.Variable(1.0)
    pairs = [(tf.constant(1.0), x)]
    self.assertEqual("Mine", optimizer.apply_gradients(pairs, name="Mine").name)
    self.assertEqual("Adam", optimizer.apply_gradients(pairs).name)

  @parameterized.parameters(*_NAMES)
  def test_global_step(self, name):
    optimizer = harness.OPTIMIZERS[name]()
    x = tf.Variable([1.0, 2.0])
    global_step = tf.train.get_or_create_global_step()
    step = optimizer.apply_gradients([(tf.ones([2]), x)], global_step)
    self.assertIsInstance(step, tf.Operation)
    session = self._session()
    for i in range(3):
      self.assertEqual(i, session.run(global_step))
      session.run(step)

  @parameterized.parameters(*_NAMES)
  def test_variables_without_gradient_are_left_alone(self, name):
    optimizer = harness.OPTIMIZERS[name]()
    x, y, z = (tf.Variable([value, value]) for value in (1.0, 2.0, 3.0))
    step = optimizer.apply_gradients(
        [(None, x), (tf.ones([2]), y), (None, z)])
    session = self._session()
    session.run(step)
    self.assertAllEqual([1.0, 1.0], session.run(x))
    self.assertTrue(np.all(session.run(y) != 2.0))
    self.assertAllEqual([3.0, 3.0], session.run(z))
    for key in optimizer.state_keys:
      self.assertIsNone(optimizer.get_slot(x, key))

  def test_no_gradient_at_all(self):
    optimizer = harness.OPTIMIZERS["hierarchical"]()
    x = tf.Variable([1.0], name="lonely")
    with self.assertRaisesRegexp(ValueError, "No gradients .*lonely:0"):
      optimizer.apply_gradients([(None, x)])
    with self.assertRaisesRegexp(ValueError, "No gradients"):
      optimizer.apply_gradients([])
    with self.assertRaises(ValueError):
      optimizer.minimize(tf.constant(1.0), var_list=[x])

  @parameterized.parameters(True, False)
  def test_unknown_shape(self, use_resource):
    optimizer = harness.OPTIMIZERS["hierarchical"]()
    x = tf.Variable(tf.placeholder(tf.float32, [None, 2]), name="ragged",
                    use_resource=use_resource, validate_shape=False)
    with self.assertRaisesRegexp(ValueError, "ragged:0.*static shape"):
      optimizer.apply_gradients([(tf.ones([3, 2]), x)])

  def test_rows_of_an_elementwise_optimizer_with_an_update_of_its_own(self):
    optimizer = _Elementwise()
    x = tf.get_variable("x", initializer=[[0.0], [0.0], [0.0]])
    train = optimizer.apply_gradients([(tf.IndexedSlices(
        tf.constant([[5.0]]), tf.constant([1]), tf.constant([3, 1])), x)])
    with self.session() as session:
      session.run(tf.global_variables_initializer())
      session.run(train)
      self.assertAllEqual([[0.0], [-2.0], [0.0]], session.run(x))

  def test_integers_are_refused(self):
    optimizer = harness.OPTIMIZERS["global"]()
    x = tf.Variable([1, 2], name="counts")
    with self.assertRaisesRegexp(ValueError, "counts:0.*int32.*float32"):
      optimizer.apply_gradients([(tf.constant([1, 2]), x)])

  @parameterized.parameters(
      *[(name, dtype, use_resource)
        for name in ("hierarchical", "adam", "coordinatewise")
        for dtype, use_resource in ((tf.float16, True), (tf.float64, False),
                                    (tf.bfloat16, True))])
  def test_types(self, name, dtype, use_resource):
    optimizer = harness.OPTIMIZERS[name]()
    same = harness.OPTIMIZERS[name]()
    x = tf.Variable(tf.constant([1.0, -2.0], dtype),
                    use_resource=use_resource)
    y = tf.Variable([1.0, -2.0])
    gradient = tf.constant([0.5, 4.0])
    steps = [optimizer.apply_gradients([(tf.cast(gradient, dtype), x)]),
             same.apply_gradients([(gradient, y)])]
    session = self._session()
    harness.load_meta_parameters(
        same, session.run(optimizer.meta_parameters.checkpoint_names()),
        session)
    session.run(tf.variables_initializer(
        [same.get_slot(y, key) for key in same.state_keys]))
    for variable in tf.global_variables():
      if "global_state" in variable.name:
        session.run(variable.initializer)
    for _ in range(3):
      session.run(steps)
    self.assertEqual(dtype, x.dtype.base_dtype)
    self.assertAllClose(session.run(y), session.run(tf.cast(x, tf.float32)),
                        rtol=1e-6 if dtype == tf.float64 else 3e-2)
    for key in optimizer.state_keys:
      self.assertEqual(tf.float32, optimizer.get_slot(x, key).dtype.base_dtype)

  @parameterized.parameters(((),), ((2,),), ((1,),))
  def test_sparse_gradient_with_state_like_the_variable(self, row_shape):
    x = tf.Variable(tf.ones((3,) + row_shape), name="x")
    optimizer = _Momentum()
    values = np.full((2,) + row_shape, 2.0, np.float32)
    step = optimizer.apply_gradients([(tf.IndexedSlices(
        tf.constant(values), tf.constant([2, 0])), x)])
    session = self._session()
    session.run(step)
    session.run(step)
    # Velocities are 2 and 3 where there are gradients, both subtracted.
    rows = np.ones((3,) + row_shape, np.float32)
    self.assertAllEqual(rows * np.reshape(
        [-4.0, 1.0, -4.0], (3,) + (1,) * len(row_shape)), session.run(x))
    self.assertAllEqual(
        rows * np.reshape([3.0, 0.0, 3.0], (3,) + (1,) * len(row_shape)),
        session.run(optimizer.get_slot(x, "velocity")))

  def test_sparse_gradient_of_half_precision(self):
    optimizer = harness.OPTIMIZERS["global"]()
    x = tf.Variable(tf.ones([3], tf.float16), use_resource=True)
    step = optimizer.apply_gradients([(tf.IndexedSlices(
        tf.constant([1.0, 2.0, 4.0], tf.float16), tf.constant([2, 0, 2])), x)])
    session = self._session()
    session.run(step)
    self.assertAllClose([0.96, 1.0, 0.9], session.run(x), rtol=2e-3)

  @parameterized.parameters(*[(name, row) for name in _NAMES
                              for row in (-1, 3)])
  def test_refuses_rows_that_are_not_there(self, name, row):
    optimizer = harness.OPTIMIZERS[name]()
    x = tf.Variable(tf.ones([3, 2]), use_resource=True)
    step = optimizer.apply_gradients([(tf.IndexedSlices(
        tf.ones([2, 2]), tf.constant([1, row])), x)])
    session = self._session()
    with self.assertRaisesRegex(tf.errors.InvalidArgumentError,
                                r"indices outside \[0, 3\)"):
      session.run(step)
    self.assertAllEqual(np.ones([3, 2]), session.run(x))

  @parameterized.parameters(*[(name, use_resource) for name in _NAMES
                              for use_resource in (True, False)])
  def test_constraint(self, name, use_resource):
    optimizer = harness.OPTIMIZERS[name]()

    def project(value):
      return tf.clip_by_value(value, 0.9995, 1.0005)

    x = tf.Variable([1.0, 1.0], constraint=project, use_resource=use_resource)
    y = tf.Variable(tf.ones([3, 2]), constraint=project,
                    use_resource=use_resource)
    sparse = tf.IndexedSlices(tf.constant([[9.0, -9.0]]), tf.constant([1]))
    step = optimizer.apply_gradients(
        [(tf.constant([9.0, -9.0]), x), (sparse, y)])
    session = self._session()
    session.run(step)
    for value in session.run([x, y]):
      self.assertAllInRange(value, 0.9995, 1.0005)
      # And it did move, up to the bounds.
      self.assertTrue(np.any(value != 1.0))


class RepeatedVariableTest(tf.test.TestCase):

  def test_a_variable_twice_in_a_list(self):
    values = []
    for twice in (False, True):
      with tf.Graph().as_default(), tf.Session() as session:
        variable = tf.get_variable("x", initializer=[1.0, -2.0])
        optimizer = trainable_adam.TrainableAdam()
        step = optimizer.minimize(
            tf.reduce_sum(tf.square(variable)),
            var_list=[variable] * (2 if twice else 1))
        session.run(tf.global_variables_initializer())
        session.run(step)
        values.append(session.run(variable))
    self.assertAllEqual(values[0], values[1])
    self.assertNotAllClose([1.0, -2.0], values[0], rtol=0, atol=1e-6)


if __name__ == "__main__":
  tf.test.main()
