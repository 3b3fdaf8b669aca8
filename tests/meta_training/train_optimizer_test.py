# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of whole meta-training runs, made tiny."""

import functools
import io
import json
import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from optimizer import pretrained
from optimizer import registry
from optimizer import trainable_optimizer
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec
from tests.meta_training import harness

_PARABOLA = harness.without_data(harness.Parabola)


class _Wedge(harness.Parabola):
  """1 + x + sqrt(|x| - 2)^3 from x = 2, where its second derivative is inf."""

  def init_tensors(self, seed=None, noise=None):
    return [tf.constant([2.0])]

  def objective(self, parameters, data=None, labels=None):
    return 1.0 + tf.reduce_sum(parameters[0] + tf.sqrt(tf.nn.relu(
        parameters[0] - 2.0))**3)


class _Infinite(trainable_optimizer.TrainableOptimizer):
  """Begins with a meta-parameter that is infinite."""

  def __init__(self, **unused_options):
    super().__init__("Infinite", [])
    self._meta_parameters.declare(
        "rate", [], tf.constant_initializer(np.inf))

  def _compute_update(self, param, grad, state):
    return param, state


class TrainTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(sorted(harness.OPTIMIZER_SPECS))
  def test_every_optimizer(self, name):
    logdir, spec = harness.directory(self), harness.OPTIMIZER_SPECS[name]
    corpus = _PARABOLA + harness.classifier()
    path, _ = harness.train(logdir, corpus, spec, learning_rate=0.1,
                            select_random_problems=False)
    # Two visits of one run of two unrolls.
    self.assertTrue(path.endswith("model.ckpt-4"), path)
    self.assertEqual(path, tf.train.latest_checkpoint(logdir))
    start = harness.meta_parameters(os.path.join(logdir, "model.ckpt-0"))
    end = harness.meta_parameters(path)
    changed = [name for name in start
               if not np.array_equal(start[name], end[name])]
    self.assertGreaterEqual(len(changed), 0.7 * len(start), changed)
    for values in end.values():
      self.assertTrue(np.isfinite(values).all())
    with open(os.path.join(logdir, registry.FILE_NAME)) as stream:
      description = json.load(stream)
    self.assertEqual(spec.callable.__name__, description["optimizer"])
    # What was passed by position is recorded by name.
    self.assertEqual([], description["args"])
    for value in json.loads(json.dumps(spec.args)):
      self.assertIn(value, description["kwargs"].values())
    loaded = pretrained.load(logdir)
    with self.session() as session:
      variables = dict(loaded.meta_parameters.checkpoint_names())
      session.run(tf.global_variables_initializer())
      harness.assert_equal(self, end, session.run(variables))

  def test_specs_given_in_parts(self):
    logdir = harness.directory(self)
    optimizer = problem_spec.Spec(
        functools.partial(harness.GLOBAL.callable, 0.125))
    bowl = problem_spec.Spec(functools.partial(pg.Bowl, 5.0))
    names = []
    path, _ = harness.train(
        logdir, [(bowl, datasets.EMPTY_DATASET, None)], optimizer,
        callbacks=[lambda name, *unused: names.append(name)])
    self.assertEqual({"Bowl"}, set(names))
    self.assertIsNotNone(path)
    description = registry.read(logdir)
    self.assertEqual(0.125, description["kwargs"]["initial_rate"])
    pretrained.load(logdir)

  def test_descends_the_meta_objective(self):
    for rate, direction in ((0.02, 1), (0.6, -1)):  # The best is 1 / 3.
      spec = problem_spec.Spec(
          harness.GLOBAL.callable, (rate,), {"use_log_objective": True})
      path, _ = harness.train(harness.directory(self), _PARABOLA, spec,
                              learning_rate=0.001)
      change = harness.arrays(path)["LOL/global_learning_rate"] - rate
      self.assertGreater(direction * change, 0.001)

  def test_first_update_by_hand(self):
    # One unroll of two steps: (f_0 + f_1) / (2 f_0), f_1 = (1 - 3 r)^2 f_0.
    path, _ = harness.train(
        harness.directory(self), _PARABOLA, num_problems=1, num_unrolls=1,
        num_steps=2, learning_rate=0.01, gradient_clip=1e4)
    gradient = -3 * (1 - 3 * 0.02) * 6 / (6 + 1e-6)
    expected = 0.02 - 0.01 * gradient / np.sqrt(0.9 + 0.1 * gradient**2)
    arrays = harness.arrays(path)
    self.assertAllClose(expected, arrays["LOL/global_learning_rate"])
    self.assertAllClose(0.9 + 0.1 * gradient**2,
                        arrays["LOL/global_learning_rate/RMSProp"])

  def test_walks_the_corpus_in_order(self):
    names = []
    corpus = [harness.without_data(problem)[0]
              for problem in (pg.Booth, pg.Matyas, pg.Beale)]
    harness.train(
        harness.directory(self), corpus, num_problems=6, num_unrolls=1,
        num_steps=1, select_random_problems=False,
        callbacks=[lambda name, *_: names.append(name)])
    for epoch in (names[:3], names[3:]):
      self.assertEqual(["Beale", "Booth", "Matyas"], sorted(epoch))


class BadProblemTest(tf.test.TestCase, parameterized.TestCase):

  def test_nonfinite_gradient(self):
    out, logdir = io.StringIO(), harness.directory(self)
    with self.assertRaisesRegexp(ValueError, "None of 1 updates had a finite"):
      harness.train(
          logdir, harness.without_data(_Wedge), num_problems=1, num_unrolls=1,
          learning_rate=0.1, out=out)
    self.assertIn("1 of 1 meta-gradients had elements that are infinite or not "
                  "a number, which count as zero", out.getvalue())
    # Objective and gradient are finite at the start: only the second derivative
    # is not.
    self.assertNotIn("where runs start", out.getvalue())
    self.assertEqual(np.float32(0.02),
                     harness.arrays(logdir)["LOL/global_learning_rate"])

  def test_one_finite_update_is_enough(self):
    corpus = harness.without_data(_Wedge) + _PARABOLA
    path, text = harness.train(
        harness.directory(self), corpus, num_unrolls=1,
        select_random_problems=False)
    self.assertEqual(1, harness.arrays(path)["run_state/finite_updates"])
    self.assertIn("2 of 2 problems done", text)

  def test_blow_up_ends_early_and_training_goes_on(self):
    calls, logdir = [], harness.directory(self)
    spec = problem_spec.Spec(harness.GLOBAL.callable, (1e3,))
    with self.assertRaisesRegexp(ValueError, "None of 2 updates had a finite"):
      harness.train(
          logdir, _PARABOLA, spec, num_problems=2, num_unrolls=1, num_steps=50,
          update_rule=metaopt.RMSProp(nan_l2_reg=1.0), learning_rate=0.1,
          gradient_clip=1e4, callbacks=[lambda *args: calls.append(args)])
    self.assertLen(calls, 2)
    for _, _, _, metadata in calls:
      self.assertLess(len(metadata["subproblem_objs"][0]), 12)
    # The penalty alone moved it, towards 0.
    value = harness.arrays(logdir)["LOL/global_learning_rate"]
    self.assertAllClose(1e3 - 0.1 * 2e3 / np.sqrt(0.9 + 0.1 * 4e6) -
                        0.1 * 2e3 / np.sqrt(0.81 + 0.19 * 4e6), value,
                        rtol=1e-6)

  def test_multiplier_of_the_optimizer_ends_unrolls(self):
    calls = []
    spec = problem_spec.Spec(harness.GLOBAL.callable, (1.0,),
                             {"obj_train_max_multiplier": 10})
    harness.train(
        harness.directory(self), _PARABOLA, spec, num_problems=1,
        num_unrolls=1, num_steps=50,
        callbacks=[lambda *args: calls.append(args)])
    self.assertLen(calls[0][3]["subproblem_objs"][0], 4)

  def test_meta_parameters_that_overflow_are_not_saved(self):
    logdir = harness.directory(self)
    with self.assertRaisesRegexp(
        ValueError, "After update . .* not finite: global_learning_rate"):
      harness.train(logdir, _PARABOLA, learning_rate=3e38, num_problems=9,
                    gradient_clip=1e6)
    self.assertTrue(np.isfinite(
        harness.arrays(logdir)["LOL/global_learning_rate"]))

  def test_start_that_is_not_finite(self):
    logdir = harness.directory(self)
    with self.assertRaisesRegexp(ValueError, "update 0 .* finite: rate"):
      harness.train(logdir, _PARABOLA, problem_spec.Spec(_Infinite))
    self.assertIsNone(tf.train.latest_checkpoint(logdir))


class BadArgumentTest(tf.test.TestCase, parameterized.TestCase):

  def test_what_is_no_corpus(self):
    spec = problem_spec.Spec(harness.Parabola)
    for corpus, message in (
        ([harness.Parabola], "among its items is <class"),
        ([spec], "among its items is Parabola"),
        ([(harness.Parabola, None, None)], "begin with a problem_spec.Spec"),
        ([(spec, 5, None)], r"Parabola\(\): A data set must be .* not 5")):
      with self.assertRaisesRegexp(ValueError, message):
        harness.train(harness.directory(self), corpus)

  def test_longer_tuples_and_lazy_data(self):
    data = datasets.LazyDataset(datasets.random, (3, 20))
    spec = harness.classifier()[0][0]
    path, _ = harness.train(harness.directory(self),
                            [(spec, data, 6, "name", 5678)])
    self.assertTrue(path.endswith("model.ckpt-4"), path)

  def test_number_functions(self):
    with self.assertRaisesRegexp(ValueError, "num_unroll_func.* 0"):
      harness.train(harness.directory(self), _PARABOLA, num_unrolls=0)
    with self.assertRaisesRegexp(ValueError, "num_partial_unroll_itrs_func"):
      harness.train(harness.directory(self), _PARABOLA, num_steps=-2)

  def test_directories_that_checkpoints_would_not_be_found_in(self):
    top = harness.directory(self)
    for name in ("run[lr=0.1]", "a*", "b?", "c\\d"):
      with self.assertRaisesRegexp(ValueError, "takes for a pattern"):
        harness.train(os.path.join(top, name), _PARABOLA)
    self.assertEqual([], os.listdir(top))

  def test_paths_as_people_give_them(self):
    class Path:
      def __fspath__(self):
        return "~/b"

    top = harness.directory(self)
    mock = tf.test.mock
    with mock.patch.dict(os.environ, HOME=top):
      for logdir, name in (("~/a", "a"), (Path(), "b")):
        path, _ = harness.train(logdir, _PARABOLA, num_problems=1)
        self.assertEqual(os.path.join(top, name, "model.ckpt-2"), path)

  def test_directory_that_cannot_be(self):
    path = os.path.join(harness.directory(self), "file")
    with open(path, "w") as stream:
      stream.write("Not a directory.")
    for logdir in (path, os.path.join(path, "below")):
      with self.assertRaisesRegexp(ValueError, "log directory.*file"):
        harness.train(logdir, _PARABOLA)


if __name__ == "__main__":
  tf.test.main()
