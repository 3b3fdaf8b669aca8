# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the base class."""

import os
import subprocess
import sys

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import trainable_optimizer
from tests.optimizer import harness


class _SignDescent(trainable_optimizer.TrainableOptimizer):
  """The least a subclass needs: x <- x - exp(l) sign(g)."""

  def __init__(self, **options):
    super().__init__("SignDescent", ["steps"], **options)
    self._meta_parameters.declare("log_rate", [],
                                  tf.constant_initializer(np.log(0.5)))

  def _initialize_state(self, var):
    return {"steps": tf.zeros([])}

  def _compute_update(self, param, grad, state):
    rate = tf.exp(self._meta_parameters.values()["log_rate"])
    return param - rate * tf.sign(grad), {"steps": state["steps"] + 1.0}


class TrainableOptimizerTest(tf.test.TestCase, parameterized.TestCase):

  def test_is_a_tensorflow_optimizer(self):
    self.assertTrue(issubclass(trainable_optimizer.TrainableOptimizer,
                               tf.train.Optimizer))
    self.assertEqual("LOL", trainable_optimizer.OPTIMIZER_SCOPE)

  def test_positional_arguments(self):
    with tf.Graph().as_default():
      optimizer = trainable_optimizer.TrainableOptimizer(
          "Name", ["a", "b"], True, True, 3.0, False, True)
    self.assertEqual("Name", optimizer.get_name())
    self.assertEqual(["a", "b"], optimizer.state_keys)
    self.assertTrue(optimizer.use_attention)
    self.assertEqual(3.0, optimizer.obj_train_max_multiplier)
    self.assertFalse(optimizer.use_second_derivatives)

  def test_defaults(self):
    with tf.Graph().as_default():
      optimizer = trainable_optimizer.TrainableOptimizer("Name", [])
    self.assertFalse(optimizer.use_attention)
    self.assertEqual(-1, optimizer.obj_train_max_multiplier)
    self.assertTrue(optimizer.use_second_derivatives)

  def test_a_subclass(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = _SignDescent()
      x = tf.Variable([3.0, -2.0])
      y = tf.Variable(1.0)
      loss = tf.reduce_sum(tf.square(x)) + tf.square(y)
      step = optimizer.minimize(loss)
      session.run(tf.global_variables_initializer())
      session.run(step)
      session.run(step)
      self.assertAllClose([2.0, -1.0], session.run(x))
      self.assertAllClose(0.0, session.run(y))
      self.assertEqual(2.0, session.run(optimizer.get_slot(x, "steps")))

  def test_unknown_options_are_refused(self):
    with tf.Graph().as_default():
      for make in harness.OPTIMIZERS.values():
        with self.assertRaises(TypeError):
          make(use_log_objectiv=True)
      with self.assertRaises(TypeError):
        trainable_optimizer.TrainableOptimizer("Name", [], typo=1)

  def test_every_optimizer_takes_the_common_options(self):
    with tf.Graph().as_default():
      for make in harness.OPTIMIZERS.values():
        optimizer = make(
            use_log_objective=True, obj_train_max_multiplier=2.0,
            use_second_derivatives=False, use_numerator_epsilon=True,
            name="Mine")
        self.assertEqual("Mine", optimizer.get_name())
        self.assertEqual(2.0, optimizer.obj_train_max_multiplier)
        self.assertFalse(optimizer.use_second_derivatives)

  @parameterized.parameters(
      (dict(use_log_objective=True),
       lambda f, f0: np.mean(np.log(f / (f0 + 1e-6) + 1e-6))),
      (dict(use_log_objective=True, use_numerator_epsilon=True),
       lambda f, f0: np.mean(np.log((f + 1e-6) / (f0 + 1e-6)))),
      (dict(), lambda f, f0: 7.0 / (f0 + 1e-6)),
  )
  def test_scale_objective(self, options, expected):
    objectives = np.array([2.0, 2.0, 0.0, 1e-7, 30.0])
    for initial in (2.0, 1e-7):
      with tf.Graph().as_default(), self.session() as session:
        optimizer = trainable_optimizer.TrainableOptimizer(
            "Name", [], **options)
        actual = session.run(optimizer.scale_objective(
            tf.constant(7.0), tf.constant(objectives, tf.float32),
            tf.constant(initial)))
      self.assertAllClose(expected(objectives, initial), actual, rtol=1e-5)

  def test_eager_execution_is_refused(self):
    program = (
        "import tensorflow.compat.v1 as tf\n"
        "tf.enable_eager_execution()\n"
        "from optimizer import trainable_adam\n"
        "with tf.Graph().as_default():\n"
        "  trainable_adam.TrainableAdam()\n"
        "try:\n"
        "  trainable_adam.TrainableAdam()\n"
        "except RuntimeError as error:\n"
        "  print('refused:', error)\n")
    output = subprocess.check_output(
        [sys.executable, "-c", program],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
    self.assertRegexpMatches(output.decode("utf-8"),
                             r"refused: .*eagerly: begin .* call TrainableAdam")


if __name__ == "__main__":
  tf.test.main()
