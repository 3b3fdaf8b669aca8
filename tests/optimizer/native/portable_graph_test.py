# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that training graphs open where this package is not."""

import json
import os
import subprocess
import sys

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer.native import loader
from optimizer import pretrained
from tests.optimizer.native import graph_reader
from tests.optimizer.native import native_harness


def _train(folder, use_resource):
  """Trains and saves a model; returns what it predicts."""
  with tf.Graph().as_default(), tf.Session() as session:
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    weights = tf.get_variable(
        "w", [3, 2], constraint=lambda value: tf.maximum(value, -0.5),
        use_resource=use_resource)
    y = tf.sigmoid(tf.matmul(x, weights), name="prediction")
    loss = tf.reduce_mean(tf.square(y - 0.7))
    step = pretrained.load().minimize(loss)
    session.run(tf.global_variables_initializer())
    before = graph_reader.predict(session)
    for _ in range(3):
      session.run(step, {x: graph_reader.ROWS})
    tf.train.Saver().save(session, folder + "/model")
    tf.saved_model.simple_save(
        session, folder + "/export", {"x": x}, {"y": y})
    return before, graph_reader.predict(session)


class PortableGraphTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(True, False)
  def test_without_this_package(self, use_resource):
    native_harness.require_library(self)
    folder = self.create_tempdir().full_path
    before, expected = _train(folder, use_resource)
    self.assertNotAllClose(before, expected)
    output = subprocess.check_output(
        [sys.executable, "-W", "ignore",
         os.path.abspath(graph_reader.__file__), folder],
        env={name: value for name, value in os.environ.items()
             if name != "PYTHONPATH"}, cwd=folder)
    result = json.loads(output.decode().splitlines()[-1])
    self.assertFalse(result["has_package"])
    for prediction in result["predictions"]:
      np.testing.assert_allclose(prediction, expected, rtol=1e-5)
    self.assertIn("loader.load", result["error"])
    self.assertIn(loader.LABEL, result["error"])

  def test_training_goes_on_where_the_library_is(self):
    native_harness.require_library(self)
    folder = self.create_tempdir().full_path
    _, expected = _train(folder, use_resource=False)
    self.assertEqual("no error", graph_reader.step_error(folder))
    self.assertAllClose(expected, graph_reader.restored(folder), rtol=1e-5)


if __name__ == "__main__":
  tf.test.main()
