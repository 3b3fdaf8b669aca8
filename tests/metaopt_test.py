# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of running optimizers on single problems.

Whole meta-training runs are in meta_training/.
"""

import io
import tempfile

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from optimizer import global_learning_rate
from optimizer import hierarchical_rnn
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec
from tests.meta_training import harness

_SPECS = harness.OPTIMIZER_SPECS
_START = [np.float32([[1.0], [-2.0]])]


def _sgd(rate=0.1):
  return tf.train.GradientDescentOptimizer(rate)


class _Half(pg.Problem):
  """1/2 ||x||^2, its gradient x."""

  def __init__(self, shapes=((2, 1),)):
    super().__init__(shapes)

  def objective(self, parameters, data=None, labels=None):
    return 0.5 * tf.add_n([tf.reduce_sum(tf.square(parameter))
                           for parameter in parameters])


class _Regression(pg.Problem):
  """Mean of (x - row)^2 / 2."""

  def __init__(self):
    super().__init__([[1]])

  def objective(self, parameters, data=None, labels=None):
    return 0.5 * tf.reduce_mean(tf.square(parameters[0] - data))


class _Attentive(global_learning_rate.GlobalLearningRate):
  """Attends at the new parameter plus 1; true parameters descend."""

  def __init__(self, rate=0.1):
    super().__init__(rate)
    self.use_attention = True
    self.state_keys.append("true_param")

  def _initialize_state(self, var):
    return {"true_param": tf.convert_to_tensor(var)}

  def _compute_updates(self, params, grads, states, global_state):
    rate = self._meta_parameters.values()["global_learning_rate"]
    params = [param - rate * grad for param, grad in zip(params, grads)]
    return (params, [{"true_param": param} for param in params], global_state,
            [param + 1.0 for param in params])


class TestOptimizerTest(tf.test.TestCase, parameterized.TestCase):

  def test_descent_by_hand(self):
    values, parameters, records = metaopt.evaluate(
        _sgd(), _Half(), 5, seed=_START)
    self.assertAllClose(2.5 * 0.9**(2 * np.arange(6)), values)
    self.assertIsInstance(values, list)
    self.assertIsInstance(values[0], float)
    self.assertAllClose([0.9**5 * _START[0]], parameters)
    self.assertEqual([], records)

  def test_objective_falls(self):
    values, _, _ = metaopt.evaluate(
        tf.train.AdamOptimizer(0.1),
        pg.Quadratic(10, random_seed=1), 200, seed=2)
    self.assertLen(values, 201)
    self.assertLess(values[-1], 0.05 * values[0])

  def test_records(self):
    optimizer = tf.train.MomentumOptimizer(0.1, 0.5)
    values, _, records = metaopt.evaluate(
        optimizer, _Half(), 5, seed=_START, record_every=2)
    self.assertEqual([0, 2, 4], [record["iteration"] for record in records])
    x, velocity = _START[0], 0 * _START[0]
    for i in range(5):
      if i % 2 == 0:
        record = records[i // 2]
        self.assertEqual(
            ["gradients", "iteration", "objective", "parameters", "slots"],
            sorted(record))
        self.assertEqual(values[i], record["objective"])
        self.assertAllClose([x], record["parameters"])
        self.assertAllClose([x], record["gradients"])
        self.assertEqual(["momentum"], list(record["slots"]))
        self.assertAllClose([velocity], record["slots"]["momentum"])
      velocity = 0.5 * velocity + x
      x = x - 0.1 * velocity

  def test_records_of_a_trainable_optimizer(self):
    _, _, records = metaopt.evaluate(
        _SPECS["hierarchical"].build(), _Half([[2, 1], [3]]), 2, seed=1,
        record_every=1)
    self.assertLen(records, 2)
    slots = records[1]["slots"]
    self.assertEqual([(2, 3), (3, 3)],
                     [value.shape for value in slots["parameter"]])
    self.assertIn("log_learning_rate", slots)

  def test_integer_seed_repeats(self):
    dataset = datasets.random(3, 50, random_seed=1)
    runs = []
    for seed in (3, 3, 4):
      runs.append(metaopt.evaluate(
          _sgd(), pg.SoftmaxRegression(3, 2, random_seed=1, noise_stdev=0.1),
          6, dataset, batch_size=7, seed=seed))
    self.assertEqual(runs[0][0], runs[1][0])
    self.assertAllEqual(runs[0][1][0], runs[1][1][0])
    self.assertNotEqual(runs[0][0], runs[2][0])

  def test_one_problem_and_optimizer_for_several_calls(self):
    problem = pg.Quadratic(3, random_seed=1)
    for name in sorted(_SPECS):
      runs = [metaopt.evaluate(_SPECS[name].build(), problem, 3,
                               seed=3)[0] for _ in range(2)]
      self.assertAllClose(runs[0][0], runs[1][0])
    for optimizer in (_sgd(0.01), _SPECS["adam"].build()):
      runs = [metaopt.evaluate(optimizer, problem, 3, seed=3)[0]
              for _ in range(2)]
      self.assertEqual(runs[0], runs[1])

  def test_arrays_as_seed(self):
    values, _, records = metaopt.evaluate(
        _sgd(), _Half(), 1, seed=_START, record_every=1)
    self.assertAllEqual(_START, records[0]["parameters"])
    self.assertEqual(2.5, values[0])
    with self.assertRaisesRegexp(ValueError, "starting point for _Half"):
      metaopt.evaluate(_sgd(), _Half(), 1, seed=[np.zeros([3])])

  def test_minibatches(self):
    # Steps of 1 go to the mean of the minibatch.
    rows = np.float32(np.arange(6)).reshape([6, 1])
    dataset = datasets.Dataset(rows, np.zeros([6]))
    values, parameters, records = metaopt.evaluate(
        _sgd(1.0), _Regression(), 6, dataset, batch_size=2,
        seed=[np.float32([0.0])], record_every=1)
    means = [record["parameters"][0][0] for record in records[1:]]
    means.append(parameters[0][0])
    # An epoch is 3 batches, which together are all rows.
    for epoch in (means[:3], means[3:]):
      self.assertAllClose(np.mean(rows), np.mean(epoch))
    # The objective is that of all rows.
    for mean, value in zip([0.0] + means, values):
      self.assertAllClose(0.5 * np.mean((mean - rows)**2), value)

  def test_all_rows_without_batch_size(self):
    rows = np.float32([[1.0], [2.0], [6.0]])
    _, parameters, _ = metaopt.evaluate(
        _sgd(1.0), _Regression(), 1,
        datasets.Dataset(rows, np.zeros([3])), seed=[np.float32([0.0])])
    self.assertAllClose([[3.0]], parameters)

  def test_given_graph(self):
    graph = tf.Graph()
    metaopt.evaluate(_sgd(), _Half(), 1, seed=1, graph=graph)
    self.assertTrue(graph.get_operations())
    self.assertEqual([], tf.get_default_graph().get_operations())

  def test_optimizer_made_in_the_given_graph(self):
    graph = tf.Graph()
    with graph.as_default():
      optimizer = _SPECS["hierarchical"].build()
    values, _, _ = metaopt.evaluate(optimizer, _Half(), 2, seed=_START,
                                    graph=graph)
    self.assertEqual(2.5, values[0])
    self.assertAllInRange(values, 0.0, 100.0)

  def test_attention_is_evaluated_at_the_true_parameters(self):
    values, parameters, records = metaopt.evaluate(
        _Attentive(), _Half([[1]]), 3, seed=[np.float32([2.0])],
        record_every=1)
    x, attended, expected = 2.0, 2.0, []
    for record in records:
      expected.append(0.5 * x**2)
      self.assertAllClose([[x]], record["parameters"])
      self.assertAllClose([[attended]], record["gradients"])
      x -= 0.1 * attended
      attended = x + 1.0
    self.assertAllClose(expected + [0.5 * x**2], values)
    self.assertAllClose([[x]], parameters)

  def test_attention_of_the_hierarchical_rnn(self):
    optimizer = hierarchical_rnn.HierarchicalRNN(
        [3, 4, 2], (0.1, 0.1), use_attention=True)
    values, parameters, records = metaopt.evaluate(
        optimizer, _Half(), 4, seed=_START, record_every=1)
    for record in records:
      self.assertAllClose(0.5 * np.sum(record["parameters"][0]**2),
                          record["objective"])
      self.assertAllEqual(record["parameters"][0],
                          record["slots"]["true_param"][0])
    self.assertNotAllClose(records[-1]["parameters"], records[-1]["gradients"])
    self.assertAllClose(0.5 * np.sum(parameters[0]**2), values[-1])

  def test_model_adapter(self):
    def make_loss_and_init():
      def make_loss():
        x = tf.get_variable("x", initializer=tf.constant([1.0, 2.0]))
        bias = tf.get_variable(
            "bias", initializer=tf.constant(0.0), trainable=False)
        return tf.reduce_sum(tf.square(x)) + bias

      def make_init_fn(variables):
        init = tf.variables_initializer(variables)
        return lambda session: session.run(init)

      return make_loss, make_init_fn

    values, _, _ = metaopt.evaluate(
        _sgd(0.25), pg.ModelAdapter(make_loss_and_init), 2,
        seed=[np.float32([1.0, 2.0])])
    self.assertAllClose([5.0, 1.25, 0.3125], values)

  def test_bad_numbers(self):
    for function in (metaopt.evaluate, metaopt.test_optimizer):
      for number in (-1, 2.5, "2", None):
        with self.assertRaisesRegexp(
            ValueError, "num_iter must be .* not {!r}".format(number)):
          function(_sgd(), _Half(), number)
      for number in (0, -1, 1.5, "1"):
        with self.assertRaisesRegexp(
            ValueError, "record_every must be an integer from 1 or"):
          function(_sgd(), _Half(), 3, record_every=number)

  def test_arguments_of_another_kind(self):
    for optimizer in (tf.train.AdamOptimizer, "hierarchical_rnn",
                      tf.keras.optimizers.SGD(0.1)):
      with self.assertRaisesRegexp(ValueError, "must be a tf.train.Optimizer"):
        metaopt.evaluate(optimizer, _Half(), 1)
    for problem in (_Half, problem_spec.Spec(_Half), lambda x: x):
      with self.assertRaisesRegexp(ValueError, "must be a problem_gen"):
        metaopt.evaluate(_sgd(), problem, 1)

  def test_seeds(self):
    for seed in ("1", 1.0):
      with self.assertRaisesRegexp(ValueError, "seed must be .* not %r" % seed):
        metaopt.evaluate(_sgd(), _Half(), 1, seed=seed)
    for seed in (-1, 2**40, np.int64(3)):
      first, again = [metaopt.evaluate(_sgd(), _Half(), 1, seed=seed)[0]
                      for _ in range(2)]
      self.assertEqual(first, again)

  def test_no_steps(self):
    for function, expected in ((metaopt.evaluate, ([2.5], [])),
                               (metaopt.test_optimizer, ([], {}))):
      values, parameters, records = function(
          _sgd(), _Half(), 0, seed=_START, record_every=1)
      self.assertEqual(expected, (values, records))
      self.assertAllEqual(_START, parameters)

  @parameterized.parameters(0, -3, 2.5, "4", True)
  def test_bad_batch_sizes(self, batch_size):
    dataset = datasets.random(3, 20, random_seed=1)
    for function in (metaopt.evaluate, metaopt.test_optimizer,
                     metaopt.run_wall_clock_test):
      with self.assertRaisesRegexp(ValueError, "batch size must be a positive"):
        function(_sgd(), pg.SoftmaxRegression(3, 2), 3, dataset,
                 batch_size=batch_size)


class LogdirTest(tf.test.TestCase, parameterized.TestCase):

  def _trained(self, spec):
    logdir = tempfile.mkdtemp(dir=self.get_temp_dir())
    path = metaopt.train_optimizer(
        logdir, spec, [(problem_spec.Spec(_Half), datasets.EMPTY_DATASET,
                        None)], 1, 1, lambda: 2, lambda: 3,
        learning_rate=0.1, out=io.StringIO(),
        options=metaopt.RunOptions(seed=1, compiled=False))
    return logdir, path

  @parameterized.parameters(sorted(_SPECS))
  def test_loads(self, name):
    logdir, path = self._trained(_SPECS[name])
    reader = tf.train.load_checkpoint(path)
    runs = []
    for directory in (logdir, path, None):
      graph = tf.Graph()
      with graph.as_default():
        optimizer = _SPECS[name].build()
      # The values must be those of the checkpoint in the call's own session;
      # a new one on the same graph initializes alike.
      runs.append(metaopt.evaluate(
          optimizer, _Half(), 3, seed=_START, graph=graph,
          logdir=directory)[0])
      if directory is None:
        continue
      with tf.Session(graph=graph) as session, graph.as_default():
        variables = dict(optimizer.meta_parameters.checkpoint_names())
        session.run(tf.variables_initializer(
            list(variables.values())))
        for key, value in session.run(variables).items():
          self.assertAllEqual(reader.get_tensor(key), value)
    self.assertAllClose(runs[0], runs[1], rtol=1e-6)
    self.assertNotAllClose(runs[0], runs[2], rtol=1e-6)

  def test_plain_optimizer(self):
    with self.assertRaisesRegexp(ValueError, "logdir is for trainable.*Grad"):
      metaopt.evaluate(_sgd(), _Half(), 1, logdir="/nowhere")

  def test_no_checkpoint(self):
    with self.assertRaisesRegexp(ValueError, "No checkpoint in directory"):
      metaopt.evaluate(_SPECS["adam"].build(), _Half(), 1,
                       logdir=self.get_temp_dir())

  def test_checkpoint_of_another_optimizer(self):
    logdir, _ = self._trained(_SPECS["global"])
    with self.assertRaisesRegexp(ValueError, "beta1_logit is missing"):
      metaopt.evaluate(_SPECS["adam"].build(), _Half(), 1,
                       logdir=logdir)


class WallClockTest(tf.test.TestCase):

  def test_seconds(self):
    dataset = datasets.random(3, 20, random_seed=1)
    for optimizer in (_sgd(), _SPECS["adam"].build()):
      seconds = metaopt.run_wall_clock_test(
          optimizer, pg.SoftmaxRegression(3, 2), 5, dataset, batch_size=6)
      self.assertIsInstance(seconds, float)
      self.assertGreater(seconds, 0.0)
      self.assertLess(seconds, 60.0)

  def test_bad_number(self):
    with self.assertRaisesRegexp(
        ValueError, "num_steps must be an integer from 1"):
      metaopt.run_wall_clock_test(_sgd(), _Half(), 0)


if __name__ == "__main__":
  tf.test.main()
