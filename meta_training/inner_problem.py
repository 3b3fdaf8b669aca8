# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""An inner problem made ready for meta-training: graph, session and feeds.

Building and compiling a problem takes seconds, an unroll milliseconds. So
each problem gets a graph and session of its own, which are kept from visit to
visit; meta-parameters go in and meta-gradients come out as one flat vector
each, and the session need not know where they are stored.
"""

import collections
import copy

import numpy as np
import tensorflow.compat.v1 as tf

from . import minibatches
from . import queue_runners
from optimizer import meta_parameters

# XLA's code for these is slower than TensorFlow's kernels, on a CPU.
_CONVOLUTIONS = ("Conv2D", "Conv3D", "DepthwiseConv2dNative")

# Of a cross-entropy, in float32.
_ROUNDING = 1e-7

UnrollResult = collections.namedtuple(
    "UnrollResult", "meta_objective, objectives, gradient, num_nonfinite_runs")
"""What one unroll gives, or several that make one meta-gradient.

Attributes:
  meta_objective: Float.
  objectives: float32 array [number of steps + 1], or shorter if it ended
    early.
  gradient: float32 array, the meta-gradient, all meta-parameters in a row;
    empty if the problem is not differentiated.
  num_nonfinite_runs: Integer, how many of several unrolls had no finite
    meta-objective.
"""
UnrollResult.__new__.__defaults__ = (0,)

# What TensorFlow says of such ops.
_NOT_DIFFERENTIABLE = (
    "Gradient explicitly disabled", "No gradient defined for operation",
    "Second-order gradient for while loops not supported")


class InnerProblem:
  """One problem of the corpus with the optimizer unrolled on it."""

  def __init__(self, optimizer_spec, problem_spec, dataset, batch_size,
               max_steps=None, obj_train_max_multiplier=None,
               differentiate=True, evaluate_every=1):
    """Builds graph and session.

    Args:
      optimizer_spec: Spec of the `TrainableOptimizer`.
      problem_spec: Spec of the problem.
      dataset: A `datasets.Dataset`, or None; see `minibatches.Minibatches`.
      batch_size: Integer, rows of a minibatch, or None; likewise.
      max_steps: None, or the most steps an unroll can have; the unroll is then
        compiled.
      obj_train_max_multiplier: See `TrainableOptimizer`; None for the
        optimizer's own.
      differentiate: Whether unrolls give a meta-gradient. Without it they are
        built and run in a fraction of the time.
      evaluate_every: Integer, without a meta-gradient: steps from one
        evaluation of the objective on a whole data set to the next.
    """
    self.spec = problem_spec
    self.minibatches = minibatches.Minibatches(dataset, batch_size)
    self.max_steps = max_steps
    self._graph = tf.Graph()
    with self._graph.as_default():
      optimizer = optimizer_spec.build()
      self._problem = problem_spec.build()
      self._build(optimizer, self._problem, max_steps,
                  obj_train_max_multiplier, differentiate, evaluate_every)
      self._graph.finalize()
    self._start_session()
    self._replicas = [self]

  def _start_session(self):
    self._session = tf.Session(graph=self._graph, config=session_config())
    self._session.run(self._initializer)
    self._queue_runners = queue_runners.QueueRunners(self._session)

  def replicas(self, count):
    """The problem in several sessions, each for a thread of its own.

    Args:
      count: Integer.

    Returns:
      List of `InnerProblem`, this one first. All have the same graph, and
      variables of their own that start with the same values.
    """
    while len(self._replicas) < count:
      replica = copy.copy(self)
      replica._start_session()  # pylint: disable=protected-access
      for variable, value in zip(
          self._variables, self._session.run(self._variables)):
        variable.load(value, replica._session)
      self._replicas.append(replica)
    return self._replicas[:count]

  def _build(self, optimizer, problem, max_steps, multiplier, differentiate,
             evaluate_every):
    optimizer.make_meta_parameters()
    shapes = optimizer.meta_parameters.shapes()
    self._theta = tf.placeholder(
        tf.float32, [meta_parameters.total_size(shapes)], "meta_parameters")
    self._noise_seed = tf.placeholder(tf.int32, [2], "noise_seed")
    self._start_seed = tf.placeholder(tf.int32, [2], "start_seed")
    theta = meta_parameters.unflatten(self._theta, shapes)
    # Those that an optimizer reads as variables are assigned before a run.
    variables = optimizer.meta_parameters.undeclared_variables()
    self._assign = tf.group(*[
        variable.assign(theta[name], read_value=False)
        for name, variable in variables.items()]) if variables else None
    bound = {name: theta[name]
             for name in optimizer.meta_parameters.declarations}
    theta.update(variables)
    self._output = output = optimizer.train(
        problem, self.minibatches.dataset, bound,
        compiled=max_steps is not None, max_steps=max_steps,
        batch_size=self.minibatches.size,
        recompute=differentiate or max_steps is not None,
        noise_seed=self._noise_seed, start_seed=self._start_seed,
        obj_train_max_multiplier=multiplier, differentiable=differentiate,
        evaluate_every=evaluate_every)
    gradients = [tf.zeros([0])]
    if differentiate:
      gradients = _meta_gradient(output.metaobj, list(theta.values()))
    self._gradient = tf.concat(
        [tf.reshape(gradient, [-1]) for gradient in gradients], 0)
    with tf.control_dependencies([self._gradient, output.metaobj]):
      self._carry_over = tf.group(*[
          variable.assign(value, read_value=False) for variable, value in zip(
              output.init_loop_vars, output.output_loop_vars)])
    self._final_state = [
        variable.read_value() for variable in output.init_loop_vars]
    self._restored = tf.group(*[
        variable.assign(value, read_value=False) for variable, value in zip(
            output.init_loop_vars, self._final_state)])
    self._states = collections.OrderedDict(
        (key, tf.concat([tf.reshape(state[i], [-1])
                         for state in output.output_state], 0))
        for i, key in enumerate(optimizer.state_keys)
        if all(i < len(state) for state in output.output_state))
    # A problem may have made variables of its own.
    self._variables = tf.global_variables()
    self._initializer = [tf.global_variables_initializer(),
                         tf.local_variables_initializer()]

  def unroll(self, theta, num_steps, first_unroll, reset_state, start_seed,
             noise_seed, batches):
    """Runs one unroll, from where the last one ended.

    The first one of a run also calls the problem's `init_fn`.

    Args:
      theta: float32 array, all meta-parameters in a row.
      num_steps: Integer.
      first_unroll: Whether to draw new parameters.
      reset_state: Whether to initialize the optimizer's state.
      start_seed: Pair of integers that decides what is drawn at the start.
      noise_seed: Pair of integers that decides the gradient noise.
      batches: int32 array [num_steps, batch], taken from a `walk`.

    Returns:
      An `UnrollResult`.
    """
    if first_unroll:
      self._problem.init_fn(self._session)
    weights = np.full([num_steps], 1.0 / num_steps, np.float32)
    if self._assign is not None:
      self._session.run(self._assign, {self._theta: theta})
    meta_objective, objectives, gradient, _ = self._session.run(
        [self._output.metaobj, self._output.problem_objectives,
         self._gradient, self._carry_over],
        {self._theta: theta, self._output.obj_weights: weights,
         self._output.batches: batches,
         self._output.first_unroll: first_unroll,
         self._output.reset_state: reset_state,
         self._start_seed: start_seed, self._noise_seed: noise_seed})
    return UnrollResult(float(meta_objective), objectives, gradient)

  def final_state(self):
    """List of arrays: where the last unroll ended, for `restore`."""
    return self._session.run(self._final_state)

  def restore(self, final_state):
    """Lets the next unroll continue where another one ended.

    Args:
      final_state: What `final_state` returned after that.
    """
    self._session.run(self._restored,
                      dict(zip(self._final_state, final_state)))

  def walk(self, rng):
    """Minibatches to give to `unroll`: a `minibatches.Walk`."""
    return self.minibatches.walk(rng)

  @property
  def has_convolutions(self):
    """Whether there is a convolution among its ops."""
    return any(op.type in _CONVOLUTIONS
               for op in self._graph.get_operations())

  def warm_up(self):
    """Runs a single step, which compiles what is to be compiled.

    Raises:
      tf.errors.OpError: If it cannot be compiled.
    """
    theta = np.zeros(self._theta.shape.as_list(), np.float32)
    self.unroll(theta, 1, True, True, [0, 0], [0, 0], self._dry_batches(1))

  def histograms(self, theta):
    """State of the optimizer after one more step: dict of arrays by key."""
    return self._session.run(self._states, self._dry_feeds(theta, 1))

  def trace(self, theta, num_steps=10):
    """Traces a short unroll with its meta-gradient: a `tf.RunMetadata`.

    It leaves no trace of its own: the next unroll continues where the last
    real one ended.
    """
    metadata = tf.RunMetadata()
    self._session.run(
        [self._gradient, self._output.metaobj],
        self._dry_feeds(theta, num_steps),
        options=tf.RunOptions(
            trace_level=tf.RunOptions.FULL_TRACE),
        run_metadata=metadata)
    return metadata

  def _dry_batches(self, num_steps):
    return self.walk(np.random.RandomState(0)).take(num_steps)

  def _dry_feeds(self, theta, num_steps):
    return {self._theta: theta, self._output.obj_weights: [1.0] * num_steps,
            self._output.batches: self._dry_batches(num_steps),
            self._start_seed: [0, 0], self._noise_seed: [0, 0]}

  def close(self):
    """Frees the sessions' resources."""
    for replica in self._replicas:
      replica._queue_runners.close()  # pylint: disable=protected-access


def _meta_gradient(meta_objective, theta):
  """Differentiates, or says which op of a problem forbids it."""
  try:
    return tf.gradients(
        meta_objective, theta,
        unconnected_gradients=tf.UnconnectedGradients.ZERO)
  except (LookupError, TypeError) as error:
    if not any(text in str(error) for text in _NOT_DIFFERENTIABLE):
      raise
    reason = str(error)
  raise ValueError(
      "Meta-training differentiates the objective twice, and one of its ops "
      "cannot be: {} Use others, such as "
      "tf.nn.softmax_cross_entropy_with_logits_v2 or tf.nn.static_rnn, or give "
      "the optimizer the option use_second_derivatives=False.".format(reason))


def check_objectives(objectives, spec):
  """Refuses a problem with a negative objective.

  Args:
    objectives: float32 array.
    spec: The problem's spec.

  Raises:
    ValueError: If one is negative by more than rounding, as that of a
      cross-entropy of next to nothing.
  """
  lowest = np.min(objectives[np.isfinite(objectives)], initial=0.0)
  if lowest < -_ROUNDING:
    raise ValueError(
        "The objective of {} became {}. Meta-training compares logarithms or "
        "ratios of objectives, so none may be negative: add a constant or "
        "leave this problem out.".format(spec, lowest))


def session_config():
  """Session options for graphs whose gradients are already written out."""
  config = tf.ConfigProto(allow_soft_placement=True)
  # Rewriting an unrolled gradient takes far longer than it saves.
  config.graph_options.rewrite_options.disable_meta_optimizer = True
  return config
