# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of moving averages of meta-parameters, against NumPy."""

import os

import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import meta_optimizer
from meta_training import update_rules
from optimizer import pretrained
from tests.meta_training import harness

_DECAY = 0.35


def _meta(logdir, decay=_DECAY):
  return meta_optimizer.MetaOptimizer(
      logdir, harness.GLOBAL, update_rules.RMSProp(averaging_decay=decay), 1,
      learning_rate=0.1)


def _averaged(logdir):
  return harness.arrays(os.path.join(logdir, "averaged"))[
      "LOL/global_learning_rate"]


class MovingAveragesTest(tf.test.TestCase):

  def test_formula_with_a_restart(self):
    logdir = harness.directory(self)
    meta = _meta(logdir)
    average = np.float64(0.02)
    for t in range(1, 7):
      value = meta.update(np.float32([t * (-1)**t]), 1.0).values[0]
      # Two elevenths, a quarter, four thirteenths; then the decay.
      decay = min(_DECAY, (1 + t) / (10 + t))
      average = decay * average + (1 - decay) * value
      meta.save(meta.position())
      self.assertAllClose(average, _averaged(logdir), rtol=1e-6)
      self.assertNotAllClose(value, average)
      if t == 3:
        meta.close()
        meta = _meta(logdir)

  def test_starts_where_a_run_is_resumed(self):
    logdir = harness.directory(self)
    meta = _meta(logdir, None)
    values = [meta.update(np.float32([1]), 1.0).values[0] for _ in range(3)]
    meta.save(meta.position())
    meta.close()
    self.assertFalse(os.path.exists(os.path.join(logdir, "averaged")))
    meta = _meta(logdir)
    meta.save(meta.position())
    self.assertAllEqual(values[-1], _averaged(logdir))

  def test_keeps_the_last_five(self):
    logdir = harness.directory(self)
    for _ in range(2):
      meta = _meta(logdir)
      for _ in range(4):
        meta.update(np.float32([1]), 1.0)
        meta.save(meta.position())
      meta.close()
    names = os.listdir(os.path.join(logdir, "averaged"))
    self.assertEqual(
        ["model.ckpt-{}.index".format(i) for i in range(4, 9)],
        sorted(name for name in names if name.endswith(".index")))

  def test_loads_as_an_optimizer(self):
    logdir = harness.directory(self)
    harness.train(logdir, harness.without_data(harness.Parabola),
                  learning_rate=0.1,
                  update_rule=update_rules.RMSProp(averaging_decay=_DECAY))
    optimizer = pretrained.load(os.path.join(logdir, "averaged"))
    x = tf.get_variable("x", initializer=2.0)
    step = optimizer.minimize(1.5 * x * x)
    with self.session() as session:
      session.run(tf.global_variables_initializer())
      session.run(step)
      self.assertAllClose(2 - 6 * _averaged(logdir), session.run(x))
    self.assertNotAllClose(
        _averaged(logdir), harness.arrays(logdir)["LOL/global_learning_rate"])


if __name__ == "__main__":
  tf.test.main()
