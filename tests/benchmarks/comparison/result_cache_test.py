# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what is kept of earlier runs."""

import os
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import result_cache


class ResultCacheTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    self.directory = tempfile.mkdtemp(dir=self.get_temp_dir())

  def test_half_written_cache(self):
    cache = result_cache.ResultCache(self.directory)
    self.assertEqual(2.0, cache.number(["a"], lambda: 2.0))
    with open(os.path.join(self.directory, "tuning.jsonl"), "a") as stream:
      stream.write('["unfini')
    cache = result_cache.ResultCache(self.directory)
    self.assertEqual(2.0, cache.number(["a"], lambda: 3.0))
    self.assertEqual(3.0, cache.number(["b"], lambda: 3.0))

  def test_arrays_are_made_once(self):
    made = []

    def make():
      made.append(1)
      return {"curve": [1.0, 2.0], "steps": 3}

    for _ in range(2):
      arrays = result_cache.ResultCache(self.directory).arrays(
          ["net", 0.1], make)
      self.assertEqual(["curve", "steps"], sorted(arrays))
      self.assertAllEqual([1.0, 2.0], arrays["curve"])
      self.assertEqual(3, arrays["steps"])
    self.assertLen(made, 1)
    result_cache.ResultCache(self.directory).arrays(["net", 0.2], make)
    self.assertLen(made, 2)

  def test_a_failed_write_leaves_nothing(self):
    full = tf.test.mock.patch.object(
        np, "savez_compressed", side_effect=IOError("No space left"))
    with full, self.assertRaisesRegexp(IOError, "No space left"):
      result_cache.ResultCache(self.directory).arrays(
          ["key"], lambda: {"curve": [1.0]})
    self.assertEqual([], os.listdir(self.directory))


if __name__ == "__main__":
  tf.test.main()
