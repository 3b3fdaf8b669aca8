# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that no warning of TensorFlow's is about a file of this repository."""

import io
import logging
import os
import re
import tempfile

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from tensorflow.python.platform import tf_logging
from tensorflow.python.util import deprecation

import metaopt
from optimizer import pretrained
from optimizer import registry
from problems import problem_generator
from problems import problem_sets
from problems import problem_spec
from tests import repository

_ROOMS = ("evaluation", "meta_training", "optimizer", "problems", "metaopt.py")


class _Forgetful(dict):
  """By default TensorFlow warns of the first use of a function only."""

  def __contains__(self, key):
    return False


class _Lines(logging.Handler):
  """Keeps the first line of every message."""

  def __init__(self):
    super().__init__()
    self.lines = []

  def emit(self, record):
    self.lines.append(record.getMessage().split("\n")[0])


def _one_step():
  return 1


class DeprecationsTest(tf.test.TestCase, parameterized.TestCase):

  def _warnings(self, function):
    """Lines about deprecated names that calling a function writes."""
    handler, mock = _Lines(), tf.test.mock
    logger = tf_logging.get_logger()
    logger.addHandler(handler)
    try:
      with mock.patch.object(deprecation, "_PRINTED_WARNING", _Forgetful()):
        function()
    finally:
      logger.removeHandler(handler)
    return [line for line in handler.lines if "deprecated" in line]

  def _ours(self, lines):
    root = os.path.dirname(os.path.abspath(metaopt.__file__))
    return [line for line in lines if any(
        "From " + os.path.join(root, room) in line for room in _ROOMS)]

  def test_warnings_are_seen(self):
    zero = tf.constant(0.0)
    self.assertLen(self._warnings(lambda: tf.where(zero < 1.0, zero, zero)), 1)

  @parameterized.parameters(*registry.OPTIMIZERS)
  def test_meta_training(self, name):
    corpus = (problem_sets.softmax_2_class_problems()[:1] +
              problem_sets.matmul_problems()[:1])
    lines = self._warnings(lambda: metaopt.train_optimizer(
        tempfile.mkdtemp(dir=self.get_temp_dir()),
        problem_spec.Spec(registry.OPTIMIZERS[name], (), {}), corpus, 2, 1,
        _one_step, _one_step, select_random_problems=False,
        out=io.StringIO(),
        options=metaopt.RunOptions(seed=1, compiled=False)))
    # Warnings about TensorFlow's own files show that any would be seen.
    self.assertNotEmpty(lines)
    self.assertEqual([], self._ours(lines))

  def test_drop_in_step(self):
    lines = self._warnings(lambda: metaopt.test_optimizer(
        pretrained.load(), problem_generator.Rosenbrock(), 2,
        graph=tf.Graph()))
    self.assertEqual([], self._ours(lines))

  def test_names(self):
    for path in repository.python_files():
      if path.split("/")[0] in _ROOMS:
        self.assertEqual([], re.findall(
            r"\btf\.where\(|\btf\.trace\(|v1\.where\(",
            repository.read(path)), path)


if __name__ == "__main__":
  tf.test.main()
