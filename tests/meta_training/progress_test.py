# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the progress of a run and its status line."""

import io
import os
import re

import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import progress
from tests.meta_training import harness


class _Clock:

  def __init__(self):
    self.now = 1000.0

  def __call__(self):
    return self.now


class _Terminal(io.StringIO):

  def isatty(self):
    return True


class ProgressTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    self.clock = _Clock()

  def _visit(self, made, visits_done, updates, seconds=10.0, objective=-1.0):
    made.begin_visit(visits_done)
    for update in updates:
      made.update(update, objective)
    self.clock.now += seconds
    made.end_visit()

  def test_text(self):
    made = progress.Progress(10, self.clock)
    self.assertEqual("0 of 10 problems done, 0 updates/s, mean meta-objective "
                     "nan (log, lower is better)", made.text())
    self._visit(made, 0, range(1, 21))
    self.assertEqual("1 of 10 problems done, 2 updates/s, mean meta-objective "
                     "-1 (log, lower is better), 0:01:30 left", made.text())
    self.assertEqual("[=.........] 1/10 problems, 2 updates/s, mean -1, "
                     "0:01:30 left", made.short_text())

  def test_short_text_fits(self):
    made = progress.Progress(1000, self.clock)
    self._visit(made, 199, [1], seconds=61.7, objective=-0.012345)
    self.assertEqual("[==........] 200/1000 problems, 0.0162 updates/s, mean "
                     "-0.01235, 13:42:40 left", made.short_text())
    self.assertLess(len(made.short_text()), 80)

  def test_time_left_is_of_this_process(self):
    made = progress.Progress(10, self.clock)
    made.begin_visit(6)
    self.assertIsNone(made.seconds_left)
    self._visit(made, 6, [61], seconds=30.0)
    # Three to come, of 30 seconds each.
    self.assertEqual(90.0, made.seconds_left)
    self.clock.now += 20.0
    self.assertEqual(70.0, made.seconds_left)
    self.clock.now += 1000.0
    self.assertEqual(0.0, made.seconds_left)
    self.assertEqual(7, made.visits_done)

  def test_time_left_counts_what_is_set_up_once(self):
    made = progress.Progress(10, self.clock)
    for visit, (setup, is_new) in enumerate(
        [(20.0, True), (40.0, True), (0.0, False)]):
      self.clock.now += setup
      made.begin_visit(visit, setup, is_new, new_to_come=1.5)
      self.clock.now += 2.0
      made.end_visit()
    # Seven visits of 2 s, and 1.5 problems that take 30 s to set up.
    self.assertEqual(59.0, made.seconds_left)

  def test_time_left_within_a_visit(self):
    made = progress.Progress(10, self.clock)
    self.clock.now += 5.0
    made.begin_visit(0, 5.0, True, new_to_come=2.0)
    self.clock.now += 3.0
    made.end_visit()
    # Nine visits of 3 s, and 2 problems that take 5 s to set up.
    self.assertEqual(37.0, made.seconds_left)
    self.clock.now += 45.0
    made.begin_visit(1, 45.0, True, new_to_come=1.0)
    # What took 45 s is no part of a visit, and set-ups take 25 s on average.
    self.assertEqual(52.0, made.seconds_left)
    self.clock.now += 2.0
    self.assertEqual(50.0, made.seconds_left)
    self.clock.now += 1.0
    made.end_visit()
    self.assertEqual(49.0, made.seconds_left)

  def test_short_text_before_the_first_update(self):
    made = progress.Progress(10, self.clock)
    made.begin_visit(0)
    self.assertEqual("[..........] 0/10 problems, 0 updates/s",
                     made.short_text())

  def test_speed_is_of_the_last_visits(self):
    made = progress.Progress(100, self.clock)
    self._visit(made, 0, [1], seconds=1000.0)
    self.assertAllClose(0.001, made.updates_per_second)
    for visit in range(1, 11):
      self._visit(made, visit, [2 * visit, 2 * visit + 1], seconds=1.0)
    self.assertAllClose(2.0, made.updates_per_second)

  def test_speed_after_a_restored_state(self):
    made = progress.Progress(100, self.clock)
    self._visit(made, 0, range(1, 1001), seconds=1.0)
    self._visit(made, 1, range(501, 506), seconds=1.0)
    self.assertAllClose(5.0, made.updates_per_second)

  def test_updates_of_others_count(self):
    made = progress.Progress(100, self.clock)
    self._visit(made, 0, [41, 45, 50], seconds=5.0)
    self.assertAllClose(2.0, made.updates_per_second)

  def test_mean_leaves_out_what_is_not_finite(self):
    made = progress.Progress(10, self.clock)
    for step, objective in enumerate([np.nan, -2.0, np.inf, -4.0, -np.inf]):
      made.update(step + 1, objective)
    self.assertEqual(-3.0, made.mean_meta_objective)

  def test_mean_moves(self):
    made = progress.Progress(10, self.clock)
    for step in range(5000):
      made.update(step + 1, 1.0 if step < 4000 else -1.0)
    self.assertEqual(-1.0, made.mean_meta_objective)

  def test_without_end(self):
    made = progress.Progress(None, self.clock)
    self._visit(made, 345, [346])
    self._visit(made, 346, [347])
    self.assertEqual("2 problems done, 0.1 updates/s, mean meta-objective -1 "
                     "(log, lower is better)", made.text())
    self.assertEqual("2 problems, 0.1 updates/s, mean -1", made.short_text())


class BudgetTest(tf.test.TestCase):

  def test_a_screenful_and_then_one_a_minute(self):
    clock = _Clock()
    budget = progress.Budget(clock)
    self.assertEqual(24, sum(budget.spend(1) for _ in range(1000)))
    counts = []
    for _ in range(600):  # Ten minutes.
      clock.now += 1.0
      counts.append(sum(budget.spend(1) for _ in range(10)))
    self.assertBetween(sum(counts), 239, 240)
    clock.now += 3600.0
    self.assertEqual(24, sum(budget.spend(1) for _ in range(1000)))

  def test_spare(self):
    budget = progress.Budget(_Clock())
    self.assertFalse(budget.spend(3, spare=22))
    self.assertTrue(budget.spend(3, spare=21))
    self.assertFalse(budget.spend(22))
    self.assertTrue(budget.spend(21))


class ScreenTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    term = os.environ.get("TERM")
    os.environ["TERM"] = "xterm"
    self.addCleanup(self._restore, term)

  def _restore(self, term):
    os.environ.pop("TERM")
    if term is not None:
      os.environ["TERM"] = term

  def test_none(self):
    screen = progress.Screen(None)
    screen.write("line")
    self.assertFalse(screen.is_terminal)

  def test_terminal(self):
    out, clock = _Terminal(), _Clock()
    screen = progress.Screen(out, clock)
    self.assertTrue(screen.is_terminal)
    screen.status(lambda: "half")
    screen.status(lambda: self.fail("It is too early."))
    screen.write("line")
    screen.status(lambda: "whole", now=True)
    screen.clear()
    screen.clear()
    self.assertEqual("\r\033[Khalf\r\033[Kline\n\r\033[Kwhole\r\033[K",
                     out.getvalue())

  def test_never_wraps(self):
    out = _Terminal()
    progress.Screen(out).status(lambda: "x" * 10000)
    self.assertLess(out.getvalue().count("x"), 10000)

  def test_no_terminal(self):
    out = io.StringIO()
    screen = progress.Screen(out)
    screen.status(lambda: self.fail("This is no terminal."), now=True)
    screen.write("line")
    screen.clear()
    self.assertEqual("line\n", out.getvalue())
    os.environ["TERM"] = "dumb"
    self.assertFalse(progress.Screen(_Terminal()).is_terminal)

  def test_training_on_a_terminal(self):
    out = _Terminal()
    harness.train(harness.directory(self),
                  harness.without_data(harness.Parabola), num_problems=2,
                  out=out)
    text = out.getvalue()
    # What stays on the screen is the text without the status lines.
    lines = re.sub("\r\033\\[K[^\n\r]*(?=\r\033\\[K)", "", text).replace(
        "\r\033[K", "").splitlines()
    self.assertLen(lines, 6)
    for line, start in zip(lines, ["problem 1 of 2", "  run 1", "  saved"] * 2):
      self.assertTrue(line.startswith(start.replace("1 of", line[8] + " of")),
                      line)
    self.assertIn("[=====.....] 1/2 problems, ", text)
    self.assertIn("[==========] 2/2 problems, ", text)
    self.assertTrue(text.endswith("\r\033[K"))


if __name__ == "__main__":
  tf.test.main()
