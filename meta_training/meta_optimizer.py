# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The meta-parameters in training: variables, updates, checkpoints.

A graph of its own holds the meta-parameters, the slots of the update rule, the
global step and the position of the run, and nothing of any inner problem. It is
all that is checkpointed, and all that the tasks of a cluster share: there, the
variables live on the parameter servers, each task has the same graph, and the
chief alone saves and restores.
"""

import collections
import contextlib
import functools

import tensorflow.compat.v1 as tf

from . import finite_values
from . import inner_problem
from .distributed import lease as lease_lib
from .distributed import waiting
from . import penalty
from . import moving_averages
from . import run_directory
from . import update_rules
from optimizer import meta_checkpoint
from optimizer import meta_parameters as meta_parameters_lib

Update = collections.namedtuple(
    "Update", "gradient, raw_gradient, num_nonfinite, global_step, values")
"""What an update did.

Attributes:
  gradient: float32 array, the meta-gradient as applied, penalty included.
  raw_gradient: float32 array, the same as it came in, before elements were
    zeroed or clipped.
  num_nonfinite: Integer, how many of its elements had to be zeroed.
  global_step: Integer, the number of updates so far.
  values: float32 array, the meta-parameters after it, all in a row.
"""

Position = collections.namedtuple("Position", "visits, meta_iterations, seed")
"""Where a run is: finished visits, finished meta-iterations of the current
one, and the seed everything is drawn from."""

# What a session on a cluster says when a parameter server went away.
_LOST = (tf.errors.AbortedError, tf.errors.UnavailableError,
         tf.errors.FailedPreconditionError, tf.errors.CancelledError,
         tf.errors.DeadlineExceededError, tf.errors.UnknownError)


class MetaOptimizer:
  """Holds and updates the meta-parameters of one run."""

  def __init__(self, logdir, optimizer_spec, options, seed, cluster=None,
               description=None, log=None, saves=True, rule=None):
    """Builds the graph and starts a session, from the last checkpoint if any.

    Args:
      logdir: Directory of checkpoints.
      optimizer_spec: Spec of the `TrainableOptimizer`.
      options: `UpdateOptions`.
      seed: Integer that a new run draws everything from; a continued run keeps
        its own.
      cluster: A `cluster.Cluster`, or None for a local run.
      description: Dict in terms of JSON, what else the tasks of a cluster must
        agree on.
      log: Function of a string, told what a cluster is waiting for.
      saves: Whether the chief saves; otherwise nothing is written.
      rule: An `update_rules.Rule`, by default RMSProp for all.

    Raises:
      ValueError: If the last checkpoint cannot be read or does not fit,
        the directory cannot be written, or the options are not the chief's.
      LockedError: If another process writes in the directory.
      SupersededError: If there is another chief.
      RunFinishedError: If this is not the chief, and all is done.
    """
    rule = rule or update_rules.Rule()
    self._cluster = cluster
    self._log = log or tf.logging.info
    self._waiting = waiting.Waiting(self._log)
    self.is_chief = cluster is None or cluster.is_chief
    self.saves = self.is_chief and saves
    self._session, self._lease = None, None
    self._directory = run_directory.RunDirectory(
        logdir, self.saves, self._log, cluster.name if cluster else "")
    try:
      self._find_checkpoint()
      self._graph = tf.Graph()
      # A graph's seed is part of the graph: nothing global is touched.
      self._graph.seed = seed
      with self._graph.as_default(), tf.device(
          cluster.device_setter() if cluster else ""):
        optimizer = optimizer_spec.build()
        self.parameters = optimizer.meta_parameters
        optimizer.make_meta_parameters()
        self.shapes = self.parameters.shapes()
        self.trained = update_rules.trained(self.shapes, rule.train_only)
        self._check_checkpoint()
        self._build(options, rule, seed, dict(
            description or {}, **dict(options._asdict(), **rule._asdict())))
        self._graph.finalize()
      self.connect()
    except BaseException:
      self.close()
      raise

  def _find_checkpoint(self):
    self._listed = self._directory.checkpoints() if self.is_chief else []
    self._checkpoint = self._listed[-1] if self._listed else None

  def _check_checkpoint(self):
    if self._checkpoint:
      meta_checkpoint.checked_checkpoint(
          self._checkpoint, meta_parameters_lib.OPTIMIZER_SCOPE,
          {name: meta_parameters_lib.Declaration(shape, None)
           for name, shape in self.shapes.items()})

  def connect(self):
    """Starts a session and brings the state to where it was last saved.

    In a cluster it waits for whom it needs: the parameter servers and, unless
    it is the chief, the chief.

    Raises:
      ValueError: As the constructor; so are the others.
      StoppedError: If `interrupt` was called meanwhile.
    """
    while True:
      self._disconnect()
      try:
        with self._lost_state():
          return self._connect()
      except lease_lib.StateLostError as error:
        self._log("connecting again: {}".format(error))
        self._waiting.pause(1.0)

  def _connect(self):
    config, pause = inner_problem.session_config(), self._waiting.pause
    if self._cluster is None:
      self._session = tf.Session(graph=self._graph, config=config)
    else:
      config.device_filters.extend(self._cluster.device_filters())
      target = self._cluster.target
      self._cluster.wait_for_parameter_servers(self._log, pause)
      self._session = waiting.Session(
          self._waiting, target, self._graph, config)
    if not self.is_chief:
      self._lease.join(self._session, self._missing, pause, self._log)
      return
    if self._cluster is not None:
      self._lease.take(self._session, pause)
      self._find_checkpoint()
    if self.saves:
      # From here on nobody else saves.
      self._directory.remove_leftovers()
      self._saver.recover_last_checkpoints(self._listed)
    self._session.run(self._initializer)
    names = self._restore() if self._checkpoint else ()
    if self._average and self._average.variable.op.name not in names:
      self._average.start(self._session)
    if self._cluster is not None:
      self._lease.open(self._session)
    else:
      self._session.run(self._lease_initializer)

  def _disconnect(self):
    if self._lease is not None:
      self._lease.stop_beating()
    if self._session is not None:
      session, self._session = self._session, None
      try:
        session.close()
      except tf.errors.OpError:
        pass  # Its other end is gone.

  def interrupt(self):
    """Ends waiting for other tasks, with a `waiting.StoppedError`."""
    self._waiting.stop()

  @contextlib.contextmanager
  def _lost_state(self):
    """Turns the errors of a cluster in trouble into `StateLostError`."""
    try:
      yield
    except tf.errors.OpError as error:
      if self._cluster is not None:
        self._cluster.check(error)
      refused = (isinstance(error, tf.errors.InvalidArgumentError) and
                 "fencing token is not valid" in error.message)
      if self._cluster is None or not (refused or isinstance(error, _LOST)):
        raise
      if refused and self.is_chief:
        raise lease_lib.SupersededError(
            "Another process took over the part of {}. This one ends, its last "
            "checkpoint is {!r}.".format(
                self._cluster.name, self._directory.latest()))
      raise lease_lib.StateLostError(
          "the chief restored or closed the run" if refused else
          " ".join(error.message.splitlines()[:2]))

  def _build(self, options, rule, seed, description):
    variables = list(self.parameters.variables().values())
    # Like the 2017 release's, whose processes can then go on from ours.
    self._step = tf.get_variable(
        "global_step", shape=[], dtype=tf.int32, trainable=False,
        initializer=tf.zeros_initializer(),
        collections=[tf.GraphKeys.GLOBAL_VARIABLES,
                     tf.GraphKeys.GLOBAL_STEP])
    self._position = tf.get_variable(
        "run_state/position", dtype=tf.int64, trainable=False,
        initializer=tf.constant([0, 0, seed], tf.int64))
    self._new_position = tf.placeholder(tf.int64, [3])
    self._values = tf.concat(
        [tf.reshape(variable, [-1]) for variable in variables], 0)
    self._raw_gradient = tf.placeholder(
        tf.float32, self._values.shape, "meta_gradient")
    self._meta_objective = tf.placeholder(
        tf.float32, [], "meta_objective")
    self._penalized, self._num_nonfinite, self._gradient = penalty.add(
        self._raw_gradient, self._meta_objective, self._values, options)
    if len(self.trained) < len(self.shapes):
      self._gradient *= update_rules.mask(self.shapes, self.trained)
    optimizer = update_rules.UpdateRule(rule.update_rule, options, self._step)
    self._lease = lease_lib.Lease(
        "/job:ps/task:0" if self._cluster else "",
        self._cluster.name if self._cluster else "", description)
    gradients = meta_parameters_lib.unflatten(self._gradient, self.shapes)
    with tf.control_dependencies([self._gradient, self._penalized,
                                  self._lease.check]):
      update = optimizer.apply(
          gradients, self.parameters.variables(), self.trained)
    with tf.control_dependencies([self._lease.check]):
      self._set_position = self._position.assign(
          tf.identity(self._new_position))
    with tf.control_dependencies([update]):
      self._updated = (_read(self._step), tf.concat(
          [tf.reshape(_read(variable), [-1]) for variable in variables], 0))
    self._saved = variables + [self._step, self._position] + (
        optimizer.variables())
    self._average, self._averaged = None, tf.no_op()
    if rule.averaging_decay is not None:
      self._average = moving_averages.MovingAverage(
          rule.averaging_decay, self._values)
      self._averaged = self._average.updated(
          self._updated[1], self._updated[0])
      self._saved.append(self._average.variable)
    self._missing = tf.identity(
        tf.report_uninitialized_variables(self._saved))
    self._initializer = tf.variables_initializer(self._saved)
    self._lease_initializer = tf.variables_initializer(
        self._lease.variables)
    self._saver = tf.train.Saver(
        self._saved, max_to_keep=5, save_relative_paths=True)

  def _restore(self):
    """Loads the last checkpoint; returns the names of what is in it."""
    # A checkpoint of the 2017 release has no position.
    names = set(name for name, _ in tf.train.list_variables(self._checkpoint))
    present = [each for each in self._saved if each.op.name in names]
    if self._step not in present:
      # From 0 on, what the run saves would replace what is there.
      number = self._checkpoint.rpartition("-")[2]
      self._step.load(int(number) if number.isdigit() else 0, self._session)
    try:
      reader = tf.train.load_checkpoint(self._checkpoint)
      for variable in present:
        # Older checkpoints count their steps in int64.
        value = reader.get_tensor(variable.op.name).astype(
            variable.dtype.base_dtype.as_numpy_dtype)
        variable.load(meta_checkpoint.fitted(
            variable.op.name, value, meta_parameters_lib.OPTIMIZER_SCOPE,
            self.parameters.declarations, functools.partial(
                self._session.run, variable.initial_value)), self._session)
    except (tf.errors.OpError, ValueError) as error:
      raise ValueError(
          "Cannot go on from checkpoint {!r}: {}. Choose another "
          "train_dir.".format(self._checkpoint, error))
    return names

  @property
  def checkpoint(self):
    """The checkpoint the run was continued from, or None."""
    return self._checkpoint

  def values(self):
    """float32 array, all meta-parameters in a row."""
    with self._lost_state():
      return self._session.run(self._values)

  def global_step(self):
    """Number of updates so far."""
    with self._lost_state():
      return int(self._session.run(self._step))

  def position(self):
    """The `Position` of the run, in a cluster the chief's."""
    with self._lost_state():
      return Position(*[int(x) for x in self._session.run(self._position)])

  def update(self, gradient, meta_objective):
    """Applies a meta-gradient.

    Args:
      gradient: float32 array, all meta-parameters in a row. Elements that are
        not finite count as zero.
      meta_objective: Float.

    Returns:
      An `Update`.

    Raises:
      NonFiniteError: If a meta-parameter is not finite after it.
      StateLostError: If a parameter server went away, or the chief restored
        the state since `connect`; then connect again.
    """
    feeds = dict(self._lease.feeds)
    feeds.update({self._raw_gradient: gradient,
                  self._meta_objective: meta_objective})
    with self._lost_state():
      applied, raw, num_nonfinite, (step, values), _ = self._session.run(
          [self._gradient, self._penalized, self._num_nonfinite,
           self._updated, self._averaged], feeds)
    self._check_finite(values)
    return Update(applied, raw, int(num_nonfinite), int(step), values)

  def _check_finite(self, values):
    names = finite_values.others(values, self.shapes)
    if names:
      raise finite_values.NonFiniteError(
          self.global_step(), names, self._directory.latest())

  def save(self, position):
    """Writes a checkpoint, complete or not at all, if this task saves.

    Args:
      position: The `Position` reached.

    Returns:
      The checkpoint's prefix, or None if this task does not save.

    Raises:
      IOError: If it cannot be written, or another run writes there; the last
        one stays.
      NonFiniteError: If a meta-parameter is not finite; likewise.
      StateLostError: As `update`.
    """
    if not self.saves:
      return None
    feeds = dict(self._lease.feeds)
    feeds[self._new_position] = position
    self._check_finite(self.values())
    prefix = self._directory.prefix()
    with self._lost_state():
      self._session.run(self._set_position, feeds)
      try:
        path = self._saver.save(
            self._session, prefix, global_step=self._step,
            write_meta_graph=False)
        if self._average:
          moving_averages.save(
              self._directory.path, self._session.run(self._average.variable),
              self.shapes, self.global_step())
        return path
      except (tf.errors.OpError, ValueError, EnvironmentError) as error:
        if self._cluster is not None and isinstance(error, _LOST):
          raise
        raise self._directory.save_error(error)

  def release(self, finished):
    """Tells the other tasks that the chief ends.

    Args:
      finished: Whether all visits are made; the others then end too, and
        otherwise wait for the chief to come back.
    """
    if self._cluster is not None and self.is_chief:
      with self._lost_state():
        self._lease.release(self._session, lease_lib.FINISHED if finished else
                            lease_lib.CLOSED)

  def close(self):
    """Ends the session, and lets others write in the directory."""
    self._disconnect()
    self._directory.close()


def _read(variable):
  """The value after all control dependencies, wherever the variable lives."""
  # Read on another device, it could be sent there too early.
  with variable.graph.colocate_with(variable.op):
    return variable.read_value()
