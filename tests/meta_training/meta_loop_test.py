# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the loop over visits, runs and unrolls."""

import tensorflow.compat.v1 as tf

from problems import problem_spec
from tests.meta_training import harness

_PARABOLA = harness.without_data(harness.Parabola)


class _Negative(harness.Parabola):
  """Falls below 0 after some steps of descent."""

  def objective(self, parameters, data=None, labels=None):
    return super().objective(parameters) - 5.0


class CallbackTest(tf.test.TestCase):

  def test_arguments(self):
    calls = []
    logdir = harness.directory(self)
    for _ in range(2):
      harness.train(
          logdir, harness.classifier(), harness.OPTIMIZER_SPECS["adam"],
          num_problems=2, num_meta_iterations=3, num_unrolls=2, num_steps=4,
          callbacks=[lambda *args: calls.append(args), lambda *args: None])
    # The second call of train had nothing left to do.
    self.assertLen(calls, 2)
    for i, (name, index, directory, metadata) in enumerate(calls):
      self.assertEqual(("SoftmaxRegression", i, logdir),
                       (name, index, directory))
      self.assertEqual(
          ["global_step", "meta_grads_and_params", "meta_objs", "runtimes",
           "subproblem_objs"], sorted(metadata))
      self.assertEqual([6 * i + 2, 6 * i + 4, 6 * i + 6],
                       metadata["global_step"])
      self.assertLen(metadata["runtimes"], 3)
      self.assertGreater(min(metadata["runtimes"]), 0)
      self.assertLen(metadata["meta_objs"], 6)
      self.assertEqual([(5,)] * 6, [objectives.shape for objectives in
                                    metadata["subproblem_objs"]])
      for objectives, value in zip(metadata["subproblem_objs"][::2],
                                   metadata["meta_objs"][::2]):
        # The first unroll of a run, in the plain form.
        self.assertAllClose(
            objectives[1:].mean() / (objectives[0] + 1e-6), value, rtol=1e-5)
      self.assertLen(metadata["meta_grads_and_params"], 6)
      for pairs in metadata["meta_grads_and_params"]:
        self.assertEqual([((), ())] * 4, [
            (gradient.shape, value.shape) for gradient, value in pairs])
    end = harness.meta_parameters(logdir)
    self.assertAllEqual(
        [end["LOL/" + name] for name in ("log_learning_rate", "beta1_logit",
                                         "beta2_logit", "log_epsilon")],
        [value for _, value in calls[-1][3]["meta_grads_and_params"][-1]])


class RunTest(tf.test.TestCase):

  def test_reset_rnn_params(self):
    # The schedule counts its steps in its state: without resets the second
    # run of a visit starts with the third rate.
    for reset, same in ((True, True), (False, False)):
      spec = harness.OPTIMIZER_SPECS["schedule"]
      calls = []
      harness.train(
          harness.directory(self), _PARABOLA, spec, num_problems=1,
          num_meta_iterations=2, num_unrolls=1, num_steps=3, learning_rate=0.1,
          reset_rnn_params=reset, callbacks=[
              lambda *args, to=calls: to.append(args)])
      metadata, = [call[3] for call in calls]
      gradients = [
          pairs[0][0] for pairs in metadata["meta_grads_and_params"]]
      # No gradient reaches rates that were over when the run began.
      self.assertNotEqual(0, gradients[0][0])
      self.assertEqual(same, gradients[1][0] != 0)

  def test_negative_objective(self):
    logdir = harness.directory(self)
    spec = problem_spec.Spec(harness.GLOBAL.callable, (0.1,))
    with self.assertRaisesRegexp(
        ValueError, r"objective of _Negative\(\) became -[0-9.]+"):
      harness.train(logdir, harness.without_data(_Negative), spec,
                    num_unrolls=4, num_steps=2)
    # The objectives are 1, then negative: no unroll was good.
    self.assertEqual(0, harness.arrays(logdir)["global_step"])
    self.assertAllEqual([0, 0, 1],
                        harness.arrays(logdir)["run_state/position"])

  def test_updates_before_a_negative_objective_are_kept(self):
    logdir = harness.directory(self)
    spec = problem_spec.Spec(harness.GLOBAL.callable, (0.03,))
    with self.assertRaisesRegexp(ValueError, "none may be negative"):
      harness.train(logdir, harness.without_data(_Negative), spec,
                    num_unrolls=9, num_steps=1, learning_rate=1e-6)
    # 6 (1 - 0.09)^(2 t) - 5 is negative from t = 1 on.
    self.assertEqual(1, harness.arrays(logdir)["global_step"])


if __name__ == "__main__":
  tf.test.main()
