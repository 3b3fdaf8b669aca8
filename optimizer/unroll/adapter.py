# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs a trainable optimizer on an inner problem, differentiably.

The unroll adapter: state lives in loop variables, and the meta-objective can
be differentiated with respect to the meta-parameters.
"""

import collections
import functools

import numpy as np
import tensorflow.compat.v1 as tf

from .. import state_spec
from . import loop
from . import step_noise

_HARMLESS_STATEFUL_OPS = (
    "TensorArray", "Stack", "VarHandleOp", "Variable", "ReadVariableOp",
    "Assert", "Print")

TrainingOutput = collections.namedtuple("TrainingOutput", [
    "metaobj", "obj_weights", "problem_objectives", "initial_obj", "batches",
    "first_unroll", "reset_state", "output_state", "init_loop_vars",
    "output_loop_vars"])
"""One unroll of an inner problem, ready to be fed and run.

Attributes:
  metaobj: float32 scalar, the meta-objective; differentiable with respect to
    the meta-parameters.
  obj_weights: float32 [N] placeholder, weights of the objectives in the plain
    meta-objective. Its length is the number of steps.
  problem_objectives: float32 [N + 1]: the objective at the unroll's start,
    then before each step; shorter if the unroll ended early.
  initial_obj: float32 scalar, the objective at the start of the run's first
    unroll.
  batches: int32 [N, batch] placeholder, rows of the data set ([N, 0] without
    data).
  first_unroll: bool placeholder, default False: whether to draw the
    parameters anew.
  reset_state: bool placeholder, default False: whether to initialize the
    optimizer's state anew.
  output_state: List, one per tensor, of lists of state tensors in the order
    of `state_keys`.
  init_loop_vars: List of local variables, where the unroll starts.
  output_loop_vars: List of tensors, where it ended. Assigned to
    `init_loop_vars`, pairwise and after the meta-gradient is computed, they
    carry parameters and state over to the next unroll.
"""


UnrollOptions = collections.namedtuple(
    "UnrollOptions", "compiled, max_steps, batch_size, recompute, noise_seed, "
    "start_seed, obj_train_max_multiplier, differentiable, evaluate_every, "
    "use_second_derivatives")
"""How an unroll is run.

Attributes:
  compiled: Whether XLA compiles it. Needs `max_steps`, and with data
    `batch_size`.
  max_steps: Integer, the most steps an unroll may have when compiled.
  batch_size: Integer, rows of a minibatch.
  recompute: Whether the backward pass rebuilds each step rather than keep
    all intermediates. A step that cannot be rebuilt is not.
  noise_seed: int32 [2] tensor that decides the gradient noise; by default it
    is drawn anew at every run.
  start_seed: int32 [2] tensor that decides the parameters and learning rates
    an unroll starts with if they are drawn; by default likewise.
  obj_train_max_multiplier: See `TrainableOptimizer`.
  differentiable: Whether the meta-objective has a derivative.
  evaluate_every: Integer, steps from one evaluation of the objective on a whole
    data set to the next, in an unroll that is not differentiable. Between them
    the last one counts.
  use_second_derivatives: See `TrainableOptimizer`.
"""
UnrollOptions.__new__.__defaults__ = (
    False, None, None, True, None, None, -1, True, 1, True)


def build(rule, theta, problem, dataset, scale_objective, state_keys, options):
  """Builds one unroll.

  Args:
    rule: A `StepRule`.
    theta: Mapping from names to tensors, the meta-parameters.
    problem: A `problem_generator.Problem`.
    dataset: A `datasets.Dataset` or other pair (data, labels), or None.
    scale_objective: See `TrainableOptimizer.scale_objective`.
    state_keys: List of strings, the order of `TrainingOutput.output_state`.
    options: `UnrollOptions`.

  Returns:
    A `TrainingOutput`.

  Raises:
    ValueError: If an option that compiling needs is missing.
  """
  if options.compiled and (options.max_steps is None or (
      _rows(dataset) and options.batch_size is None)):
    raise ValueError("A compiled unroll needs max_steps, and with a data set "
                     "batch_size; got {}.".format(options))
  with tf.name_scope("unroll"):
    feeds = _placeholders()
    options = _with_seeds(options)
    packed = rule.packed(problem.param_shapes)
    start = _start(rule.attends, problem, packed, theta, feeds, options)
    inner = _InnerProblem(problem, dataset, feeds, options)
    initial_obj = tf.cond(
        feeds.first_unroll, lambda: inner.objective(start.carry.params),
        start.initial_obj.read_value)
    step = _step(rule.attends, packed, inner, initial_obj, start, options,
                 list(theta))
    result = _run(rule, step, list(theta.values()), start.carry, inner, options)
    objectives = result.objectives[:result.num_executed]
    weights = feeds.obj_weights[:result.num_executed]
    all_objectives = tf.concat([objectives[:1], objectives], 0)
    metaobj = scale_objective(
        tf.reduce_sum(weights * objectives), all_objectives, initial_obj)
    state = packed.unpacked(tf.nest.pack_sequence_as(
        start.state_structure, result.carry.state))
  return TrainingOutput(
      metaobj=metaobj, obj_weights=feeds.obj_weights,
      problem_objectives=all_objectives, initial_obj=initial_obj,
      batches=feeds.batches, first_unroll=feeds.first_unroll,
      reset_state=feeds.reset_state,
      output_state=[
          [param if key == state_spec.TRUE_PARAM else each[key]
           for key in state_keys]
          for param, each in zip(result.carry.params, state.tensors)],
      init_loop_vars=start.variables + [start.initial_obj],
      output_loop_vars=list(
          result.carry.params + result.carry.attended + result.carry.state) +
      [initial_obj])


def _with_seeds(options):
  """Lets seeds that were not given be drawn at every run."""
  def drawn():
    return tf.random.uniform([2], maxval=np.iinfo(np.int32).max,
                             dtype=tf.int32)

  return options._replace(
      noise_seed=drawn() if options.noise_seed is None else options.noise_seed,
      start_seed=drawn() if options.start_seed is None else options.start_seed)


_Feeds = collections.namedtuple(
    "_Feeds", "obj_weights, batches, first_unroll, reset_state")


def _placeholders():
  return _Feeds(
      tf.placeholder(tf.float32, [None], "obj_weights"),
      tf.placeholder(tf.int32, [None, None], "batches"),
      tf.placeholder_with_default(False, [], "first_unroll"),
      tf.placeholder_with_default(False, [], "reset_state"))


_Start = collections.namedtuple(
    "_Start", "carry, state_structure, variables, initial_obj")


def _start(has_attention, problem, packed, theta, feeds, options):
  """Where the unroll begins: drawn anew, or where the last one ended."""
  draws = step_noise.UnrollNoise(options.start_seed, 1).at_step(0)
  fresh_params = [tf.convert_to_tensor(tensor)
                  for tensor in problem.draw_start(noise=draws)]
  param_vars = _loop_variables(fresh_params, "parameter")
  params = _choose(feeds.first_unroll, fresh_params, param_vars)
  attended_vars, attended = [], []
  if has_attention:
    attended_vars = _loop_variables(fresh_params, "attended")
    attended = _choose(tf.logical_or(feeds.first_unroll, feeds.reset_state),
                       params, attended_vars)
  # The meta-gradient also flows to what the state starts from.
  fresh_state = packed.init(theta, params, draws.between)
  flat_state = tf.nest.flatten(fresh_state)
  state_vars = _loop_variables(flat_state, "state")
  state = _choose(feeds.reset_state, flat_state, state_vars)
  initial_obj, = _loop_variables([tf.constant(0.0)], "initial_obj")
  return _Start(loop.Carry(params, attended, state), fresh_state,
                param_vars + attended_vars + state_vars, initial_obj)


def _loop_variables(tensors, name):
  """Local variables, never read before they are assigned."""
  return [
      tf.Variable(
          lambda shape=tensor.shape, dtype=tensor.dtype: tf.zeros(
              shape, dtype),
          trainable=False, use_resource=True, name=name, dtype=tensor.dtype,
          collections=[tf.GraphKeys.LOCAL_VARIABLES])
      for tensor in tensors]


def _choose(condition, fresh, variables):
  if not fresh:
    return []
  chosen = tf.cond(condition, lambda: [tf.identity(x) for x in fresh],
                   lambda: [variable.read_value() for variable in variables],
                   strict=True)
  for value, tensor in zip(chosen, fresh):
    value.set_shape(tensor.shape)
  return chosen


def _rows(dataset):
  """Data and labels as a pair of arrays, or None if there are no rows."""
  if dataset is None:
    return None
  data, labels = [np.asarray(values) for values in dataset]
  if not len(data):
    return None
  # Without a type of their own, floats would meet float32 parameters.
  return (data.astype(np.float32) if data.dtype.kind == "f" else data), labels


class _InnerProblem:
  """Objective and gradients of a problem, as the steps of an unroll see them.
  """

  def __init__(self, problem, dataset, feeds, options):
    self._problem = problem
    self.num_steps = tf.size(feeds.obj_weights)
    self._data = self._labels = self._batches = None
    rows = options.max_steps if options.compiled else None
    pair = _rows(dataset)
    if pair:
      self._data, self._labels = [tf.constant(values) for values in pair]
      self._batches = feeds.batches
      if rows is not None:
        self._batches = tf.pad(
            self._batches, [[0, rows - self.num_steps], [0, 0]])
        self._batches.set_shape(
            [rows, min(options.batch_size, len(pair[0]))])
    # Without data the gradients need the objective at every step anyway.
    self.evaluate_every = options.evaluate_every if pair else 1
    self.keeps_slices = False
    self._noise = None
    if problem.takes_noise("gradients"):
      self._noise = step_noise.UnrollNoise(
          options.noise_seed, self.num_steps, rows)

  def objective(self, params):
    """The objective on the whole data set, a scalar."""
    if self._data is None:
      return self._problem.scalar_objective(params)
    return self._problem.scalar_objective(params, self._data, self._labels)

  def gradients(self, params, t, objective):
    """Gradients on the minibatch of step t, a list of dense tensors."""
    if self._data is not None:
      rows = tf.gather(self._batches, t)
      objective = self._problem.scalar_objective(
          params, tf.gather(self._data, rows), tf.gather(self._labels, rows))
    elif objective is None:
      objective = self._problem.scalar_objective(params)
    noise = None if self._noise is None else self._noise.at_step(t)
    return self._problem.checked_gradients(
        objective, params, noise, keep_slices=self.keeps_slices)


def _step(has_attention, packed, inner, initial_obj, start, options, names):
  """Describes a step to the loop."""
  def update(theta, params, grads, flat_state):
    params, attended, state = packed.update(
        dict(zip(names, theta)), params, grads,
        tf.nest.pack_sequence_as(start.state_structure, flat_state))
    return list(params), list(attended), tf.nest.flatten(state)

  multiplier = options.obj_train_max_multiplier

  def keeps_going(objective):
    going = tf.math.is_finite(objective)
    if multiplier > 0:
      limit = initial_obj + (multiplier - 1) * tf.abs(initial_obj)
      going = tf.logical_and(going, objective <= limit)
    return going

  return loop.Step(
      objective=inner.objective, gradients=inner.gradients, update=update,
      keeps_going=keeps_going, has_attention=has_attention,
      second_derivatives=options.use_second_derivatives)


def _run(rule, step, theta, carry, inner, options):
  """Unrolls, by recomputation if the steps can be rebuilt."""
  forward = functools.partial(loop.forward_unroll, every=inner.evaluate_every)
  # Variables that an update reads have no derivative when it is rebuilt.
  if options.recompute and theta and not rule.hidden_variables():
    graph = tf.get_default_graph()
    last_op = graph.version
    num_rows = options.max_steps if options.compiled else inner.num_steps
    unroll = loop.recomputed_unroll if options.differentiable else forward
    result = unroll(
        step, theta, carry, inner.num_steps, num_rows,
        _compile if options.compiled else None)
    culprits = _unrepeatable_ops(graph, last_op) + rule.hidden_variables()
    if not culprits:
      return result
    tf.logging.info(
        "This problem's steps cannot be rebuilt (%s): its unroll runs "
        "uncompiled and keeps all intermediates.", ", ".join(culprits))
  inner.keeps_slices = rule.takes_slices and not rule.elementwise
  if not options.differentiable:
    return forward(step, theta, carry, inner.num_steps, inner.num_steps)
  return loop.stacked_unroll(step, theta, carry, inner.num_steps)


def _compile(computation, inputs):
  return tf.xla.experimental.compile(computation, inputs)


def _unrepeatable_ops(graph, last_op):
  """Types of ops, made since, that would not do the same thing twice."""
  return sorted(set(
      op.type for op in graph.get_operations()
      if op._id > last_op and op.op_def.is_stateful and
      not op.type.startswith(_HARMLESS_STATEFUL_OPS)))
