# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A problem whose recorded objective nobody differentiates."""

import tensorflow.compat.v1 as tf

from problems import problem_generator as pg


class ForwardOnly(pg.Problem):
  """The problem of a spec; on the whole data set its objective is constant.

  An unroll evaluates the objective on all rows at every step, with its
  gradient in case a meta-gradient is wanted. Here none is, and steps become
  several times faster when TensorFlow knows.
  """

  def __init__(self, spec, num_rows):
    """Builds the problem.

    Args:
      spec: Its `problem_spec.Spec`.
      num_rows: Integer, the rows of the whole data set, or None if minibatches
        have as many.
    """
    self._problem = spec.build()
    self._num_rows = num_rows
    super().__init__(self._problem.param_shapes)

  def init_fn(self, session):
    """See `Problem`."""
    self._problem.init_fn(session)

  def init_tensors(self, seed=None, noise=None):
    """See `Problem`."""
    return self._problem.draw_start(seed, noise)

  def objective(self, parameters, data=None, labels=None):
    """See `Problem`."""
    value = self._problem.objective(parameters, data, labels)
    if data is not None and data.shape[0] == self._num_rows:
      return tf.stop_gradient(value)
    return value

  def gradients(self, objective, parameters, noise=None):
    """See `Problem`."""
    return self._problem.checked_gradients(objective, parameters, noise)
