# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""An optimizer run on a single problem."""

import collections
import time

import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import minibatches
from meta_training import queue_runners
from optimizer import arguments
from optimizer import trainable_optimizer
from problems import datasets

_GRAPH = arguments.Kind("a tf.Graph", tf.Graph)


class Evaluation:
  """A problem with an optimizer on it, in a session."""

  def __init__(self, optimizer, problem, dataset, batch_size, seed, graph,
               logdir):
    """Builds both in a graph and initializes them.

    Args:
      optimizer: See `metaopt.test_optimizer`; so are the other arguments.
      problem: The problem.
      dataset: The data set; see `minibatches.Minibatches`.
      batch_size: Rows of a minibatch; likewise.
      seed: The seed.
      graph: The graph.
      logdir: The directory of a checkpoint.

    Raises:
      ValueError: If the checkpoint does not fit, or an argument is nothing of
        the kind.
    """
    _check_kinds(optimizer, problem, seed, graph, logdir)
    self._minibatches = minibatches.Minibatches(dataset, batch_size)
    self._rng = np.random.RandomState(
        None if seed is None or isinstance(seed, (list, tuple)) else
        seed % 2**32)
    with graph.as_default():
      self._build(optimizer, problem, seed, logdir)
      self._session = tf.Session(graph=graph)
      self._session.run([tf.global_variables_initializer(),
                         tf.local_variables_initializer()])
    self._queue_runners = queue_runners.QueueRunners(self._session)
    problem.init_fn(self._session)

  def _build(self, optimizer, problem, seed, logdir):
    if logdir is not None:
      if not isinstance(optimizer, trainable_optimizer.TrainableOptimizer):
        raise ValueError("logdir is for trainable optimizers; {} has no "
                         "meta-parameters to load.".format(
                             type(optimizer).__name__))
      optimizer.init_from_checkpoint(logdir)
    variables = problem.init_variables(seed)
    self._rows = tf.placeholder(tf.int32, [None], "rows")
    batch, data = [], []
    dataset = self._minibatches.dataset
    if dataset.size:
      data = [tf.constant(dataset.data), tf.constant(dataset.labels)]
      batch = [tf.gather(values, self._rows) for values in data]
    self._step_objective = problem.scalar_objective(variables, *batch)
    self._gradients = problem.checked_gradients(
        self._step_objective, variables)
    # The objective is that of before the step.
    with tf.control_dependencies([self._step_objective]):
      self._step = optimizer.apply_gradients(
          list(zip(self._gradients, variables)))
    self._names = [variable.name for variable in variables]
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
    self._queue_runners.close()

  def feeds(self, num_steps):
    """Pairs of iteration and feeds, the minibatches walking epochs."""
    walk = self._minibatches.walk(self._rng)
    return ((i, {self._rows: walk.take(1)[0]}) for i in range(num_steps))

  def step(self, feeds):
    """Makes one step.

    Returns:
      Float, the objective on its minibatch before it.
    """
    return float(self._session.run([self._step_objective, self._step],
                                   feeds)[0])

  def objective(self):
    """The objective on the whole data set, a float."""
    return float(self._session.run(self._objective))

  def parameters(self):
    """List of arrays."""
    return self._session.run(self._parameters)

  def record(self, iteration, feeds):
    """What `metaopt.evaluate` records before a step: a dict."""
    objective, parameters, gradients, slots = self._session.run(
        [self._objective, self._parameters, self._gradients, self._slots],
        feeds)
    return {"iteration": iteration, "objective": float(objective),
            "parameters": parameters, "gradients": gradients,
            "slots": dict(slots)}

  def flat_record(self, iteration, feeds):
    """What `metaopt.test_optimizer` records: pairs of key and value."""
    record = self.record(iteration, feeds)
    yield "iter", iteration
    yield "objective", [record["objective"]]
    for key, arrays in (("grad", record["gradients"]),
                        ("param", record["parameters"])):
      yield key, arrays
      yield key + "_norm", [float(np.linalg.norm(array)) for array in arrays]
    for slot, arrays in record["slots"].items():
      for name, array in zip(self._names, arrays):
        yield "{}_{}".format(name, slot), array


def _check_kinds(optimizer, problem, seed, graph, logdir):
  if not isinstance(optimizer, tf.train.Optimizer):
    raise ValueError(
        "The optimizer must be a tf.train.Optimizer, such as "
        "pretrained.load() or tf.train.AdamOptimizer(0.1), not {!r}.".format(
            optimizer))
  if isinstance(problem, type) or not hasattr(problem, "init_variables"):
    raise ValueError(
        "The problem must be a problem_generator.Problem, such as "
        "problem_generator.Rosenbrock(), not {!r}.".format(problem))
  arguments.check("graph", graph, _GRAPH)
  arguments.check("logdir", logdir, arguments.optional(arguments.PATH))
  if not isinstance(seed, (list, tuple)):
    arguments.check("seed", seed, arguments.SEED)


def check(num_iter, record_every, out):
  """Raises ValueError for what cannot be."""
  arguments.check("out", out, arguments.optional(arguments.STREAM))
  arguments.check("num_iter", num_iter, arguments.integer(0))
  arguments.check("record_every", record_every,
                  arguments.optional(arguments.integer(1)))


def evaluate(optimizer, problem, num_iter, dataset=datasets.EMPTY_DATASET,
             batch_size=None, seed=None, graph=None, logdir=None,
             record_every=None, out=None):
  """Optimizes a problem and keeps track of the objective on all data.

  Args:
    optimizer: See `metaopt.test_optimizer`; so are the others.
    problem: The problem.
    num_iter: Integer, steps to make.
    dataset: The data set.
    batch_size: Rows of a minibatch.
    seed: The seed.
    graph: The `tf.Graph` to build in; by default a new one.
    logdir: The directory of a checkpoint.
    record_every: None, or an integer: a record is kept before every so many
      steps.
    out: A stream, or None.

  Returns:
    (objective_values, parameters, records):
    objective_values: List of num_iter + 1 floats, the objective on the whole
      data set before every step and after the last.
    parameters: List of float32 arrays, the parameters after the last step.
    records: List of dicts with "iteration", "objective", "parameters" and
      "gradients" (lists of arrays) and "slots" (dict from slot names to lists
      of arrays).

  Raises:
    ValueError: As `metaopt.test_optimizer`.
  """
  check(num_iter, record_every, out)
  values, records, start = [], [], time.time()
  with Evaluation(optimizer, problem, dataset, batch_size, seed,
                  tf.Graph() if graph is None else graph, logdir) as run:
    for iteration, feeds in run.feeds(num_iter):
      if record_every is not None and iteration % record_every == 0:
        records.append(run.record(iteration, feeds))
      values.append(run.objective())
      run.step(feeds)
    values.append(run.objective())
    parameters = run.parameters()
  if out is not None:
    out.write(summary(
        optimizer, problem, values, num_iter, time.time() - start))
  return values, parameters, records


def summary(optimizer, problem, values, num_steps, seconds):
  """Tells in a line or two how an evaluation went.

  Args:
    optimizer: The optimizer.
    problem: The problem.
    values: List of floats, the objective before every step and perhaps after
      the last.
    num_steps: Integer.
    seconds: Float, how long it took.

  Returns:
    String that ends with a newline.
  """
  finite = np.isfinite(values)
  text = "{} on {}: objective {:.6g} -> {:.6g} in {} steps, {:.2g} s".format(
      type(optimizer).__name__, type(problem).__name__, values[0], values[-1],
      num_steps, seconds)
  if finite.any():
    lowest = int(np.argmin(np.where(finite, values, np.inf)))
    text += "; lowest {:.6g} after step {}".format(values[lowest], lowest)
  if not finite.all():
    text += "; not finite after step {}".format(int(np.argmin(finite)))
  return text + "\n"
