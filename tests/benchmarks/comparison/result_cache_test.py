# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of results kept on disk."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import os

import numpy as np
import tensorflow as tf

from benchmarks.comparison import result_cache


class ResultCacheTest(tf.test.TestCase):

  def setUp(self):
    super(ResultCacheTest, self).setUp()
    self.directory = self.create_tempdir().full_path
    self.cache = result_cache.ResultCache(self.directory)

  def test_makes_once(self):
    made = []

    def make():
      made.append(1)
      return {"curve": np.arange(3)}

    for _ in range(2):
      self.assertAllEqual([0, 1, 2],
                          self.cache.arrays(["key"], make)["curve"])
    self.assertLen(made, 1)
    self.assertLen(os.listdir(self.directory), 1)

  def test_a_failed_write_leaves_nothing(self):
    full = tf.test.mock.patch.object(np, "savez_compressed",
                                     side_effect=IOError("No space left"))
    with full, self.assertRaisesRegexp(IOError, "No space left"):
      self.cache.arrays(["key"], lambda: {"curve": np.arange(3)})
    self.assertEqual([], os.listdir(self.directory))


if __name__ == "__main__":
  tf.test.main()
