# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Classifiers as scripts written for the 2017 release use them.

What is expected is worked out by NumPy.
"""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from problems import problem_generator as pg


def _draw(shapes, seed=1):
  rng = np.random.RandomState(seed)
  return [rng.randn(*shape).astype(np.float32) for shape in shapes]


def _sigmoid(x):
  return 1 / (1 + np.exp(-x))


def _penalty(params):
  return 1e-3 * np.mean([np.sum(p**2) for p in params])


def _softmax_loss(logits, labels):
  exps = np.exp(logits)
  probs = exps / np.sum(exps, axis=1, keepdims=True)
  return -np.mean(np.log(probs[np.arange(len(labels)), labels]))


def _sigmoid_loss(logits, labels):
  p = _sigmoid(logits[:, 0])
  return -np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p))


class ClassifiersTest(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    tf.reset_default_graph()

  def value(self, tensors):
    with tf.Session() as session:
      return session.run(tensors)

  @parameterized.parameters((2, _sigmoid_loss), (3, _softmax_loss))
  def test_softmax_regression(self, n_classes, cross_entropy):
    problem = pg.SoftmaxRegression(4, n_classes, tf.identity, 7, 0.5)
    self.assertEqual((7, 0.5), (problem.random_seed, problem.noise_stdev))
    self.assertEqual([(4, n_classes), (n_classes,)], problem.param_shapes)
    w, b = params = _draw(problem.param_shapes)
    data, = _draw([(5, 4)], 2)
    labels = np.int32([0, 1, n_classes - 1, 0, 1])
    logits = data.dot(w) + b
    expected = cross_entropy(logits, labels) + _penalty(params)
    values = self.value(
        [problem.inference(params, data)] +
        [problem.objective(params, data, given)
         for given in (labels, labels[:, None], np.float32(labels),
                       np.float64(labels)[:, None], np.uint8(labels))])
    self.assertAllClose(logits, values[0])
    self.assertAllClose([expected] * 5, values[1:])

  def test_fully_connected(self):
    problem = pg.FullyConnected(3, 4, hidden_sizes=(5, 6),
                                activation=tf.nn.sigmoid, random_seed=1,
                                noise_stdev=0.0)
    self.assertEqual([(3, 5), (5,), (5, 6), (6,), (6, 4), (4,)],
                     problem.param_shapes)
    params = _draw(problem.param_shapes)
    data, = _draw([(7, 3)], 2)
    labels = np.arange(7) % 4
    layer = _sigmoid(data.dot(params[0]) + params[1])
    layer = _sigmoid(layer.dot(params[2]) + params[3])
    logits = layer.dot(params[4]) + params[5]
    f, classes, accuracy = self.value([
        problem.objective(params, data, labels),
        problem.argmax(problem.inference(params, data)),
        problem.accuracy(params, data, labels)])
    self.assertAllClose(_softmax_loss(logits, labels) + _penalty(params), f)
    self.assertAllEqual(np.argmax(logits, axis=1), classes)
    self.assertAllClose(np.mean(np.argmax(logits, axis=1) == labels), accuracy)

  def test_defaults(self):
    problem = pg.FullyConnected(20, 10)
    self.assertEqual([(20, 32), (32,), (32, 64), (64,), (64, 10), (10,)],
                     problem.param_shapes)
    x = self.value(problem.init_tensors(seed=3))
    for array, shape in zip(x, problem.param_shapes):
      self.assertAllClose(1.2 / np.sqrt(shape[0]), np.std(array), rtol=0.5)
    self.assertAllClose(1.2 / np.sqrt(32), np.std(x[2]), rtol=0.05)

  @parameterized.parameters(pg.FullyConnected, pg.SoftmaxRegression)
  def test_images_are_flattened(self, problem_class):
    problem = problem_class(12, 3)
    params = _draw(problem.param_shapes)
    images, = _draw([(5, 2, 3, 2)], 2)
    flat, unflattened = self.value([
        problem.inference(params, images.reshape([5, 12])),
        problem.inference(params, images)])
    self.assertEqual((5, 3), unflattened.shape)
    self.assertAllClose(flat, unflattened)

  def test_two_class_accuracy_agrees_with_the_loss(self):
    problem = pg.SoftmaxRegression(1, 2)
    params = [np.float32([[1.0, 5.0]]), np.float32([0.0, 0.0])]
    data, labels = np.float32([[2.0], [-2.0], [3.0]]), np.int32([1, 0, 0])
    logits = problem.inference(params, data)
    classes, accuracy, column = self.value([
        problem.argmax(logits), problem.accuracy(params, data, labels),
        problem.accuracy(params, data, labels[:, None])])
    self.assertAllEqual([1, 0, 1], classes)
    self.assertAllClose([2 / 3.0] * 2, [accuracy, column])

  @parameterized.parameters(
      pg.SparseSoftmaxRegression, pg.OneHotSparseSoftmaxRegression)
  def test_bags_of_ids(self, problem_class):
    problem = problem_class(5, 3, tf.identity, 7, 0.5)
    self.assertEqual((7, 0.5), (problem.random_seed, problem.noise_stdev))
    self.assertEqual([(3, 5), (5, 3), (3,)], problem.param_shapes)
    e, w, b = params = _draw(problem.param_shapes)
    ids, labels = np.int32([[0, 2, 2, 1], [1, 1, 1, 0]]), np.int32([2, 0])
    sums = np.array([e[0] + 2 * e[2] + e[1], 3 * e[1] + e[0]])
    logits = sums.dot(w) + b
    tensors = [tf.constant(p) for p in params]
    loss = problem.objective(tensors, tf.constant(ids), labels)
    f, grad = self.value([loss, tf.gradients(loss, tensors)[2]])
    self.assertAllClose(_softmax_loss(logits, labels) + _penalty(params), f,
                        rtol=1e-5)
    probs = np.exp(logits) / np.sum(np.exp(logits), axis=1, keepdims=True)
    residual = probs - np.eye(3)[labels]
    self.assertAllClose(residual.mean(axis=0) + 2e-3 / 3 * b, grad, rtol=1e-4)

  def test_conv_net(self):
    problem = pg.ConvNet((2, 4, 3), 5, [(1, 1, 3), (1, 1, 2)])
    self.assertEqual([(1, 1, 2, 3), (1, 1, 3, 2), (24, 5), (5,)],
                     problem.param_shapes)
    params = _draw(problem.param_shapes)
    data, = _draw([(2, 4, 3, 2)], 2)
    layer = np.maximum(data.dot(params[0][0, 0]), 0)
    layer = np.maximum(layer.dot(params[1][0, 0]), 0)
    logits = layer.reshape([2, 24]).dot(params[2]) + params[3]
    labels = np.int32([4, 1])
    got, f = self.value([problem.inference(params, data),
                         problem.objective(params, data, labels)])
    self.assertAllClose(logits, got, rtol=1e-4)
    self.assertAllClose(_softmax_loss(logits, labels) + _penalty(params), f,
                        rtol=1e-4)

  def test_convolution_is_same_with_stride_one(self):
    problem = pg.ConvNet((1, 3, 3), 2, [(3, 3, 1)], activation=tf.identity)
    kernel = np.zeros([3, 3, 1, 1], np.float32)
    kernel[0, 1] = 1.0  # The pixel above.
    data = np.arange(9, dtype=np.float32).reshape([1, 3, 3, 1])
    dense = np.float32([[1.0, 0.0], [0.1, 1.0]] + [[0.0, 0.0]] * 7)
    dense[3:6, 0] = [1.0, 2.0, 4.0]
    params = [kernel, dense, np.float32([0.5, 0.0])]
    # Row 1 of the result is row 0 of the image; row 0 is padding.
    self.assertAllClose([[0 + 2 * 1 + 4 * 2 + 0.5, 0.0]],
                        self.value(problem.inference(params, data)))

  def test_conv_net_starts_small(self):
    problem = pg.ConvNet([1, 28, 28], 10, [(3, 3, 8), (5, 5, 8)])
    for array in self.value(problem.init_tensors(seed=1)):
      self.assertAllClose(0.01, np.std(array), rtol=0.6)
    self.assertEqual((28 * 28 * 8, 10), problem.param_shapes[-2])

  def test_own_classifier(self):
    class Scaled(pg.SoftmaxClassifier):
      def __init__(self, random_seed=None, noise_stdev=0.0):
        super().__init__([(3,)], random_seed, noise_stdev)

      def inference(self, params, data):
        return params[0] * data

    problem = Scaled(noise_stdev=0.5)
    self.assertEqual(0.5, problem.noise_stdev)
    x, data = np.float32([1, 2, 3]), np.float32([[1, 0, 0], [0, 1, -1]])
    labels = np.int32([0, 2])
    f, accuracy = self.value([problem.objective([x], data, labels),
                              problem.accuracy([x], data, labels)])
    self.assertAllClose(_softmax_loss(x * data, labels) + 14e-3, f)
    self.assertAllClose(0.5, accuracy)


if __name__ == "__main__":
  tf.test.main()
