# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the validation problems: each builds, steps, and can be lowered."""

import itertools

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import baselines
from benchmarks.comparison import benchmark_data
from benchmarks.comparison import groups
from benchmarks.comparison import runner
from benchmarks.comparison import validation_problems

_NEW = 31
"""Where the list of later problems begins."""


class ValidationProblemsTest(tf.test.TestCase, parameterized.TestCase):

  def _entries(self, group):
    """Those whose data can be had here."""
    for entry in groups.entries(group):
      try:
        self.assertGreaterEqual(entry.dataset.size, 0)
      except ImportError as error:
        self.assertIn(benchmark_data.INSTALL, str(error))
        continue
      yield entry

  @parameterized.parameters("choose", "final")
  def test_a_few_steps_lower_it(self, group):
    """Down the gradient of all rows."""
    for entry in self._entries(group):
      with tf.Graph().as_default(), tf.Session() as session:
        problem = entry.spec.build()
        variables = problem.init_variables(seed=1)
        data = [tf.constant(array[:64]) for array in (
            entry.dataset.data, entry.dataset.labels)] if (
                entry.batch_size) else []
        loss = problem.scalar_objective(variables, *data)
        step = tf.train.AdamOptimizer(1e-3).minimize(loss)
        session.run(tf.global_variables_initializer())
        start = session.run(loss)
        for _ in range(10):
          session.run(step)
        self.assertGreater(start, 0, entry.name)
        self.assertLess(session.run(loss), start, entry.name)

  def test_runs(self):
    """A tiny run of each later problem, as the referee makes them."""
    for entry in list(self._entries("choose"))[_NEW // 2 + 1:]:
      made = runner.Runner(entry, baselines.SPECS["Adam"], 20, 0)
      curve = made.run([1e-3], 1, 2)
      made.close()
      self.assertLen(curve, 2)
      self.assertTrue(np.isfinite(curve).all(), entry.name)

  def test_halves_have_the_same_kinds(self):
    rows = validation_problems.problems()[_NEW:]
    self.assertLen(rows, 26)
    for final, choose in zip(rows[::2], rows[1::2]):
      self.assertEqual(final[0].callable, choose[0].callable)
      self.assertNotEqual(str(final[0]), str(choose[0]))
    self.assertEqual(repr(rows), repr(validation_problems.problems()[_NEW:]))

  def test_sizes(self):
    """A million parameters, and a dense layer of 1,024."""
    specs = [spec for spec, _, _ in validation_problems.problems()[_NEW:]]
    with tf.Graph().as_default():
      sizes = [[int(np.prod(shape)) for shape in spec.build().param_shapes]
               for spec in specs[:4]]
    for wide, million in itertools.product(sizes[:2], sizes[2:]):
      self.assertIn(1024, wide)
      self.assertBetween(sum(million), 0.95e6, 1.05e6)


if __name__ == "__main__":
  tf.test.main()
