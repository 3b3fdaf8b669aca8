# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the coordinatewise RNN against NumPy, and of its options."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import coordinatewise_rnn
from tests.optimizer import cell_oracle
from tests.optimizer import oracle
from tests.optimizer import oracle_check

_CELLS = {
    "gru": (tf.nn.rnn_cell.GRUCell, cell_oracle.gru_cell, 1),
    "lstm": (tf.nn.rnn_cell.LSTMCell, cell_oracle.lstm_cell, 2),
    "basic": (tf.nn.rnn_cell.BasicRNNCell, cell_oracle.basic_cell, 1),
}


class OracleTest(tf.test.TestCase, parameterized.TestCase):

  def _check(self, cell, sizes, use_resource, init_lr=0.1):
    cell_cls, make_cell, width = _CELLS[cell]
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      optimizer = coordinatewise_rnn.CoordinatewiseRNN(
          sizes, cell_cls, init_lr_range=(init_lr, init_lr))

      def make_oracle(theta, starts):
        cells = [make_cell(theta, i) for i in range(len(sizes))]
        return oracle_check.EachTensor([
            oracle.CoordinatewiseRNN(theta, start, cells,
                                     [width * size for size in sizes], init_lr)
            for start in starts])

      oracle_check.check(self, optimizer, make_oracle, use_resource,
                         tolerance=5e-5)

  @parameterized.parameters(True, False)
  def test_gru(self, use_resource):
    self._check("gru", [6, 5], use_resource)

  @parameterized.parameters(True, False)
  def test_lstm(self, use_resource):
    self._check("lstm", [3, 4], use_resource)

  @parameterized.parameters(True, False)
  def test_basic(self, use_resource):
    self._check("basic", [5], use_resource)

  def test_three_cells(self):
    self._check("gru", [2, 3, 4], True)


class ConstructorTest(tf.test.TestCase, parameterized.TestCase):

  def _shapes(self, **options):
    with tf.Graph().as_default():
      optimizer = coordinatewise_rnn.CoordinatewiseRNN(**options)
      self.assertEqual([], tf.trainable_variables())
      variables = optimizer.meta_parameters.checkpoint_names()
      self.assertEqual(list(variables),
                       [variable.op.name for variable in variables.values()])
      return {name: variable.shape.as_list()
              for name, variable in variables.items()}

  def test_checkpoint_names(self):
    self.assertEqual({
        "LOL/update_weights": [5, 1],
        "LOL/decay_weights": [5, 1],
        "LOL/decay_bias": [1],
        "LOL/learning_rate_weights": [5, 1],
        "LOL/learning_rate_bias": [1],
        "LOL/init_vector": [1, 11],
        "LOL/multi_rnn_cell/cell_0/gru_cell/gates/kernel": [7, 12],
        "LOL/multi_rnn_cell/cell_0/gru_cell/gates/bias": [12],
        "LOL/multi_rnn_cell/cell_0/gru_cell/candidate/kernel": [7, 6],
        "LOL/multi_rnn_cell/cell_0/gru_cell/candidate/bias": [6],
        "LOL/multi_rnn_cell/cell_1/gru_cell/gates/kernel": [11, 10],
        "LOL/multi_rnn_cell/cell_1/gru_cell/gates/bias": [10],
        "LOL/multi_rnn_cell/cell_1/gru_cell/candidate/kernel": [11, 5],
        "LOL/multi_rnn_cell/cell_1/gru_cell/candidate/bias": [5],
    }, self._shapes(cell_sizes=[6, 5]))

  def test_checkpoint_names_within_other_scopes(self):
    with tf.Graph().as_default(), tf.variable_scope("model"):
      optimizer = coordinatewise_rnn.CoordinatewiseRNN([6, 5])
      names = list(optimizer.meta_parameters.checkpoint_names())
    self.assertIn("LOL/multi_rnn_cell/cell_0/gru_cell/gates/kernel", names)

  def test_without_learned_rate_and_decay(self):
    names = self._shapes(cell_sizes=[4], dynamic_output_scale=False,
                         learnable_decay=False)
    self.assertEqual(
        ["LOL/init_vector", "LOL/update_weights"],
        sorted(name for name in names if "multi_rnn_cell" not in name))

  def test_fixed_rate_and_decay(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = coordinatewise_rnn.CoordinatewiseRNN(
          [4], init_lr_range=(0.25, 0.25), dynamic_output_scale=False,
          learnable_decay=False)
      x = tf.Variable([1.0, 2.0])
      step = optimizer.apply_gradients([(tf.constant([3.0, -1.0]), x)])
      session.run(tf.global_variables_initializer())
      for _ in range(2):
        session.run(step)
      # sigmoid(2.2), in force from the second step on: 0.9 * 1 + 0.1 * 9.
      for key, expected in (("learning_rate", [0.25, 0.25]),
                            ("decay", [0.90024951, 0.90024951]),
                            ("rms", [1.798004, 1.0])):
        self.assertAllClose(np.reshape(expected, [2, 1]),
                            session.run(optimizer.get_slot(x, key)))
      self.assertTrue(np.all(session.run(x) != [1.0, 2.0]))

  def test_initial_values(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = coordinatewise_rnn.CoordinatewiseRNN(
          [100], zero_init_lr_weights=True)
      session.run(tf.global_variables_initializer())
      values = session.run(optimizer.meta_parameters.checkpoint_names())
    self.assertAllClose([2.2], values["LOL/decay_bias"])
    self.assertAllEqual([0.0], values["LOL/learning_rate_bias"])
    self.assertAllEqual(np.zeros([100, 1]),
                        values["LOL/learning_rate_weights"])
    self.assertAllClose(0.05, values["LOL/update_weights"].std(), rtol=0.3)
    self.assertAllInRange(values["LOL/init_vector"], -1.0, 1.0)
    # TensorFlow's own initial values of the cells.
    self.assertAllEqual(
        np.ones([200]),
        values["LOL/multi_rnn_cell/cell_0/gru_cell/gates/bias"])

  def test_initial_learning_rates(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = coordinatewise_rnn.CoordinatewiseRNN(
          [4], init_lr_range=(1e-4, 1.0))
      x = tf.Variable(tf.zeros([4000]))
      optimizer.apply_gradients([(tf.ones([4000]), x)])
      session.run(tf.global_variables_initializer())
      logs = np.log(session.run(optimizer.get_slot(x, "learning_rate")))
    self.assertAllInRange(logs, np.log(1e-4) - 1e-4, 1e-4)
    self.assertAllClose(np.log(1e-4) / 2, logs.mean(), rtol=0.05)
    self.assertAllClose(-np.log(1e-4) / 12**0.5, logs.std(), rtol=0.05)

  @parameterized.parameters(
      (dict(cell_sizes=[]), "cell_sizes"),
      (dict(cell_sizes=[3, 0]), "cell_sizes"),
      (dict(cell_sizes=[1000] * 4096), "cell_sizes must be one to 16 "),
      (dict(cell_cls="GRU"), "cell_cls must be a class of RNN cells"),
      (dict(learnable_decay="no"), "learnable_decay must be True or False"),
      (dict(readout_scale=float("nan")), "readout_scale must be a number"),
      (dict(use_attention="False"), "use_attention must be True or False"),
      (dict(init_lr_range=(0.0, 1.0)), "init_lr_range"),
      (dict(init_lr_range=(1.0, 0.1)), "init_lr_range"),
  )
  def test_illegal_options(self, options, message):
    with tf.Graph().as_default():
      with self.assertRaisesRegexp(ValueError, message):
        coordinatewise_rnn.CoordinatewiseRNN(**options)


if __name__ == "__main__":
  tf.test.main()
