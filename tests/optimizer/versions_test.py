# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that figures are those recorded under each version of TensorFlow."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from tests.optimizer import harness
from tests.optimizer import versions

_NAMES = sorted(harness.OPTIMIZERS)


def _recorded(name):
  """Yields (path of the checkpoint, dict of the figures) of each version."""
  for major in ("1", "2"):
    path = os.path.join(versions.folder(major), name)
    with np.load(path + ".npz") as figures:
      yield path + ".ckpt", {key: figures[key] for key in figures.files}


class VersionsTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*_NAMES)
  def test_drop_in_steps_and_runs_that_go_on_from_checkpoints(self, name):
    run = versions.Run(name)
    first, second = run.half(0), run.half(1)
    for checkpoint, expected in _recorded(name):
      self.assertAllClose(expected["first"], first, rtol=1e-6, atol=1e-6)
      self.assertAllClose(expected["second"], second, rtol=1e-6, atol=1e-6)
      run.saver.restore(run.session, checkpoint)
      self.assertAllEqual(expected["first"],
                          harness.flat(run.session.run(run.variables)))
      self.assertAllClose(expected["second"], run.half(1), rtol=1e-6,
                          atol=1e-6)

  @parameterized.parameters(*_NAMES)
  def test_meta_gradient(self, name):
    actual = versions.meta_gradient(name)
    for _, expected in _recorded(name):
      self.assertGreater(np.linalg.norm(expected["meta_gradient"]), 1e-6)
      self.assertLess(harness.relative_error(
          [actual], [expected["meta_gradient"]]), 1e-5)


if __name__ == "__main__":
  tf.test.main()
