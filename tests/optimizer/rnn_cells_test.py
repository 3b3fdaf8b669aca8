# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of affine maps and the GRU with an extra bias."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import rnn_cells


def _sigmoid(x):
  return 1 / (1 + np.exp(-x))


class AffineTest(tf.test.TestCase):

  def test_values(self):
    parameters = {"a/Matrix": tf.constant([[1.0, 2.0], [3.0, 4.0]]),
                  "a/Bias": tf.constant([10.0, 20.0]),
                  "b/Matrix": tf.constant([[1.0], [2.0]])}
    inputs = tf.constant([[1.0, 1.0], [0.0, 2.0]])
    with self.session() as session:
      self.assertAllClose(
          [[14.0, 26.0], [16.0, 28.0]],
          session.run(rnn_cells.affine(inputs, parameters, "a")))
      self.assertAllClose(
          [[3.0], [4.0]],
          session.run(rnn_cells.affine(inputs, parameters, "b")))

  def test_declarations(self):
    declarations = rnn_cells.affine_declarations(
        100, 400, 0.5, mean=3.0, bias_init=1.5)
    self.assertEqual(["Matrix", "Bias"], list(declarations))
    self.assertEqual([100, 400], declarations["Matrix"].shape)
    self.assertEqual([400], declarations["Bias"].shape)
    with self.session() as session:
      matrix, bias = session.run([
          declaration.initializer(declaration.shape, dtype=tf.float32)
          for declaration in declarations.values()])
    self.assertAllEqual(np.full([400], 1.5), bias)
    self.assertAllClose(3.0, matrix.mean(), atol=2e-3)
    self.assertAllClose(0.05, matrix.std(), rtol=0.05)

  def test_without_bias(self):
    declarations = rnn_cells.affine_declarations(2, 3, 0.5, use_bias=False)
    self.assertEqual(["Matrix"], list(declarations))


class BiasGRUCellTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    rng = np.random.RandomState(0)
    self._cell = rnn_cells.BiasGRU(3)
    self._parameters = {
        "x/" + name: rng.randn(*declaration.shape).astype(np.float32)
        for name, declaration in self._cell.declarations(2).items()}
    self._x = rng.randn(5, 2).astype(np.float32)
    self._h = rng.randn(5, 3).astype(np.float32)
    self._bias = rng.randn(5, 9).astype(np.float32)

  def _run(self, bias):
    parameters = {name: tf.constant(value)
                  for name, value in self._parameters.items()}
    bias = None if bias is None else tf.constant(bias)
    with self.session() as session:
      return session.run(self._cell(
          tf.constant(self._x), tf.constant(self._h), parameters, "x/", bias))

  def _expected(self, bias):
    name = "x/BiasGRUCell/%s/Affine/%s"

    def affine(x, part):
      matrix = self._parameters[name % (part, "Matrix")]
      return (np.concatenate(x, 1).dot(matrix) +
              self._parameters[name % (part, "Bias")])

    r, u = np.split(_sigmoid(affine([self._x, self._h], "gates") +
                             bias[:, :6]), 2, axis=1)
    c = np.tanh(affine([self._x, r * self._h], "candidate") + bias[:, 6:])
    return u * self._h + (1 - u) * c

  def test_without_extra_bias(self):
    self.assertAllClose(self._expected(np.zeros([1, 9])), self._run(None))

  def test_bias(self):
    self.assertAllClose(self._expected(self._bias), self._run(self._bias))

  def test_one_bias_for_all(self):
    self.assertAllClose(self._expected(self._bias[:1]),
                        self._run(self._bias[:1]))

  def test_declarations(self):
    declarations = rnn_cells.BiasGRU(
        10, gate_bias_init=2.2).declarations(12)
    self.assertEqual(
        {"BiasGRUCell/gates/Affine/Matrix": [22, 20],
         "BiasGRUCell/gates/Affine/Bias": [20],
         "BiasGRUCell/candidate/Affine/Matrix": [22, 10],
         "BiasGRUCell/candidate/Affine/Bias": [10]},
        {name: declaration.shape
         for name, declaration in declarations.items()})
    with self.session() as session:
      for part, expected in (("gates", 2.2), ("candidate", 0.0)):
        declaration = declarations["BiasGRUCell/%s/Affine/Bias" % part]
        self.assertAllClose(
            np.full(declaration.shape, expected), session.run(
                declaration.initializer(declaration.shape, dtype=tf.float32)))


if __name__ == "__main__":
  tf.test.main()
