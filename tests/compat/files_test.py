# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Files, tags, text and names as scripts written for the 2017 release use."""

import glob
import io
import re
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
import metarun
from optimizer import hierarchical_rnn
from optimizer import trainable_optimizer
from problems import problem_generator
from problems import problem_spec


class RunTest(tf.test.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._logdir = tempfile.mkdtemp(dir=tf.test.get_temp_dir())
    out = io.StringIO()
    cls._path = metaopt.train_optimizer(
        cls._logdir,
        problem_spec.Spec(hierarchical_rnn.HierarchicalRNN, ([3, 4, 2],), {}),
        [(problem_spec.Spec(problem_generator.Quadratic, (3,), {}), None,
          None)], 1, 2, lambda: 2, lambda: 3, out=out)
    cls._lines = out.getvalue().splitlines()

  def test_checkpoint(self):
    reader = tf.train.load_checkpoint(self._path)
    step = reader.get_tensor("global_step")
    self.assertEqual((np.int32, 4), (step.dtype, step))
    self.assertTrue(self._path.endswith("model.ckpt-4"), self._path)

  def test_a_release_process_goes_on(self):
    # It restores its own variables by name, the step into an int32.
    with tf.Graph().as_default(), tf.Session() as session:
      step = tf.Variable(0, name="global_step", dtype=tf.int32)
      weights = tf.Variable(tf.zeros([3, 1]), name="LOL/update_weights")
      tf.train.Saver([step, weights]).restore(session, self._path)
      self.assertEqual(4, session.run(step))
      self.assertGreater(np.abs(session.run(weights)).max(), 0.0)

  def test_tags(self):
    path, = glob.glob(self._logdir + "/events.out.tfevents.*")
    tags = set(value.tag for event in tf.train.summary_iterator(path)
               for value in event.summary.value)
    expected = {"MetaObjective", "Quadratic_MetaObjective", "State/parameter",
                "State/ms1"}
    for name in ("LOL/update_weights", "LOL/Level1_RNN/init_vector"):
      expected.update(name + suffix for suffix in ("_var", "_grad", "_rawgrad"))
    self.assertEqual(set(), expected - tags)

  def test_text(self):
    self.assertRegex(self._lines[0],
                    r"^problem 1\b.* Quadratic\(3.*\), ready after [\d.]+ s$")
    for i in (1, 2):
      line = re.match(
          r" *run {}: meta-objective (\S+), [\d.]+ s, [\d,]+ steps/s, "
          "2 unrolls of 3 steps$".format(i), self._lines[i])
      self.assertTrue(line, self._lines[i])
      self.assertTrue(np.isfinite(float(line.group(1))))


class NamesTest(tf.test.TestCase):

  def test_metarun(self):
    self.assertEqual([10, 20, 20], metarun.HRNN_CELL_SIZES)
    optimizers = metarun.register_optimizers()
    self.assertEqual(
        ["CoordinatewiseRNN", "GlobalLearningRate", "HierarchicalRNN",
         "LearningRateSchedule", "TrainableAdam"], sorted(optimizers))
    for constructor in optimizers.values():
      self.assertTrue(issubclass(constructor,
                                 trainable_optimizer.TrainableOptimizer))


if __name__ == "__main__":
  tf.test.main()
