# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what differs between versions of TensorFlow."""

import os
import subprocess
import sys

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from optimizer import tensorflow_version

# Before TensorFlow is found, so is what stands in its stead.
_MISSING = """
import sys
sys.modules["tensorflow"] = None
try:
  from optimizer import tensorflow_version
except ImportError as error:
  print(error)
"""


class VersionTest(tf.test.TestCase, parameterized.TestCase):

  def test_this_one_is_supported(self):
    tensorflow_version.check(tf.version.VERSION)

  @parameterized.parameters("1.15.0", "1.15.5", "2.15.1", "2.21.0",
                            "2.22.0-rc1")
  def test_supported(self, version):
    tensorflow_version.check(version)

  @parameterized.parameters("1.14.0", "1.16.0", "2.0.0", "2.14.1", "3.0.0",
                            "0.12", "nightly")
  def test_refused(self, version):
    with self.assertRaisesRegexp(
        ImportError, "needs TensorFlow 1.15 .* 2.15 .*, not TensorFlow " +
        version):
      tensorflow_version.check(version)

  def test_without_tensorflow(self):
    output = subprocess.check_output(
        [sys.executable, "-c", _MISSING], universal_newlines=True,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
    self.assertLen(output.splitlines(), 1)
    self.assertRegexpMatches(
        output, "^learned_optimizer needs TensorFlow 1.15 .* pip install")


class DifferencesTest(tf.test.TestCase):

  def test_graphs_are_not_refused(self):
    with tf.Graph().as_default():
      tensorflow_version.refuse_eager_execution("this")

  def test_cells(self):
    self.assertIs(tf.nn.rnn_cell.RNNCell, tensorflow_version.rnn_cell_base())

  def test_trace(self):
    trace = tensorflow_version.trace_message()
    trace.devices[3].name = "device"
    self.assertNotEmpty(trace.SerializeToString())


if __name__ == "__main__":
  tf.test.main()
