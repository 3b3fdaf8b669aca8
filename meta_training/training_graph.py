# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The graph of the meta-parameters in training: variables and their updates.

It holds the meta-parameters, the slots of the update rule, the global step and
the position of the run, and nothing of any inner problem. It is all that is
checkpointed, and all that the tasks of a cluster share: there, the variables
live on the parameter servers, and each task has the same graph.
"""

import tensorflow.compat.v1 as tf

from .distributed import lease as lease_lib
from . import moving_averages
from . import update_rules


class TrainingGraph:
  """Variables and ops; whoever has a session runs them.

  Attributes:
    graph: The `tf.Graph`; `build` finalizes it.
    parameters: The `MetaParameters` of the optimizer.
    shapes: OrderedDict from names of meta-parameters to shapes.
    trained: List of names of those that are trained.
    values: float32 [size], all meta-parameters in a row.
    step: The global step, int32.
    position: int64 [3], the fields of `meta_optimizer.Position`.
    finite_updates: int64, how many updates there were whose meta-gradient was
      finite, at least in part.
    lease: The `lease.Lease`.
    average: A `moving_averages.MovingAverage`, or None.
    saved: List of the variables that are checkpointed.
    saver: Their `tf.train.Saver`.
    initializer: Op that initializes them.
    lease_initializer: Op that initializes the lease's variables.
    missing: Op that lists those without a value.
    update: List of what an update fetches: the gradient that is applied and the
      raw one, the number of elements that are not finite, (step, values) after
      it, and the average's update.
    feeds: Dict of placeholders: "gradient", "meta_objective", "position".
    set_position: Op that assigns the position that is fed.
  """

  def __init__(self, optimizer_spec, rule, seed, device):
    """Makes the meta-parameters.

    Args:
      optimizer_spec: Spec of the `TrainableOptimizer`.
      rule: An `update_rules.UpdateRule`.
      seed: Integer, of a new run.
      device: String or function, as of `tf.device`.
    """
    self.graph = tf.Graph()
    # A graph's seed is part of the graph: nothing global is touched.
    self.graph.seed = seed
    self._rule, self._seed, self._device = rule, seed, device
    with self.graph.as_default(), tf.device(device):
      optimizer = optimizer_spec.build()
      self.parameters = optimizer.meta_parameters
      optimizer.make_meta_parameters()
      self.shapes = self.parameters.shapes()
      self.uses_log_objective = optimizer.use_log_objective
    self.trained = rule.trained(self.shapes)

  def build(self, learning_rate, gradient_clip, cluster, description):
    """Makes everything else.

    Args:
      learning_rate: Float, of the update rule.
      gradient_clip: Float.
      cluster: A `cluster.Cluster`, or None for a local run.
      description: Dict in terms of JSON, what the tasks of a cluster must agree
        on.
    """
    with self.graph.as_default(), tf.device(self._device):
      self._make_state()
      self.lease = lease_lib.Lease(
          "/job:ps/task:0" if cluster else "", cluster.name if cluster else "",
          description)
      self._make_update(learning_rate, gradient_clip)
      self.missing = tf.identity(tf.report_uninitialized_variables(self.saved))
      self.initializer = tf.variables_initializer(self.saved)
      self.lease_initializer = tf.variables_initializer(self.lease.variables)
      self.saver = tf.train.Saver(
          self.saved, max_to_keep=5, save_relative_paths=True)
    self.graph.finalize()

  def _make_state(self):
    # Like the 2017 release's, whose processes can then go on from ours.
    self.step = tf.get_variable(
        "global_step", shape=[], dtype=tf.int32, trainable=False,
        initializer=tf.zeros_initializer(),
        collections=[tf.GraphKeys.GLOBAL_VARIABLES,
                     tf.GraphKeys.GLOBAL_STEP])
    self.position = tf.get_variable(
        "run_state/position", dtype=tf.int64, trainable=False,
        initializer=tf.constant([0, 0, self._seed], tf.int64))
    self.finite_updates = tf.get_variable(
        "run_state/finite_updates", dtype=tf.int64, trainable=False,
        initializer=tf.constant(0, tf.int64), use_resource=False)
    self.values = _in_a_row(self.parameters.variables().values())
    self.feeds = {
        "gradient": tf.placeholder(
            tf.float32, self.values.shape, "meta_gradient"),
        "meta_objective": tf.placeholder(tf.float32, [], "meta_objective"),
        "position": tf.placeholder(tf.int64, [3], "position")}

  def _make_update(self, learning_rate, gradient_clip):
    variables = self.parameters.variables()
    update = update_rules.Update(
        self._rule, learning_rate, gradient_clip, self.step)
    update.penalize(self.feeds["gradient"], self.feeds["meta_objective"],
                    self.values, self.shapes)
    with tf.control_dependencies([update.gradient, update.raw_gradient,
                                  self.lease.check]):
      applied = tf.group(
          update.apply(variables), self.finite_updates.assign_add(
              tf.cast(update.is_finite, tf.int64), use_locking=True))
    with tf.control_dependencies([self.lease.check]):
      self.set_position = self.position.assign(
          tf.identity(self.feeds["position"]))
    with tf.control_dependencies([applied]):
      after = (_read(self.step), _in_a_row(
          [_read(variable) for variable in variables.values()]))
    self.saved = list(variables.values()) + [
        self.step, self.position, self.finite_updates] + update.variables()
    self.average, averaged = None, tf.no_op()
    if self._rule.averaging_decay is not None:
      self.average = moving_averages.MovingAverage(
          self._rule.averaging_decay, self.values)
      averaged = self.average.updated(after[1], after[0])
      self.saved.append(self.average.variable)
    self.update = [update.gradient, update.raw_gradient, update.num_nonfinite,
                   after, averaged]


def _in_a_row(tensors):
  return tf.concat([tf.reshape(tensor, [-1]) for tensor in tensors], 0)


def _read(variable):
  """The value after all control dependencies, wherever the variable lives."""
  # Read on another device, it could be sent there too early.
  with variable.graph.colocate_with(variable.op):
    return variable.read_value()
