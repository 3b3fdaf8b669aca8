# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the differentiable loop, on steps done by hand."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer.unroll import loop

_CURVATURE = 3.0


def _step(**changes):
  """Momentum on f(x) = 3/2 x^2: h' = h / 2 + g, x' = x - theta h'."""
  def objective(params):
    return 0.5 * _CURVATURE * tf.reduce_sum(tf.square(params[0]))

  def gradients(params, t, value):
    del t, value
    return [_CURVATURE * params[0]]

  def update(theta, params, grads, state):
    velocity = 0.5 * state[0] + grads[0]
    params = [params[0] - theta[0] * velocity]
    return params, params, [velocity]

  step = loop.Step(
      objective=objective, gradients=gradients, update=update,
      keeps_going=lambda objective: tf.constant(True), has_attention=False,
      second_derivatives=True)
  return step._replace(**changes)


def _by_hand(theta, x, h, num_steps, second_derivatives=True):
  """Returns objectives, final x and h, and d(sum of objectives)/d theta, h."""
  x, h = float(x), float(h)
  dx, dh = np.zeros(2), np.array([0.0, 1.0])
  objectives, slope = [], np.zeros(2)
  for _ in range(num_steps):
    objectives.append(0.5 * _CURVATURE * x**2)
    slope += _CURVATURE * x * dx
    h = 0.5 * h + _CURVATURE * x
    dh = 0.5 * dh + (_CURVATURE * dx if second_derivatives else 0.0)
    x, dx = x - theta * h, dx - theta * dh - np.array([h, 0.0])
  return objectives, x, h, slope


def _attentive(theta, params, grads, state):
  """Attends at twice the step of momentum."""
  velocity = 0.5 * state[0] + grads[0]
  return ([params[0] - theta[0] * velocity],
          [params[0] - 2.0 * theta[0] * velocity], [velocity])


class UnrollTest(tf.test.TestCase, parameterized.TestCase):

  def _run(self, recompute, step, num_steps=4, attended=(), rows=None):
    theta, x, h = (tf.constant(value) for value in (0.1, [1.0], [0.5]))
    carry = loop.Carry([x], [tf.constant(a) for a in attended], [h])
    steps = tf.constant(num_steps)
    if recompute:
      result = loop.recomputed_unroll(step, [theta], carry, steps,
                                        steps if rows is None else rows)
    else:
      result = loop.stacked_unroll(step, [theta], carry, steps)
    total = tf.reduce_sum(result.objectives)
    gradients = tf.gradients(
        total, [theta, h, x],
        unconnected_gradients=tf.UnconnectedGradients.ZERO)
    with self.session() as session:
      return session.run([result.objectives, result.num_executed, result.carry,
                          gradients])

  @parameterized.parameters(True, False)
  def test_by_hand(self, recompute):
    objectives, executed, carry, gradients = self._run(recompute, _step())
    expected, x, h, slope = _by_hand(0.1, 1.0, 0.5, 4)
    self.assertEqual(4, executed)
    self.assertAllClose(expected, objectives)
    self.assertAllClose([x], carry.params[0])
    self.assertAllClose([h], carry.state[0])
    self.assertEqual([], list(carry.attended))
    self.assertAllClose(slope[0], gradients[0])
    self.assertAllClose([slope[1]], gradients[1])

  @parameterized.parameters(True, False)
  def test_starting_parameters_are_constants(self, recompute):
    gradients = self._run(recompute, _step())[-1]
    self.assertAllEqual([0.0], gradients[2])

  @parameterized.parameters(True, False)
  def test_without_second_derivatives(self, recompute):
    gradients = self._run(recompute, _step(second_derivatives=False))[-1]
    slope = _by_hand(0.1, 1.0, 0.5, 4, second_derivatives=False)[-1]
    self.assertAllClose(slope[0], gradients[0])
    self.assertAllClose([slope[1]], gradients[1])

  @parameterized.parameters(True, False)
  def test_stops_early(self, recompute):
    step = _step(keeps_going=lambda objective: objective > 0.5)
    objectives, executed, carry, gradients = self._run(
        recompute, step, num_steps=9)
    expected = _by_hand(0.1, 1.0, 0.5, 9)[0]
    count = next(i for i, f in enumerate(expected) if f <= 0.5) + 1
    self.assertGreater(count, 1)
    expected, x, _, slope = _by_hand(0.1, 1.0, 0.5, count)
    self.assertEqual(count, executed)
    self.assertAllClose(expected, objectives[:count])
    self.assertAllEqual(np.zeros([9 - count]), objectives[count:])
    self.assertAllClose([x], carry.params[0])
    self.assertAllClose(slope[0], gradients[0])

  def test_more_rows_than_steps(self):
    objectives, executed, _, gradients = self._run(True, _step(), rows=7)
    expected, _, _, slope = _by_hand(0.1, 1.0, 0.5, 4)
    self.assertEqual(4, executed)
    self.assertAllClose(expected + [0.0] * 3, objectives)
    self.assertAllClose(slope[0], gradients[0])

  @parameterized.parameters(True, False)
  def test_one_step(self, recompute):
    objectives, executed, _, gradients = self._run(
        recompute, _step(), num_steps=1)
    self.assertAllClose([1.5], objectives)
    self.assertEqual(1, executed)
    self.assertAllEqual(0.0, gradients[0])

  @parameterized.parameters(True, False)
  def test_attention(self, recompute):
    step = _step(has_attention=True, update=_attentive)
    objectives, _, carry, gradients = self._run(
        recompute, step, attended=([0.8],))

    def by_hand(theta):
      x, attended, h, values = 1.0, 0.8, 0.5, []
      for _ in range(4):
        values.append(0.5 * _CURVATURE * x**2)
        h = 0.5 * h + _CURVATURE * attended
        x, attended = x - theta * h, x - 2 * theta * h
      return values, x, attended

    values, x, attended = by_hand(0.1)
    self.assertAllClose(values, objectives)
    self.assertAllClose([x], carry.params[0])
    self.assertAllClose([attended], carry.attended[0])
    slope = (sum(by_hand(0.1 + 1e-5)[0]) - sum(by_hand(0.1 - 1e-5)[0])) / 2e-5
    self.assertAllClose(slope, gradients[0], rtol=1e-5)

  def test_run_is_given_both_directions(self):
    inputs_seen = []

    def run(computation, inputs):
      inputs_seen.append(len(inputs))
      return computation(*inputs)

    theta, x, h = (tf.constant(value) for value in (0.1, [1.0], [0.5]))
    result = loop.recomputed_unroll(
        _step(), [theta], loop.Carry([x], [], [h]), tf.constant(2), 2, run)
    self.assertLen(inputs_seen, 1)
    tf.gradients(result.objectives, theta)
    self.assertLen(inputs_seen, 2)


if __name__ == "__main__":
  tf.test.main()
