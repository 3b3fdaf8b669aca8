# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the layers that nets are made of."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import layers

# A layer, the shape of its inputs, the count of its tensors.
_CASES = {
    "dense": (layers.Dense(3, "sigmoid", "lecun"), [4], 2),
    "elu": (layers.Dense(3, "elu", "he"), [4], 2),
    "batch_norm": (layers.BatchNorm(), [4], 2),
    "batch_norm_of_images": (layers.BatchNorm(), [3, 2, 2], 2),
    "residual": (layers.Residual([layers.BatchNorm(), layers.Dense(4, "tanh"),
                                  layers.Dense(4)]), [4], 6),
    "conv": (layers.Conv(3, "tanh"), [4, 5, 2], 2),
    "recurrent": (layers.Recurrent(3), [4, 2], 2),
    "gru": (layers.GRU(3), [4, 2], 4),
    "dense_of_positions": (layers.Dense(3, "tanh"), [4, 2], 2),
    "layer_norm": (layers.LayerNorm(), [3, 4], 2),
    "positions": (layers.Positions(), [3, 4], 1),
    "attention": (layers.Attention(2), [3, 4], 2),
}


def _sigmoid(x):
  return 1 / (1 + np.exp(-x))


class ByHandTest(tf.test.TestCase):

  def _apply(self, layer, params, inputs):
    params = [np.float32(param) for param in params]
    tensors, shape = layer.declare(list(np.shape(inputs)[1:]))
    self.assertEqual([list(tensor.shape) for tensor in tensors],
                     [list(param.shape) for param in params])
    with tf.Graph().as_default(), tf.Session() as session:
      outputs = session.run(layer.apply(
          [tf.constant(param) for param in params],
          tf.constant(inputs, tf.float32)))
    self.assertEqual(list(shape), list(outputs.shape[1:]))
    return outputs

  def test_dense(self):
    self.assertAllClose([[0.0, 9.0]], self._apply(
        layers.Dense(2, "relu"), [[[-1, 1], [0, 2]], [-3, 0]], [[1, 4]]))
    self.assertAllClose([[np.exp(-2) - 1, 3]], self._apply(
        layers.Activation("elu"), [], [[-2, 3]]))

  def test_batch_norm(self):
    """Columns have means 3 and 0, variances 1 and 4."""
    outputs = self._apply(layers.BatchNorm(), [[2, 1], [0, 5]],
                          [[2, -2], [4, 2]])
    self.assertAllClose([[-2, 4], [2, 6]], outputs, atol=2e-3)

  def test_batch_norm_of_images(self):
    """One mean for all rows and pixels."""
    outputs = self._apply(layers.BatchNorm(), [[1], [0]],
                          [[[[1]], [[2]]], [[[3]], [[6]]]])
    expected = (np.array([1, 2, 3, 6]) - 3) / np.sqrt(3.5 + 1e-3)
    self.assertAllClose(expected, outputs.ravel())

  def test_residual(self):
    layer = layers.Residual([layers.Dense(2, "relu"), layers.Dense(1)])
    self.assertAllClose([[1 + 3 * 2 + 7]], self._apply(
        layer, [[[2, -1]], [0, 0], [[3], [5]], [7]], [[1]]))

  def test_layer_norm(self):
    """Each row and position has mean 1 and deviation 2, or -1 and 1."""
    outputs = self._apply(layers.LayerNorm(), [[2, 1], [0, 5]],
                          [[[3, -1], [-2, 0]]])
    self.assertAllClose([[[2, 4], [-2, 6]]], outputs, atol=1e-4)

  def test_attention(self):
    """With keys of 0 each position gets the mean of all values."""
    weights = np.zeros([2, 6])
    weights[:, 4:] = np.eye(2)
    inputs = np.float32([[[1, 2], [3, 6], [5, 1]]])
    mean = self._apply(layers.Attention(2), [weights, 2 * np.eye(2)], inputs)
    self.assertAllClose([[[6, 6]] * 3], mean)
    causal = self._apply(layers.Attention(1, True), [weights, np.eye(2)],
                         inputs)
    self.assertAllClose([[[1, 2], [2, 4], [3, 3]]], causal)

  def test_attention_to_what_fits(self):
    """Query and key are the input: exp(x_i x_j) weighs."""
    inputs = np.float32([[[0.0], [2.0]]])
    outputs = self._apply(layers.Attention(1), [[[1, 1, 1]], [[1]]], inputs)
    weight = 1 / (1 + np.exp(-4.0))
    self.assertAllClose([[[1.0], [2 * weight]]], outputs)

  def test_positions_and_at(self):
    self.assertAllClose([[[2], [5]]], self._apply(
        layers.Positions(), [[[1], [3]]], [[[1], [2]]]))
    self.assertAllClose([[2]], self._apply(layers.At(1), [], [[[1], [2]]]))

  def test_conv_is_that_of_tensorflow(self):
    rng = np.random.RandomState(0)
    images, kernel, bias = rng.randn(2, 4, 5, 3), rng.randn(3, 3, 3, 2), [1, 2]
    with tf.Graph().as_default(), tf.Session() as session:
      expected = session.run(tf.nn.conv2d(
          tf.constant(images, tf.float32), tf.constant(kernel, tf.float32),
          strides=1, padding="SAME") + tf.constant(bias, tf.float32))
    self.assertAllClose(expected, self._apply(
        layers.Conv(2), [kernel, bias], images), rtol=1e-5, atol=1e-5)

  def test_pool(self):
    image = np.arange(8).reshape([1, 2, 4, 1])
    self.assertAllClose([5, 7], self._apply(
        layers.Pool("max"), [], image).ravel())
    self.assertAllClose([2.5, 4.5], self._apply(
        layers.Pool("mean"), [], image).ravel())

  def test_flatten(self):
    self.assertAllClose([[0, 1, 2, 3]], self._apply(
        layers.Flatten(), [], [[[0, 1], [2, 3]]]))

  def test_embedding(self):
    self.assertAllClose([[[5, 6], [1, 2]]], self._apply(
        layers.Embedding(3, 2, 1.0), [[[1, 2], [3, 4], [5, 6]]], [[2, 0]]))

  def test_factors(self):
    """Row 1 and column 0: (3, 4) . (5, 6) + 20 + 100."""
    self.assertAllClose([[159]], self._apply(
        layers.Factors(2, 1, 2, 1.0),
        [[[1, 2], [3, 4]], [[5, 6]], [[10], [20]], [[100]]], [[1, 0]]))

  def test_recurrent(self):
    h = np.tanh(3 * np.tanh(2 * 0.5 + 0.1) - 2 * 1.0 + 0.1)
    self.assertAllClose([[h]], self._apply(
        layers.Recurrent(1), [[[2], [3]], [0.1]], [[[0.5], [-1]]]))

  def test_gru(self):
    rng = np.random.RandomState(1)
    weights, bias, candidate = rng.randn(3, 4), rng.randn(4), rng.randn(3, 2)
    inputs, h = rng.randn(3, 1), np.zeros(2)
    for x in inputs:
      gates = _sigmoid(np.concatenate([x, h]).dot(weights) + bias)
      proposed = np.tanh(
          np.concatenate([x, gates[:2] * h]).dot(candidate) + 0.2)
      h = gates[2:] * h + (1 - gates[2:]) * proposed
    self.assertAllClose([h], self._apply(
        layers.GRU(2), [weights, bias, candidate, [0.2, 0.2]], inputs[None]))


class StackTest(tf.test.TestCase, parameterized.TestCase):

  def test_starts(self):
    """Variance 2 / inputs, 1 / inputs, 2 / (inputs + outputs)."""

    def stdev(layer, shape):
      return layer.declare(shape)[0][0].stdev

    self.assertAlmostEqual(0.5, stdev(layers.Dense(3, "relu", "he"), [8]))
    self.assertAlmostEqual(0.25, stdev(layers.Dense(3, "elu", "lecun"), [16]))
    self.assertAlmostEqual(0.5, stdev(layers.Dense(3), [5]))
    self.assertEqual(0, stdev(layers.Dense(3, start="zeros"), [5]))
    self.assertAlmostEqual(1 / 3., stdev(layers.Conv(4, start="he"),
                                         [8, 8, 2]))
    self.assertAlmostEqual(1 / 6., stdev(
        layers.Conv(6, "tanh", "glorot"), [8, 8, 2]))
    scale, offset = layers.BatchNorm().declare([7])[0]
    self.assertEqual(([7], 1, 0), tuple(scale))
    self.assertEqual(([7], 0, 0), tuple(offset))

  def test_a_stack_hands_each_layer_its_tensors(self):
    stack = [layers.Dense(1), layers.BatchNorm(), layers.Activation("relu"),
             layers.Dense(1)]
    tensors, shape = layers.declare(stack, [1])
    self.assertEqual([[1, 1], [1], [1], [1], [1, 1], [1]],
                     [tensor.shape for tensor in tensors])
    self.assertEqual([1], shape)
    params = [[[1]], [0], [2], [0], [[3]], [5]]
    with tf.Graph().as_default(), tf.Session() as session:
      outputs = session.run(layers.apply(
          stack, [tf.constant(param, tf.float32) for param in params],
          tf.constant([[1.0], [3.0]])))
    self.assertAllClose([[5], [5 + 3 * 2 / np.sqrt(1.001)]], outputs)

  def test_shows_its_options(self):
    self.assertEqual(
        "Residual([Dense(3, tanh, he), BatchNorm()])",
        str(layers.Residual([layers.Dense(3, "tanh", "he"),
                             layers.BatchNorm()])))

  @parameterized.parameters(*sorted(_CASES))
  def test_second_derivative(self, name):
    """Against the difference of two gradients, in a random direction."""
    layer, shape, count = _CASES[name]
    rng = np.random.RandomState(0)
    tensors, _ = layer.declare(shape)
    self.assertLen(tensors, count)
    start = [rng.randn(*tensor.shape) for tensor in tensors]
    direction = [rng.randn(*tensor.shape) for tensor in tensors]
    # Inputs count as a parameter too, as those of a layer further on.
    start.append(rng.randn(5, *shape))
    direction.append(rng.randn(5, *shape))
    with tf.Graph().as_default(), tf.Session() as session:
      xs = [tf.constant(value) for value in start]
      vs = [tf.constant(value) for value in direction]
      weights = tf.constant(rng.randn(*layer.apply(
          xs[:-1], xs[-1]).shape.as_list()))
      loss = tf.reduce_sum(weights * tf.square(layer.apply(xs[:-1], xs[-1])))
      slopes = tf.gradients(loss, xs)
      curvature = tf.gradients(
          tf.add_n([tf.reduce_sum(g * v) for g, v in zip(slopes, vs)]), xs)
      values = session.run(xs + vs)
      half, step = len(values) // 2, 1e-5
      ahead, behind = [
          session.run(slopes, {x: value + sign * step * v for x, value, v in
                               zip(xs, values[:half], values[half:])})
          for sign in (1, -1)]
      for a, b, c in zip(ahead, behind, session.run(curvature)):
        self.assertAllClose((a - b) / (2 * step), c, rtol=1e-5, atol=1e-5)

  def test_compiled_slopes(self):
    """Those of a pool's greatest values too: none is missed, none twice."""
    stack = [layers.Conv(6), layers.BatchNorm(), layers.Activation("relu"),
             layers.Pool("max"), layers.Flatten(), layers.Dense(3)]
    rng = np.random.RandomState(0)
    params = [rng.randn(*tensor.shape).astype(np.float32)
              for tensor in layers.declare(stack, [6, 6, 1])[0]]
    images = rng.randn(300, 6, 6, 1).astype(np.float32)

    def slopes(*params):
      loss = tf.reduce_mean(tf.square(layers.apply(
          stack, params, tf.constant(images))))
      return tf.gradients(loss, params)

    with tf.Graph().as_default(), tf.Session() as session:
      inputs = [tf.constant(param) for param in params]
      expected, compiled = session.run([
          slopes(*inputs), tf.xla.experimental.compile(slopes, inputs)])
    for a, b in zip(expected, compiled):
      self.assertAllClose(a, b, rtol=1e-4, atol=1e-5)


if __name__ == "__main__":
  tf.test.main()
