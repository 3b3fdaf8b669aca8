# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The meta-parameters in training: variables, updates, checkpoints.

A graph of its own holds the meta-parameters, the slots of RMSProp, the global
step and the position of the run, and nothing of any inner problem. It is all
that is checkpointed, and all that the tasks of a cluster share.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections
import os

import numpy as np
import six
import tensorflow as tf

from . import inner_problem
from optimizer import meta_parameters as meta_parameters_lib

Options = collections.namedtuple(
    "Options", "learning_rate, gradient_clip, rms_decay, rms_epsilon, l2_reg, "
    "nan_l2_reg")
"""How meta-parameters are updated.

Attributes:
  learning_rate: Of RMSProp.
  gradient_clip: Elements of the meta-gradient are clipped to +- this.
  rms_decay: Of RMSProp.
  rms_epsilon: Of RMSProp.
  l2_reg: Strength l of a penalty l/2 ||theta||^2 added to the meta-objective.
  nan_l2_reg: The same for updates whose meta-objective is not finite.
"""
Options.__new__.__defaults__ = (1e-4, 5.0, 0.9, 1e-20, 0.0, 1e-2)

Update = collections.namedtuple(
    "Update", "gradient, num_nonfinite, global_step, values")
"""What an update did.

Attributes:
  gradient: float32 array, the meta-gradient as applied, without penalty.
  num_nonfinite: Integer, how many of its elements had to be zeroed.
  global_step: Integer, the number of updates so far.
  values: float32 array, the meta-parameters after it, all in a row.
"""

Position = collections.namedtuple("Position", "visits, meta_iterations, seed")
"""Where a run is: finished visits, finished meta-iterations of the current
one, and the seed everything is drawn from."""

CHECKPOINT_NAME = "model.ckpt"


class MetaOptimizer(object):
  """Holds and updates the meta-parameters of one run."""

  def __init__(self, logdir, optimizer_spec, options, seed):
    """Builds the graph and starts a session, from the last checkpoint if any.

    Args:
      logdir: Directory of checkpoints.
      optimizer_spec: Spec of the `TrainableOptimizer`.
      options: `Options`.
      seed: Integer that a new run draws everything from; a continued run keeps
        its own.

    Raises:
      ValueError: If the last checkpoint cannot be read or does not fit, or
        the directory cannot be written.
    """
    self._logdir = logdir
    self._checkpoint = self._last_checkpoint()
    self._graph = tf.Graph()
    # A graph's seed is part of the graph: nothing global is touched.
    self._graph.seed = seed
    with self._graph.as_default():
      optimizer = optimizer_spec.build()
      self.parameters = optimizer.meta_parameters
      if self._checkpoint:
        meta_parameters_lib.checked_checkpoint(
            self._checkpoint, meta_parameters_lib.OPTIMIZER_SCOPE,
            self.parameters.declarations)
      self.shapes = collections.OrderedDict(
          (name, declaration.shape) for name, declaration in six.iteritems(
              self.parameters.declarations))
      self._build(options, seed)
      self._saver = tf.compat.v1.train.Saver(
          self._saved, max_to_keep=5, save_relative_paths=True)
      initializer = tf.compat.v1.global_variables_initializer()
      self._graph.finalize()
    self._session = tf.compat.v1.Session(
        graph=self._graph, config=inner_problem.session_config())
    self._session.run(initializer)
    if self._checkpoint:
      self._restore()

  def _last_checkpoint(self):
    try:
      tf.io.gfile.makedirs(self._logdir)
    except tf.errors.OpError as error:
      raise ValueError("Cannot make the log directory {!r}: {}".format(
          self._logdir, error))
    if not os.access(self._logdir, os.W_OK):
      raise ValueError("Cannot write to the log directory {!r}: choose another "
                       "train_dir or change its permissions.".format(
                           self._logdir))
    return tf.train.latest_checkpoint(self._logdir)

  def _build(self, options, seed):
    variables = list(six.itervalues(self.parameters.variables()))
    self._step = tf.compat.v1.train.create_global_step()
    self._position = tf.compat.v1.get_variable(
        "run_state/position", dtype=tf.int64, trainable=False,
        initializer=tf.constant([0, 0, seed], tf.int64))
    self._new_position = tf.compat.v1.placeholder(tf.int64, [3])
    self._set_position = self._position.assign(self._new_position)
    self._values = tf.concat(
        [tf.reshape(variable, [-1]) for variable in variables], 0)
    self._raw_gradient = tf.compat.v1.placeholder(
        tf.float32, self._values.shape, "meta_gradient")
    self._meta_objective = tf.compat.v1.placeholder(
        tf.float32, [], "meta_objective")
    finite = tf.math.is_finite(self._raw_gradient)
    self._num_nonfinite = tf.reduce_sum(tf.cast(~finite, tf.int32))
    self._gradient = tf.clip_by_value(
        tf.where(finite, self._raw_gradient,
                 tf.zeros_like(self._raw_gradient)),
        -options.gradient_clip, options.gradient_clip)
    strength = tf.where(tf.math.is_finite(self._meta_objective),
                        options.l2_reg, options.nan_l2_reg)
    penalized = self._gradient + strength * self._values
    optimizer = tf.compat.v1.train.RMSPropOptimizer(
        options.learning_rate, decay=options.rms_decay,
        epsilon=options.rms_epsilon, use_locking=True)
    gradients = inner_problem.unflatten(penalized, self.shapes)
    with tf.control_dependencies([penalized]):
      update = optimizer.apply_gradients(
          list(zip(gradients.values(), variables)), self._step)
    with tf.control_dependencies([update]):
      self._updated = (self._step.read_value(), tf.concat(
          [tf.reshape(variable.read_value(), [-1])
           for variable in variables], 0))
    self._saved = variables + [self._step, self._position] + (
        optimizer.variables())

  def _restore(self):
    # A checkpoint of the 2017 release has no position.
    names = set(name for name, _ in tf.train.list_variables(self._checkpoint))
    present = [variable for variable in self._saved
               if variable.op.name in names]
    try:
      reader = tf.train.load_checkpoint(self._checkpoint)
      for variable in present:
        variable.load(reader.get_tensor(variable.op.name), self._session)
    except (tf.errors.OpError, ValueError) as error:
      raise ValueError(
          "Cannot read checkpoint {!r}: {}. Delete it to continue from an "
          "older one, or choose another train_dir.".format(
              self._checkpoint, error))

  @property
  def checkpoint(self):
    """The checkpoint the run was continued from, or None."""
    return self._checkpoint

  def values(self):
    """float32 array, all meta-parameters in a row."""
    return self._session.run(self._values)

  def global_step(self):
    """Number of updates so far."""
    return int(self._session.run(self._step))

  def position(self):
    """The `Position` of the run."""
    return Position(*[int(x) for x in self._session.run(self._position)])

  def update(self, gradient, meta_objective):
    """Applies a meta-gradient.

    Args:
      gradient: float32 array, all meta-parameters in a row. Elements that are
        not finite count as zero.
      meta_objective: Float.

    Returns:
      An `Update`.
    """
    applied, num_nonfinite, (step, values) = self._session.run(
        [self._gradient, self._num_nonfinite, self._updated],
        {self._raw_gradient: gradient, self._meta_objective: meta_objective})
    return Update(applied, int(num_nonfinite), int(step), values)

  def save(self, position):
    """Writes a checkpoint, complete or not at all.

    Args:
      position: The `Position` reached.

    Returns:
      The checkpoint's prefix.

    Raises:
      IOError: If it cannot be written; the last one stays.
    """
    self._session.run(self._set_position, {self._new_position: position})
    try:
      return self._saver.save(
          self._session, os.path.join(self._logdir, CHECKPOINT_NAME),
          global_step=self._step, write_meta_graph=False)
    except (tf.errors.OpError, ValueError, EnvironmentError) as error:
      raise IOError(
          "Cannot save a checkpoint in {!r} ({}). The last good one is {!r}; "
          "make room and start again to continue from it.".format(
              self._logdir, error, tf.train.latest_checkpoint(self._logdir)))

  def close(self):
    """Ends the session."""
    self._session.close()
