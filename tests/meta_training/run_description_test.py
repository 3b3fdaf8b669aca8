# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the options that a run is described by."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import run_description
import metaopt
from optimizer import registry
from problems import corpus_entry
from problems import problem_spec
from tests.meta_training import harness

_PARABOLA = harness.without_data(harness.Parabola)


class DescriptionTest(tf.test.TestCase, parameterized.TestCase):

  def test_changed_options_are_told(self):
    logdir = harness.directory(self)
    for num_problems, multiplier in ((1, -1), (2, 5)):
      _, text = harness.train(
          logdir, _PARABOLA, problem_spec.Spec(
              harness.GLOBAL.callable, (),
              {"obj_train_max_multiplier": multiplier}),
          num_problems=num_problems)
    self.assertIn(
        "option obj_train_max_multiplier was -1 before and is 5 now", text)

  @parameterized.parameters("", '{"optimizer": "Glob', "[]", "{}")
  def test_damaged(self, content):
    logdir = harness.directory(self)
    harness.train(logdir, _PARABOLA, num_problems=1)
    path = os.path.join(logdir, registry.FILE_NAME)
    with open(path, "w") as stream:
      stream.write(content)
    # The run knows better; whether it says so or goes on, no other error.
    try:
      harness.train(logdir, _PARABOLA)
    except ValueError as error:
      self.assertIn(registry.FILE_NAME, str(error))

  def test_argument_without_json(self):
    logdir = harness.directory(self)
    spec = problem_spec.Spec(harness.GLOBAL.callable,
                             (np.float32(0.25),))
    _, text = harness.train(logdir, _PARABOLA, spec, num_problems=1)
    self.assertIn("No optimizer.json is written: ", text)
    self.assertFalse(os.path.exists(os.path.join(logdir, registry.FILE_NAME)))


class FlatTest(tf.test.TestCase):

  def test_options(self):
    flat = run_description.RunDescription(harness.GLOBAL, self.fail).flat()
    self.assertEqual("GlobalLearningRate", flat["optimizer"])
    self.assertEqual(0.02, flat["initial_rate"])

  def test_no_words_for_them(self):
    spec = problem_spec.Spec(harness.GLOBAL.callable, (np.float32(0.25),))
    description = run_description.RunDescription(spec, self.fail)
    self.assertEqual({}, description.flat())
    self.assertEqual(
        {"problems": [], "meta_gradient": {
            "name": "Backpropagation", "runs_per_update": 1}},
        description.of_task([], metaopt.Backpropagation()))
    # Each task may have as many threads as it likes.
    self.assertEqual(*[
        description.of_task([], metaopt.EvolutionStrategies(num_workers=number))
        for number in (1, 2)])

  def test_problems(self):
    entries = [
        corpus_entry.CorpusEntry(problem_spec.Spec.of(harness.Parabola, 2.0)),
        corpus_entry.CorpusEntry(
            problem_spec.Spec.of(harness.Parabola, object()), None, 5)]
    description = run_description.RunDescription(harness.GLOBAL, self.fail)
    self.assertEqual(
        ["Parabola(2.0)", "Parabola(<object object>) by 5"],
        description.of_task(
            entries, metaopt.Backpropagation())["problems"])


if __name__ == "__main__":
  tf.test.main()
