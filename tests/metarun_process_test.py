# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of metarun as a process: exit codes, signals and its output."""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import time

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

import metarun
from problems import problem_sets

_PATH = os.path.splitext(os.path.abspath(metarun.__file__))[0] + ".py"
# Minutes of work, in runs of a fraction of a second.
_LONG = ["--num_problems=1000", "--num_meta_iterations=1000",
         "--num_unroll_scale=0", "--num_partial_unroll_itr_scale=0",
         "--min_num_itr_partial_unroll=3"]


class ProcessTest(tf.test.TestCase, parameterized.TestCase):

  def _start(self, *arguments):
    # Only one problem, and an optimizer that is built fast.
    arguments += tuple(
        "--no" + name for name in problem_sets.FLAGGED_SETS
        if name not in "".join(arguments))
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    environment.pop("PYTHONUNBUFFERED", None)  # It would hide late lines.
    process = subprocess.Popen(
        [sys.executable, _PATH] + list(arguments), env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True)
    self.addCleanup(self._end, process)
    return process

  def _end(self, process):
    if process.poll() is None:
      process.kill()
      process.communicate()

  def _run(self, *arguments):
    process = self._start(*arguments)
    out, err = process.communicate()
    return process.returncode, out, err

  def _train(self, directory, *arguments):
    return self._start("--train_dir=" + directory,
                       "--optimizer=GlobalLearningRate", "--compile=never",
                       "--seed=1", "--include_quadratic_problems",
                       "--verbosity=0", *arguments)

  def _output(self, *arguments):
    """Standard output of metarun with the problems of its defaults."""
    process = subprocess.Popen(
        [sys.executable, _PATH] + list(arguments),
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True)
    out, err = process.communicate()
    return process.returncode, out, err

  def test_lists_problems(self):
    code, out, err = self._output("--list_problems")
    self.assertEqual((0, ""), (code, err))
    lines = out.splitlines()
    self.assertEqual(["set", "problem", "data", "batch"], lines[0].split())
    count = sum(len(function()) for entry in problem_sets.FLAGGED_SETS.values()
                if entry.default for function in entry.set_functions)
    self.assertEqual([str(i) for i in range(count)],
                     [line.split()[0] for line in lines if line[:4].strip()])
    self.assertEqual(
        ["0", "softmax_2_class", "SoftmaxRegression(10,", "2)", "random(10,",
         "1000,", "random_seed=123,", "sep=2.0)", "100"], lines[1].split())
    # Columns are aligned.
    self.assertEqual(lines[0].index("problem"), lines[1].index("Softmax"))
    self.assertEqual(len(lines[0]), len(lines[1]))

  def test_verbosity(self):
    # What absl's flag sets is global: a process for each.
    program = (
        "import os, sys, metarun, metaopt, tensorflow as tf\n"
        "def show(*args, **kwargs):\n"
        "  print('is', tf.logging.get_verbosity(),\n"
        "        kwargs['options'].verbosity, flush=True)\n"
        "metaopt.train_optimizer = show\n"
        "flags = sys.argv[1:]\n"
        "for flag in [[]] + [[flag] for flag in flags]:\n"
        "  if not os.fork():\n"
        "    sys.argv[1:] = flag\n"
        "    metarun.run()\n"
        "  os.wait()\n")
    out = subprocess.check_output(
        [sys.executable, "-c", program, "--verbosity=0", "--verbosity=-1",
         "--verbosity=-2"], env=dict(os.environ, PYTHONPATH=os.pathsep.join(
             [os.path.dirname(_PATH)] + sys.path)), universal_newlines=True)
    self.assertEqual(
        ["is {} {}".format(*each) for each in (
            (logging.ERROR, 1), (logging.INFO, 2), (logging.WARNING, 1),
            (logging.ERROR, 0))],
        [line for line in out.splitlines() if line.startswith("is ")])

  def test_help(self):
    code, out, err = self._output("--help")
    self.assertEqual((0, ""), (code, err))
    for title in ("Run", "Problem sets", "Optimizer", "Meta-optimization",
                  "Cluster"):
      self.assertIn("\n\n{}\n  --".format(title), out)
    self.assertIn("  --num_problems=1000  ", out)
    for line in out.splitlines():
      self.assertLessEqual(len(line), 80, line)

  def test_full_help_is_that_of_absl(self):
    _, out, _ = self._output("--helpfull")
    self.assertIn("absl.logging:", out)
    self.assertIn("--[no]use_attention: Whether gradients", out)

  @parameterized.parameters(
      (["--optimizer=Adam", "--include_bowl_problems"],
       "--optimizer=Adam: value should be one of <HierarchicalRNN|"),
      ([], "There are no problems to train on"))
  def test_bad_values(self, arguments, message):
    code, out, err = self._run("--train_dir=" + self.get_temp_dir(),
                               *arguments)
    self.assertNotEqual(0, code)
    lines = (out + err).strip().splitlines()
    self.assertIn(message, lines[-1])
    # Not the help of all flags.
    self.assertLess(len(lines), 5)

  def test_directory_that_cannot_be(self):
    path = os.path.join(self.get_temp_dir(), "file")
    with open(path, "w") as stream:
      stream.write("Not a directory.")
    process = self._train(path)
    out, err = process.communicate()
    self.assertNotEqual(0, process.returncode)
    self.assertIn("Cannot make the log directory", out + err)
    self.assertNotIn("Traceback", out + err)

  @parameterized.parameters(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
  def test_signal_saves_and_ends(self, signum):
    directory = tempfile.mkdtemp(dir=self.get_temp_dir())
    logdir = os.path.join(directory, "GlobalLearningRate_GRUCell_20_2")
    process = self._train(directory, *_LONG)
    lines = self._read_until(process, "run 2:")
    process.send_signal(signum)
    # Not communicate(), which forgets lines that readline() has buffered.
    out, err = process.stdout.read(), process.stderr.read()
    self.assertEqual(0, process.wait(), err)
    self.assertIn("Stopping: a checkpoint is saved first.", err)
    self.assertNotIn("Traceback", err)
    runs = [line for line in lines + out.splitlines()
            if line.startswith("  run ")]
    # One update a run.
    path = tf.train.latest_checkpoint(logdir)
    self.assertIn("The last checkpoint is " + path, out)
    reader = tf.train.load_checkpoint(path)
    self.assertEqual(len(runs), reader.get_tensor("global_step"))
    self.assertAllEqual([0, len(runs), 1],
                        reader.get_tensor("run_state/position"))
    if signum != signal.SIGTERM:  # One that goes on is enough.
      return
    process = self._train(directory, *_LONG)
    lines = self._read_until(process, "  run ")
    process.send_signal(signal.SIGTERM)
    process.communicate()
    self.assertEqual(0, process.returncode)
    self.assertIn("continuing from " + path, "".join(lines))
    self.assertTrue(lines[-1].startswith("  run %d:" % (len(runs) + 1)),
                    lines[-1])

  @parameterized.parameters(
      (signal.SIGINT, True), (signal.SIGHUP, False))
  def test_signals_that_are_ignored_at_the_start(self, signum, saves):
    # As in the background of a script, and under nohup.
    old = signal.signal(signum, signal.SIG_IGN)
    try:
      process = self._train(tempfile.mkdtemp(dir=self.get_temp_dir()), *_LONG)
    finally:
      signal.signal(signum, old)
    self._read_until(process, "run 1:")
    process.send_signal(signum)
    if not saves:
      self._read_until(process, "run 3:")
      process.send_signal(signal.SIGTERM)
    process.communicate()
    self.assertEqual(0, process.returncode)

  def test_a_second_signal_ends_a_long_unroll_at_once(self):
    process = self._train(
        self.get_temp_dir(), "--num_unroll_scale=0",
        "--num_partial_unroll_itr_scale=0",
        "--min_num_itr_partial_unroll=1000000")
    self._read_until(process, "ready after")
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    start = time.time()
    # TensorFlow's warnings may come first.
    for line in iter(process.stderr.readline, ""):
      if "Stopping: a checkpoint is saved first." in line:
        break
    else:
      self.fail("The first signal is not answered.")
    # The unroll alone would take minutes.
    self.assertLess(time.time() - start, 30)
    process.send_signal(signal.SIGINT)
    start = time.time()
    # On a busy machine the unroll may not have begun, so that the first signal
    # ends the run and the second meets the end of the interpreter.
    self.assertIn(process.wait(), (130, -signal.SIGINT, 0))
    self.assertLess(time.time() - start, 10)
    self.assertNotIn("Traceback", process.stderr.read())

  @parameterized.parameters(0.3, 1.0)
  def test_a_signal_during_the_start(self, seconds):
    process = self._train(self.get_temp_dir(), *_LONG)
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    self.assertNotIn("Traceback", err)
    if process.returncode:  # TensorFlow's warnings may have come first.
      self.assertEqual((-signal.SIGINT, ""), (process.returncode, out))
    else:  # On a fast machine the run has begun, and ends as runs do.
      self.assertIn("Stopping: a checkpoint is saved first.", err)

  def test_a_flag_that_does_not_exist(self):
    code, _, err = self._run("--nosuchflag")
    self.assertEqual(1, code)
    self.assertEqual("Unknown command line flag 'nosuchflag'. metarun --help "
                     "shows all flags.", err.strip())

  def test_a_flagfile_that_is_no_text(self):
    path = self.create_tempfile(content=b"--seed=\xfc", mode="wb").full_path
    code, _, err = self._run("--flagfile=" + path)
    self.assertEqual(1, code)
    self.assertStartsWith(err, "A --flagfile is not text in UTF-8: ")
    self.assertLen(err.splitlines(), 1)

  @parameterized.parameters(
      "num_gradient_scales=100000", "level_sizes=1000000000",
      "level_sizes=100000000000000000000,2",
      "meta_learning_rate_half_life=1e-320")
  def test_extreme_values(self, flag):
    code, out, err = self._run("--train_dir=" + self.get_temp_dir(),
                               "--include_bowl_problems", "--" + flag)
    self.assertEqual((1, ""), (code, out))
    self.assertLen(err.splitlines(), 1)
    self.assertIn(flag.partition("=")[0], err)

  def _read_until(self, process, text):
    """Returns the lines a process has written up to one with a text."""
    lines, deadline = [], time.time() + 240
    while time.time() < deadline:
      line = process.stdout.readline()
      if not line:
        self.fail("It ended: " + "".join(lines) + process.stderr.read())
      lines.append(line)
      if text in line:
        return lines
    self.fail("It took too long: " + "".join(lines))


if __name__ == "__main__":
  tf.test.main()
