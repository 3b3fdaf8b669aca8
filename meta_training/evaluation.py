# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""An optimizer run on a single problem."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections

import numpy as np
import tensorflow as tf

from optimizer import trainable_optimizer


class Evaluation(object):
  """A problem with an optimizer on it, in a session."""

  def __init__(self, optimizer, problem, dataset, batch_size, seed, graph,
               logdir):
    """Builds both in a graph and initializes them.

    Args:
      optimizer: See `metaopt.test_optimizer`; so are the other arguments.
      problem: The problem.
      dataset: The data set.
      batch_size: Rows of a minibatch.
      seed: The seed.
      graph: The graph.
      logdir: The directory of a checkpoint.

    Raises:
      ValueError: If the checkpoint does not fit.
    """
    self._dataset = dataset
    self._batch_size = batch_size or dataset.size
    self._rng = np.random.RandomState(
        seed if isinstance(seed, (int, np.integer)) else None)
    graph = graph or tf.Graph()
    with graph.as_default():
      self._build(optimizer, problem, seed, logdir)
      self._session = tf.compat.v1.Session(graph=graph)
      self._session.run([tf.compat.v1.global_variables_initializer(),
                         tf.compat.v1.local_variables_initializer()])
    problem.init_fn(self._session)

  def _build(self, optimizer, problem, seed, logdir):
    if logdir is not None:
      if not isinstance(optimizer, trainable_optimizer.TrainableOptimizer):
        raise ValueError("logdir is for trainable optimizers; {} has no "
                         "meta-parameters to load.".format(
                             type(optimizer).__name__))
      optimizer.init_from_checkpoint(logdir)
    variables = problem.init_variables(seed)
    self._rows = tf.compat.v1.placeholder(tf.int32, [None], "rows")
    batch, data = [], []
    if self._dataset.size:
      data = [tf.constant(self._dataset.data),
              tf.constant(self._dataset.labels)]
      batch = [tf.gather(values, self._rows) for values in data]
    self._gradients = problem.dense_gradients(
        problem.scalar_objective(variables, *batch), variables)
    self._step = optimizer.apply_gradients(
        list(zip(self._gradients, variables)))
    self._parameters = variables
    if getattr(optimizer, "use_attention", False):
      # The variables hold the attended location.
      self._parameters = [optimizer.get_slot(variable, "true_param")
                          for variable in variables]
    self._objective = problem.scalar_objective(
        [tf.convert_to_tensor(value) for value in self._parameters], *data)
    self._slots = collections.OrderedDict(
        (name, [optimizer.get_slot(variable, name) for variable in variables])
        for name in optimizer.get_slot_names())

  def __enter__(self):
    return self

  def __exit__(self, *unused_error):
    self._session.close()

  def feeds(self, num_steps):
    """Pairs of iteration and feeds, the minibatches walking epochs."""
    if not self._dataset.size:
      return ((i, {self._rows: []}) for i in range(num_steps))
    batches = self._dataset.batch_indices(
        num_steps, self._batch_size, self._rng)
    return ((i, {self._rows: rows}) for i, rows in enumerate(batches))

  def step(self, feeds):
    """Makes one step."""
    self._session.run(self._step, feeds)

  def objective(self):
    """The objective on the whole data set, a float."""
    return float(self._session.run(self._objective))

  def parameters(self):
    """List of arrays."""
    return self._session.run(self._parameters)

  def record(self, iteration, feeds):
    """What `metaopt.test_optimizer` records before a step."""
    objective, parameters, gradients, slots = self._session.run(
        [self._objective, self._parameters, self._gradients, self._slots],
        feeds)
    return {"iteration": iteration, "objective": float(objective),
            "parameters": parameters, "gradients": gradients,
            "slots": dict(slots)}


def summary(optimizer, problem, values, seconds):
  """Tells in a line or two how an evaluation went.

  Args:
    optimizer: The optimizer.
    problem: The problem.
    values: List of floats, the objective before every step and after the last.
    seconds: Float, how long it took.

  Returns:
    String that ends with a newline.
  """
  finite = np.isfinite(values)
  text = "{} on {}: objective {:.6g} -> {:.6g} in {} steps, {:.2g} s".format(
      type(optimizer).__name__, type(problem).__name__, values[0], values[-1],
      len(values) - 1, seconds)
  if finite.any():
    lowest = int(np.argmin(np.where(finite, values, np.inf)))
    text += "; lowest {:.6g} after step {}".format(values[lowest], lowest)
  if not finite.all():
    text += "; not finite after step {}".format(int(np.argmin(finite)))
  return text + "\n"
