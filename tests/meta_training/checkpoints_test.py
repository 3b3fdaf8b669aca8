# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of checkpoints, good and bad ones, of leftovers and of the best one."""

import errno
import json
import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import checkpoints
from optimizer import checkpoint_list
from problems import problem_spec
from tests.meta_training import harness

_PARABOLA = harness.without_data(harness.Parabola)
_NAME = "LOL/global_learning_rate"


def _write(logdir, values, step=7):
  """Writes a checkpoint of the arrays of a dict; returns its prefix."""
  with tf.Graph().as_default(), tf.Session() as session:
    variables = {
        name: tf.get_variable(name, initializer=np.asarray(value))
        for name, value in values.items()}
    session.run(tf.global_variables_initializer())
    return tf.train.Saver(variables).save(
        session, os.path.join(logdir, "model.ckpt"), step)


def _truncate(path, fraction=0.5):
  with open(path, "rb") as stream:
    content = stream.read()
  with open(path, "wb") as stream:
    stream.write(content[:int(fraction * len(content))])


class ReleaseTest(tf.test.TestCase):
  """Checkpoints of the 2017 release have no position; some, no slots."""

  def test_loads_with_slots(self):
    logdir = harness.directory(self)
    _write(logdir, {
        _NAME: np.float32(0.125), _NAME + "/RMSProp": np.float32(4.0),
        _NAME + "/RMSProp_1": np.float32(0.5), "global_step": np.int64(7)})
    path, text = harness.train(logdir, _PARABOLA, num_problems=1,
                               num_unrolls=1, num_steps=2, learning_rate=0.01)
    self.assertIn("0 of 1 problems done", text)
    self.assertTrue(path.endswith("model.ckpt-8"), path)
    gradient = -3 * (1 - 3 * 0.125)
    mean_square = 0.9 * 4.0 + 0.1 * gradient**2
    arrays = harness.arrays(path)
    self.assertAllClose(mean_square, arrays[_NAME + "/RMSProp"])
    self.assertAllClose(0.125 - 0.01 * gradient / np.sqrt(mean_square),
                        arrays[_NAME])
    self.assertAllEqual([1, 0, 1], arrays["run_state/position"])

  def test_loads_with_meta_parameters_alone(self):
    logdir = harness.directory(self)
    _write(logdir, {_NAME: np.float32(0.125)})
    path, _ = harness.train(logdir, _PARABOLA, num_problems=1, num_unrolls=1,
                            num_steps=2, learning_rate=0.01)
    # Not 1: with more problems it would reach 7 and replace what is there.
    self.assertTrue(path.endswith("model.ckpt-8"), path)
    gradient = -3 * (1 - 3 * 0.125)
    self.assertAllClose(
        0.125 - 0.01 * gradient / np.sqrt(0.9 + 0.1 * gradient**2),
        harness.arrays(path)[_NAME])

  def test_reads_ours(self):
    spec = harness.OPTIMIZER_SPECS["hierarchical"]
    path, _ = harness.train(harness.directory(self), _PARABOLA, spec)
    expected = harness.meta_parameters(path)
    with tf.Graph().as_default(), tf.Session() as session:
      variables = {name: tf.get_variable(name, value.shape)
                   for name, value in expected.items()}
      variables["global_step"] = tf.get_variable(
          "global_step", [], tf.int32)
      slots = {}
      for name in expected:
        for slot in ("/RMSProp", "/RMSProp_1"):
          slots[name + slot] = tf.get_variable(
              name + slot, expected[name].shape)
      tf.train.Saver(dict(variables, **slots)).restore(session, path)
      actual = session.run(variables)
    self.assertEqual(4, actual.pop("global_step"))
    harness.assert_equal(self, expected, actual)


class BadCheckpointTest(tf.test.TestCase, parameterized.TestCase):

  def _logdir(self):
    logdir = harness.directory(self)
    path, _ = harness.train(logdir, _PARABOLA, num_problems=1)
    return logdir, path

  @parameterized.parameters(0.0, 0.5, 0.95)
  def test_truncated_index(self, fraction):
    logdir, path = self._logdir()
    _truncate(path + ".index", fraction)
    with self.assertRaisesRegexp(
        ValueError, "Cannot read checkpoint.*model.ckpt-2"):
      harness.train(logdir, _PARABOLA)

  @parameterized.parameters(0.0, 0.5)
  def test_truncated_data(self, fraction):
    logdir, path = self._logdir()
    _truncate(path + ".data-00000-of-00001", fraction)
    with self.assertRaisesRegexp(
        ValueError, "Cannot read checkpoint.*model.ckpt-2"):
      harness.train(logdir, _PARABOLA)

  def test_damaged_data(self):
    logdir, path = self._logdir()
    data = path + ".data-00000-of-00001"
    with open(data, "rb") as stream:
      content = stream.read()
    with open(data, "wb") as stream:
      stream.write(content[::-1])
    with self.assertRaisesRegexp(
        ValueError, "Cannot read checkpoint.*model.ckpt-2"):
      harness.train(logdir, _PARABOLA)

  @parameterized.parameters(".index", ".data-00000-of-00001")
  def test_missing_file(self, suffix):
    logdir, path = self._logdir()
    os.remove(path + suffix)
    with self.assertRaisesRegexp(ValueError, "model.ckpt-2"):
      harness.train(logdir, _PARABOLA)

  def test_nothing_is_overwritten(self):
    logdir, path = self._logdir()
    _truncate(path + ".index")
    before = sorted(os.listdir(logdir))
    with self.assertRaises(ValueError):
      harness.train(logdir, _PARABOLA)
    self.assertEqual(before, sorted(
        name for name in os.listdir(logdir) if name in before))
    self.assertEqual([], [name for name in os.listdir(logdir)
                          if name not in before and "ckpt" in name])

  def test_other_optimizer(self):
    logdir, _ = self._logdir()
    with self.assertRaisesRegexp(
        ValueError, "model.ckpt-2.*does not fit.*LOL/beta1_logit is missing"):
      harness.train(logdir, _PARABOLA, harness.OPTIMIZER_SPECS["adam"])

  def test_other_shape(self):
    logdir = harness.directory(self)
    schedule = harness.OPTIMIZER_SPECS["schedule"]
    harness.train(logdir, _PARABOLA, schedule, num_problems=1)
    other = problem_spec.Spec(schedule.callable, (0.03, 4))
    with self.assertRaisesRegexp(
        ValueError, r"model.ckpt-2.*learning_rates has shape \[3\], expected "
        r"\[4\]"):
      harness.train(logdir, _PARABOLA, other)

  def test_slot_of_another_shape(self):
    logdir = harness.directory(self)
    _write(logdir, {_NAME: np.float32(0.1),
                    _NAME + "/RMSProp": np.ones([2], np.float32)})
    with self.assertRaisesRegexp(ValueError, "model.ckpt-7"):
      harness.train(logdir, _PARABOLA)


class FallbackTest(tf.test.TestCase, parameterized.TestCase):
  """A run goes on from the checkpoint before, if the last cannot be read."""

  @parameterized.parameters(".index", ".data-00000-of-00001")
  def test_damaged_last(self, suffix):
    logdir = harness.directory(self)
    path, _ = harness.train(logdir, _PARABOLA, num_problems=3)
    expected = harness.arrays(path)
    _truncate(path + suffix)
    _, text = harness.train(logdir, _PARABOLA, num_problems=3)
    lines = [line for line in text.splitlines() if "cannot read" in line]
    self.assertLen(lines, 1, text)
    self.assertRegexpMatches(
        lines[0], "model.ckpt-6.*from an earlier one, .*model.ckpt-4")
    self.assertIn("2 of 3 problems done", text)
    # It ends as it would have without the damage.
    harness.assert_equal(self, expected, harness.arrays(path))
    _, text = harness.train(logdir, _PARABOLA, num_problems=3)
    self.assertNotIn("cannot read", text)

  def test_two_are_missing(self):
    logdir = harness.directory(self)
    path, _ = harness.train(logdir, _PARABOLA, num_problems=3)
    for name in (path, path.replace("-6", "-4")):
      os.remove(name + ".index")
    _, text = harness.train(logdir, _PARABOLA, num_problems=3)
    self.assertRegexpMatches(
        text, "model.ckpt-6.*from an earlier one, .*model.ckpt-2")

  def test_never_from_the_start(self):
    logdir = harness.directory(self)
    path, _ = harness.train(logdir, _PARABOLA, num_problems=1)
    self.assertIn("model.ckpt-0.index", os.listdir(logdir))
    _truncate(path + ".index")
    with self.assertRaisesRegexp(ValueError, "lists no other to go back to"):
      harness.train(logdir, _PARABOLA)


class ListTest(tf.test.TestCase, parameterized.TestCase):
  """The file "checkpoint", without which nobody knows the last one."""

  def _refused(self, spoil, message):
    logdir = harness.directory(self)
    harness.train(logdir, _PARABOLA)
    spoil(os.path.join(logdir, "checkpoint"))
    before = sorted(os.listdir(logdir))
    with self.assertRaisesRegexp(ValueError, message) as caught:
      harness.train(logdir, _PARABOLA, num_problems=3)
    self.assertIn('model_checkpoint_path: "model.ckpt-4"',
                  str(caught.exception))
    self.assertEqual(before, sorted(os.listdir(logdir)))
    # The remedy works.
    with open(os.path.join(logdir, "checkpoint"), "w") as stream:
      stream.write('model_checkpoint_path: "model.ckpt-4"\n')
    _, text = harness.train(logdir, _PARABOLA, num_problems=3)
    self.assertIn("2 of 3 problems done", text)

  def test_missing(self):
    self._refused(os.remove, "'.*checkpoint' is missing.*would write over it")

  @parameterized.parameters("", "model_checkpoint_path: ", "\0\1\2", "{}")
  def test_damaged(self, content):
    def spoil(path):
      with open(path, "w") as stream:
        stream.write(content)

    self._refused(spoil, "Cannot read '.*checkpoint', the list of checkpoints")

  def test_start_alone_is_no_loss(self):
    logdir = harness.directory(self)
    harness.train(logdir, _PARABOLA, on_start=lambda stop: stop())
    os.remove(os.path.join(logdir, "checkpoint"))
    path, _ = harness.train(logdir, _PARABOLA)
    self.assertTrue(path.endswith("model.ckpt-4"), path)


_LEFTOVERS = [
    "model.ckpt-7.data-00000-of-00001",
    "model.ckpt-7.index.tempstate1234567890",
    "model.ckpt-9.data-00000-of-00001.tempstate9876543210",
    "checkpoint.tmp0123456789abcdef0123456789abcdef",
]
_OTHERS = [
    "model.ckpt-8.index", "model.ckpt-8.data-00000-of-00001",
    "model.ckpt.data-00000-of-00001", "mine.ckpt-7.data-00000-of-00001",
    "checkpoint.tmp", "model.ckpt-7.data-00000-of-00001.backup",
    "model.ckpt-7.index.tempstate", "notes.tempstate123",
]


def _touch(logdir, names):
  for name in names:
    with open(os.path.join(logdir, name), "w") as stream:
      stream.write("x")


def _files(logdir):
  return sorted(name for name in os.listdir(logdir)
                if not name.startswith("events"))


class LeftoversTest(tf.test.TestCase):

  def test_removes_no_others(self):
    logdir = harness.directory(self)
    harness.train(logdir, _PARABOLA)
    _touch(logdir, _OTHERS)
    before = _files(logdir)
    _touch(logdir, _LEFTOVERS)
    os.mkdir(os.path.join(logdir, "model.ckpt-9.index.tempstate1"))
    checkpoints.remove_leftovers(logdir)
    os.rmdir(os.path.join(logdir, "model.ckpt-9.index.tempstate1"))
    self.assertEqual(before, _files(logdir))

  def test_data_whose_index_is_missing(self):
    logdir = harness.directory(self)
    path, _ = harness.train(logdir, _PARABOLA)
    os.remove(path + ".index")
    before = _files(logdir)
    # The list names it: somebody may bring the index back.
    checkpoints.remove_leftovers(logdir)
    self.assertEqual(before, _files(logdir))
    # Without a list nobody knows.
    os.remove(os.path.join(logdir, "checkpoint"))
    checkpoints.remove_leftovers(logdir)
    self.assertIn(os.path.basename(path) + ".data-00000-of-00001",
                  _files(logdir))

  def test_no_directory(self):
    checkpoints.remove_leftovers(
        os.path.join(harness.directory(self), "none"))

  def test_next_start_removes_them(self):
    logdir = harness.directory(self)
    harness.train(logdir, _PARABOLA, num_problems=1)
    _touch(logdir, _LEFTOVERS)
    harness.train(logdir, _PARABOLA, num_problems=2)
    self.assertEqual([], sorted(set(_LEFTOVERS) & set(_files(logdir))))

  def test_old_checkpoints_go_after_restarts_too(self):
    logdir = harness.directory(self)
    for visits in range(1, 8):
      harness.train(logdir, _PARABOLA, num_problems=visits)
    kept = ["model.ckpt-{}".format(2 * visits) for visits in range(3, 8)]
    self.assertEqual(kept, [os.path.basename(path) for path in
                            checkpoint_list.read(logdir)])
    self.assertEqual(
        sorted(kept), sorted(name[:-len(".index")] for name in _files(logdir)
                             if name.endswith(".index")))


class BestCheckpointTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    self._logdir = harness.directory(self)

  def _checkpoint(self, step):
    """Writes files of the names of a checkpoint's, returns their prefix."""
    prefix = os.path.join(self._logdir, "model.ckpt-{}".format(step))
    for ending in (".index", ".data-00000-of-00001"):
      with open(prefix + ending, "w") as stream:
        stream.write("of step {}".format(step))
    return prefix

  def _best(self, criterion=None):
    return checkpoints.BestCheckpoint(
        self._logdir, criterion or {"at": 5}, self._describe)

  def _describe(self, directory):
    with open(os.path.join(directory, "optimizer.json"), "w") as stream:
      stream.write("the optimizer")

  def test_only_better_ones_are_kept(self):
    best = self._best()
    self.assertEqual(
        [True, False, False, True],
        [best.offer(self._checkpoint(step), value) for step, value in (
            (1, 0.5), (12, 0.7), (13, float("nan")), (14, 0.25))])
    self.assertEqual(
        ["checkpoint", "model.ckpt-14.data-00000-of-00001",
         "model.ckpt-14.index", "optimizer.json", "validation.json"],
        sorted(os.listdir(best.path)))
    with open(os.path.join(best.path, "model.ckpt-14.index")) as stream:
      self.assertEqual("of step 14", stream.read())
    with open(os.path.join(best.path, "validation.json")) as stream:
      self.assertEqual({"value": 0.25, "checkpoint": "model.ckpt-14",
                        "criterion": {"at": 5}}, json.load(stream))

  def test_a_later_process_compares_with_the_best(self):
    self._best().offer(self._checkpoint(1), 0.5)
    self.assertEqual(0.5, self._best().value)
    self.assertFalse(self._best().offer(self._checkpoint(2), 0.6))

  def test_values_of_another_criterion_do_not_count(self):
    self._best().offer(self._checkpoint(1), 0.5)
    self.assertEqual(float("inf"), self._best({"at": 6}).value)

  def test_a_damaged_file_counts_as_none(self):
    self._best().offer(self._checkpoint(1), 0.5)
    for text in ("", "[]", "{}", '{"value": "x", "criterion": {"at": 5}}'):
      with open(os.path.join(self._logdir, "best", "validation.json"),
                "w") as stream:
        stream.write(text)
      self.assertEqual(float("inf"), self._best().value)
    path = os.path.join(self._logdir, "best", "validation.json")
    os.remove(path)
    os.mkfifo(path)
    self.assertEqual(float("inf"), self._best().value)

  def test_what_was_killed_is_made_up_for(self):
    self._best().offer(self._checkpoint(1), 0.5)
    prefix, mock = self._checkpoint(2), tf.test.mock
    for module, name in ((checkpoints.shutil, "copyfile"),
                         (checkpoints.text_files, "write"),
                         (checkpoints.os, "remove")):
      with mock.patch.object(module, name, side_effect=KeyboardInterrupt):
        with self.assertRaises(KeyboardInterrupt):
          self._best().offer(prefix, 0.25)
      # Whatever was loaded would be complete.
      last = tf.train.latest_checkpoint(os.path.join(self._logdir, "best"))
      self.assertTrue(os.path.exists(last + ".index"))
    self.assertTrue(self._best().offer(prefix, 0.25))
    self.assertEqual(
        ["checkpoint", "model.ckpt-2.data-00000-of-00001",
         "model.ckpt-2.index", "optimizer.json", "validation.json"],
        sorted(os.listdir(os.path.join(self._logdir, "best"))))

  def test_disk_is_full(self):
    best = self._best()
    best.offer(self._checkpoint(1), 0.5)
    full = OSError(errno.ENOSPC, "No space left on device")

    def copy(source, target):
      with open(target, "w") as stream:
        stream.write("part of " + source)
      raise full

    with tf.test.mock.patch.object(checkpoints.shutil, "copyfile", copy):
      with self.assertRaisesRegexp(
          IOError, "Cannot write '.*/best/model.ckpt-2.*' .No space left on "
          "device.*: make room and start again"):
        best.offer(self._checkpoint(2), 0.25)
    self.assertEqual(
        ["checkpoint", "model.ckpt-1.data-00000-of-00001",
         "model.ckpt-1.index", "optimizer.json", "validation.json"],
        sorted(os.listdir(best.path)))
    self.assertEqual(0.5, best.value)

  def test_links_are_not_followed(self):
    other = harness.directory(self)
    victim = os.path.join(other, "model.ckpt-5.index")
    with open(victim, "w") as stream:
      stream.write("of another run")
    best = self._best()
    os.symlink(other, best.path)
    for call in (self._best, lambda: best.offer(self._checkpoint(1), 0.5)):
      with self.assertRaisesRegex(IOError, "best' is a symbolic link"):
        call()
    self.assertEqual(["model.ckpt-5.index"], os.listdir(other))
    os.remove(best.path)
    os.mkdir(best.path)
    os.symlink(victim, os.path.join(
        best.path, "model.ckpt-1.index.temporary"))
    best.offer(self._checkpoint(1), 0.5)
    with open(victim) as stream:
      self.assertEqual("of another run", stream.read())


if __name__ == "__main__":
  tf.test.main()
