# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the model of Rosenbrock's function."""

import functools

import tensorflow.compat.v1 as tf

from problems import problem_generator as pg


class RosenbrockModelTest(tf.test.TestCase):

  def test_rosenbrock(self):
    for make in (pg.make_rosenbrock_loss_and_init, functools.partial(
        pg.make_rosenbrock_loss_and_init, device="/cpu:0")):
      problem = pg.ModelAdapter(make)
      self.assertEqual(2, len(problem.param_shapes))
      x = [tf.fill(shape, value) for shape, value in zip(
          problem.param_shapes, (2.0, 1.0))]
      loss = problem.objective(x)
      with self.session() as session:
        problem.init_fn(session)
        self.assertAllClose(901.0, session.run(loss))
    make_loss, make_init_fn = pg.make_rosenbrock_loss_and_init(
        device="/job:worker")
    self.assertTrue(callable(make_loss) and callable(make_init_fn))
    with tf.Graph().as_default():
      self.assertEqual("/job:worker", make_loss().device)


if __name__ == "__main__":
  tf.test.main()
