# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""`metaopt` as scripts written for the 2017 release use it.

What is expected is worked out by hand or by NumPy.
"""

import collections
import io
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from optimizer import global_learning_rate
from optimizer import hierarchical_rnn
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

_RATE = 0.02


class _Parabola(pg.Problem):
  """3/2 x^2 from x = 2; a step multiplies x by 1 - 3 rate."""

  def __init__(self):
    super().__init__([(1,)], None, 0.0)

  def init_tensors(self, seed=None):
    return [tf.constant([2.0])]

  def init_variables(self, seed=None):
    with tf.variable_scope("parameters"):
      return [tf.Variable(tensor) for tensor in self.init_tensors(seed)]

  def objective(self, parameters, data=None, labels=None):
    return 1.5 * tf.reduce_sum(tf.square(parameters[0]))


class _Mean(pg.Problem):
  """1/2 (x - mean of the rows)^2 plus 1, from x = 0."""

  def __init__(self):
    super().__init__([(1,)], None, 0.0)

  def init_tensors(self, seed=None):
    return [tf.zeros([1])]

  def objective(self, parameters, data=None, labels=None):
    return 1.0 + 0.5 * tf.reduce_sum(tf.square(
        parameters[0] - tf.reduce_mean(tf.cast(data, tf.float32))))


class _Drawn(_Parabola):
  """c x^2 with a variable c that `init_fn` sets to 1, 2, 3, ..."""

  def __init__(self):
    super().__init__()
    self._variable = tf.Variable(
        0.0, trainable=False,
        collections=[tf.GraphKeys.LOCAL_VARIABLES])
    self._calls = 0

  def init_fn(self, session):
    self._calls += 1
    self._variable.load(float(self._calls), session)

  def objective(self, parameters, data=None, labels=None):
    return self._variable * tf.reduce_sum(tf.square(parameters[0]))


def _spec(rate=_RATE, **kwargs):
  return problem_spec.Spec(
      global_learning_rate.GlobalLearningRate, (rate,), kwargs)


def _sgd(rate):
  return tf.train.GradientDescentOptimizer(rate)


class _TrainingCase(tf.test.TestCase):

  def _train(self, problem=_Parabola, rate=_RATE, num_problems=1,
             num_meta_iterations=1, num_unrolls=1, num_steps=2, dataset=None,
             batch_size=None, **options):
    """Trains; keeps directory, checkpoint, text and what callbacks got."""
    self.logdir = tempfile.mkdtemp(dir=self.get_temp_dir())
    self.calls, out = [], io.StringIO()
    self.path = metaopt.train_optimizer(
        self.logdir, _spec(rate),
        [(problem_spec.Spec(problem, (), {}), dataset, batch_size)],
        num_problems, num_meta_iterations, lambda: num_unrolls,
        lambda: num_steps, **dict({
            "callbacks": [lambda *args: self.calls.append(args)],
            "out": out}, **options))
    self.text = out.getvalue()
    return self.calls[-1][3] if self.calls else None


class ProblemsAndDataTest(_TrainingCase):

  def test_no_data(self):
    for batch_size in (None, 0, 100):
      metadata = self._train(batch_size=batch_size, num_steps=3)
      self.assertAllClose(6.0 * (1 - 3 * _RATE)**np.float32([0, 0, 2, 4]),
                          metadata["subproblem_objs"][0])

  def test_dataset_none_everywhere(self):
    problem, size = _Parabola(), 32
    values, _, _ = metaopt.test_optimizer(
        _sgd(_RATE), problem, 2, dataset=None, batch_size=size)
    self.assertAllClose([6.0, 6.0 * 0.94**2], values)
    self.assertGreater(metaopt.run_wall_clock_test(
        _sgd(_RATE), problem, 2, dataset=None), 0.0)

  def test_batch_larger_than_the_data(self):
    dataset = datasets.Dataset(np.float32([[1.0], [2.0], [6.0]]),
                               np.zeros([3], np.int32))
    # A step of rate 1 goes to the mean of all rows, which is 3.
    metadata = self._train(_Mean, rate=1.0, dataset=dataset, batch_size=100)
    self.assertAllClose([5.5, 5.5, 1.0], metadata["subproblem_objs"][0])
    values, _, _ = metaopt.test_optimizer(
        _sgd(1.0), _Mean(), 2, dataset, batch_size=100)
    self.assertAllClose([5.5, 1.0], values)

  def test_minibatches_walk_epochs_through_a_run(self):
    # Rows 1, 2, 4, ..., 32 in batches of one; a step of rate 1 goes to the
    # row. Six unrolls of one step see each row once.
    rows = 2.0**np.arange(6)
    metadata = self._train(
        _Mean, rate=1.0, num_unrolls=7, num_steps=1, batch_size=1,
        learning_rate=1e-9, dataset=datasets.Dataset(
            np.float32(rows).reshape([6, 1]), np.zeros([6], np.int32)))
    values = [objectives[0] for objectives in metadata["subproblem_objs"]]
    expected = 1.0 + 0.5 * (rows - rows.mean())**2
    self.assertAllClose(sorted(expected), sorted(values[1:]), rtol=1e-3)


class LoopTest(_TrainingCase):

  def test_nothing_to_do(self):
    for number in ({"num_problems": 0}, {"num_meta_iterations": 0}):
      self._train(**number)
      self.assertIsNone(self.path)
      self.assertEqual([], self.calls)
      self.assertEqual([], tf.io.gfile.listdir(self.logdir))

  def test_callbacks(self):
    calls = []
    self._train(callbacks=[None, lambda *args: calls.append(args), "no", 5])
    (name, problem_itr, logdir, metadata), = calls
    self.assertEqual(("_Parabola", 0, self.logdir),
                     (name, problem_itr, logdir))
    self.assertIsInstance(metadata, collections.defaultdict)
    self.assertEqual([], metadata["my_own_figures"])

  def test_init_fn_at_every_meta_iteration(self):
    metadata = self._train(_Drawn, num_problems=2, num_meta_iterations=3,
                           num_unrolls=2, num_steps=1, rate=0.0,
                           learning_rate=1e-9)
    starts = [objectives[0] / 4.0 for objectives in
              metadata["subproblem_objs"]]
    # One draw for both unrolls of each run, another for the next run.
    self.assertAllClose(starts[::2], starts[1::2], rtol=1e-4)
    self.assertAllClose([1.0, 1.0], np.diff(starts[::2]), rtol=1e-3)

  def test_end_of_a_run(self):
    # A step of rate 1 multiplies the objective by 4: 6 | 96 | 1536 | ...
    metadata = self._train(rate=1.0, num_unrolls=5, num_steps=3,
                           obj_train_max_multiplier=20, learning_rate=1e-9)
    self.assertIn("Broke early at 2 out of 5 unrolls", self.text)
    # The second unroll ends above 120; it is made whole and leaves no figures.
    self.assertAllClose([[6, 6, 24, 96]], metadata["subproblem_objs"],
                        rtol=1e-4)
    self.assertLen(metadata["meta_objs"], 1)
    self.assertLen(metadata["meta_grads_and_params"], 1)
    self.assertEqual([2], metadata["global_step"])
    self.assertLen(metadata["runtimes"], 1)

  def test_run_that_ends_at_once(self):
    metadata = self._train(rate=1.0, num_unrolls=5, num_steps=4,
                           obj_train_max_multiplier=20, num_meta_iterations=2,
                           learning_rate=1e-9)
    self.assertIn("Broke early at 1 out of 5 unrolls", self.text)
    self.assertEqual([], metadata["subproblem_objs"])
    self.assertEqual([1, 2], metadata["global_step"])

  def test_l2_reg(self):
    # One unroll of two steps: (f_0 + f_1) / (2 f_0), f_1 = (1 - 3 r)^2 f_0.
    plain = -3 * (1 - 3 * _RATE) * 6 / (6 + 1e-6)
    for clip in (100.0, 1.5):
      metadata = self._train(update_rule=metaopt.RMSProp(l2_reg=10.0),
                             learning_rate=0.01, gradient_clip=clip)
      gradient = np.clip(plain + 2 * 10.0 * _RATE, -clip, clip)
      ((actual, value),), = metadata["meta_grads_and_params"]
      self.assertAllClose(gradient, actual)
      self.assertAllClose(
          _RATE - 0.01 * gradient / np.sqrt(0.9 + 0.1 * gradient**2), value)

  def test_not_the_chief(self):
    self._train(is_chief=False)
    self.assertEqual([], self.calls)
    self.assertEqual([], tf.io.gfile.listdir(self.logdir))
    self.assertIn("meta-objective", self.text)

  def test_chief(self):
    self._train(is_chief=True)
    self.assertLen(self.calls, 1)
    self.assertIsNotNone(self.path)


class TestOptimizerTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    tf.reset_default_graph()

  def test_objective_of_each_step(self):
    values, parameters, records = metaopt.test_optimizer(
        _sgd(_RATE), _Parabola(), 3)
    self.assertAllClose(6.0 * 0.94**(2 * np.arange(3)), values)
    self.assertAllClose([[2.0 * 0.94**3]], parameters)
    self.assertEqual({}, records)

  def test_objective_on_the_minibatch(self):
    # A step of rate 1 goes to the row, and the next row is compared with it.
    rows = np.float32([[1.0], [2.0], [6.0]])
    dataset = datasets.Dataset(rows, np.zeros([3], np.int32))
    values, _, records = metaopt.test_optimizer(
        _sgd(1.0), _Mean(), 3, dataset, batch_size=1, seed=1, record_every=1)
    visited = [param[0][0] for param in records["param"]]
    rest = set([1.0, 2.0, 6.0]) - set(visited[1:])
    self.assertLen(rest, 1)
    order = visited[1:] + list(rest)
    self.assertAllClose(
        1.0 + 0.5 * np.square(np.subtract(order, [0.0] + order[:-1])), values)
    # Records have the objective of all rows, whose mean is 3.
    self.assertAllClose(
        [[1.0 + 0.5 * (x - 3.0)**2] for x in visited], records["objective"])

  def test_records(self):
    optimizer = tf.train.MomentumOptimizer(_RATE, 0.5)
    _, _, records = metaopt.test_optimizer(
        optimizer, _Parabola(), 5, record_every=2)
    x, velocity, xs, velocities = 2.0, 0.0, [], []
    for _ in range(5):
      xs.append(x)
      velocities.append(velocity)
      velocity = 0.5 * velocity + 3 * x
      x -= _RATE * velocity
    xs, velocities = np.array(xs)[::2], np.array(velocities)[::2]
    self.assertEqual(
        ["grad", "grad_norm", "iter", "objective", "param", "param_norm",
         "parameters/Variable:0_momentum"], sorted(records))
    self.assertEqual([0, 2, 4], records["iter"])
    self.assertAllClose(1.5 * xs[:, None]**2, records["objective"])
    self.assertAllClose(xs[:, None, None], records["param"])
    self.assertAllClose(3 * xs[:, None, None], records["grad"])
    self.assertAllClose(np.abs(xs)[:, None], records["param_norm"])
    self.assertAllClose(np.abs(3 * xs)[:, None], records["grad_norm"])
    self.assertAllClose(velocities[:, None],
                        records["parameters/Variable:0_momentum"])

  def test_records_of_a_learned_optimizer(self):
    _, _, records = metaopt.test_optimizer(
        hierarchical_rnn.HierarchicalRNN([3, 4, 2], (0.1, 0.1)), _Parabola(),
        2, record_every=1)
    for slot, shape in (("ms1", (1, 1)), ("parameter", (1, 3)),
                        ("layer", (1, 4))):
      recorded = records["parameters/Variable:0_" + slot]
      self.assertEqual([shape] * 2, [value.shape for value in recorded])

  def test_learning_rate_that_is_a_tensor(self):
    rate = tf.constant(0.01) * 2.0
    values, _, _ = metaopt.test_optimizer(_sgd(rate), _Parabola(), 2)
    self.assertAllClose([6.0, 6.0 * 0.94**2], values)
    self.assertGreater(
        metaopt.run_wall_clock_test(_sgd(rate), _Parabola(), 2), 0.0)

  def test_given_graph(self):
    graph = tf.Graph()
    with graph.as_default():
      problem, optimizer = _Parabola(), _sgd(tf.constant(_RATE))
    values, _, _ = metaopt.test_optimizer(optimizer, problem, 2, graph=graph)
    self.assertAllClose([6.0, 6.0 * 0.94**2], values)
    self.assertEqual([], tf.get_default_graph().get_operations())


class WallClockTest(tf.test.TestCase):

  def test_median_of_single_steps(self):
    # The clock is read before and after every step; the first step sets up.
    seconds = [50.0, 5.0, 1.0, 3.0]
    readings = [0.0]
    for each in seconds:
      readings += [readings[-1] + 7.0, readings[-1] + 7.0 + each]
    mock = tf.test.mock
    with mock.patch.object(metaopt, "time") as clock:
      clock.time.side_effect = readings[1:]
      self.assertEqual(3.0, metaopt.run_wall_clock_test(
          _sgd(_RATE), _Parabola(), 3))


class ConstantsTest(tf.test.TestCase):

  def test_values(self):
    self.assertEqual("LOL", metaopt.OPTIMIZER_SCOPE)
    self.assertEqual("LOL_summaries", metaopt.OPT_SUM_COLLECTION)


if __name__ == "__main__":
  tf.test.main()
