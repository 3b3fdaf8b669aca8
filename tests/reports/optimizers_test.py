# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What users of the drop-in optimizer ran into."""

import copy
import pickle
import subprocess
import sys

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained


class OptimizersTest(tf.test.TestCase, parameterized.TestCase):

  def test_add_check_numerics_ops(self):
    with tf.Graph().as_default(), self.session() as session:
      v = tf.get_variable("v", initializer=tf.ones([3]))
      step = pretrained.load().minimize(tf.reduce_sum(v ** 2))
      check = tf.add_check_numerics_ops()
      session.run(tf.global_variables_initializer())
      session.run([step, check])
      self.assertTrue(np.all(session.run(v) != 1.0))

  def test_training_graphs_without_native_steps_load_anywhere(self):
    path = self.create_tempdir().full_path + "/model"
    with tf.Graph().as_default(), self.session() as session:
      v = tf.get_variable("v", initializer=tf.ones([3]))
      pretrained.load(use_native=False).minimize(tf.reduce_sum(v ** 2))
      session.run(tf.global_variables_initializer())
      tf.saved_model.simple_save(session, path, {"v": v}, {"v": v})
    program = ("import tensorflow.compat.v1 as tf\n"
               "with tf.Session() as session:\n"
               "  tf.saved_model.load(session, ['serve'], {!r})\n"
               "  print(session.run('v:0'))\n")
    self.assertEqual(b"[1. 1. 1.]", subprocess.check_output(
        [sys.executable, "-c", program.format(path)]).strip())

  def test_partitioned_variables_with_another_number_of_parts(self):
    prefix = self.create_tempdir().full_path + "/model"

    def build(num_parts):
      v = tf.get_variable("v", [6], initializer=tf.ones_initializer(),
                          partitioner=tf.fixed_size_partitioner(num_parts))
      return v, pretrained.load().minimize(
          tf.reduce_sum(tf.square(v.as_tensor())))

    with tf.Graph().as_default(), self.session() as session:
      v, step = build(2)
      session.run(tf.global_variables_initializer())
      session.run(step)
      expected = session.run(v.as_tensor())
      tf.train.Saver().save(session, prefix)
    with tf.Graph().as_default(), self.session() as session:
      v, step = build(3)
      session.run(tf.global_variables_initializer())
      # Slots belong to a part; what the page of limits advises works.
      with self.assertRaisesRegexp(
          tf.errors.NotFoundError, "Key v/part_2/hRNN"):
        tf.train.Saver().restore(session, prefix)
      tf.train.Saver(tf.trainable_variables()).restore(session, prefix)
      self.assertAllEqual(expected, session.run(v.as_tensor()))
      session.run(step)

  @parameterized.parameters(
      lambda optimizer: pickle.loads(pickle.dumps(optimizer)), copy.deepcopy)
  def test_copies_of_an_unused_optimizer_take_the_same_steps(self, duplicate):
    def first_step(optimizer):
      with tf.Graph().as_default(), self.session() as session:
        v = tf.get_variable("v", initializer=tf.ones([3]))
        step = optimizer.minimize(tf.reduce_sum(v ** 2))
        session.run(tf.global_variables_initializer())
        session.run(step)
        return session.run(v)

    optimizer = pretrained.load(init_lr_range=(1e-3, 1e-3))
    copied = duplicate(optimizer)
    self.assertAllEqual(first_step(optimizer), first_step(copied))


if __name__ == "__main__":
  tf.test.main()
