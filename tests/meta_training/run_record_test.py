# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the record of how a run was made."""

import functools
import json
import os
import platform
import subprocess

import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from meta_training import run_record
from optimizer import version
from tests.meta_training import harness


def _starts(logdir):
  with open(os.path.join(logdir, run_record.FILE_NAME)) as stream:
    return json.load(stream)["starts"]


class RunRecordTest(tf.test.TestCase):

  def _train(self, logdir, **options):
    return harness.train(logdir, harness.without_data(
        harness.Parabola, curvature=2.5) + harness.classifier(), **options)[1]

  def test_of_a_run(self):
    logdir = harness.directory(self)
    self._train(
        logdir, num_unrolls=functools.partial(metaopt.sample_numiter, 1, 2),
        flags={"seed": 1, "problem_sets": ["bowl"]},
        learning_rate=np.float32(0.5))
    start, = _starts(logdir)
    self.assertEqual(1, start["seed"])
    self.assertEqual({"seed": 1, "problem_sets": ["bowl"]}, start["flags"])
    arguments = start["arguments"]
    self.assertEqual(
        (2, 1, "sample_numiter(1, 2)", 0.5, False),
        tuple(arguments[name] for name in (
            "num_problems", "num_meta_iterations", "num_unroll_func",
            "learning_rate", "compiled")))
    self.assertNotIn("out", arguments)
    self.assertEqual("GlobalLearningRate", start["optimizer"]["optimizer"])
    self.assertEqual("Parabola(curvature=2.5)", start["corpus"][0])
    self.assertIn("SoftmaxRegression(3, 2, ", start["corpus"][1])
    self.assertEqual({
        "python": platform.python_version(), "tensorflow": tf.__version__,
        "numpy": np.__version__, "learned_optimizer": version.__version__},
                     start["versions"])

  def test_starts(self):
    logdir = harness.directory(self)
    for num_problems, rate in ((1, 0.5), (2, 0.5), (2, 0.5), (3, 0.25)):
      self._train(logdir, num_problems=num_problems, learning_rate=rate)
    # The third had nothing to do.
    self.assertEqual([(1, 0.5), (2, 0.5), (3, 0.25)], [
        (start["arguments"]["num_problems"],
         start["arguments"]["learning_rate"]) for start in _starts(logdir)])
    start = _starts(logdir)[-1]
    run_record.write(logdir, dict(start, time="later"), self.fail)
    self.assertLen(_starts(logdir), 3)

  def test_changes_are_logged(self):
    logdir, logged = harness.directory(self), []
    arguments = {"learning_rate": 0.5, "update_rule": {"name": "RMSProp"}}
    starts = [
        {"flags": None, "arguments": arguments},
        {"flags": None, "arguments": dict(
            arguments, update_rule={"name": "Adam"})},
        {"flags": {"seed": 1}, "arguments": arguments},
        {"flags": {"seed": 2}, "arguments": arguments}]
    for start in starts:
      run_record.write(logdir, start, logged.append)
    self.assertEqual(
        ["changed since the last start: update_rule from "
         '{"name": "RMSProp"} to {"name": "Adam"}',
         "changed since the last start: update_rule from "
         '{"name": "Adam"} to {"name": "RMSProp"}',
         "changed since the last start: --seed from 1 to 2"], logged)

  def test_only_the_chief_writes(self):
    logdir = harness.directory(self)
    self._train(logdir, is_chief=False)
    self.assertEqual([], os.listdir(logdir))

  def test_what_is_no_record(self):
    for text in ("{", "[]", '{"starts": 3}', '{"starts": ["a"]}'):
      logdir, logged = harness.directory(self), []
      with open(os.path.join(logdir, run_record.FILE_NAME), "w") as stream:
        stream.write(text)
      run_record.write(logdir, {"seed": 1}, logged.append)
      self.assertEqual([{"seed": 1}], _starts(logdir))
      self.assertLen(logged, 1)
      self.assertEqual([run_record.FILE_NAME], os.listdir(logdir))

  def test_cannot_be_written(self):
    logdir = harness.directory(self)
    os.mkdir(os.path.join(logdir, run_record.FILE_NAME))
    with self.assertRaisesRegexp(IOError, "Cannot write .*run.json"):
      run_record.write(logdir, {"seed": 1}, lambda text: None)
    self.assertEqual([run_record.FILE_NAME], os.listdir(logdir))

  def test_text_in_tensorboard(self):
    logdir = harness.directory(self)
    self._train(logdir)
    path, = tf.io.gfile.glob(logdir + "/events.out.tfevents.*")
    value, = [value for event in tf.train.summary_iterator(path)
              for value in event.summary.value if value.tag == "run"]
    self.assertEqual("text", value.metadata.plugin_data.plugin_name)
    text = tf.make_ndarray(value.tensor).item().decode("utf-8")
    self.assertEqual(_starts(logdir)[0], json.loads(text))
    self.assertTrue(all(line.startswith("    ") for line in text.splitlines()))


class CommitTest(tf.test.TestCase):

  def _git(self, *arguments):
    subprocess.check_call(
        ["git", "-c", "user.name=A", "-c", "user.email=a@b.c"] +
        list(arguments), cwd=self.root)

  def test_commit(self):
    self.root = harness.directory(self)
    self.assertEqual({}, run_record.commit(self.root))
    self._git("init", "-q")
    path = os.path.join(self.root, "below", "file")
    os.mkdir(os.path.dirname(path))
    for changed in (False, True):
      with open(path, "a") as stream:
        stream.write("line\n")
      if not changed:
        self._git("add", ".")
        self._git("commit", "-q", "-m", "first")
      found = run_record.commit(self.root)
      self.assertEqual(changed, found["uncommitted_changes"])
      self.assertRegexpMatches(found["commit"], "^[0-9a-f]{40}$")
    # A package that is installed in somebody's checkout has no commit of its
    # own.
    self.assertEqual({}, run_record.commit(os.path.dirname(path)))


if __name__ == "__main__":
  tf.test.main()
