# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps the same variables natively and by TensorFlow's ops."""

import contextlib
import os

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer.native import builder
from optimizer.native import loader
from optimizer.native import native_step
from tests.optimizer import harness

INSTRUCTIONS = "LOL_NATIVE_INSTRUCTIONS"


def require_library(test_case):
  """Skips a test where nothing can be compiled, and only there."""
  if loader.load() is None:
    if builder.find_compiler() is None:
      test_case.skipTest("There is no C++ compiler.")
    test_case.fail("The native step is not built.")


@contextlib.contextmanager
def environment(**values):
  """Within the block, environment variables have values; None for none."""
  with tf.test.mock.patch.dict(os.environ):
    for name, value in values.items():
      os.environ.pop(name, None)
      if value is not None:
        os.environ[name] = value
    yield


class Model:
  """Variables and an optimizer in a graph of their own.

  Attributes:
    optimizer: A `HierarchicalRNN`.
    theta: Dict of the meta-parameters by checkpoint name; they are perturbed.
  """

  def __init__(self, shapes, options, ways=(False, True), use_resource=True,
               threads=1, skip_nonfinite=True):
    """Makes a step for each of the `ways`: natively, or by TensorFlow's ops."""
    rng = np.random.RandomState(0)
    options = dict({"level_sizes": [4, 5, 3], "random_seed": 3}, **options)
    with tf.Graph().as_default() as graph:
      self.optimizer = harness.hierarchical(**options)
      self.optimizer.skip_nonfinite = skip_nonfinite
      variables = harness.make_variables(
          [rng.randn(*shape) for shape in shapes], use_resource)
      self._feeds = [tf.placeholder(tf.float32, shape) for shape in shapes]
      self._steps = {}
      for native in sorted(ways):
        self.optimizer.use_native = native
        self._steps[native] = self.optimizer.apply_gradients(
            zip(self._feeds, variables))
        if native_step.is_in(graph) != native:
          raise AssertionError("Expected a native step: {}.".format(native))
      state = [(key, self.optimizer.get_slot(variable, key))
               for variable in variables for key in self.optimizer.state_keys]
      state += [("global", variable) for variable in
                tf.global_variables() if "global_state" in variable.name]
      self._names = ["variable"] * len(variables) + [key for key, _ in state]
      self._values = variables + [variable for _, variable in state]
      self._new_values = [tf.placeholder(tf.float32, variable.shape)
                          for variable in self._values]
      self._load = tf.group(*[
          variable.assign(new_value, read_value=False)
          for variable, new_value in zip(self._values, self._new_values)])
      self._init = tf.global_variables_initializer()
    self._graph = graph
    self._config = harness.fast_config(intra_op_parallelism_threads=threads)
    self.start()

  def start(self):
    """Starts in a new session; kernels look at the environment then."""
    self._session = tf.Session(graph=self._graph, config=self._config)
    self._session.run(self._init)
    with self._graph.as_default():
      self.theta = harness.perturb(self.optimizer, self._session)

  def step(self, gradients, native=True):
    """Makes a step."""
    self._session.run(self._steps[native], dict(zip(self._feeds, gradients)))

  def values(self):
    """List of (name, array): all variables and all state."""
    # What is fetched of a reference variable may be the variable itself.
    return list(zip(self._names, [
        np.array(value) for value in self._session.run(self._values)]))

  def load(self, values):
    """Sets what `values` has returned."""
    self._session.run(self._load, dict(zip(
        self._new_values, [value for _, value in values])))


def differences(before, actual, expected):
  """Largest differences of two steps, by name.

  Of variables beyond their last bit, relative to the largest step of their
  tensor; of gradients' averages relative to the largest; a tenth of those of
  mean squares relative to each, but for the last bits of g^2, as
  m' = g^2 + s (m - g^2) loses digits for s near 1.
  """
  found, averages = {}, {}
  for (name, old), (_, one), (_, other) in zip(before, actual, expected):
    if not one.size:
      continue
    if not np.array_equal(np.isfinite(one), np.isfinite(other)):
      found[name] = np.inf
      continue
    where = np.isfinite(one)
    if not where.any():
      continue
    old, one, other = [np.float64(each[where]) for each in (old, one, other)]
    error = np.abs(one - other)
    if name == "variable" or name == "true_param":
      error = np.maximum(error - np.spacing(np.abs(np.float32(other))), 0)
      error /= max(np.abs(other - old).max(), 1e-30)
    elif name.startswith("ms"):
      square = np.float32(averages.get(name[2:], np.zeros_like(other))**2)
      error = np.maximum(error - 4 * np.spacing(square), 0)
      error /= 10.0 * np.abs(other) + 1e-30
    elif name.startswith("grad_accum"):
      averages[name[len("grad_accum"):]] = other
      error /= max(np.abs(other).max(), 1e-30)
    found[name] = max(found.get(name, 0.0), error.max())
  return found
