# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the validation of a run, and of its best checkpoint."""

import json
import os

import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from meta_training import checkpoints
from meta_training import validation
from optimizer import pretrained
from tests import repository
from tests.meta_training import harness

_TAG = "validation/mean_log_final_objective"


class _Wall(harness.Parabola):

  def objective(self, parameters, data=None, labels=None):
    return float("inf") * super().objective(parameters)


def _summaries(logdir):
  """List of (step, value) of the validation."""
  found = []
  for path in sorted(tf.io.gfile.glob(logdir + "/events.out.tfevents.*")):
    for event in tf.train.summary_iterator(path):
      found += [(event.step, value.simple_value)
                for value in event.summary.value if value.tag == _TAG]
  return found


def _log_final(rate, curvature):
  """By hand: gradient descent from x = 2 on curvature / 2 x^2, five steps."""
  x = 2.0 * (1 - rate * curvature) ** 5
  return np.log(0.5 * curvature * x * x + 1e-10)


class ValidationTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    patch = tf.test.mock.patch.object(validation, "NUM_STEPS", 5)
    patch.start()
    self.addCleanup(patch.stop)

  def _train(self, logdir, num_problems, problems=None, **options):
    return harness.train(
        logdir, harness.without_data(harness.Parabola),
        num_problems=num_problems, learning_rate=0.01,
        validation=metaopt.Validation(problems or (
            harness.without_data(harness.Parabola, curvature=2.0) +
            harness.without_data(harness.Parabola, curvature=5.0)), every=2),
        **options)[1]

  def _rate(self, logdir):
    return float(harness.arrays(logdir)["LOL/global_learning_rate"])

  def test_values(self):
    logdir, rates = harness.directory(self), []
    text = self._train(
        logdir, 5, callbacks=[lambda *args: rates.append(self._rate(logdir))])
    expected = [np.mean([_log_final(rates[i], 2.0), _log_final(rates[i], 5.0)])
                for i in (1, 3)]
    # Two updates a visit.
    self.assertAllClose([(4, expected[0]), (8, expected[1])],
                        _summaries(logdir), rtol=1e-5)
    self.assertIn("  validation: mean log final objective {:.5g} (lower is "
                  "better), the best so far: {}/best\n".format(
                      _summaries(logdir)[1][1], logdir), text)

  def test_changes_nothing(self):
    logdirs = [harness.directory(self) for _ in range(2)]
    self._train(logdirs[0], 3)
    harness.train(logdirs[1], harness.without_data(harness.Parabola),
                  num_problems=3, learning_rate=0.01)
    harness.assert_equal(self, *map(harness.arrays, logdirs))

  def test_best_can_be_loaded(self):
    logdir = harness.directory(self)
    self._train(logdir, 3)
    best = os.path.join(logdir, "best")
    optimizer = pretrained.load(best)
    x = tf.Variable(1.0)
    step = optimizer.minimize(x)
    with self.session() as session:
      session.run(tf.global_variables_initializer())
      session.run(step)
      self.assertAllClose(
          1.0 - self._rate(os.path.join(logdir, "model.ckpt-4")),
          session.run(x))

  def test_goes_on(self):
    logdir = harness.directory(self)
    self._train(logdir, 2)
    path = os.path.join(logdir, "best", checkpoints.VALIDATION_FILE_NAME)
    with open(path) as stream:
      found = json.load(stream)
    self.assertEqual("model.ckpt-4", found["checkpoint"])
    found["value"] = -100.0
    with open(path, "w") as stream:
      json.dump(found, stream)
    # Not better than before the restart.
    self.assertNotIn("best", self._train(logdir, 4))
    # Values of other problems cannot be compared.
    self.assertIn("the best so far", self._train(
        logdir, 6, harness.without_data(harness.Parabola, curvature=1.0)))

  def test_not_finite(self):
    logdir = harness.directory(self)
    text = self._train(logdir, 2, harness.without_data(_Wall))
    self.assertIn("mean log final objective inf (lower is better)\n", text)
    self.assertFalse(os.path.exists(os.path.join(logdir, "best")))

  def test_with_data(self):
    logdirs = [harness.directory(self) for _ in range(2)]
    for logdir in logdirs:
      self._train(logdir, 2, harness.classifier())
    # Run with the same seed it has the same value, below log(2).
    self.assertEqual(*map(_summaries, logdirs))
    self.assertLess(_summaries(logdirs[0])[0][1], np.log(0.8))

  def test_bad_arguments(self):
    for value, message in (
        (metaopt.Validation((), 0), "validate_every must be"),
        (metaopt.Validation([3]), "A corpus is a list"),
        ([3], r"of class validation.Validation, such as .* not \[3\]")):
      with self.assertRaisesRegexp(ValueError, message):
        harness.train(
            harness.directory(self), harness.without_data(harness.Parabola),
            validation=value)

  def test_killed_before_or_in_a_validation(self):
    """Whatever was missing is made up for, and is then as without a kill."""
    whole, mock = harness.directory(self), tf.test.mock
    self._train(whole, 4)

    def written(logdir):
      return [repository.read(os.path.join(logdir, name)) for name in (
          "validation.json", "best/validation.json", "best/optimizer.json",
          "best/checkpoint")]

    for target, name, num_visits in (
        (validation.Validator, "validate", 2),
        (checkpoints.BestCheckpoint, "_copy", 4),
        (checkpoints, "write_validation", 4)):
      logdir = harness.directory(self)
      if num_visits == 4:
        self._train(logdir, 3)
      with mock.patch.object(target, name, side_effect=SystemExit):
        with self.assertRaises(SystemExit):
          self._train(logdir, 4)
      self.assertEqual(
          num_visits, harness.arrays(logdir)["run_state/position"][0])
      self.assertIn("the best so far", self._train(logdir, 4))
      self.assertEqual(written(whole), written(logdir))
      self.assertEqual(_summaries(whole), _summaries(logdir))
      # It is not made again.
      self.assertNotIn("validation:", self._train(logdir, 4))


if __name__ == "__main__":
  tf.test.main()
