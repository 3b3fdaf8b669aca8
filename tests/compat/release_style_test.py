# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Optimizers of one's own, written as for the code released in 2017."""

import io
import os

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from optimizer import global_learning_rate
from optimizer import trainable_optimizer as opt
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec


class MadeBefore(opt.TrainableOptimizer):
  """Its rate is made before the base constructor runs."""

  def __init__(self, name="before", **kwargs):
    with tf.variable_scope(opt.OPTIMIZER_SCOPE):
      self.rate = tf.get_variable(
          "rate", [], initializer=tf.constant_initializer(0.1))
    self.use_attention = False
    super().__init__(name, [], **kwargs)

  def _compute_update(self, param, grad, state):
    return param - self.rate * grad, state


class MadeAfter(opt.TrainableOptimizer):
  """Its rate is made after the base constructor has run."""

  def __init__(self, **kwargs):
    super().__init__("after", [], **kwargs)
    with tf.variable_scope(opt.OPTIMIZER_SCOPE):
      self.rate = tf.get_variable(
          "rate", [], initializer=tf.constant_initializer(0.1))

  def _compute_update(self, param, grad, state):
    return param - self.rate * grad, state


class MadeLazily(opt.TrainableOptimizer):
  """Its rate is made when the first update is computed, then reused."""

  def __init__(self, **kwargs):
    super().__init__("lazily", ["n"], **kwargs)
    self.reuse = False

  def _initialize_state(self, var):
    return {"n": tf.zeros([], tf.int32)}

  def _compute_update(self, param, grad, state):
    with tf.variable_scope(opt.OPTIMIZER_SCOPE, reuse=self.reuse):
      rate = tf.get_variable(
          "rate", [], initializer=tf.constant_initializer(0.1))
    self.reuse = True
    return param - rate * grad, {"n": state["n"] + 1}


class Sparse(opt.TrainableOptimizer):
  """Steps the rows a sparse gradient has by 1, whatever it is."""

  def __init__(self):
    super().__init__("sparse", [])

  def _compute_update(self, param, grad, state):
    assert isinstance(grad, tf.IndexedSlices)
    ones = tf.ones_like(grad.values)
    return param - tf.scatter_nd(
        tf.expand_dims(grad.indices, 1), ones, param.shape), state


_KINDS = (MadeBefore, MadeAfter, MadeLazily)


def _bowl():
  # 1/2 x^2 + 1/2 y^2 from (1, 2).
  return pg.Bowl(1.0, noise_stdev=0.0, random_seed=1)


class ReleaseStyleTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*_KINDS)
  def test_train(self, make):
    # x <- (1 - r) x, so f_1 = (1 - r)^2 f_0, and by hand
    # d(f_0 + f_1) / dr / f_0 = -2 (1 - r).
    with tf.Graph().as_default(), self.session() as session:
      optimizer = make()
      output = optimizer.train(_bowl(), datasets.EMPTY_DATASET)
      rate, = tf.trainable_variables()
      gradient, = tf.gradients(output.metaobj, [rate])
      self.assertEqual("LOL/rate", rate.op.name)
      session.run([tf.global_variables_initializer(),
                   tf.local_variables_initializer()])
      objectives, slope = session.run(
          [output.problem_objectives, gradient],
          {output.obj_weights: [1.0, 1.0],
           output.batches: np.zeros([2, 0], np.int32),
           output.first_unroll: True, output.reset_state: True})
    self.assertAllClose(0.81, objectives[2] / objectives[0], rtol=1e-5)
    scale = objectives[0] / (objectives[0] + 1e-6)
    self.assertAllClose(-1.8 * scale, slope, rtol=1e-4)

  @parameterized.parameters(*_KINDS)
  def test_minimize(self, make):
    with tf.Graph().as_default(), self.session() as session:
      x = tf.Variable([1.0, 2.0])
      step = make().minimize(0.5 * tf.reduce_sum(x * x), var_list=[x])
      session.run(tf.global_variables_initializer())
      session.run(step)
      session.run(step)
      self.assertAllClose([0.81, 1.62], session.run(x))

  @parameterized.parameters(*_KINDS)
  def test_meta_training_saves_what_is_loaded(self, make):
    logdir = self.get_temp_dir()
    metaopt.train_optimizer(
        logdir, problem_spec.Spec(make, (), {}),
        [(problem_spec.Spec(pg.Bowl, (1.0,), {"random_seed": 1}),
          datasets.EMPTY_DATASET, None)], 1, 3, lambda: 2, lambda: 5,
        learning_rate=1e-2, is_chief=True, out=io.StringIO())
    path = tf.train.latest_checkpoint(logdir)
    self.assertEqual(logdir, os.path.dirname(path))
    rate = tf.train.load_variable(path, "LOL/rate")
    # A larger rate is better here, and RMSProp moves by about its own.
    self.assertGreater(rate, 0.11)
    with tf.Graph().as_default(), self.session() as session:
      optimizer = make()
      optimizer.init_from_checkpoint(path)
      x = tf.Variable(1.0)
      step = optimizer.minimize(0.5 * x * x, var_list=[x])
      session.run(tf.global_variables_initializer())
      session.run(step)
      self.assertAllClose(1.0 - rate, session.run(x))

  def test_sparse_gradients_are_slices(self):
    with tf.Graph().as_default(), self.session() as session:
      x = tf.Variable(tf.zeros([4, 2]))
      step = Sparse().minimize(tf.reduce_sum(tf.gather(x, [2, 0])))
      session.run(tf.global_variables_initializer())
      session.run(step)
      self.assertAllEqual([[-1, -1], [0, 0], [-1, -1], [0, 0]],
                          session.run(x))

  def test_shared_under_auto_reuse_and_found_by_name(self):
    with tf.Graph().as_default():
      with tf.variable_scope("outer", reuse=tf.AUTO_REUSE):
        first = global_learning_rate.GlobalLearningRate(0.5)
        second = global_learning_rate.GlobalLearningRate(0.5)
      with tf.variable_scope("outer/LOL", reuse=True):
        found = tf.get_variable("global_learning_rate", [])
      self.assertIs(found, first.learning_rate)
      self.assertIs(found, second.learning_rate)
      self.assertEqual("outer/LOL/global_learning_rate", found.op.name)


if __name__ == "__main__":
  tf.test.main()
