# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what meta-training makes of checkpoints, good and bad ones."""

import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

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


if __name__ == "__main__":
  tf.test.main()
