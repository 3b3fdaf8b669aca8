# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""ModelAdapter as scripts written for the 2017 release use it."""

import os

import tensorflow.compat.v1 as tf

import metaopt
from optimizer import global_learning_rate
from problems import problem_generator as pg
from problems import problem_spec

_SGD = tf.train.GradientDescentOptimizer


def _make_line():
  """Loss 1/2 ||w - target||^2 + b^2, target a constant of the model."""

  def make_loss():
    with tf.variable_scope("model"):
      w = tf.get_variable(
          "w", [2], initializer=tf.constant_initializer(3.0))
      target = tf.get_variable(
          "target", [2], initializer=tf.constant_initializer(1.0),
          trainable=False)
      b = tf.Variable(0.5, name="b")
    return 0.5 * tf.reduce_sum(tf.square(w - target)) + tf.square(b)

  return make_loss, None


class ModelAdapterTest(tf.test.TestCase):

  def setUp(self):
    super().setUp()
    tf.reset_default_graph()

  def test_attributes(self):
    made = []

    def make_loss_and_init_fn():
      made.append(_make_line())
      return made[-1]

    problem = pg.ModelAdapter(make_loss_and_init_fn)
    self.assertIs(made[0][0], problem.make_loss_fn)
    self.assertEqual(["model/w:0", "model/b:0"],
                     [v.name for v in problem.parameters])
    self.assertEqual(["model/target:0"], [v.name for v in problem.constants])
    self.assertEqual([(2,), ()], problem.param_shapes)
    self.assertIsInstance(problem, pg.Problem)

  def test_init_fn_restores_the_checkpoint_of_the_model(self):
    path = os.path.join(self.get_temp_dir(), "model.ckpt")
    with tf.Graph().as_default(), tf.Session() as session:
      _make_line()[0]()
      session.run(tf.global_variables_initializer())
      w, target, b = tf.global_variables()
      w.load([7.0, 8.0], session)
      target.load([1.0, 2.0], session)
      b.load(-2.0, session)
      tf.train.Saver().save(session, path)
    seen = []

    def make_loss_and_init_fn():
      def make_init_fn(parameters):
        seen.extend(v.op.name for v in parameters)
        saver = tf.train.Saver(parameters)
        return lambda session: saver.restore(session, path)

      return _make_line()[0], make_init_fn

    values, x, _ = metaopt.test_optimizer(
        _SGD(0.0), pg.ModelAdapter(make_loss_and_init_fn), 1)
    self.assertEqual(["model/b", "model/target", "model/w"], sorted(seen))
    self.assertAllClose([18.0 + 18.0 + 4.0], values)
    self.assertAllClose([7.0, 8.0], x[0])
    self.assertAllClose(-2.0, x[1])

  def test_make_init_fn_gets_constants(self):
    def make_loss_and_init_fn():
      def make_init_fn(parameters):
        target, = [v for v in parameters if "target" in v.name]
        return lambda session: target.load([3.0, 5.0], session)

      return _make_line()[0], make_init_fn

    problem = pg.ModelAdapter(make_loss_and_init_fn)
    loss = problem.objective([tf.zeros([2]), tf.constant(0.0)])
    with self.session() as session:
      problem.init_fn(session)
      self.assertAllClose(4.5 + 12.5, session.run(loss))

  def test_make_init_fn_may_return_none(self):
    problem = pg.ModelAdapter(
        lambda: (_make_line()[0], lambda parameters: None))
    values, _, _ = metaopt.test_optimizer(_SGD(0.0), problem, 1)
    self.assertAllClose([4.25], values)

  def test_meta_trains_and_keeps_out_of_checkpoints(self):
    metadata = []
    path = metaopt.train_optimizer(
        self.get_temp_dir(),
        problem_spec.Spec(global_learning_rate.GlobalLearningRate, (0.25,), {}),
        [(problem_spec.Spec(pg.ModelAdapter, (_make_line,), {}), None, None)],
        1, 1, lambda: 1, lambda: 2, is_chief=True,
        callbacks=[lambda *args: metadata.append(args[3])],
        out=open(os.devnull, "w"))
    # The first value stands twice: before the run, and of its first step.
    self.assertAllClose([4.25, 4.25, 2.3125],
                        metadata[0]["subproblem_objs"][0])
    names = [name for name, _ in tf.train.list_variables(
        path or tf.train.latest_checkpoint(self.get_temp_dir()))]
    self.assertEqual([], [name for name in names if "model" in name])


if __name__ == "__main__":
  tf.test.main()
