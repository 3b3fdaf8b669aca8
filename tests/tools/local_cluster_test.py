# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of tools/local_cluster: it starts all tasks, and leaves none."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
_PROGRAM = os.path.join(_ROOT, "tools", "local_cluster")
_SECONDS = 200
# Problems that are built fast, visits of a fraction of a second.
_TINY = ["--optimizer=GlobalLearningRate", "--num_meta_iterations=1",
         "--num_unroll_scale=0", "--num_partial_unroll_itr_scale=0",
         "--min_num_itr_partial_unroll=3", "--compile=never", "--seed=1"]
_TASKS = ["ps_0", "worker_0", "worker_1"]


def _is_running(pid):
  try:
    with open("/proc/{}/stat".format(pid)) as stream:
      return stream.read().rpartition(")")[2].split()[0] != "Z"
  except EnvironmentError:
    return False


class LocalClusterTest(unittest.TestCase):

  def setUp(self):
    self._directory = tempfile.mkdtemp()
    self.addCleanup(shutil.rmtree, self._directory)
    self._logs = os.path.join(self._directory, "logs")
    self._process, self._pids = None, []

  def _start(self, *flags):
    """Starts a parameter server and two workers."""
    self._process = subprocess.Popen(
        [sys.executable, "-u", _PROGRAM, "--ps=1", "--workers=2",
         "--logs=" + self._logs,
         "--train_dir=" + os.path.join(self._directory, "train")] + _TINY +
        list(flags), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True)
    self.addCleanup(self._end)
    started = [self._process.stdout.readline() for _ in _TASKS]
    found = [re.match(r"(\w+) (\d): process (\d+), log (.*)$", line)
             for line in started]
    self.assertTrue(all(found), started)
    self._pids = [int(match.group(3)) for match in found]
    self.assertEqual(_TASKS, ["_".join(match.group(1, 2)) for match in found])
    self.assertEqual(
        [os.path.join(self._logs, name + ".log") for name in _TASKS],
        [match.group(4) for match in found])

  def _end(self):
    for pid in self._pids + [self._process.pid]:
      if _is_running(pid):
        os.kill(pid, signal.SIGKILL)
    self._process.communicate()

  def _log(self, name):
    with open(os.path.join(self._logs, name + ".log")) as stream:
      return stream.read()

  def _wait(self, condition):
    end = time.time() + _SECONDS
    while not condition():
      if time.time() > end:
        self.fail("It took too long:\n" + "\n".join(map(self._log, _TASKS)))
      time.sleep(0.1)

  def _code(self):
    self._wait(lambda: self._process.poll() is not None)
    return self._process.returncode

  def _assert_nothing_is_left(self):
    self.assertEqual([], [pid for pid in self._pids if _is_running(pid)])

  def test_runs_to_the_end(self):
    self._start("--num_problems=2")
    self.assertEqual(0, self._code(), self._log("worker_0"))
    self._assert_nothing_is_left()
    self.assertIn("serving as ps 0", self._log("ps_0"))
    self.assertIn("problem 2 of 2", self._log("worker_0"))
    self.assertIn("The last checkpoint is ", self._log("worker_0"))
    self.assertIn("the chief has made all visits", self._log("worker_1"))

  def _stop(self, signum):
    self._start("--num_problems=100000")
    self._wait(lambda: "saved" in self._log("worker_0") and
               "  run 1:" in self._log("worker_1"))
    self._process.send_signal(signum)
    self.assertEqual(0, self._code(), self._log("worker_0"))
    self.assertIn("Stopping all tasks", self._process.stdout.read())
    self._assert_nothing_is_left()
    last = self._log("worker_0").strip().splitlines()[-1]
    self.assertTrue(last.startswith("The last checkpoint is "), last)
    self.assertTrue(os.path.exists(last.split(" is ")[1] + ".index"), last)

  def test_ctrl_c_stops_all_tasks(self):
    self._stop(signal.SIGINT)

  def test_sigterm_stops_all_tasks(self):
    self._stop(signal.SIGTERM)

  def test_sighup_stops_all_tasks(self):
    self._stop(signal.SIGHUP)

  def test_a_dead_parameter_server_ends_it(self):
    self._start("--num_problems=100000")
    self._wait(lambda: "  run 1:" in self._log("worker_1"))
    os.kill(self._pids[0], signal.SIGKILL)
    self.assertEqual(signal.SIGKILL, self._code())
    self.assertIn("A parameter server ended with -9: stopping all tasks.",
                  self._process.stdout.read())
    self._assert_nothing_is_left()

  def test_if_it_is_killed_so_are_all_tasks(self):
    self._start("--num_problems=100000")
    self._wait(lambda: "serving as ps 0" in self._log("ps_0"))
    self._process.kill()
    self._wait(lambda: not any(map(_is_running, self._pids)))

  def test_a_dead_worker_is_told_as_it_happens(self):
    self._start("--num_problems=100000")
    self._wait(lambda: "  run 1:" in self._log("worker_1"))
    os.kill(self._pids[2], signal.SIGKILL)
    lines = [self._process.stdout.readline()]
    while "Warning" in lines[-1] or "or a private" in lines[-1] or (
        "let any" in lines[-1]):
      lines.append(self._process.stdout.readline())
    self.assertEqual("worker 1 ended with -9\n", lines[-1])
    self.assertIsNone(self._process.poll())  # The chief goes on.
    self._process.send_signal(signal.SIGTERM)
    self.assertEqual(signal.SIGKILL, self._code())
    self._assert_nothing_is_left()

  def test_a_dead_chief_ends_it(self):
    self._start("--num_problems=100000")
    self._wait(lambda: "  run 1:" in self._log("worker_1"))
    os.kill(self._pids[1], signal.SIGKILL)
    self.assertEqual(signal.SIGKILL, self._code())
    self.assertIn("worker 0 ended with -9: see " + self._logs,
                  self._process.stdout.read())
    self._assert_nothing_is_left()

  def test_what_metarun_refuses(self):
    self._start("--optimizer=Adam")
    self.assertEqual(1, self._code())
    self._assert_nothing_is_left()
    # Every task refuses it; the first to do so ends the others.
    self.assertIn("--optimizer=Adam", "".join(map(self._log, _TASKS)))

  def test_bad_numbers(self):
    for flag in ("--ps=0", "--workers=0"):
      process = subprocess.Popen(
          [sys.executable, _PROGRAM, flag], stdout=subprocess.PIPE,
          stderr=subprocess.STDOUT, universal_newlines=True)
      out, _ = process.communicate()
      self.assertEqual(2, process.returncode)
      self.assertIn("must be positive", out)


if __name__ == "__main__":
  unittest.main()
