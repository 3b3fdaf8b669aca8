# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs an optimizer on a problem without anything to differentiate.

For t = 0, 1, ... the parameters x_t are updated with the gradient at x_t, on
the minibatch of step t. The objective on all rows is evaluated at every
`every`-th step only, since on small nets it costs as much as several steps. No
trajectory is kept, so a run can be of any length.

Steps are compiled in chunks. The schedule of a horizon (`schedule`) says how
long a chunk is and how often the objective is evaluated. It does not depend on
the optimizer: the k-th run of every optimizer has the same start, minibatches
and gradient noise.
"""

import collections

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import meta_parameters
from optimizer.unroll import step_noise

# A horizon has at most so many points at which the objective is evaluated.
_MAX_POINTS = 200
_MIN_POINTS = 20
_MAX_CHUNK_STEPS = 1000

Schedule = collections.namedtuple("Schedule", "points, every, chunk_points")
"""When the objective is evaluated.

Attributes:
  points: Integer, evaluations up to the horizon.
  every: Integer, steps from one to the next.
  chunk_points: Integer, evaluations in a compiled chunk; divides `points`.
"""


def schedule(horizon):
  """The `Schedule` of a horizon.

  Args:
    horizon: Integer, a number of steps.

  Returns:
    A `Schedule`.

  Raises:
    ValueError: If the horizon has no divisor that serves as number of points.
  """
  points = max(n for n in range(1, _MAX_POINTS + 1) if horizon % n == 0)
  if points < _MIN_POINTS:
    raise ValueError(
        "A horizon needs a divisor from {} to {}, as the objective is read "
        "at evenly spaced steps; got {}. Take a round number.".format(
            _MIN_POINTS, _MAX_POINTS, horizon))
  every = horizon // points
  chunk_points = max(n for n in range(1, points + 1) if points % n == 0 and
                     (n == 1 or n * every <= _MAX_CHUNK_STEPS))
  return Schedule(points, every, chunk_points)


_Carry = collections.namedtuple("_Carry", "params, attended, state")


class ForwardRunner:
  """An optimizer on a problem, ready to run."""

  def __init__(self, problem, optimizer_spec, horizon, compiled):
    """Builds graph and session.

    Args:
      problem: A `groups.Entry`.
      optimizer_spec: Spec of a `TrainableOptimizer`.
      horizon: Integer, which decides the `Schedule`.
      compiled: Whether XLA compiles the steps.
    """
    self._schedule = schedule(horizon)
    self._dataset = problem.dataset
    self._batch_size = problem.batch_size
    self._graph = tf.Graph()
    with self._graph.as_default():
      optimizer = optimizer_spec.build()
      self._problem = problem.spec.build()
      self._build(optimizer, compiled)
      self._graph.finalize()
    self._session = tf.Session(
        graph=self._graph, config=tf.ConfigProto(
            intra_op_parallelism_threads=1, inter_op_parallelism_threads=1))
    self._problem.init_fn(self._session)

  def _build(self, optimizer, compiled):
    shapes = collections.OrderedDict(
        (name, declaration.shape) for name, declaration
        in optimizer.meta_parameters.declarations.items())
    self._theta = tf.placeholder(
        tf.float32, [meta_parameters.total_size(shapes)])
    self._seed = tf.placeholder(tf.int32, [2])
    num_steps = self._schedule.chunk_points * self._schedule.every
    self._batches = tf.placeholder(
        tf.int32, [num_steps, self._batch_size or 0])
    theta = meta_parameters.unflatten(self._theta, shapes)
    rule = optimizer._rule(self._problem.param_shapes)
    with optimizer.meta_parameters.bound(theta):
      start = self._start(optimizer, rule)
    self._first = tf.nest.flatten(start)
    self._carry = [tf.placeholder(tensor.dtype, tensor.shape)
                   for tensor in self._first]
    step = _Step(self._problem, self._dataset, self._batches,
                 step_noise.UnrollNoise(self._seed, num_steps, num_steps))

    def computation(theta, *carry):
      values = meta_parameters.unflatten(theta, shapes)

      def update(params, grads, state):
        with optimizer.meta_parameters.bound(values):
          return rule.update(params, grads, state)

      return self._chunk(step, update, optimizer.use_attention,
                         tf.nest.pack_sequence_as(start, list(carry)))

    inputs = [self._theta] + self._carry
    outputs = (tf.xla.experimental.compile(computation, inputs) if compiled
               else computation(*inputs))
    self._losses, self._num_points = outputs[:2]
    self._last = list(outputs[2:])

  def _start(self, optimizer, rule):
    """The `_Carry` before the first step."""
    draws = step_noise.UnrollNoise(self._seed, 1).at_step(0)
    params = [tf.convert_to_tensor(tensor)
              for tensor in self._problem.draw_start(noise=draws)]
    with optimizer.initial_noise(draws):
      state = rule.initial_state(params)
    return _Carry(params, list(params) if optimizer.use_attention else [],
                  state)

  def _chunk(self, step, update, use_attention, start):
    """Lists losses [chunk_points], how many are valid, and the last carry."""
    every, num_points = self._schedule.every, self._schedule.chunk_points

    def take_step(t, *flat):
      now = tf.nest.pack_sequence_as(start, list(flat))
      grads = step.gradients(now.attended or now.params, t)
      params, attended, state = update(now.params, grads, now.state)
      return [t + 1] + tf.nest.flatten(_Carry(
          list(params), list(attended) if use_attention else [], state))

    def take_point(point, unused_going, losses, *flat):
      now = tf.nest.pack_sequence_as(start, list(flat))
      loss = step.objective(now.params)
      end = (point + 1) * every
      flat = tf.while_loop(lambda t, *_: t < end, take_step,
                           [point * every] + list(flat), back_prop=False)[1:]
      return [point + 1, tf.math.is_finite(loss),
              losses.write(point, loss)] + list(flat)

    losses = tf.TensorArray(tf.float32, size=num_points, element_shape=[])
    outputs = tf.while_loop(
        lambda point, going, *_: tf.logical_and(point < num_points, going),
        take_point, [0, True, losses] + tf.nest.flatten(start),
        back_prop=False)
    return [outputs[2].stack(), outputs[0]] + list(outputs[3:])

  def run(self, theta, seed, num_points, is_done=None):
    """Makes one run from a fresh start.

    Args:
      theta: float32 array, the meta-parameters.
      seed: Integer that decides start, minibatches and gradient noise.
      num_points: Integer, at how many points to evaluate the objective.
      is_done: Function of the curve so far, called after each chunk, that says
        whether the run may end early; None for never.

    Returns:
      float32 array [num_points], or shorter if it ended early: the objective
      on all rows; infinite from the first value on that is not finite.
    """
    rng = np.random.RandomState(seed)
    size = self._schedule.chunk_points
    carry = self._session.run(
        self._first, {self._theta: theta, self._seed: [seed, 0]})
    curve = np.zeros([0], np.float32)
    while len(curve) < num_points and not (
        len(curve) and is_done is not None and is_done(curve)):
      feeds = dict(zip(self._carry, carry))
      feeds.update({self._theta: theta,
                    self._seed: [seed, 1 + len(curve)],
                    self._batches: self._draw_batches(rng)})
      losses, count, carry = self._session.run(
          [self._losses, self._num_points, self._last], feeds)
      losses = np.where(np.arange(size) < count, losses, np.inf)
      curve = np.concatenate([curve, losses.astype(np.float32)])
      if not np.isfinite(losses).all():
        first = int(np.argmin(np.isfinite(curve)))
        curve = np.concatenate([
            curve[:first], np.full([num_points - first], np.inf, np.float32)])
        break
    return curve[:num_points]

  def _draw_batches(self, rng):
    num_steps = self._schedule.chunk_points * self._schedule.every
    if not self._dataset.size:
      return np.zeros([num_steps, 0], np.int32)
    return self._dataset.batch_rows(num_steps, self._batch_size, rng)

  def close(self):
    """Frees the session's resources."""
    self._session.close()


class _Step:
  """Objective and gradients of a problem at the steps of a chunk."""

  def __init__(self, problem, dataset, batches, noise):
    self._problem = problem
    self._batches = batches
    self._noise = noise
    self._data = []
    if dataset.size:
      self._data = [tf.constant(dataset.data), tf.constant(dataset.labels)]

  def objective(self, params):
    """The objective on all rows, a scalar."""
    return self._problem.scalar_objective(params, *self._data)

  def gradients(self, params, t):
    """The gradients on the minibatch of step t, a list of tensors."""
    batch = []
    if self._data:
      rows = tf.gather(self._batches, t)
      batch = [tf.gather(values, rows) for values in self._data]
    return self._problem.checked_gradients(
        self._problem.scalar_objective(params, *batch), params,
        self._noise.at_step(t))
