# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of steps that shrink to 0 at the end of a run."""

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer.stabilizers import gradient_history
from optimizer.stabilizers import schedule
from optimizer.stabilizers import stabilizer


class ScheduleTest(tf.test.TestCase):

  def test_factors(self):
    controls, state = schedule.Schedule(num_steps=10, fade=0.5).before(
        None, {}, stabilizer.Controls(
            num_steps=tf.constant([[1.0], [6.0], [7.0], [10.0], [11.0]]),
            step_scale=tf.constant([[3.0]] + [[1.0]] * 4)))
    self.assertEqual({}, state)
    self.assertAllClose([[3.0], [1.0], [0.8], [0.2], [0.0]],
                        self.evaluate(controls.step_scale))

  def test_nothing_moves_after_the_last_step(self):
    optimizer = hierarchical_rnn.HierarchicalRNN(
        stabilizers=(gradient_history.GradientHistory(),
                     schedule.Schedule(num_steps=5.0)))
    with self.cached_session() as session:
      variable = tf.get_variable("x", initializer=[1.0, 2.0])
      step = optimizer.apply_gradients([(tf.constant([1.0, 3.0]), variable)])
      session.run(tf.global_variables_initializer())
      values = [session.run(variable)]
      for _ in range(7):
        session.run(step)
        values.append(session.run(variable))
    moves = np.abs(np.diff(values, axis=0))
    self.assertTrue((moves[:5] > 0).all())
    self.assertAllEqual(np.zeros([2, 2]), moves[5:])


if __name__ == "__main__":
  tf.test.main()
