# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the kinds of state, and of joining states."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import selection
from optimizer import state_spec
from optimizer import tensor_layout

_SHAPES = [[2, 3], [], [0, 2], [4]]


class StateSpecTest(tf.test.TestCase):

  def test_kinds_by_shape(self):
    spec = state_spec.StateSpec(dict(
        dict.fromkeys(("row", "one", "count", "slot"), state_spec.BY_SHAPE),
        named=state_spec.PER_TENSOR))
    shapes = {"row": [6, 4], "one": [1, 4], "count": [], "slot": [2, 3],
              "named": [6, 1]}
    self.assertEqual(
        {"row": state_spec.PER_ELEMENT, "one": state_spec.PER_TENSOR,
         "count": state_spec.PER_TENSOR, "slot": state_spec.LIKE_VARIABLE,
         "named": state_spec.PER_TENSOR},
        {key: spec.kind(key, tf.TensorShape(shape), tf.TensorShape([2, 3]))
         for key, shape in shapes.items()})
    # Of a column of unknown length.
    column = tf.TensorShape([None, 1])
    self.assertEqual(state_spec.PER_ELEMENT, spec.kind(
        "row", tf.TensorShape([None, 4]), column))
    self.assertEqual(state_spec.PER_TENSOR, spec.kind(
        "count", tf.TensorShape([]), column))

  def test_masks_choose_by_kind(self):
    state = {"row": np.ones([3, 2]), "one": np.ones([1, 2]),
             "slot": np.ones([3])}
    state = {key: tf.constant(value) for key, value in state.items()}
    spec = state_spec.StateSpec({
        "row": state_spec.PER_ELEMENT, "one": state_spec.PER_TENSOR,
        "slot": state_spec.LIKE_VARIABLE})
    finite = tf.constant([True, False, True])
    with self.session() as session:
      chosen = session.run({
          key: selection.select(
              spec.mask(key, value, finite), 5.0 * value, value)
          for key, value in state.items()})
    self.assertAllEqual([[5, 5], [1, 1], [5, 5]], chosen["row"])
    self.assertAllEqual([5, 1, 5], chosen["slot"])
    self.assertAllEqual([[1, 1]], chosen["one"])

  def test_scales(self):
    state = {"ms1": tf.constant([[1.0], [2.0]]),
             "ms2": tf.constant([[3.0], [4.0]])}
    joined = state_spec.join_scales(state, ["ms"], 2)
    parts = state_spec.split_scales(joined, ["ms"], 2)
    with self.session() as session:
      joined, parts, state = session.run([joined, parts, state])
    self.assertAllEqual([[1, 3], [2, 4]], joined["ms"])
    for key in state:
      self.assertAllEqual(state[key], parts[key])


class ConcatTest(tf.test.TestCase):

  def test_split_undoes_concat(self):
    for shapes in (_SHAPES, _SHAPES[:1]):
      layout = tensor_layout.TensorLayout(shapes)
      rng = np.random.RandomState(0)
      states = [{"each": np.float32(rng.randn(size, 2)),
                 "tensor": np.float32(rng.randn(1, 3))}
                for size in layout.sizes]
      with self.session() as session:
        actual = session.run(state_spec.split(
            state_spec.concat(
                [{key: tf.constant(value) for key, value in state.items()}
                 for state in states]), layout, ("tensor",)))
      self.assertLen(actual, len(shapes))
      for expected, state in zip(states, actual):
        self.assertAllEqual(expected["each"], state["each"])
        self.assertAllEqual(expected["tensor"], state["tensor"])


if __name__ == "__main__":
  tf.test.main()
