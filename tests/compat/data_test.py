# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Data sets as scripts written for the 2017 release use them."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import global_learning_rate
from problems import datasets
from problems import problem_generator as pg

_DATA = np.arange(12, dtype=np.float32).reshape([6, 2])
_LABELS = np.int32([0, 1, 2, 0, 1, 2])


def _flat(batches):
  return [row for batch in batches for row in batch]


class DatasetTest(tf.test.TestCase, parameterized.TestCase):

  def test_is_a_namedtuple(self):
    dataset = datasets.Dataset(_DATA, _LABELS)
    self.assertIsInstance(dataset, tuple)
    self.assertEqual(("data", "labels"), dataset._fields)
    data, labels = dataset
    self.assertAllEqual(_DATA, data)
    self.assertAllEqual(_LABELS, labels)
    self.assertAllEqual(_DATA, dataset[0])
    self.assertAllEqual(_LABELS, dataset[1])
    self.assertAllEqual(_LABELS, dataset[-1])
    self.assertEqual(2, len(dataset))
    self.assertEqual(["data", "labels"], list(dataset._asdict()))
    self.assertAllEqual(_DATA, datasets.Dataset(
        data=_DATA, labels=_LABELS).data)

  def test_replace(self):
    dataset = datasets.Dataset(_DATA, _LABELS)._replace(labels=_LABELS + 1)
    self.assertIsInstance(dataset, datasets.Dataset)
    self.assertAllEqual(_DATA, dataset.data)
    self.assertAllEqual(_LABELS + 1, dataset.labels)
    self.assertEqual(6, dataset.size)

  def test_equality(self):
    dataset = datasets.Dataset(_DATA, _LABELS)
    self.assertTrue(dataset == datasets.Dataset(_DATA.copy(), _LABELS.copy()))
    self.assertFalse(dataset != datasets.Dataset(_DATA.copy(), _LABELS))
    self.assertFalse(dataset == datasets.Dataset(_DATA + 1, _LABELS))
    self.assertTrue(dataset != datasets.Dataset(_DATA, _LABELS + 1))

  @parameterized.parameters(
      np.int8, np.uint8, np.int32, np.int64, np.float32, np.float64)
  def test_labels_keep_their_type_and_shape(self, dtype):
    for shape in ([6], [6, 1]):
      labels = np.array([0, 1, 2, 3, 4, 100]).astype(dtype).reshape(shape)
      dataset = datasets.Dataset(_DATA, labels)
      self.assertEqual(dtype, dataset.labels.dtype)
      self.assertAllEqual(labels, dataset.labels)

  def test_nothing_is_truncated(self):
    halves = np.array([0.25, 0.5, -0.75, 1.9, 0, 1])
    self.assertAllEqual(halves, datasets.Dataset(_DATA, halves).labels)
    large = np.int64([2**31, 2**40, 0, 1, 2, -2**33])
    self.assertAllEqual(large, datasets.Dataset(_DATA, large).labels)
    self.assertAllEqual(large, datasets.Dataset(_DATA, large.tolist()).labels)
    ids = np.int64([[2**35], [1]])
    self.assertAllEqual(ids, datasets.Dataset(ids, [0, 1]).data)


class BatchIndicesTest(tf.test.TestCase):

  def test_list_of_lists(self):
    batches = datasets.Dataset(_DATA, _LABELS).batch_indices(5, 2)
    self.assertIsInstance(batches, list)
    self.assertEqual([list] * 5, [type(batch) for batch in batches])
    self.assertEqual([2] * 5, [len(batch) for batch in batches])
    for i in _flat(batches):
      self.assertEqual(_DATA[i, 0], 2 * i)

  def test_more_than_there_are_rows(self):
    dataset = datasets.Dataset(_DATA, _LABELS)
    for batch_size in (6, 7, 1000, None):
      batches = dataset.batch_indices(3, batch_size)
      self.assertEqual([list(range(6))] * 3, [sorted(b) for b in batches])


class UseTest(tf.test.TestCase):

  def test_train_takes_any_pair(self):
    optimizer = global_learning_rate.GlobalLearningRate(0.1)
    problem = pg.SoftmaxRegression(2, 3)
    output = optimizer.train(problem, (_DATA, _LABELS))
    with self.session() as session:
      session.run(tf.global_variables_initializer())
      values = session.run(output.problem_objectives, {
          output.obj_weights: [1.0, 1.0], output.first_unroll: True,
          output.batches: [[0, 1, 2], [3, 4, 5]]})
    self.assertEqual((3,), values.shape)
    self.assertTrue(np.all(values > 0))

  def test_rows_of_a_batch(self):
    class Mean(pg.Problem):
      """1/2 (x - mean of the rows - mean of the labels)^2 from x = 0."""

      def __init__(self):
        super().__init__([()], None, 0.0)

      def init_tensors(self, seed=None):
        return [tf.constant(0.0)]

      def objective(self, parameters, data, labels):
        return 0.5 * tf.square(
            parameters[0] - tf.reduce_mean(data) -
            tf.reduce_mean(tf.cast(labels, tf.float32)))

    output = global_learning_rate.GlobalLearningRate(0.1).train(
        Mean(), datasets.Dataset(_DATA, _LABELS[:, None]))
    with self.session() as session:
      session.run(tf.global_variables_initializer())
      values = session.run(output.problem_objectives, {
          output.obj_weights: [1.0] * 3, output.first_unroll: True,
          output.batches: [[0, 1], [4, 5], [2, 3]]})
    # Steps follow the batches, whose sums of means are 2 and 11; values are
    # those on all data, 5.5 + 1.
    x = [0.0, 0.0, 0.2, 0.2 + 0.1 * 10.8]
    self.assertAllClose([0.5 * (6.5 - value)**2 for value in x], values)


if __name__ == "__main__":
  tf.test.main()
