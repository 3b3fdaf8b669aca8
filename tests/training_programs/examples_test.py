# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs every example."""

import importlib
import io
import os
import re
import subprocess
import sys

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from tests.training_programs import harness

_EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                         os.pardir, os.pardir, "examples")


def _names():
  return sorted(name[:-len(".py")] for name in os.listdir(_EXAMPLES)
                if name.endswith(".py") and not name.startswith("_"))


class ExamplesTest(harness.TrainingProgramTest, parameterized.TestCase):

  def _check_printed(self, text):
    losses = [float(loss) for loss in re.findall(
        r"loss\D*([0-9.]+(?:e-?[0-9]+)?)", text)]
    self.assertNotEmpty(losses)
    if len(losses) > 1:
      self.check_loss_falls(losses, 0.9)
    else:
      self.assertLess(losses[0], 0.1)

  @parameterized.parameters(*_names())
  def test_example(self, name):
    if name == "slim" and not tf.version.VERSION.startswith("1."):
      self.skipTest("TensorFlow 2 has no tf.contrib, and so no slim")
    module = importlib.import_module("examples." + name)
    tf.keras.backend.clear_session()
    printed = io.StringIO()
    stdout, sys.stdout = sys.stdout, printed
    try:
      with tf.Graph().as_default():
        tf.set_random_seed(1)
        module.main(self.logdir)
    finally:
      sys.stdout = stdout
    self._check_printed(printed.getvalue())

  def test_from_the_command_line(self):
    output = subprocess.check_output(
        [sys.executable, os.path.join(_EXAMPLES, "session.py"), self.logdir],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
    self._check_printed(output.decode("utf-8"))


if __name__ == "__main__":
  tf.test.main()
