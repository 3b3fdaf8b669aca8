# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The meta-parameters in training: session, updates, checkpoints.

In a cluster all tasks update them, and the chief alone saves and restores.
"""

import collections
import contextlib

import tensorflow.compat.v1 as tf

from . import inner_problem
from .distributed import lease as lease_lib
from .distributed import waiting
from . import moving_averages
from . import run_directory
from . import training_graph
from . import update_rules
from optimizer import meta_checkpoint
from optimizer import meta_parameters

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

  def __init__(self, logdir, optimizer_spec, rule, seed, learning_rate=1e-4,
               gradient_clip=5.0, cluster=None, description=None, log=None,
               saves=True):
    """Builds the graph and starts a session, from the last checkpoint if any.

    Args:
      logdir: Directory of checkpoints.
      optimizer_spec: Spec of the `TrainableOptimizer`.
      rule: An `update_rules.UpdateRule`.
      seed: Integer that a new run draws everything from; a run that is resumed
        keeps its own.
      learning_rate: Float, of the update rule.
      gradient_clip: Float; elements of the meta-gradient are clipped to +- it.
      cluster: A `cluster.Cluster`, or None for a local run.
      description: Dict in terms of JSON, what else the tasks of a cluster must
        agree on.
      log: Function of a string, called with what a cluster is waiting for.
      saves: Whether the chief saves; otherwise nothing is written.

    Raises:
      ValueError: If the last checkpoint cannot be read or does not fit,
        the directory cannot be written, or the options are not the chief's.
      LockedError: If another process writes in the directory.
      SupersededError: If there is another chief.
      RunFinishedError: If this is not the chief, and all is done.
    """
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
      self._graph = training_graph.TrainingGraph(
          optimizer_spec, rule, seed,
          cluster.device_setter() if cluster else "")
      self.shapes, self.trained = self._graph.shapes, self._graph.trained
      self.uses_log_objective = self._graph.uses_log_objective
      self._check_checkpoint()
      self._graph.build(learning_rate, gradient_clip, cluster, dict(
          description or {}, meta_learning_rate=learning_rate,
          gradient_clip=gradient_clip, update_rule=rule.settings()))
      self._lease = self._graph.lease
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
          self._checkpoint, meta_parameters.OPTIMIZER_SCOPE,
          {name: meta_parameters.Declaration(shape, None)
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
      self._session = tf.Session(graph=self._graph.graph, config=config)
    else:
      config.device_filters.extend(self._cluster.device_filters())
      target = self._cluster.target
      self._cluster.wait_for_parameter_servers(self._log, pause)
      self._session = waiting.Session(
          self._waiting, target, self._graph.graph, config)
    if not self.is_chief:
      self._lease.join(self._session, self._graph.missing, pause, self._log)
      return
    if self._cluster is not None:
      self._lease.take(self._session, pause)
      self._find_checkpoint()
    if self.saves:
      # From here on nobody else saves.
      self._directory.remove_leftovers()
      self._graph.saver.recover_last_checkpoints(self._listed)
    self._session.run(self._graph.initializer)
    names = self._restore() if self._checkpoint else ()
    average = self._graph.average
    if average and average.variable.op.name not in names:
      average.start(self._session)
    if self._cluster is not None:
      self._lease.open(self._session)
    else:
      self._session.run(self._graph.lease_initializer)

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

  def _restore(self):
    """Loads the last checkpoint; returns the names of what is in it."""
    # A checkpoint of the 2017 release has no position.
    names = set(name for name, _ in tf.train.list_variables(self._checkpoint))
    graph = self._graph
    present = [each for each in graph.saved if each.op.name in names]
    if graph.step not in present:
      # From 0 on, what the run saves would replace what is there.
      number = self._checkpoint.rpartition("-")[2]
      graph.step.load(int(number) if number.isdigit() else 0, self._session)
    try:
      reader = tf.train.load_checkpoint(self._checkpoint)
      for variable in present:
        # Older checkpoints count their steps in int64.
        value = reader.get_tensor(variable.op.name).astype(
            variable.dtype.base_dtype.as_numpy_dtype)
        variable.load(value, self._session)
      if graph.finite_updates not in present:
        # Older checkpoints do not count them: suppose all were.
        graph.finite_updates.load(
            self._session.run(graph.step), self._session)
    except (tf.errors.OpError, ValueError) as error:
      raise ValueError(
          "Cannot resume from checkpoint {!r}: {}. Choose another "
          "train_dir.".format(self._checkpoint, error))
    return names

  @property
  def checkpoint(self):
    """The checkpoint the run was continued from, or None."""
    return self._checkpoint

  def finite_updates(self):
    """Number of updates whose meta-gradient was finite, at least in part."""
    with self._lost_state():
      return int(self._session.run(self._graph.finite_updates))

  def values(self):
    """float32 array, all meta-parameters in a row."""
    with self._lost_state():
      return self._session.run(self._graph.values)

  def global_step(self):
    """Number of updates so far."""
    with self._lost_state():
      return int(self._session.run(self._graph.step))

  def position(self):
    """The `Position` of the run, in a cluster the chief's."""
    with self._lost_state():
      position = self._session.run(self._graph.position)
    return Position(*[int(x) for x in position])

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
    feeds.update({self._graph.feeds["gradient"]: gradient,
                  self._graph.feeds["meta_objective"]: meta_objective})
    with self._lost_state():
      applied, raw, num_nonfinite, (step, values), _ = self._session.run(
          self._graph.update, feeds)
    self._check_finite(values)
    return Update(applied, raw, int(num_nonfinite), int(step), values)

  def _check_finite(self, values):
    update_rules.check_finite(values, self.shapes, self.global_step,
                              self._directory.latest)

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
    feeds[self._graph.feeds["position"]] = position
    self._check_finite(self.values())
    prefix = self._directory.prefix()
    with self._lost_state():
      self._session.run(self._graph.set_position, feeds)
      try:
        path = self._graph.saver.save(
            self._session, prefix, global_step=self._graph.step,
            write_meta_graph=False)
        if self._graph.average:
          moving_averages.save(
              self._directory.path,
              self._session.run(self._graph.average.variable), self.shapes,
              self.global_step())
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
