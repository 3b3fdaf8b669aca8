# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of updates of meta-parameters, against RMSProp by hand."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import meta_optimizer
from meta_training import update_rules
from tests.meta_training import harness

_ADAM = harness.OPTIMIZER_SPECS["adam"]


def _rmsprop(value, gradients, rate=1e-4, decay=0.9, epsilon=1e-20, clip=5.0,
             l2=0.0):
  """Returns the values after every step; TensorFlow's mean square starts at 1.
  """
  value, values = np.float64(value), []
  mean_square = np.ones_like(value)
  for gradient in gradients:
    gradient = np.clip(np.float64(gradient) + 2 * l2 * value, -clip, clip)
    mean_square = decay * mean_square + (1 - decay) * gradient**2
    value = value - rate * gradient / np.sqrt(mean_square + epsilon)
    values.append(value)
  return values


class UpdateTest(tf.test.TestCase, parameterized.TestCase):

  def _meta(self, optimizer_spec=_ADAM, seed=1, learning_rate=1e-4,
            gradient_clip=5.0, **options):
    return meta_optimizer.MetaOptimizer(
        harness.directory(self), optimizer_spec,
        update_rules.RMSProp(**options), seed, learning_rate, gradient_clip)

  @parameterized.parameters(
      {}, {"learning_rate": 0.1}, {"decay": 0.5},
      {"learning_rate": 0.1, "epsilon": 10.0},
      {"learning_rate": 0.1, "gradient_clip": 0.5})
  def test_formula(self, **options):
    meta = self._meta(**options)
    gradients = np.float32([[1, -2, 0, 0.25], [3, 4, 1e-3, -7], [9, 0, 0, 1]])
    start = meta.values()
    names = {"learning_rate": "rate", "decay": "decay", "epsilon": "epsilon",
             "gradient_clip": "clip"}
    expected = _rmsprop(start, gradients, **{
        names[option]: value for option, value in options.items()})
    for step, (gradient, values) in enumerate(zip(gradients, expected)):
      update = meta.update(gradient, 0.5)
      self.assertAllClose(values, update.values, rtol=1e-6, atol=1e-7)
      self.assertAllEqual(update.values, meta.values())
      clip = options.get("gradient_clip", 5.0)
      self.assertAllClose(np.clip(gradient, -clip, clip), update.gradient)
      self.assertEqual(0, update.num_nonfinite)
      self.assertEqual(step + 1, update.global_step)
      self.assertEqual(step + 1, meta.global_step())

  def test_the_learning_rate_halves(self):
    meta = self._meta(learning_rate=0.1, learning_rate_half_life=0.5)
    values = [meta.values()] + [
        meta.update(np.float32([1, -1, 1, -1]), 0.0).values for _ in range(3)]
    steps = np.abs(np.diff(values, axis=0))
    # RMSProp from a mean square of 1 on a constant gradient of 1.
    self.assertAllClose(0.1 * 0.25 ** np.arange(3), steps[:, 0], rtol=1e-4)

  def test_against_the_gradient(self):
    meta = self._meta()
    start = meta.values()
    update = meta.update(np.float32([1, -1, 1, -1]), 0.0)
    self.assertAllEqual([-1, 1, -1, 1], np.sign(update.values - start))

  def test_nonfinite_elements_count_as_zero(self):
    meta = self._meta(learning_rate=0.1)
    start = meta.values()
    update = meta.update(
        np.float32([np.nan, np.inf, 2.0, -np.inf]), 0.5)
    self.assertEqual(3, update.num_nonfinite)
    self.assertAllEqual([0, 0, 2, 0], update.gradient)
    self.assertAllClose(_rmsprop(start, [[0, 0, 2, 0]], 0.1)[0], update.values)

  @parameterized.parameters((0.5, 0.3), (float("nan"), 0.7),
                            (float("inf"), 0.7))
  def test_penalty(self, meta_objective, strength):
    meta = self._meta(learning_rate=0.1, l2_reg=0.3, nan_l2_reg=0.7)
    start, gradient = meta.values(), np.float32([1, 2, -3, 0])
    update = meta.update(gradient, meta_objective)
    self.assertAllClose(_rmsprop(start, [gradient], 0.1, l2=strength)[0],
                        update.values)
    # What is applied has the penalty in it, and is clipped with it.
    penalized = gradient + 2 * strength * start
    self.assertAllClose(penalized, update.raw_gradient)
    self.assertAllClose(np.clip(penalized, -5, 5), update.gradient)
    self.assertGreater(np.abs(penalized).max(), 5)

  def test_penalty_of_nonfinite_elements(self):
    gradient = np.float32([np.nan, 1, np.inf, 2])
    for meta_objective, strength in ((0.5, 0.0), (np.nan, 0.1)):
      meta = self._meta(learning_rate=0.1, l2_reg=0.3, nan_l2_reg=0.1)
      start = meta.values()
      update = meta.update(gradient, meta_objective)
      # Part of what is differentiated, the penalty goes where that goes.
      self.assertAllClose(2 * strength * start[[0, 2]],
                          update.gradient[[0, 2]])
      self.assertEqual(2, update.num_nonfinite)

  def test_published_defaults(self):
    self.assertEqual(
        {"name": "RMSProp", "decay": 0.9, "epsilon": 1e-20, "l2_reg": 0.0,
         "nan_l2_reg": 1e-2, "learning_rate_half_life": 0.0, "train_only": (),
         "averaging_decay": None}, update_rules.RMSProp().settings())

  def test_nonfinite_values_are_not_saved(self):
    logdir = harness.directory(self)
    meta = meta_optimizer.MetaOptimizer(
        logdir, _ADAM, update_rules.RMSProp(), 1, learning_rate=3e38)
    path = meta.save(meta_optimizer.Position(0, 0, 1))
    with self.assertRaisesRegexp(
        update_rules.NonFiniteError, "After update 1 .*not finite: "
        "log_learning_rate, log_epsilon. .* is {!r}".format(path)):
      meta.update(np.float32([-9, 0, 0, 9]), 0.0)
    with self.assertRaisesRegexp(ValueError, "not finite"):
      meta.save(meta_optimizer.Position(1, 0, 1))
    self.assertEqual(path, tf.train.latest_checkpoint(logdir))


class SaveTest(tf.test.TestCase):

  def _meta(self, logdir, spec=_ADAM, seed=1):
    return meta_optimizer.MetaOptimizer(
        logdir, spec, update_rules.RMSProp(), seed, learning_rate=0.1)

  def test_goes_on_as_if_nothing_had_been(self):
    gradients = np.random.RandomState(0).randn(4, 4).astype(np.float32)
    logdir = harness.directory(self)
    whole = self._meta(logdir)
    self.assertIsNone(whole.checkpoint)
    self.assertEqual((0, 0, 1), tuple(whole.position()))
    for gradient in gradients[:2]:
      whole.update(gradient, 0.0)
    path = whole.save(meta_optimizer.Position(7, 3, 1))
    self.assertTrue(path.endswith("model.ckpt-2"), path)
    for gradient in gradients[2:]:
      expected = whole.update(gradient, 0.0)
    whole.close()
    later = self._meta(logdir, seed=99)
    self.assertEqual(path, later.checkpoint)
    self.assertEqual((7, 3, 1), tuple(later.position()))
    for gradient in gradients[2:]:
      actual = later.update(gradient, 0.0)
    self.assertAllEqual(expected.values, actual.values)
    self.assertEqual(4, actual.global_step)

  def test_step_of_older_checkpoints(self):
    # They count in int64.
    logdir = harness.directory(self)
    with tf.Graph().as_default():
      step = tf.Variable(7, dtype=tf.int64, name="global_step")
      saver = tf.train.Saver([step])
      with tf.Session() as session:
        session.run(step.initializer)
        saver.save(session, logdir + "/model.ckpt-7")
    names = set(name for name, _ in tf.train.list_variables(
        logdir + "/model.ckpt-7"))
    self.assertEqual({"global_step"}, names)
    mock = tf.test.mock
    with mock.patch.object(meta_optimizer.MetaOptimizer, "_check_checkpoint"):
      meta = self._meta(logdir)
    self.assertEqual(7, meta.global_step())
    path = meta.save(meta_optimizer.Position(1, 0, 1))
    self.assertEqual(np.int32, harness.arrays(path)["global_step"].dtype)

  def test_five_are_kept(self):
    logdir = harness.directory(self)
    meta = self._meta(logdir)
    for i in range(7):
      meta.update(np.zeros([4], np.float32), 0.0)
      meta.save(meta_optimizer.Position(i, 0, 1))
    kept = sorted(tf.io.gfile.glob(logdir + "/*.index"))
    self.assertEqual(["model.ckpt-%d.index" % i for i in range(3, 8)],
                     [path.split("/")[-1] for path in kept])

  def test_directory_can_be_moved(self):
    top = harness.directory(self)
    self._meta(top + "/here").save(meta_optimizer.Position(2, 0, 1))
    tf.io.gfile.rename(top + "/here", top + "/there")
    self.assertEqual(2, self._meta(top + "/there").position().visits)

  def test_cannot_be_written(self):
    logdir = harness.directory(self)
    meta = self._meta(logdir)
    path = meta.save(meta_optimizer.Position(1, 0, 1))
    tf.io.gfile.rename(logdir, logdir + "_away")
    with open(logdir, "w") as stream:
      stream.write("A file where the directory was.")
    with self.assertRaisesRegexp(IOError, "Cannot save a checkpoint in"):
      meta.save(meta_optimizer.Position(2, 0, 1))
    meta.close()
    tf.io.gfile.remove(logdir)
    tf.io.gfile.rename(logdir + "_away", logdir)
    later = self._meta(logdir)
    self.assertEqual(path, later.checkpoint)
    self.assertEqual(1, later.position().visits)


if __name__ == "__main__":
  tf.test.main()
