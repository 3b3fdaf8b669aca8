# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Records figures that have to be the same in each version of TensorFlow.

  .venv/bin/python tests/optimizer/versions.py
  .venv-tf2/bin/python tests/optimizer/versions.py

write tests/testdata/versions/1 and 2, one for each major version: figures of
each optimizer, and a checkpoint from the middle of a run.
"""

import os

import numpy as np
import tensorflow.compat.v1 as tf

from problems import problem_generator
from tests.optimizer import harness

_SHAPES = ([3, 2], [4], [])
_HALF = 3
_UNROLLED = 7


def folder(major):
  """Returns the folder of what was recorded under a version, "1" or "2"."""
  return os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                      "testdata", "versions", major)


def _set_meta_parameters(optimizer, session):
  rng = np.random.RandomState(0)
  variables = optimizer.meta_parameters.checkpoint_names()
  harness.load_meta_parameters(optimizer, {
      name: np.float32(0.2 * rng.standard_normal(
          variables[name].shape.as_list())) for name in sorted(variables)},
                               session)


class Run:
  """Drop-in steps of an optimizer, along gradients that are always the same."""

  def __init__(self, name):
    """Builds graph and session; the name is one of `harness.OPTIMIZERS`."""
    rng = np.random.RandomState(1)
    starts = [np.float32(rng.standard_normal(shape)) for shape in _SHAPES]
    self._gradients = [
        [np.float32(rng.standard_normal(shape)) for shape in _SHAPES]
        for _ in range(2 * _HALF)]
    with tf.Graph().as_default() as graph:
      self.variables = harness.make_variables(starts, False)
      self._fed = [tf.placeholder(tf.float32, shape) for shape in _SHAPES]
      optimizer = harness.OPTIMIZERS[name](random_seed=1)
      self._step = optimizer.apply_gradients(zip(self._fed, self.variables))
      self.saver = tf.train.Saver()
      self.session = tf.Session(graph=graph)
      self.session.run(tf.global_variables_initializer())
      _set_meta_parameters(optimizer, self.session)
      # Slots may start from meta-parameters.
      self.session.run(tf.variables_initializer(
          [variable for variable in optimizer.variables()
           if all(variable is not other for other in
                  optimizer.meta_parameters.variables().values())]))

  def half(self, second):
    """Makes half of the steps: what the variables are then, in a row."""
    for gradients in self._gradients[second * _HALF:][:_HALF]:
      self.session.run(self._step, dict(zip(self._fed, gradients)))
    return harness.flat(self.session.run(self.variables))


def meta_gradient(name):
  """Returns the meta-gradient of an unroll, all meta-parameters in a row."""
  start = np.float32(np.random.RandomState(2).standard_normal([4, 1]))
  with tf.Graph().as_default():
    problem = harness.start_at(
        problem_generator.Quadratic(4, random_seed=3), [start])
    optimizer = harness.OPTIMIZERS[name](random_seed=1)
    unroll = harness.Unroll(optimizer, problem)
    with tf.Session() as session:
      session.run([tf.global_variables_initializer(),
                   tf.local_variables_initializer()])
      _set_meta_parameters(optimizer, session)
      gradients = unroll.run(session, _UNROLLED).gradients
  return harness.flat([gradients[key] for key in sorted(gradients)])


def record(major):
  """Writes the figures and checkpoints of this version."""
  tf.io.gfile.makedirs(folder(major))
  for name in sorted(harness.OPTIMIZERS):
    run = Run(name)
    first = run.half(0)
    run.saver.save(run.session, os.path.join(folder(major), name + ".ckpt"),
                   write_meta_graph=False, write_state=False)
    np.savez(os.path.join(folder(major), name + ".npz"), first=first,
             second=run.half(1), meta_gradient=meta_gradient(name))


if __name__ == "__main__":
  tf.disable_v2_behavior()
  record(tf.version.VERSION[0])
