# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of checkpoints that do not fit, cannot be read or lack rows."""

import os

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import meta_parameters

_ZERO = tf.zeros_initializer()


def _declared():
  parameters = meta_parameters.MetaParameters()
  parameters.declare("weights", [2, 1], tf.ones_initializer())
  parameters.declare("Deep/Layer/Bias", [3], tf.constant_initializer(2.0))
  parameters.declare("logit", [], _ZERO)
  return parameters


class MisfitTest(tf.test.TestCase):

  def _save(self, parameters):
    """Writes a checkpoint of 10, 11, 12 and so on; returns its prefix."""
    with self.session() as session:
      variables = parameters.checkpoint_names()
      for i, variable in enumerate(variables.values()):
        variable.load(np.full(variable.shape.as_list(), 10.0 + i), session)
      return tf.train.Saver(variables).save(
          session, os.path.join(self._directory(), "model.ckpt"), global_step=3)

  def _directory(self):
    path = os.path.join(self.get_temp_dir(), self.id())
    tf.io.gfile.makedirs(path)
    return path

  def test_every_misfit_is_named(self):
    with tf.Graph().as_default():
      parameters = meta_parameters.MetaParameters()
      parameters.declare("weights", [3, 1], _ZERO)
      parameters.declare("logit", [], _ZERO)
      prefix = self._save(parameters)
    with tf.Graph().as_default():
      parameters = _declared()
      with self.assertRaisesRegexp(
          ValueError, r"LOL/weights has shape \[3, 1\], expected \[2, 1\]; "
          r"LOL/Deep/Layer/Bias is missing\."):
        parameters.init_from_checkpoint(prefix)
      with self.session() as session:
        session.run(tf.global_variables_initializer())
        self.assertEqual(0.0, session.run(parameters.variables()["logit"]))

  def _refused(self, path, message):
    with tf.Graph().as_default():
      with self.assertRaisesRegexp(ValueError, message):
        _declared().init_from_checkpoint(path)

  def test_missing(self):
    path = os.path.join(self._directory(), "model.ckpt-7")
    self._refused(path, "Cannot read checkpoint .*model.ckpt-7")

  def test_values_that_are_not_finite(self):
    with tf.Graph().as_default():
      parameters = _declared()
      with self.session() as session:
        session.run(tf.global_variables_initializer())
        variables = parameters.checkpoint_names()
        parameters.variables()["logit"].load(np.nan, session)
        prefix = tf.train.Saver(variables).save(
            session, os.path.join(self._directory(), "model.ckpt"))
    self._refused(prefix, "tensor LOL/logit: it has elements that are infinite")

  def test_empty_directory(self):
    self._refused(self._directory(), "No checkpoint in directory")

  def test_listed_but_gone(self):
    with tf.Graph().as_default():
      prefix = self._save(_declared())
    for path in tf.io.gfile.glob(prefix + ".*"):
      tf.io.gfile.remove(path)
    self._refused(self._directory(), "checkpoint")

  def test_corrupt(self):
    with tf.Graph().as_default():
      prefix = self._save(_declared())
    with tf.io.gfile.GFile(prefix + ".index", "w") as index:
      index.write("This is no table of tensors. " * 10)
    self._refused(prefix, "Cannot read checkpoint")

  def test_without_its_data(self):
    with tf.Graph().as_default():
      prefix = self._save(_declared())
    path, = tf.io.gfile.glob(prefix + ".data*")
    tf.io.gfile.remove(path)
    self._refused(prefix, "Cannot read checkpoint")

  def test_truncated(self):
    with tf.Graph().as_default():
      prefix = self._save(_declared())
    path, = tf.io.gfile.glob(prefix + ".data*")
    with tf.io.gfile.GFile(path, "rb") as data:
      start = data.read(9)
    with tf.io.gfile.GFile(path, "wb") as data:
      data.write(start)
    self._refused(prefix, "Cannot read checkpoint")


if __name__ == "__main__":
  tf.test.main()
