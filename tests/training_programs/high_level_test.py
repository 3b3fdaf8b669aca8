# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of training with estimators, and of Keras models in graph mode."""

import os

import tensorflow.compat.v1 as tf

from optimizer import pretrained
from tests.training_programs import harness


def _input_fn():
  features, targets = harness.data()
  return tf.data.Dataset.from_tensors(
      ({"x": features}, targets)).repeat()


def _evaluation_input_fn():
  return _input_fn().take(1)


class EstimatorTest(harness.TrainingProgramTest):

  def _config(self, **options):
    return tf.estimator.RunConfig(
        save_checkpoints_steps=25, session_config=harness.session_config(),
        save_summary_steps=None, log_step_count_steps=None, **options)

  def _estimator(self, directory, seed=1, **options):
    def model_fn(features, labels, mode):
      loss = tf.reduce_mean(tf.square(harness.model(features["x"]) - labels))
      step = None
      if mode == tf.estimator.ModeKeys.TRAIN:
        step = pretrained.load(self.logdir).minimize(
            loss, global_step=tf.train.get_or_create_global_step())
      return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=step)

    return tf.estimator.Estimator(
        model_fn, directory, self._config(tf_random_seed=seed), **options)

  def test_train_evaluate_and_resume(self):
    whole = self._estimator(self.directory("whole"))
    whole.train(_input_fn, max_steps=1)
    start = whole.evaluate(_evaluation_input_fn)["loss"]
    whole.train(_input_fn, max_steps=50)
    end = whole.evaluate(_evaluation_input_fn)["loss"]
    self.check_loss_falls([start, end])
    expected = harness.read_checkpoint(whole.model_dir)
    self.check_meta_parameters(expected)
    self.assertNotEmpty([name for name in expected if "global_state" in name])
    parts = self.directory("parts")
    for seed, max_steps in ((1, 25), (2, 50)):
      self._estimator(parts, seed).train(_input_fn, max_steps=max_steps)
    self.check_same(expected, harness.read_checkpoint(parts))

  def test_train_and_evaluate(self):
    estimator = self._estimator(self.directory())
    evaluation, _ = tf.estimator.train_and_evaluate(
        estimator, tf.estimator.TrainSpec(_input_fn, max_steps=50),
        tf.estimator.EvalSpec(_evaluation_input_fn, throttle_secs=0))
    self.assertEqual(50, evaluation["global_step"])
    self.assertLess(evaluation["loss"], 0.3)
    self.check_meta_parameters(harness.read_checkpoint(estimator.model_dir))

  def test_canned_estimator(self):
    # Its variables are partitioned, if only into one part.
    estimator = tf.estimator.DNNRegressor(
        [8], [tf.feature_column.numeric_column("x", [4])],
        self.directory(), optimizer=pretrained.load(self.logdir),
        config=self._config())
    estimator.train(_input_fn, max_steps=1)
    losses = [estimator.evaluate(_evaluation_input_fn)["loss"]]
    estimator.train(_input_fn, max_steps=25)
    estimator.train(_input_fn, max_steps=50)
    losses.append(estimator.evaluate(_evaluation_input_fn)["loss"])
    self.check_loss_falls(losses, 0.7)
    self.check_meta_parameters(harness.read_checkpoint(estimator.model_dir))

  def test_warm_start(self):
    first = self._estimator(self.directory("first"))
    first.train(_input_fn, max_steps=50)
    expected = first.evaluate(_evaluation_input_fn)["loss"]
    second = self._estimator(self.directory("second"),
                             warm_start_from=first.model_dir)
    second.train(_input_fn, max_steps=1)
    self.assertLess(second.evaluate(_evaluation_input_fn)["loss"],
                    expected + 0.05)
    self.check_meta_parameters(harness.read_checkpoint(second.model_dir))

  def test_mirrored_strategy_is_refused(self):
    def model_fn(features, labels, mode):
      loss = tf.reduce_mean(tf.square(harness.model(features["x"]) - labels))
      return tf.estimator.EstimatorSpec(
          mode, loss=loss, train_op=pretrained.load(self.logdir).minimize(
              loss, global_step=tf.train.get_global_step()))

    for devices in (["/cpu:0", "/cpu:1"], ["/cpu:0"]):
      strategy = tf.distribute.MirroredStrategy(devices)
      estimator = tf.estimator.Estimator(
          model_fn, self.directory(), tf.estimator.RunConfig(
              train_distribute=strategy, session_config=tf.ConfigProto(
                  device_count={"CPU": 2})))
      with self.assertRaisesRegexp(
          RuntimeError, "HierarchicalRNN does not support MirroredStrategy.*"
          "tf.train.SyncReplicasOptimizer"):
        estimator.train(_input_fn, max_steps=2)

  def test_one_device_strategy(self):
    estimator = self._estimator(self.directory())
    estimator = tf.estimator.Estimator(
        estimator.model_fn, estimator.model_dir, self._config(
            train_distribute=tf.distribute.OneDeviceStrategy("/cpu:0")))
    estimator.train(_input_fn, max_steps=50)
    self.assertLess(estimator.evaluate(_evaluation_input_fn)["loss"], 0.3)
    self.check_meta_parameters(harness.read_checkpoint(estimator.model_dir))


class KerasFitTest(harness.TrainingProgramTest):
  """Keras cannot put a `tf.train.Optimizer` into its own HDF5 files.

  What resumes exactly is a `tf.train.Saver`, or `save_weights` in TensorFlow's
  format.
  """

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
