# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Data sets as scripts written for the 2017 release use them."""

import collections
import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from optimizer import global_learning_rate
from problems import datasets
from problems import problem_generator as pg
from problems import problem_sets

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

  def test_size_is_the_number_of_rows(self):
    self.assertEqual(6, datasets.Dataset(_DATA, _LABELS).size)
    self.assertEqual(3, datasets.Dataset(
        np.zeros([3, 4, 4, 1]), np.zeros([3])).size)

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

  def test_empty(self):
    empty = datasets.EMPTY_DATASET
    self.assertEqual(((0,), (0,)), (empty.data.shape, empty.labels.shape))
    self.assertEqual(0, empty.size)
    for batch_size in (0, None, 5):
      self.assertEqual([[], [], []], empty.batch_indices(3, batch_size))


class BatchIndicesTest(tf.test.TestCase):

  def test_list_of_lists(self):
    batches = datasets.Dataset(_DATA, _LABELS).batch_indices(5, 2)
    self.assertIsInstance(batches, list)
    self.assertEqual([list] * 5, [type(batch) for batch in batches])
    self.assertEqual([2] * 5, [len(batch) for batch in batches])
    for i in _flat(batches):
      self.assertEqual(_DATA[i, 0], 2 * i)

  def test_epochs(self):
    dataset = datasets.Dataset(np.zeros([100, 1]), np.zeros([100]))
    batches = dataset.batch_indices(num_batches=8, batch_size=25)
    first, second = _flat(batches[:4]), _flat(batches[4:])
    self.assertEqual(list(range(100)), sorted(first))
    self.assertEqual(list(range(100)), sorted(second))
    self.assertNotEqual(first, second)
    self.assertNotEqual(list(range(100)), first)

  def test_no_short_batches(self):
    dataset = datasets.Dataset(np.zeros([10, 1]), np.zeros([10]))
    batches = dataset.batch_indices(6, 4)
    self.assertEqual([4] * 6, [len(batch) for batch in batches])
    for i in (0, 2, 4):  # Two batches an epoch; the last two rows wait.
      self.assertEqual(8, len(set(_flat(batches[i:i + 2]))))

  def test_more_than_there_are_rows(self):
    dataset = datasets.Dataset(_DATA, _LABELS)
    for batch_size in (6, 7, 1000, None):
      batches = dataset.batch_indices(3, batch_size)
      self.assertEqual([list(range(6))] * 3, [sorted(b) for b in batches])


class GeneratorsTest(tf.test.TestCase, parameterized.TestCase):

  def test_noisy_parity_class(self):
    dataset = datasets.noisy_parity_class(4000, n_classes=3, n_context_ids=4,
                                          noise_prob=0.25, random_seed=5)
    self.assertEqual((4000, 4), dataset.data.shape)
    self.assertEqual([0, 1, 2], np.unique(dataset.data).tolist())
    off = (dataset.labels.ravel() - dataset.data.sum(axis=1)) % 3
    self.assertEqual([0, 1], np.unique(off).tolist())
    self.assertAllClose(0.25, np.mean(off), atol=0.035)  # 5 deviations
    exact = datasets.noisy_parity_class(50, 2, 5, 0.0, 1)
    self.assertAllEqual(exact.data.sum(axis=1) % 2, exact.labels.ravel())

  def test_noisy_parity_class_defaults(self):
    dataset = datasets.noisy_parity_class(1000)
    self.assertEqual((1000, 5), dataset.data.shape)
    self.assertEqual([0, 1], np.unique(dataset.data).tolist())
    noise = (dataset.labels.ravel() + dataset.data.sum(axis=1)) % 2
    self.assertAllClose(0.25, np.mean(noise), atol=0.07)  # 5 deviations

  def test_random_binary(self):
    dataset = datasets.random_binary(7, 1000)
    self.assertEqual((1000, 7), dataset.data.shape)
    self.assertEqual([0, 1], np.unique(dataset.data).tolist())
    self.assertAllClose(0.5, np.mean(dataset.data), atol=0.03)
    self.assertAllEqual(np.zeros([1000, 1]), dataset.labels)

  def test_random_symmetric(self):
    dataset = datasets.random_symmetric(3, 1000)
    self.assertEqual((1000, 3), dataset.data.shape)
    self.assertEqual((1000, 1), dataset.labels.shape)
    order = np.lexsort(dataset.data.T)
    negated = np.lexsort(-dataset.data.T)
    self.assertAllEqual(dataset.data[order], -dataset.data[negated])
    self.assertAllClose(1.0, np.std(dataset.data), atol=0.1)

  def test_random_mlp(self):
    dataset = datasets.random_mlp(6, 1000, random_seed=3)
    self.assertEqual((1000, 6), dataset.data.shape)
    self.assertAllClose([0.0, 1.0], [np.mean(dataset.data),
                                     np.std(dataset.data)], atol=0.07)
    self.assertContainsSubset(np.unique(dataset.labels).tolist(), [0, 1])

  def test_random(self):
    near, far = [datasets.random(5, 2000, n_classes=3, sep=sep, random_seed=1)
                 for sep in (1.0, 50.0)]
    self.assertEqual((2000, 5), near.data.shape)
    counts = np.bincount(near.labels.ravel())
    self.assertAllClose([667] * 3, counts, atol=30)
    # Far apart, the signs of a row tell its corner: two for each class.
    corners = collections.defaultdict(collections.Counter)
    for row, label in zip(far.data, far.labels.ravel()):
      corners[tuple(np.sign(row))][label] += 1
    main = [max(c, key=c.get) for c in corners.values()]
    self.assertEqual([0, 0, 1, 1, 2, 2], sorted(main))
    noise = 1 - sum(max(c.values()) for c in corners.values()) / 2000.0
    self.assertBetween(noise, 0.001, 0.02)  # 1%, a third of them unchanged
    self.assertAllClose(50, np.mean(np.abs(far.data)), atol=2)

  @parameterized.parameters(
      lambda seed: datasets.random(4, 50, random_seed=seed),
      lambda seed: datasets.random_mlp(4, 50, random_seed=seed),
      lambda seed: datasets.random_binary(4, 50, random_seed=seed),
      lambda seed: datasets.random_symmetric(4, 50, random_seed=seed),
      lambda seed: datasets.noisy_parity_class(50, random_seed=seed))
  def test_seeds(self, make):
    self.assertTrue(make(3) == make(3))
    self.assertFalse(make(3) == make(4))
    self.assertFalse(make(None) == make(None))

  def test_mnist(self):
    home = self.create_tempdir() if hasattr(
        self, "create_tempdir") else self.get_temp_dir()
    home = getattr(home, "full_path", home)
    before = os.environ.get("KERAS_HOME")
    os.environ["KERAS_HOME"] = home
    try:
      with self.assertRaisesRegexp(IOError, "mnist.npz"):
        datasets.mnist()
      os.makedirs(os.path.join(home, "datasets"))
      images = np.random.RandomState(1).randint(
          256, size=[3, 28, 28]).astype(np.uint8)
      np.savez(os.path.join(home, "datasets", "mnist.npz"), x_train=images,
               y_train=np.uint8([7, 0, 9]), x_test=images[:1],
               y_test=np.uint8([3]))
      dataset = datasets.mnist()
    finally:
      del os.environ["KERAS_HOME"]
      if before is not None:
        os.environ["KERAS_HOME"] = before
    self.assertAllClose(images.ravel() / 255.0, dataset.data.ravel())
    self.assertEqual((3, [7, 0, 9]), (dataset.size, list(dataset.labels)))


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

  def test_problem_sets_hold_pairs(self):
    make = problem_sets.sparse_softmax_2_class_sparse_problems
    (_, dataset, batch_size), = make()
    self.assertEqual(23, batch_size)
    data, labels = dataset
    self.assertEqual((5, 5), data.shape)
    self.assertEqual(5, len(labels))
    specs = [spec for spec, dataset, batch_size
             in problem_sets.quadratic_problems() + pg.matmul_problem_sequence(
                 2, 5, 6) if dataset is None and batch_size is None]
    self.assertEqual([(20,), (25,), (50,), (100,), (2, 5), (2, 6)],
                     [spec.args for spec in specs])

  def test_test_optimizer_sees_all_rows_without_a_batch_size(self):
    dataset = datasets.Dataset(_DATA, np.float32([0, 1, 0, 1, 0, 1]))
    values, _, _ = metaopt.test_optimizer(
        tf.train.GradientDescentOptimizer(0.0),
        pg.SoftmaxRegression(2, 2), 2, dataset=dataset,
        seed=[np.zeros([2, 2]), np.zeros([2])])
    self.assertAllClose([np.log(2)] * 2, values)


if __name__ == "__main__":
  tf.test.main()
