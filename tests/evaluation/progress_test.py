# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what is said while runs are made."""

import io

import tensorflow.compat.v1 as tf

from evaluation import progress


class ProgressTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    self.now = 0.0
    self.out = io.StringIO()
    self.progress = progress.Progress(10, self.out, lambda: self.now)

  def _run(self, seconds, was_made=True):
    self.progress.begin("net")
    self.now += seconds
    self.progress.end(was_made)

  def test_time_left(self):
    """Of runs that were made, not of those in a cache."""
    self._run(0.0, was_made=False)
    self.assertEqual("run 2 of 10 (0% of it): net", self.progress.line(0.0))
    self._run(600.0)
    self._run(1200.0)
    self.progress.begin("net, Adam")
    self.assertEqual(
        "run 4 of 10 (50% of it), about 1 h 37 min left: net, Adam",
        self.progress.line(0.5))
    self.progress.skip(6)
    self.assertEqual("run 10 of 10 (0% of it), about 15 min left: net, Adam",
                     self.progress.line(0.0))

  def test_lines_of_a_file(self):
    """One every half a minute."""
    for _ in range(5):
      self._run(10.0)
    self.progress.within(0.5)
    self.assertEqual(["run 4 of 10 (0% of it), about 1 min left: net"],
                     self.out.getvalue().splitlines())


if __name__ == "__main__":
  tf.test.main()
