# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps an optimizer beside its NumPy oracle, dense and sparse."""

import numpy as np
import tensorflow.compat.v1 as tf

from tests.optimizer import harness

# Shape of a tensor, and whether its gradient is sparse.
TENSORS = (([3, 2], False), ([], False), ([5, 2], True), ([0, 3], False),
           ([4], True), ([1, 1, 2], False))

_ROWS = ([3, 0, 3], [1, 1, 1], [3, 2], [0], [2, 0, 1])


def _rows(shape, step):
  """Row numbers a sparse gradient holds, some of them twice."""
  return [row for row in _ROWS[step % len(_ROWS)] if row < shape[0]]


class _Model:
  """Variables of all kinds and what feeds their gradients."""

  def __init__(self, use_resource, seed=0):
    self._rng = np.random.RandomState(seed)
    self.starts = [np.float32(self._rng.randn(*shape))
                   for shape, _ in TENSORS]
    self.variables = harness.make_variables(self.starts, use_resource)
    self._values = [
        tf.placeholder(tf.float32, [None] + shape[1:] if sparse else shape)
        for shape, sparse in TENSORS]
    self._indices = [tf.placeholder(tf.int32, [None]) if sparse else None
                     for _, sparse in TENSORS]
    self.gradients = [
        values if indices is None else tf.IndexedSlices(
            values, indices, tf.constant(shape, tf.int32))
        for values, indices, (shape, _) in zip(self._values, self._indices,
                                               TENSORS)]

  def draw(self, step, fall):
    """Returns (values, indices) per tensor, and the feed that gives them."""
    draws, feed = [], {}
    scale = 10.0**self._rng.uniform(-3, 2) if fall is None else fall**step
    for (shape, sparse), values, indices in zip(TENSORS, self._values,
                                                self._indices):
      rows = _rows(shape, step) if sparse else None
      value = np.float32(scale * self._rng.randn(
          *([len(rows)] + shape[1:] if sparse else shape)))
      draws.append((value, rows))
      feed[values] = value
      if sparse:
        feed[indices] = rows
    return draws, feed


def check(test_case, optimizer, make_oracle, use_resource, num_steps=5,
          tolerance=1e-5, scale=0.2, fall=None):
  """Asserts that variables, slots and global state follow the oracle.

  Args:
    test_case: A `tf.test.TestCase`.
    optimizer: A `TrainableOptimizer` of the default graph.
    make_oracle: A function of (meta-parameters, starting arrays) that returns
      an object with `step(draws)`, where a draw is (values, rows or None), and
      `read()`, which returns (list of arrays, list of dicts of state, list of
      global state).
    use_resource: Whether the variables are resource variables, or for each of
      `TENSORS` whether its is.
    num_steps: An integer.
    tolerance: A float.
    scale: A float, how far the meta-parameters are from their initial values.
    fall: A float, how large gradients are relative to the step before; None for
      any size at any step.
  """
  model = _Model(use_resource)
  step = optimizer.apply_gradients(zip(model.gradients, model.variables))
  meta = list(optimizer.meta_parameters.variables().values())
  slots = [{key: optimizer.get_slot(variable, key)
            for key in optimizer.state_keys} for variable in model.variables]
  global_state = sorted(
      [variable for variable in tf.global_variables()
       if "global_state" in variable.name], key=lambda v: v.name)
  with tf.Session(config=harness.fast_config()) as session:
    session.run([variable.initializer for variable in meta])
    theta = harness.perturb(optimizer, session, scale)
    session.run([variable.initializer for variable in tf.global_variables()
                 if all(variable is not other for other in meta)])
    oracle = make_oracle(theta, model.starts)
    for i in range(num_steps + 1):
      params, states, shared = oracle.read()
      actual = session.run([model.variables, slots, global_state])
      for j in range(len(params)):
        _close(test_case, params[j], actual[0][j], tolerance)
        test_case.assertEqual(sorted(states[j]), sorted(actual[1][j]))
        for key in states[j]:
          _close(test_case, states[j][key], actual[1][j][key], tolerance)
      test_case.assertEqual(len(shared), len(actual[2]))
      for expected, value in zip(shared, actual[2]):
        _close(test_case, expected, value, tolerance)
      if i < num_steps:
        draws, feed = model.draw(i, fall)
        session.run(step, feed)
        oracle.step(draws)


def _close(test_case, expected, actual, tolerance):
  """Compares relative to the largest element, shapes included."""
  test_case.assertEqual(np.shape(expected), np.shape(actual))
  if np.size(expected):
    scale = max(np.abs(expected).max(), 1e-12)
    test_case.assertAllClose(expected / scale, actual / scale, rtol=0,
                             atol=tolerance)


class EachTensor:
  """An oracle for every tensor."""

  def __init__(self, oracles):
    self._oracles = oracles

  def step(self, draws):
    for oracle, (values, rows) in zip(self._oracles, draws):
      oracle.step(values, rows)

  def read(self):
    return ([oracle.param for oracle in self._oracles],
            [oracle.state for oracle in self._oracles], [])


class Densified:
  """An oracle for all tensors at once, whose gradients are dense."""

  def __init__(self, oracle):
    self._oracle = oracle

  def step(self, draws):
    gradients = []
    for (values, rows), (shape, _) in zip(draws, TENSORS):
      gradient = np.zeros(shape)
      if rows is None:
        gradient = np.float64(values)
      else:
        np.add.at(gradient, rows, values)
      gradients.append(gradient)
    self._oracle.step(gradients)

  def read(self):
    oracle = self._oracle
    return (oracle.attended, oracle.states,
            [] if oracle.global_state is None else [oracle.global_state])
