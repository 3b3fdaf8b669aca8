# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Names, arguments and values of the optimizers released in 2017."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import coordinatewise_rnn
from optimizer import global_learning_rate
from optimizer import hierarchical_rnn
from optimizer import learning_rate_schedule
from optimizer import rnn_cells
from optimizer import trainable_adam
from optimizer import trainable_optimizer

_SUBCLASSES = {
    "hRNN": hierarchical_rnn.HierarchicalRNN,
    "cRNN": coordinatewise_rnn.CoordinatewiseRNN,
    "Adam": trainable_adam.TrainableAdam,
    "LRS": learning_rate_schedule.LearningRateSchedule,
    "GLR": global_learning_rate.GlobalLearningRate,
}


class OptimizersTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*sorted(_SUBCLASSES.items()))
  def test_base_keywords_and_plain_attributes(self, name, make):
    with tf.Graph().as_default():
      optimizer = make(use_log_objective=True, obj_train_max_multiplier=2,
                       use_second_derivatives=False, use_attention=False,
                       use_numerator_epsilon=True)
      self.assertEqual(name, optimizer.get_name())
      self.assertTrue(optimizer.use_log_objective)
      self.assertTrue(optimizer.use_numerator_epsilon)
      self.assertEqual(sorted(optimizer.state_keys), optimizer.state_keys)
      optimizer.use_attention = True
      self.assertTrue(optimizer.use_attention)

  @parameterized.parameters("cRNN", "Adam", "LRS", "GLR")
  def test_attention_changes_nothing_elementwise(self, name):
    with tf.Graph().as_default(), self.session() as session:
      x = tf.Variable([1.0])
      step = _SUBCLASSES[name](use_attention=True).minimize(x * x, var_list=[x])
      session.run(tf.global_variables_initializer())
      session.run(step)

  def test_slots(self):
    with tf.Graph().as_default(), self.session() as session:
      x = tf.get_variable("x", initializer=[1.0, 2.0])
      for make in _SUBCLASSES.values():
        make().minimize(tf.reduce_sum(x * x), var_list=[x])
      names = {v.op.name: v.dtype.base_dtype for v in tf.global_variables()}
      for name in ("x/hRNN_ms1", "x/cRNN_rms", "x/Adam_m",
                   "hRNN/global_state"):
        self.assertEqual(tf.float32, names[name])
      self.assertEqual(tf.int32, names["x/LRS_itr"])
      self.assertNotIn("x/hRNN_true_param", names)
      session.run(tf.global_variables_initializer())

  def test_attributes(self):
    with tf.Graph().as_default():
      hrnn = hierarchical_rnn.HierarchicalRNN(use_attention=True)
      for name in ("update_weights", "attention_weights", "scl_decay_weights"):
        self.assertEqual("LOL/" + name, getattr(hrnn, name).op.name)
      self.assertEqual("LOL/learning_rate_weights", hrnn.lr_weights.op.name)
      self.assertEqual("LOL/learning_rate_bias", hrnn.lr_bias.op.name)
      self.assertEqual([10, 20, 20], [c.state_size for c in hrnn.cells])
      self.assertEqual(3, hrnn.num_layers)
      self.assertEqual(["LOL/Level{}_RNN/init_vector".format(i)
                        for i in range(3)],
                       [v.op.name for v in hrnn.init_vectors])
    with tf.Graph().as_default():
      crnn = coordinatewise_rnn.CoordinatewiseRNN([4, 5])
      self.assertEqual([4, 5], [c.state_size for c in crnn.component_cells])
      self.assertEqual((4, 5), crnn.cell.state_size)
      for value in (crnn.update_weights, crnn.decay_weights, crnn.lr_weights):
        self.assertEqual([5, 1], value.shape.as_list())
    with tf.Graph().as_default():
      self.assertEqual([7], learning_rate_schedule.LearningRateSchedule(
          0.1, 7).learning_rates.shape.as_list())
    with tf.Graph().as_default():
      adam = trainable_adam.TrainableAdam()
      for name in ("log_learning_rate", "beta1_logit", "beta2_logit",
                   "log_epsilon"):
        self.assertEqual("LOL/" + name, getattr(adam, name).op.name)

  def test_random_seed(self):
    def draw(seed):
      with tf.Graph().as_default(), self.session() as session:
        optimizer = hierarchical_rnn.HierarchicalRNN(random_seed=seed)
        session.run(tf.global_variables_initializer())
        return session.run(optimizer.update_weights)
    self.assertAllEqual(draw(3), draw(3))
    self.assertNotAllClose(draw(3), draw(4))

  def test_scale_objective(self):
    with tf.Graph().as_default(), self.session() as session:
      plain = global_learning_rate.GlobalLearningRate()
      logs = global_learning_rate.GlobalLearningRate(use_log_objective=True)
      self.assertAllClose(6.0 / 4.0, session.run(plain.scale_objective(
          tf.constant(6.0), None, 3.0, obj_scale_eps=1.0)))
      self.assertAllClose(np.log(3.0 / 4.0 + 1.0), session.run(
          logs.scale_objective(None, tf.constant([3.0]), 3.0, 1.0)))
    self.assertEqual(1e-6, trainable_optimizer.EPSILON)


class CellTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    tf.reset_default_graph()

  def _run(self, value):
    with self.session() as session:
      session.run(tf.global_variables_initializer())
      return session.run(value)

  def test_cell(self):
    cell = rnn_cells.BiasGRUCell(2, scale=0.0, gate_bias_init=1.0)
    self.assertIsInstance(cell, tf.nn.rnn_cell.RNNCell)
    with tf.variable_scope("level"):
      output, state = cell(tf.ones([1, 3]), tf.constant([[0.5, 1.0]]),
                           bias=tf.constant([[0.0, 0, 0, 0, 2, 2]]))
    self.assertEqual(
        ["level/BiasGRUCell/{}/Affine/{}".format(part, name)
         for part in ("candidate", "gates") for name in ("Bias", "Matrix")],
        sorted(v.op.name for v in tf.global_variables()))
    u = 1.0 / (1.0 + np.exp(-1.0))
    expected = u * np.array([[0.5, 1.0]]) + (1 - u) * np.tanh(2.0)
    self.assertAllClose(expected, self._run(output))
    self.assertIs(output, state)


if __name__ == "__main__":
  tf.test.main()
