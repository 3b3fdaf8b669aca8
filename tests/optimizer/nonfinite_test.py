# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of steps on gradients that are infinite or not numbers."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import big_tensors
from optimizer import row_blocks
from tests.optimizer import harness

_BAD = (np.nan, np.inf, -np.inf)


class NonfiniteGradientsTest(tf.test.TestCase, parameterized.TestCase):

  def _run(self, name, gradients, shape=(4,), rows=None, skip=True):
    """Steps with each gradient; returns (values, dicts of slots) after each.
    """
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      optimizer = harness.OPTIMIZERS[name]()
      optimizer.skip_nonfinite = skip
      x = tf.Variable(np.float32(np.arange(np.prod(shape)).reshape(shape)))
      feed = tf.placeholder(tf.float32, np.shape(gradients[0]))
      gradient = feed if rows is None else tf.IndexedSlices(
          feed, tf.constant(rows), tf.constant(shape))
      step = optimizer.apply_gradients([(gradient, x)])
      slots = {key: optimizer.get_slot(x, key)
               for key in optimizer.state_keys}
      with tf.Session(config=harness.fast_config()) as session:
        session.run(tf.global_variables_initializer())
        results = [session.run([x, slots])]
        for value in gradients:
          session.run(step, {feed: value})
          results.append(session.run([x, slots]))
        for variable in session.run(optimizer.variables()):
          if skip:
            self.assertTrue(np.all(np.isfinite(variable)))
    return results

  @parameterized.parameters(*sorted(harness.OPTIMIZERS))
  def test_elements_keep_parameter_and_state(self, name):
    gradients = [np.array([1.0, 2.0, -1.0, 0.5])] + [
        np.array([1.5, bad, 3.0, 2.0]) for bad in _BAD]
    results = self._run(name, gradients)
    for before, after in zip(results[1:], results[2:]):
      moved = before[0] != after[0]
      self.assertAllEqual([True, False, True, True], moved)
      for key in before[1]:
        if before[1][key].shape[:1] == (4,):
          self.assertAllEqual(before[1][key][1], after[1][key][1])
    first, last = results[1][1], results[-1][1]
    for key in ("parameter", "rnn", "m", "ms1"):
      if key in first:
        self.assertAllEqual([True, False, True, True],
                            np.any(first[key] != last[key], axis=1))

  def test_the_state_of_the_tensor_waits_too(self):
    results = self._run("hierarchical",
                        [np.ones([4]), np.array([1.0, 1.0, np.nan, 1.0])])
    self.assertAllEqual(results[1][1]["layer"], results[2][1]["layer"])
    self.assertTrue(np.all(
        results[0][1]["layer"] != results[1][1]["layer"]))

  def test_in_blocks(self):
    gradients = [np.ones([7])] + [
        np.where(np.arange(7) == i, np.nan, 1.0) for i in (0, 3, 6)]
    expected = self._run("hierarchical", gradients, (7,))
    patch = tf.test.mock.patch.object
    with patch(big_tensors, "_SMALL_TENSOR", 1), patch(
        row_blocks, "_BLOCK_ROWS", 3):
      actual = self._run("hierarchical", gradients, (7,))
    for after, (value, slots) in zip(expected, actual):
      self.assertAllClose(after[0], value, rtol=1e-5, atol=1e-6)
      self.assertAllClose(after[1], slots, rtol=1e-5, atol=1e-6)
    self.assertTrue(np.all(np.isfinite(actual[-1][0])))
    self.assertAllEqual(actual[1][1]["layer"], actual[-1][1]["layer"])

  def test_the_state_of_a_row_as_wide_as_level_1(self):
    # The level-1 state is [1, 5] too, but not one number for each element.
    gradient = np.ones([1, 5])
    gradient[0, 2] = np.nan
    results = self._run("hierarchical", [np.ones([1, 5]), gradient], (1, 5))
    self.assertAllEqual(results[1][1]["layer"], results[2][1]["layer"])

  def test_a_scalar(self):
    results = self._run("hierarchical", [1.0, np.nan, 1.0], ())
    values = [result[0] for result in results]
    self.assertNotEqual(values[0], values[1])
    self.assertEqual(values[1], values[2])
    self.assertNotEqual(values[2], values[3])

  @parameterized.parameters("adam", "coordinatewise", "global", "schedule")
  def test_sparse(self, name):
    rows = [2, 0, 2]
    good = np.ones([3, 2])
    bad = np.array([[1.0, 1.0], [1.0, np.nan], [np.inf, 1.0]])
    results = self._run(name, [good, bad], (4, 2), rows)
    before, after = results[1:]
    # Row 2 is the sum of the first and the last, the first column of it bad.
    self.assertAllEqual([[True, False], [False, False], [False, True],
                         [False, False]], before[0] != after[0])
    for key in before[1]:
      if before[1][key].shape[:1] == (8,):
        self.assertAllEqual(before[1][key][[1, 2, 3, 4, 6, 7]],
                            after[1][key][[1, 2, 3, 4, 6, 7]])

  @parameterized.parameters(*sorted(harness.OPTIMIZERS))
  def test_unless_told_not_to(self, name):
    results = self._run(name, [np.array([1.0, np.nan, 1.0, 1.0])], skip=False)
    self.assertTrue(np.isnan(results[1][0][1]))

  def test_sparse_unless_told_not_to(self):
    results = self._run("adam", [np.array([[np.nan, 1.0]])], (3, 2), [1],
                        skip=False)
    self.assertAllEqual(
        [[False, False], [True, False], [False, False]],
        np.isnan(results[1][0]))

  @parameterized.parameters("hierarchical", "coordinatewise")
  def test_finite_gradients_of_any_size_are_survived(self, name):
    # The square of these is not finite.
    gradients = [np.array([1e20, 1.0, -1e-30, -3e38])] * 2
    results = self._run(name, gradients)
    self.assertTrue(np.all(np.isfinite(results[-1][0])))


if __name__ == "__main__":
  tf.test.main()
