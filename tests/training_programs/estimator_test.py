# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of training with estimators."""

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


if __name__ == "__main__":
  tf.test.main()
