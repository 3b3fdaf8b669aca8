# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that rebuilt, stacked and compiled unrolls agree."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import processor_settings
from problems import datasets
from problems import problem_generator
from tests.optimizer import harness

_STEPS = 8


def _noisy():
  return problem_generator.Quadratic(3, random_seed=1, noise_stdev=0.5)


def _sparse():
  return problem_generator.SparseProblem(_noisy(), 0.5)


def _sum():
  return problem_generator.SumTask([
      problem_generator.SparseProblem(
          problem_generator.Matyas(noise_stdev=0.2), 0.5),
      problem_generator.LogObjective(_noisy())])


_PROBLEMS = {"noisy": _noisy, "sparse": _sparse, "sum": _sum}


class UnrollPathsTest(tf.test.TestCase, parameterized.TestCase):

  def _check(self, make_optimizer, problem, paths,
             dataset=datasets.EMPTY_DATASET, batches=None, tolerance=1e-5):
    """Compares the default path with others, over two unrolls of a run."""
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      optimizer = make_optimizer()
      noise_seed = tf.placeholder(tf.int32, [2])
      unrolls = [
          harness.Unroll(optimizer, problem, dataset, noise_seed=noise_seed,
                         start_seed=tf.constant([3, 4]), **path)
          for path in [{}] + list(paths)]
      with tf.Session(config=harness.fast_config()) as session:
        session.run(tf.global_variables_initializer())
        harness.perturb(optimizer, session, 0.1)
        for i in range(2):
          steps = _STEPS - 3 * i
          results = [unroll.run(
              session, steps, first=not i, feed={noise_seed: [5, i]},
              batches=None if batches is None else batches[:steps])
                     for unroll in unrolls]
          self.assertLen(results[0].objectives, steps + 1)
          self.assertGreater(np.linalg.norm(
              harness.flat(results[0].gradients.values())), 1e-4)
          for result in results[1:]:
            harness.compare(self, results[0], result, tolerance)

  @parameterized.parameters(
      ("hierarchical", "sum"), ("adam", "noisy"), ("adam", "sparse"),
      ("adam", "sum"))
  def test_stacked(self, optimizer, problem):
    self._check(harness.OPTIMIZERS[optimizer], _PROBLEMS[problem](),
                [{"recompute": False}], tolerance=1e-4)

  @parameterized.parameters("coordinatewise", "global", "schedule")
  def test_other_optimizers_stacked(self, optimizer):
    self._check(harness.OPTIMIZERS[optimizer], _sum(),
                [{"recompute": False}], tolerance=1e-4)

  def test_sitting_out_stacked(self):
    self._check(
        lambda: harness.OPTIMIZERS["hierarchical"](skip_zero_gradients=True),
        _sum(), [{"recompute": False}], tolerance=1e-4)

  @parameterized.parameters((harness.stabilized, True),
                            (harness.shipped, False))
  def test_stabilized_stacked_and_compiled(self, make_optimizer,
                                           use_attention):
    self._check(
        lambda: make_optimizer(use_attention=use_attention), _sum(),
        [{"recompute": False}, {"compiled": True, "max_steps": 11}],
        tolerance=1e-4)

  def test_first_order_stacked(self):
    self._check(
        lambda: harness.OPTIMIZERS["hierarchical"](
            use_second_derivatives=False),
        _sum(), [{"recompute": False}], tolerance=1e-4)

  def test_minibatches_compiled(self):
    rng = np.random.RandomState(0)
    dataset = datasets.Dataset(np.float32(rng.randn(12, 3)),
                               np.int32(rng.randint(3, size=12)))
    self._check(
        harness.OPTIMIZERS["adam"],
        problem_generator.SoftmaxRegression(3, 3, noise_stdev=0.1),
        [{"compiled": True, "max_steps": 9, "batch_size": 4}], dataset,
        rng.randint(12, size=[_STEPS, 4]), tolerance=1e-4)

  def test_all_steps_of_a_compiled_unroll(self):
    self._check(harness.OPTIMIZERS["schedule"], _noisy(),
                [{"compiled": True, "max_steps": _STEPS}])

  def test_compiled_unrolls_stop_early(self):
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      optimizer = harness.OPTIMIZERS["global"]()
      problem = harness.start_at(
          problem_generator.Quadratic(2, random_seed=1), np.ones([1, 2, 1]))
      unrolls = [harness.Unroll(optimizer, problem,
                                obj_train_max_multiplier=50.0, **path)
                 for path in ({}, {"compiled": True, "max_steps": 20})]
      with tf.Session(config=harness.fast_config()) as session:
        harness.load_meta_parameters(
            optimizer, {"LOL/global_learning_rate": 1.5}, session)
        expected, actual = [unroll.run(session, 15) for unroll in unrolls]
    self.assertBetween(len(expected.objectives), 3, 10)
    self.assertEqual(len(expected.objectives), len(actual.objectives))
    harness.compare(self, expected, actual)


if __name__ == "__main__":
  # What is compiled is to be right as metarun compiles it.
  processor_settings.use_fast_settings()
  tf.test.main()
