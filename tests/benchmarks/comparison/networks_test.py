# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the nets that only comparisons use."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import benchmark_data
from benchmarks.comparison import networks
from problems import datasets
from problems import problem_spec

_Spec = problem_spec.Spec
_PIXELS = datasets.Dataset(np.random.RandomState(1).randn(12, 36),
                           np.arange(12) % 3)
_NETS = {
    "relu": (_Spec(networks.ReLUNet, (36, 3, (5,))), _PIXELS, np.log(3)),
    "conv": (_Spec(networks.ConvNet, ((1, 6, 6), 3, (2, 4))), _PIXELS,
             np.log(3)),
    "residual": (_Spec(networks.ResidualNet, ((1, 6, 6), 3, 4)), _PIXELS,
                 np.log(3)),
    "lstm": (_Spec(networks.LSTM, (6, 27, 4)), benchmark_data.text(6, 12),
             np.log(27)),
    "autoencoder": (_Spec(networks.Autoencoder, (36, (4,))), _PIXELS,
                    np.mean(_PIXELS.data**2)),
}


class NetworksTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*sorted(_NETS))
  def test_learns(self, name):
    spec, dataset, at_zero = _NETS[name]
    with tf.Graph().as_default(), tf.Session() as session:
      problem = spec.build()
      variables = problem.init_variables(seed=2)
      self.assertEqual(problem.param_shapes,
                       [tuple(variable.shape.as_list())
                        for variable in variables])
      loss = problem.objective(variables, tf.constant(dataset.data),
                               tf.constant(dataset.labels))
      gradients = problem.gradients(loss, variables)
      step = tf.train.AdamOptimizer(0.03).apply_gradients(
          zip(gradients, variables))
      session.run(tf.global_variables_initializer())
      start, slopes = session.run([loss, gradients])
      for slope in slopes:
        self.assertGreater(np.abs(slope).max(), 0)
      for _ in range(60):
        session.run(step)
      self.assertLess(session.run(loss), 0.9 * min(start, at_zero))
      # With no weights at all every class is as likely as any other.
      zeros = [np.zeros(shape, np.float32) for shape in problem.param_shapes]
      self.assertAllClose(at_zero, session.run(
          loss, dict(zip([v.value() for v in variables], zeros))), rtol=1e-5)

  def test_lstm_by_hand(self):
    with tf.Graph().as_default(), tf.Session() as session:
      problem = networks.LSTM(2, 3, 1)
      rng = np.random.RandomState(0)
      params = [rng.randn(*shape) for shape in problem.param_shapes]
      logits = session.run(problem.inference(
          [tf.constant(p, tf.float32) for p in params], tf.constant([[2, 0]])))

    def sigmoid(x):
      return 1 / (1 + np.exp(-x))

    h = c = 0.0
    for symbol in (2, 0):
      i, g, f, o = params[0][symbol] + h * params[0][3] + params[1]
      c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(g)
      h = sigmoid(o) * np.tanh(c)
    self.assertAllClose([h * params[2][0] + params[3]], logits, rtol=1e-5)


if __name__ == "__main__":
  tf.test.main()
