# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A moving average of the meta-parameters, saved beside them.

After update t, with theta_t the meta-parameters and d the decay,

  d_t = min(d, (1 + t) / (10 + t))
  average_t = d_t average_{t-1} + (1 - d_t) theta_t

from average_0 = theta_0. Where updates are noisy it is better than the last
meta-parameters.
"""

import os

import numpy as np
import tensorflow.compat.v1 as tf

from . import checkpoints
from optimizer import checkpoint_list
from optimizer import meta_parameters


class MovingAverage:
  """The average, as a variable of the default graph.

  Attributes:
    variable: float32 [size].
  """

  def __init__(self, decay, values):
    """Makes the variable.

    Args:
      decay: Float d.
      values: float32 [size], the meta-parameters.
    """
    self._decay = decay
    self.variable = tf.get_variable(
        "run_state/average", values.shape, trainable=False,
        initializer=tf.zeros_initializer(), use_resource=False)
    self._start = self.variable.assign(values)

  def start(self, session):
    """Makes the meta-parameters as they are the average."""
    session.run(self._start.op)

  def updated(self, values, step):
    """Makes an op that adds what an update gave.

    Args:
      values: float32 [size], the meta-parameters after the update.
      step: int32 scalar, its number.

    Returns:
      The op.
    """
    count = tf.cast(step, tf.float32)
    decay = tf.minimum(self._decay, (1.0 + count) / (10.0 + count))
    return self.variable.assign_add((1.0 - decay) * (
        values - self.variable)).op


def save(logdir, values, shapes, step):
  """Writes a checkpoint of meta-parameters that `pretrained.load` can load.

  Args:
    logdir: String, the run's directory.
    values: float32 array, all meta-parameters in a row.
    shapes: OrderedDict from their names to shapes.
    step: Integer, the number of updates.
  """
  directory = os.path.join(logdir, checkpoints.AVERAGED_DIRECTORY)
  tf.io.gfile.makedirs(directory)
  with tf.Graph().as_default(), tf.Session() as session:
    variables = [
        tf.get_variable(
            meta_parameters.OPTIMIZER_SCOPE + "/" + name, initializer=value)
        for name, value in meta_parameters.unflatten(
            np.asarray(values, np.float32), shapes).items()]
    session.run(tf.variables_initializer(variables))
    saver = tf.train.Saver(
        variables, max_to_keep=5, save_relative_paths=True)
    saver.recover_last_checkpoints(checkpoint_list.read(directory))
    saver.save(session, os.path.join(directory, checkpoints.NAME),
               global_step=step, write_meta_graph=False)
