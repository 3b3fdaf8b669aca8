# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the pure step of the hierarchical RNN."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer import hierarchical_step
from optimizer import tensor_layout

_SHAPES = [[3], [2, 2], [], [5]]


def _swap(rows):
  """Exchanges the first half of the rows and the second."""
  return tf.concat(tf.split(rows, 2)[::-1], 0)


class StepTest(tf.test.TestCase):

  def _state(self, layout, rng):
    """Returns any state of the tensors of a layout."""
    size, count = layout.num_coordinates, layout.num_tensors

    def uniform(*shape):
      return tf.constant(rng.uniform(size=shape), tf.float32)

    return {"parameter": uniform(size, 4), "layer": uniform(count, 5),
            "scl_decay": uniform(size, 1), "inp_decay": uniform(size, 1),
            "log_learning_rate": uniform(size, 1) - 5.0,
            "grad_accum": uniform(size, 4), "ms": uniform(size, 4)}

  def _options(self, optimizer):
    return optimizer._options

  def test_groups_do_not_matter(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = hierarchical_rnn.HierarchicalRNN([4, 5, 3])
      theta = optimizer.meta_parameters.values()
      options = self._options(optimizer)
      whole = tensor_layout.TensorLayout(_SHAPES)
      state = self._state(whole, np.random.RandomState(0))
      grad = tf.random.stateless_normal([whole.num_coordinates, 1], [1, 2])
      shared = [tf.constant([[0.1, -0.2, 0.3]])]
      expected = hierarchical_step.step(
          options, theta, [whole], [None], [grad], [state], shared)
      # The first two tensors apart from the last two.
      layouts = [tensor_layout.TensorLayout(shapes)
                 for shapes in (_SHAPES[:2], _SHAPES[2:])]
      cut = layouts[0].num_coordinates
      states = [{key: value[:(2 if key == "layer" else cut)]
                 for key, value in state.items()},
                {key: value[(2 if key == "layer" else cut):]
                 for key, value in state.items()}]
      actual = hierarchical_step.step(
          options, theta, layouts, [None] * 2, [grad[:cut], grad[cut:]],
          states, shared)
      session.run(tf.global_variables_initializer())
      expected, actual = session.run([expected, actual])
    ((change, attended),), (new_state,), new_shared = expected
    self.assertAllEqual(change, attended)
    self.assertAllClose(
        change, np.concatenate([steps[0] for steps in actual[0]]))
    for key in new_state:
      self.assertAllClose(new_state[key], np.concatenate(
          [part[key] for part in actual[1]]), rtol=1e-5)
    self.assertAllClose(new_shared, actual[2], rtol=1e-5)

  def test_the_order_of_tensors_does_not_matter(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = hierarchical_rnn.HierarchicalRNN([4, 5, 3])
      theta = optimizer.meta_parameters.values()
      layout = tensor_layout.TensorLayout([[3], [3]])
      state = self._state(layout, np.random.RandomState(0))
      grad = tf.random.stateless_normal([6, 1], [1, 2])
      shared = [tf.constant([[0.1, -0.2, 0.3]])]
      expected = hierarchical_step.step(
          self._options(optimizer), theta, [layout], [None], [grad],
          [state], shared)
      actual = hierarchical_step.step(
          self._options(optimizer), theta, [layout], [None],
          [_swap(grad)],
          [{key: _swap(value) for key, value in state.items()}], shared)
      change = _swap(actual[0][0][0])
      session.run(tf.global_variables_initializer())
      self.assertAllClose(*session.run([expected[0][0][0], change]))
      self.assertAllClose(*session.run([expected[2], actual[2]]))

  def test_the_gradient_passes_the_bounds_of_the_learning_rate(self):
    slopes = []
    for ceiling in (33.0, -6.0):
      with tf.Graph().as_default(), self.session() as session:
        optimizer = hierarchical_rnn.HierarchicalRNN(
            [4], init_lr_range=(1e-3, 1e-3), max_log_lr=ceiling)
        theta = optimizer.meta_parameters.values()
        layout = tensor_layout.TensorLayout([[3]])
        state = self._state(layout, np.random.RandomState(0))
        del state["layer"]
        _, (new_state,), _ = hierarchical_step.step(
            self._options(optimizer), theta, [layout], [None],
            [tf.ones([3, 1])],
            [state], [])
        slope, = tf.gradients(new_state["log_learning_rate"],
                              theta["learning_rate_bias"])
        session.run(tf.global_variables_initializer())
        slopes.append(session.run(slope))
    self.assertGreater(slopes[0][0], 0.1)
    self.assertAllClose(slopes[0], slopes[1])

  def test_direction_has_unit_mean_square(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = hierarchical_rnn.HierarchicalRNN([4, 5, 3])
      layout = tensor_layout.TensorLayout(_SHAPES)
      state = self._state(layout, np.random.RandomState(0))
      state["log_learning_rate"] = tf.zeros([layout.num_coordinates, 1])
      ((change, _),), _, _ = hierarchical_step.step(
          self._options(optimizer), optimizer.meta_parameters.values(),
          [layout], [None], [tf.random.stateless_normal(
              [layout.num_coordinates, 1], [1, 2])], [state],
          [tf.zeros([1, 3])])
      mean_squares = layout.tensor_mean(change**2)
      session.run(tf.global_variables_initializer())
      # The learning rate is 1, its offset -1.
      self.assertAllClose(np.full([4, 1], np.exp(-2.0)),
                          session.run(mean_squares), rtol=1e-5)

  def test_global_inputs(self):
    layers = tf.constant([[1.0, 2.0], [3.0, 4.0], [8.0, 0.0]])
    with self.session() as session:
      self.assertAllEqual([[4.0, 2.0]], session.run(
          hierarchical_step.GLOBAL_INPUTS["mean"](layers)))
      self.assertAllEqual([[8.0, 0.0]], session.run(
          hierarchical_step.GLOBAL_INPUTS["last"](layers)))
    self.assertLen(hierarchical_step.GLOBAL_INPUTS, 2)


if __name__ == "__main__":
  tf.test.main()
