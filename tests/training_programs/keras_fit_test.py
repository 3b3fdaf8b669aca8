# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of Keras models in graph mode.

Keras cannot put a `tf.train.Optimizer` into its own HDF5 files. What resumes
exactly is a `tf.train.Saver`, or `save_weights` in TensorFlow's format.
"""

import os

import tensorflow.compat.v1 as tf

from optimizer import pretrained
from tests.training_programs import harness


class KerasFitTest(harness.TrainingProgramTest):

  def _in_session(self, seed, run):
    """Calls run(model) in a graph and session of their own."""
    tf.keras.backend.clear_session()
    with tf.Graph().as_default(), tf.Session(
        config=harness.session_config()) as session:
      tf.set_random_seed(seed)
      tf.keras.backend.set_session(session)
      layers = tf.keras.layers
      model = tf.keras.Sequential([
          layers.Dense(8, "tanh", input_shape=(4,), name="hidden"),
          layers.Dense(1, name="output")])
      model.compile(optimizer=pretrained.load(self.logdir), loss="mse")
      return run(model)

  def _fit(self, model, epochs):
    """Fits on all rows; returns (losses, values of all variables)."""
    history = model.fit(*harness.data(), batch_size=32, epochs=epochs,
                        shuffle=False, verbose=0)
    self.check_not_trainable()
    return history.history["loss"], self.state(
        tf.keras.backend.get_session())

  def test_fits_and_resumes(self):
    losses, values = self._in_session(1, lambda model: self._fit(model, 50))
    self.check_loss_falls(losses)
    self.check_meta_parameters(values)
    saved = os.path.join(self.directory(), "model.ckpt")
    weights = os.path.join(self.directory(), "weights")

    def start(model):
      result = self._fit(model, 25)
      tf.train.Saver().save(tf.keras.backend.get_session(), saved)
      model.save_weights(weights, save_format="tf")
      return result

    def resume_saved(model):
      # The first batch makes the optimizer's variables.
      model.train_on_batch(*harness.data())
      tf.train.Saver().restore(tf.keras.backend.get_session(), saved)
      return self._fit(model, 25)

    def resume_weights(model):
      model.load_weights(weights)
      return self._fit(model, 25)

    first, _ = self._in_session(1, start)
    for resume in (resume_saved, resume_weights):
      second, actual = self._in_session(2, resume)
      self.assertEqual(losses, first + second)
      self.check_same(values, actual)

  def test_evaluate_before_fit(self):
    def run(model):
      model.evaluate(*harness.data(), verbose=0)
      self.assertEqual(
          [], [variable for variable in tf.global_variables()
               if "LOL" in variable.op.name])
      return self._fit(model, 2)

    _, values = self._in_session(1, run)
    self.check_meta_parameters(values)


if __name__ == "__main__":
  tf.test.main()
