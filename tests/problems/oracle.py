# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares problems with NumPy functions, derivatives included."""

import numpy as np
import tensorflow.compat.v1 as tf


def gradient(fn, arrays, step=1e-5):
  """Differentiates a function numerically.

  Args:
    fn: A function of a list of float64 arrays that returns a number.
    arrays: A list of arrays.
    step: A float, the size of the central differences.

  Returns:
    A list of float64 arrays, shaped like `arrays`.
  """
  arrays = [np.array(array, dtype=np.float64) for array in arrays]
  result = []
  for array in arrays:
    slope = np.empty_like(array)
    for index in np.ndindex(*array.shape):
      value = array[index]
      array[index] = value + step
      above = fn(arrays)
      array[index] = value - step
      below = fn(arrays)
      array[index] = value
      slope[index] = (above - below) / (2 * step)
    result.append(slope)
  return result


def hessian_product(fn, arrays, vectors, step=1e-4):
  """Differentiates a function's gradient along a direction.

  Args:
    fn: As in `gradient`.
    arrays: As in `gradient`.
    vectors: A list of arrays, shaped like `arrays`.
    step: A float, the size of the central differences.

  Returns:
    A list of float64 arrays, shaped like `arrays`.
  """
  ends = []
  for sign in (1, -1):
    moved = [np.asarray(array, np.float64) + sign * step * vector
             for array, vector in zip(arrays, vectors)]
    ends.append(gradient(fn, moved, step))
  return [(above - below) / (2 * step) for above, below in zip(*ends)]


def derivatives(problem, parameters, vectors, data=None, labels=None):
  """Returns objective, gradients, and products of the Hessian with `vectors`.

  Args:
    problem: A `Problem`.
    parameters: A list of tensors.
    vectors: A list of arrays, shaped like the parameters.
    data: A tensor or None.
    labels: A tensor or None.

  Returns:
    A list of tensors: a scalar, then two tensors per parameter.
  """
  objective = problem.objective(parameters, data, labels)
  gradients = problem.gradients(objective, parameters)
  slope = tf.add_n([tf.reduce_sum(g * v) for g, v in zip(gradients, vectors)])
  second = tf.gradients(slope, parameters)
  return [objective] + gradients + [
      tf.zeros_like(p) if s is None else tf.convert_to_tensor(s)
      for p, s in zip(parameters, second)]


def check(test_case, problem, fn, point=None, data=None, labels=None,
          rtol=1e-3, seed=0):
  """Checks an objective and its first two derivatives against NumPy.

  Args:
    test_case: A `tf.test.TestCase`.
    problem: A `Problem` without noise.
    fn: A function of a list of float64 arrays that returns the same objective.
    point: A list of arrays; None for N(0, 1).
    data: An array or None.
    labels: An array or None.
    rtol: A float, the tolerance relative to the greatest element.
    seed: An int.
  """
  rng = np.random.RandomState(seed)
  if point is None:
    point = [rng.randn(*shape) for shape in problem.param_shapes]
  point = [np.asarray(array, dtype=np.float32) for array in point]
  vectors = [np.float32(rng.randn(*shape)) for shape in problem.param_shapes]
  with tf.Graph().as_default(), test_case.session() as session:
    data = None if data is None else tf.constant(data, dtype=tf.float32)
    labels = None if labels is None else tf.constant(labels, dtype=tf.int32)
    parameters = [tf.constant(array) for array in point]
    actual = session.run(
        derivatives(problem, parameters, vectors, data, labels))
  arrays = [np.asarray(array, np.float64) for array in point]
  expected = ([fn(arrays)] + gradient(fn, arrays) +
              hessian_product(fn, arrays, vectors))
  for i in range(len(expected)):
    scale = max(np.abs(expected[i]).max(), 1e-3)
    test_case.assertAllClose(expected[i] / scale, actual[i] / scale, rtol=0,
                             atol=rtol)
