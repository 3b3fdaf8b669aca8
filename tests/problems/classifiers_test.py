# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of classifiers, and of what they share."""

import os

import numpy as np
import tensorflow.compat.v1 as tf

from problems import classifiers
from problems import softmax_classifier
from tests.problems import oracle

_REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                          "testdata", "reference", "hrnn_default.npz")


def _loss(logits, labels, parameters, n_classes, l2_reg_scale=1e-3):
  """The objective, by its definition."""
  if n_classes == 2:
    signs = 2.0 * labels - 1.0
    losses = np.log1p(np.exp(-signs * logits[:, 0]))
  else:
    losses = (np.log(np.exp(logits).sum(axis=1)) -
              logits[np.arange(len(labels)), labels])
  return losses.mean() + l2_reg_scale * np.mean(
      [np.sum(p**2) for p in parameters])


def _perceptron(parameters, data, activation):
  layer = data
  for i in range(0, len(parameters), 2):
    layer = activation(layer) if i else layer
    layer = layer.dot(parameters[i]) + parameters[i + 1]
  return layer


def _sigmoid(x):
  return 1 / (1 + np.exp(-x))


def _data(rows, columns, n_classes, seed=0):
  rng = np.random.RandomState(seed)
  return (rng.randn(rows, columns).astype(np.float32),
          rng.randint(n_classes, size=rows))


class FullyConnectedTest(tf.test.TestCase):

  def test_shapes(self):
    problem = classifiers.FullyConnected(5, 3, hidden_sizes=[4, 2])
    self.assertEqual([(5, 4), (4,), (4, 2), (2,), (2, 3), (3,)],
                     problem.param_shapes)
    self.assertEqual([(7, 32), (32,), (32, 64), (64,), (64, 2), (2,)],
                     classifiers.FullyConnected(7, 2).param_shapes)

  def test_objective(self):
    for n_classes in (2, 4):
      data, labels = _data(6, 3, n_classes)
      problem = classifiers.FullyConnected(3, n_classes, hidden_sizes=[4, 2])

      def loss(p, data=data, labels=labels, n_classes=n_classes):
        return _loss(_perceptron(p, data, _sigmoid), labels, p, n_classes)

      oracle.check(self, problem, loss, data=data, labels=labels)

  def test_hidden_sizes_that_are_none(self):
    for hidden_sizes in (5, "5", [0], [2.5], [-1], None):
      with self.assertRaisesRegexp(ValueError, "hidden_sizes must be"):
        classifiers.FullyConnected(5, 3, hidden_sizes=hidden_sizes)

  def test_sizes_in_other_sequences(self):
    for hidden_sizes in (range(2, 4), np.array([2, 3]), (2, 3)):
      problem = classifiers.FullyConnected(5, 3, hidden_sizes=hidden_sizes)
      self.assertEqual([(5, 2), (2,), (2, 3), (3,), (3, 3), (3,)],
                       [tuple(shape) for shape in problem.param_shapes])
    for filter_list in (zip([3], [2], [4]), np.array([[3, 2, 4]])):
      problem = classifiers.ConvNet(np.array([1, 4, 4]), 3, filter_list)
      self.assertEqual((3, 2, 1, 4), tuple(problem.param_shapes[0]))

  def test_shapes_of_a_convolutional_net_that_are_none(self):
    for image_shape in (5, (1, 2), (1, 2.5, 3), None):
      with self.assertRaisesRegexp(ValueError, "image_shape must be"):
        classifiers.ConvNet(image_shape, 3, [(3, 3, 2)])
    for filter_list in (5, (3, 3, 2), [(3, 3)], [(3, 3, 0)], None):
      with self.assertRaisesRegexp(ValueError, "filter_list must be"):
        classifiers.ConvNet((1, 4, 4), 3, filter_list)

  def test_activation_and_penalty(self):
    data, labels = _data(6, 3, 2)
    problem = classifiers.FullyConnected(
        3, 2, hidden_sizes=(4,), activation=tf.nn.tanh, l2_reg_scale=0.5)
    oracle.check(
        self, problem,
        lambda p: _loss(_perceptron(p, data, np.tanh), labels, p, 2, 0.5),
        data=data, labels=labels)

  def test_reference(self):
    reference = np.load(_REFERENCE)
    problem = classifiers.FullyConnected(5, 2, hidden_sizes=(4, 3),
                                         activation=tf.nn.sigmoid)
    start = [reference["mlp/init/%d" % i] for i in range(6)]
    with self.session() as session:
      value = session.run(problem.objective(
          problem.init_tensors(start), reference["mlp/data"],
          reference["mlp/labels"]))
    self.assertAllClose(reference["mlp/apply/objective"][0], value, rtol=1e-6)

  def test_start(self):
    problem = classifiers.FullyConnected(400, 2, hidden_sizes=(300,))
    with self.session() as session:
      values = session.run(problem.init_tensors(seed=1))
    self.assertAllClose(1.2 / 20, values[0].std(), rtol=0.02)
    self.assertAllClose(1.2 / 300**0.5, values[1].std(), rtol=0.15)
    self.assertAllClose(0, values[0].mean(), atol=0.01)

  def test_two_class_predictions_agree_with_the_loss(self):
    problem = classifiers.SoftmaxRegression(2, 2)
    logits = np.float32([[1, 5], [-1, -5], [0.1, -1], [-0.1, 1]])
    with self.session() as session:
      self.assertAllEqual([1, 0, 1, 0], session.run(problem.argmax(logits)))
      # With W = 1 the logits are the data.
      parameters = [tf.eye(2), tf.zeros([2])]
      for labels in ([1, 0, 0, 0], [[1], [0], [0], [0]]):
        accuracy = problem.accuracy(parameters, tf.constant(logits), labels)
        self.assertAllClose(0.75, session.run(accuracy))
      # A fit by gradient descent predicts what it was trained on.
      data = np.float32(np.random.RandomState(0).randn(30, 2))
      labels = np.int32(data[:, 0] > data[:, 1])
      variables = problem.init_variables(seed=1)
      step = tf.train.GradientDescentOptimizer(1.0).minimize(
          problem.objective(variables, data, labels), var_list=variables)
      session.run(tf.global_variables_initializer())
      for _ in range(100):
        session.run(step)
      self.assertGreater(
          session.run(problem.accuracy(variables, data, labels)), 0.95)

  def test_many_class_predictions(self):
    problem = classifiers.SoftmaxRegression(3, 3)
    logits = np.float32([[1, 5, 2], [7, -5, 0], [0, 1, 2]])
    with self.session() as session:
      predictions = session.run(problem.argmax(tf.constant(logits)))
      accuracy = session.run(problem.accuracy(
          [tf.eye(3), tf.zeros([3])], tf.constant(logits), [1, 0, 0]))
    self.assertAllEqual([1, 0, 2], predictions)
    self.assertEqual(np.int32, predictions.dtype)
    self.assertAllClose(2 / 3, accuracy)

  def test_errors(self):
    with self.assertRaisesRegexp(ValueError, "n_classes"):
      classifiers.SoftmaxRegression(3, 1)
    with self.assertRaisesRegexp(ValueError, "l2_reg_scale"):
      classifiers.SoftmaxRegression(3, 2, l2_reg_scale=-1)
    with self.assertRaisesRegexp(ValueError, "needs data and labels"):
      classifiers.SoftmaxRegression(3, 2).objective([tf.eye(2), tf.zeros([2])])

  def test_labels_of_every_type(self):
    data, labels = _data(5, 4, 2)
    for n_classes in (2, 3):
      problem = classifiers.SoftmaxRegression(4, n_classes)
      params = problem.init_tensors(seed=1)
      with self.session() as session:
        values = session.run([
            problem.objective(params, data, each)
            for each in (labels, labels[:, None], np.float32(labels),
                         np.float64(labels)[:, None], np.uint8(labels))])
      self.assertAllClose([values[0]] * 5, values)

  def test_images_are_flattened(self):
    images = _data(5, 12, 2)[0]
    for problem_class in (classifiers.FullyConnected,
                          classifiers.SoftmaxRegression):
      problem = problem_class(12, 3)
      params = problem.init_tensors(seed=1)
      with self.session() as session:
        flat, unflattened = session.run([
            problem.inference(params, images),
            problem.inference(params, images.reshape([5, 2, 3, 2]))])
      self.assertAllEqual(flat, unflattened)

  def test_order_of_arguments(self):
    for problem_class in (classifiers.SoftmaxRegression,
                          classifiers.SparseSoftmaxRegression,
                          classifiers.OneHotSparseSoftmaxRegression):
      problem = problem_class(4, 3, tf.identity, 7, 0.5)
      self.assertEqual((7, 0.5), (problem.random_seed, problem.noise_stdev))

  def test_own_classifier(self):
    class Scaled(softmax_classifier.SoftmaxClassifier):

      def __init__(self, random_seed=None, noise_stdev=0.0):
        super().__init__([(3,)], random_seed, noise_stdev)

      def inference(self, params, data):
        return params[0] * data

    problem = Scaled(noise_stdev=0.5)
    self.assertEqual(0.5, problem.noise_stdev)
    x, data = np.float32([1, 2, 3]), np.float32([[1, 0, 0], [0, 1, -1]])
    labels = np.int32([0, 2])
    with self.session() as session:
      f, accuracy = session.run([problem.objective([x], data, labels),
                                 problem.accuracy([x], data, labels)])
    self.assertAllClose(_loss(x * data, labels, [x], 3), f)
    self.assertAllClose(0.5, accuracy)

  def test_labels_of_no_class(self):
    for n_classes, labels, message in (
        (2, [0, -1], "numbers from 0 to 1; got .* such as -1"),
        (2, [[0], [2]], "numbers from 0 to 1; got .* such as 2"),
        (3, [0, 3], "integers from 0 to 2; got .* such as 3"),
        (3, [0.5, 1.0], "integers from 0 to 2; got .* such as 0.5")):
      problem = classifiers.SoftmaxRegression(3, n_classes)
      with self.assertRaisesRegexp(ValueError, "Labels must be " + message):
        problem.objective(problem.init_tensors(), tf.ones([2, 3]), labels)


class SoftmaxRegressionTest(tf.test.TestCase):

  def test_objective(self):
    data, labels = _data(6, 3, 2)
    problem = classifiers.SoftmaxRegression(3, 2)
    self.assertEqual([(3, 2), (2,)], problem.param_shapes)
    oracle.check(self, problem,
                 lambda p: _loss(data.dot(p[0]) + p[1], labels, p, 2),
                 data=data, labels=labels)


class SparseSoftmaxRegressionTest(tf.test.TestCase):

  def test_objective(self):
    rng = np.random.RandomState(0)
    for problem_class, n in ((classifiers.SparseSoftmaxRegression, 2),
                             (classifiers.OneHotSparseSoftmaxRegression, 2),
                             (classifiers.SparseSoftmaxRegression, 3)):
      data, labels = rng.randint(n, size=[8, 5]), rng.randint(n, size=8)

      def loss(p, data=data, labels=labels, n=n):
        return _loss(p[0][data].sum(axis=1).dot(p[1]) + p[2], labels, p, n)

      problem = problem_class(5, n)
      self.assertEqual([(n, 5), (5, n), (n,)], problem.param_shapes)
      oracle.check(self, problem, loss, data=data, labels=labels)

  def test_gradient_of_the_look_up_is_sparse(self):
    problem = classifiers.SparseSoftmaxRegression(50, 2, l2_reg_scale=0.0)
    table = tf.ones([2, 50])
    logits = problem.inference([table, tf.ones([50, 2]), tf.zeros([2])],
                               tf.constant([[0, 1]]))
    self.assertIsInstance(tf.gradients(logits, table)[0], tf.IndexedSlices)


class ConvNetTest(tf.test.TestCase):

  def test_shapes_and_start(self):
    problem = classifiers.ConvNet((1, 28, 28), 10, [(3, 3, 8), (5, 5, 8)])
    self.assertEqual([(3, 3, 1, 8), (5, 5, 8, 8), (6272, 10), (10,)],
                     problem.param_shapes)
    with self.session() as session:
      values = session.run(problem.init_tensors(seed=1))
    self.assertAllClose(0.01, values[2].std(), rtol=0.02)
    self.assertAllClose(0.01, values[1].std(), rtol=0.1)

  def test_objective(self):
    n_classes = 3
    data, labels = _data(2, 24, n_classes)
    problem = classifiers.ConvNet((2, 4, 3), n_classes, [(3, 3, 2), (1, 2, 1)],
                                  activation=tf.nn.sigmoid)

    def convolve(layer, kernel):
      # SAME padding puts the odd column on the right.
      rows, columns = kernel.shape[:2]
      pad = [(0, 0)] + [((n - 1) // 2, n // 2) for n in (rows, columns)]
      padded = np.pad(layer, pad + [(0, 0)], "constant")
      return sum(
          padded[:, i:i + layer.shape[1], j:j + layer.shape[2]].dot(
              kernel[i, j]) for i in range(rows) for j in range(columns))

    def loss(p):
      layer = np.float64(data).reshape([2, 4, 3, 2])
      layer = _sigmoid(convolve(layer, p[0]))
      layer = _sigmoid(convolve(layer, p[1]))
      return _loss(layer.reshape([2, -1]).dot(p[2]) + p[3], labels, p,
                   n_classes)

    oracle.check(self, problem, loss, data=data, labels=labels)
    # Images need not be flattened.
    oracle.check(self, problem, loss, data=data.reshape([2, 4, 3, 2]),
                 labels=labels)

  def test_image_shape_is_checked(self):
    with self.assertRaisesRegexp(ValueError, "channels, height, width"):
      classifiers.ConvNet((28, 28), 10, [])


if __name__ == "__main__":
  tf.test.main()
