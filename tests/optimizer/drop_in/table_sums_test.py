# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of steps of rows of tables: they are those of whole tables."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained
from optimizer.drop_in import apply_gradients
from optimizer.drop_in import table_sums
from optimizer.native import native_step
from tests.optimizer import harness

_ROWS, _COLUMNS = 60, 4
_RATES = (0.1, 0.1)


def _plain(**options):
  """Without stabilizers: an optimizer with one mean less for each of them."""
  return harness.hierarchical(
      skip_zero_gradients=True, init_lr_range=_RATES, **options)


class _Model:
  """Vectors looked up in a table times a matrix, in a graph of its own."""

  def __init__(self, native=True, resource=True, dense=False,
               optimizer=harness.stabilized, num_parts=0, **table_options):
    self.graph = tf.Graph()
    with self.graph.as_default():
      tf.set_random_seed(1)
      rng = np.random.RandomState(0)
      self.optimizer = optimizer()
      self.optimizer.use_native = native
      with tf.variable_scope("", use_resource=resource):
        self.table = tf.get_variable(
            "table", [_ROWS, _COLUMNS],
            initializer=tf.random_normal_initializer(), **table_options)
        parts = [tf.get_variable(
            "parts", [_ROWS, _COLUMNS], initializer=tf.zeros_initializer(),
            partitioner=tf.fixed_size_partitioner(num_parts))
                ] if num_parts else []
        matrix = tf.get_variable("matrix", initializer=np.float32(
            rng.randn(_COLUMNS, 2)))
      self.rows = tf.placeholder(tf.int32, [None])
      self.scale = tf.placeholder_with_default(1.0, [])
      vectors = [tf.cast(tf.gather(self.table, self.rows), tf.float32)] + [
          tf.nn.embedding_lookup(each, self.rows) for each in parts]
      outputs = tf.matmul(sum(vectors), matrix)
      targets = tf.cos(tf.cast(self.rows, tf.float32))
      self.loss = self.scale * tf.reduce_sum(
          tf.square(outputs - tf.expand_dims(targets, 1)))
      pairs = self.optimizer.compute_gradients(
          self.loss, [self.table, matrix] + [
              part for each in parts for part in each])
      self.step = self.optimizer.apply_gradients([
          (tf.convert_to_tensor(grad) if dense else grad, variable)
          for grad, variable in pairs])
      self.sums = [sums for _, sums in tf.get_collection(
          ("__table_sums", self.optimizer))]
      self.saver = tf.train.Saver()
      self.session = tf.Session(config=harness.fast_config())
      self.session.run(tf.global_variables_initializer())

  def train(self, batches, scale=1.0):
    for rows in batches:
      self.session.run(self.step, {self.rows: rows, self.scale: scale})

  def values(self):
    """Dict from names to values of variables."""
    with self.graph.as_default():
      return self.session.run({
          variable.op.name: variable for variable in tf.global_variables()})

  def exact_sums(self):
    """Sums over the table, and its number of elements."""
    values = self.values()
    return [_ROWS * _COLUMNS] + [np.sum(np.float64(each)) for each in (
        values["table/hRNN_log_learning_rate"], values["table/hRNN_num_steps"],
        np.square(values["table"]))]

  def known_sums(self):
    """Steps since sums of the table were added up; and these."""
    steps, *sums = self.session.run(self.sums[0])[:5]
    return steps, sums


def _batches(count, first=0, last=_ROWS - 10):
  """Rows with duplicates, of which some are never there; one batch is empty."""
  rng = np.random.RandomState(1)
  return [rng.randint(first, last, 0 if i == 3 else 1 + i % 9)
          for i in range(count)]


class TableSumsTest(tf.test.TestCase, parameterized.TestCase):

  def _assert_near(self, expected, actual, tolerance=1e-4):
    self.assertEqual(set(expected), set(actual))
    for name, value in expected.items():
      # Mean squares of relative gradients are huge numbers.
      size = max(1.0, np.max(np.abs(value)))
      self.assertAllClose(value / size, actual[name] / size, atol=tolerance,
                          rtol=0.0, msg=name)

  @parameterized.parameters(
      (False, False), (False, True), (True, False), (True, True))
  def test_steps_are_those_of_the_table(self, native, resource):
    dense, sparse = [
        _Model(native, resource, dense, pretrained.load, num_parts=2)
        for dense in (True, False)]
    self.assertEqual(native, native_step.is_in(sparse.graph))
    self.assertEmpty(dense.sums)
    self.assertLen(sparse.sums, 3)
    before = sparse.values()
    for model in (dense, sparse):
      model.train(_batches(200))
    actual = sparse.values()
    self._assert_near(dense.values(), actual)
    _, sums = sparse.known_sums()
    self.assertAllClose(sparse.exact_sums(), sums, rtol=1e-9)
    for name in actual:
      rows = (actual[name].shape or [0])[0] // _ROWS
      if name.startswith("table") and rows:
        never = slice(rows * (_ROWS - 10), None)
        self.assertAllEqual(before[name][never], actual[name][never])

  @parameterized.parameters(
      (False, lambda: harness.stabilized(use_problem_lr_mean=False)),
      (True, lambda: harness.stabilized(use_problem_lr_mean=False)),
      (False, lambda: _plain(level_sizes=[4, 5])),
      (True, lambda: _plain(level_sizes=[4, 5])),
      (False, harness.stabilized, {"dtype": tf.float64}))
  def test_options(self, native, optimizer, table_options=None):
    dense, sparse = [
        _Model(native, dense=dense, optimizer=optimizer,
               **(table_options or {}))
        for dense in (True, False)]
    self.assertLen(sparse.sums, 1)
    for model in (dense, sparse):
      model.train(_batches(8))
    self._assert_near(dense.values(), sparse.values())

  @parameterized.parameters(False, True)
  def test_gradients_that_are_not_finite(self, native):
    dense, sparse = [
        _Model(native, dense=dense) for dense in (True, False)]
    for model in (dense, sparse):
      model.train(_batches(3))
      model.train([[1, 2]], np.nan)
      model.train(_batches(3))
    self._assert_near(dense.values(), sparse.values())

  @parameterized.parameters(False, True)
  def test_a_restored_checkpoint(self, native):
    # Nothing of the sums is saved, as checkpoints have been before.
    dense, sparse = [
        _Model(native, dense=dense) for dense in (True, False)]
    self.assertEqual(set(dense.values()), set(sparse.values()))
    path = os.path.join(self.get_temp_dir(), "{}.ckpt".format(native))
    dense.train(_batches(3))
    dense.saver.save(dense.session, path)
    dense.train(_batches(2))
    sparse.train(_batches(20))
    self.assertEqual(20, sparse.known_sums()[0])
    sparse.saver.restore(sparse.session, path)
    sparse.train(_batches(2))
    self._assert_near(dense.values(), sparse.values())
    steps, sums = sparse.known_sums()
    self.assertEqual(2, steps)
    self.assertAllClose(sparse.exact_sums(), sums, rtol=1e-9)

  @parameterized.parameters(False, True)
  def test_the_variable_is_initialized_again(self, native):
    model = _Model(native)
    model.train(_batches(3))
    with model.graph.as_default():
      model.session.run(tf.global_variables_initializer())
    model.train(_batches(2))
    self.assertEqual(2, model.known_sums()[0])

  @parameterized.parameters((False, 12), (True, table_sums.MOST_STEPS))
  def test_sums_are_added_up_at_times(self, native, most_steps):
    with tf.test.mock.patch.object(table_sums, "MOST_STEPS", most_steps):
      model = _Model(native)
    batches = _batches(most_steps)
    model.train(batches[:2])
    model.table.load(np.full([_ROWS, _COLUMNS], 3.0), model.session)
    model.train(batches[2:])
    steps, sums = model.known_sums()
    self.assertEqual(most_steps, steps)
    self.assertNotAllClose(model.exact_sums()[3], sums[3], rtol=1e-3)
    model.train(batches[:1])
    steps, sums = model.known_sums()
    self.assertEqual(1, steps)
    self.assertAllClose(model.exact_sums(), sums, rtol=1e-9)

  @parameterized.parameters(False, True)
  def test_parameters_that_have_not_been_finite(self, native):
    model = _Model(native)
    values = model.values()["table"]
    model.table.load(values * np.nan, model.session)
    model.train(_batches(2))
    self.assertFalse(np.isfinite(model.known_sums()[1][3]))
    model.table.load(values, model.session)
    model.train(_batches(2))
    self.assertAllClose(model.exact_sums(), model.known_sums()[1], rtol=1e-9)

  def test_two_optimizers_of_a_table(self):
    model = _Model()
    with model.graph.as_default():
      before = len(tf.global_variables())
      again = model.optimizer.minimize(model.loss)
      self.assertLen(tf.global_variables(), before)
      model.train(_batches(2))
      model.session.run(again, {model.rows: [1, 2]})
    self.assertEqual(3, model.known_sums()[0])

  @parameterized.parameters(
      (lambda: harness.hierarchical(level_sizes=[4, 5], init_lr_range=_RATES),),
      (lambda: harness.stabilized(use_attention=True),),
      (lambda: _plain(level_sizes=[4]),),
      (harness.stabilized, {"constraint": tf.abs}))
  def test_tables_as_wholes(self, optimizer, table_options=None):
    dense, sparse = [
        _Model(dense=dense, optimizer=optimizer, **(table_options or {}))
        for dense in (True, False)]
    self.assertEmpty(sparse.sums)
    for model in (dense, sparse):
      model.train(_batches(6))
    self._assert_near(dense.values(), sparse.values())

  def test_xla_gets_tables_as_wholes(self):
    with tf.Graph().as_default() as graph:
      table = tf.get_variable("table", [5, 2], use_resource=True)
      optimizer = harness.stabilized()

      def step():
        return optimizer.minimize(tf.reduce_sum(tf.square(
            tf.gather(table, [1, 1, 3]))))

      with tf.test.mock.patch.object(
          apply_gradients.control_flow_util, "GraphOrParentsInXlaContext",
          return_value=True):
        step()
    self.assertEmpty([op for op in graph.get_operations()
                      if op.type == "Unique"])

  def test_rows_that_are_not_there(self):
    model = _Model()
    with model.graph.as_default():
      step = model.optimizer.apply_gradients([(tf.IndexedSlices(
          tf.ones([1, _COLUMNS]), model.rows), model.table)])
      with self.assertRaisesRegex(tf.errors.InvalidArgumentError,
                                  r"table.*outside \[0, 60\)"):
        model.session.run(step, {model.rows: [_ROWS]})


if __name__ == "__main__":
  tf.test.main()
