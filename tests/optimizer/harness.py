# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What several tests of optimizers do: read figures, run unrolls, step models.
"""

import collections
import os

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import coordinatewise_rnn
from optimizer import global_learning_rate
from optimizer import hierarchical_options
from optimizer import hierarchical_rnn
from optimizer import learning_rate_schedule
from optimizer import pretrained
from optimizer import registry
from optimizer import trainable_adam
from problems import datasets

_REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                          "testdata", "reference")

_HRNN_OPTIONS = {
    "hrnn_default": {},
    "hrnn_two_level": {"level_sizes": [10, 20]},
    "hrnn_one_level": {"level_sizes": [10]},
    "hrnn_attention": {"use_attention": True},
    "hrnn_first_order": {"use_second_derivatives": False},
    "hrnn_plain_objective": {"use_log_objective": False},
    "hrnn_fixed_output_scale": {
        "dynamic_output_scale": False, "use_relative_lr": False},
    "hrnn_fixed_decay": {"learnable_decay": False},
    "hrnn_multi_scale_decay": {"use_multiple_scale_decays": True},
    "hrnn_single_timescale": {"num_gradient_scales": 1},
    "hrnn_minimal_features": {
        "use_gradient_shortcut": False, "use_grad_products": False,
        "use_log_means_squared": False, "use_relative_lr": False},
    "hrnn_tensor_lr_mean": {"use_problem_lr_mean": False},
    "hrnn_extreme_lr_shortcut": {
        "use_extreme_indicator": True, "use_lr_shortcut": True},
}

HRNN_CONFIGURATIONS = sorted(_HRNN_OPTIONS)
CONFIGURATIONS = HRNN_CONFIGURATIONS + ["crnn_lstm", "global_lr", "lr_schedule"]

OPTIMIZERS = {
    "adam": lambda **options: trainable_adam.TrainableAdam(
        learning_rate=0.05, **options),
    "coordinatewise": lambda **options: coordinatewise_rnn.CoordinatewiseRNN(
        [6, 5], init_lr_range=(0.1, 0.1), **options),
    "global": lambda **options: global_learning_rate.GlobalLearningRate(
        0.02, **options),
    "hierarchical": lambda **options: hierarchical_rnn.HierarchicalRNN(
        [4, 5, 3], init_lr_range=(0.1, 0.1), **options),
    "schedule": lambda **options: learning_rate_schedule.LearningRateSchedule(
        0.03, n_steps=3, **options),
}
"""One small optimizer of each class, by a name for it."""


def hierarchical(**options):
  """Returns a `HierarchicalRNN`; options may have flat names."""
  return hierarchical_rnn.HierarchicalRNN(
      **hierarchical_options.replaced({}, options))


def shipped_options():
  """Returns the options of the shipped optimizer, by flat names."""
  return hierarchical_options.flat(dict(
      registry.read(pretrained.directory("hierarchical_rnn"))["kwargs"],
      stabilizers=pretrained.load().rule.options.stabilizers))


def shipped(**options):
  """Returns a small `HierarchicalRNN` with the shipped options, and others."""
  return hierarchical(**dict(dict(
      shipped_options(), level_sizes=[4, 5, 3]), **options))


def stabilized(**options):
  """Returns a small `HierarchicalRNN` with what is shipped, all at work.

  Few steps are enough for each of its options to make a difference.
  """
  return shipped(**dict(dict(
      init_lr_range=(0.1, 0.1), rate_decay_after=2.0, rate_decay_power=0.5,
      step_limit_fraction=0.1, step_limit_excess=1.1,
      gradient_history_limit=2.0, gradient_history_spike_power=0.5,
      gradient_history_decay_power=0.5), **options))


def reference(name):
  """Returns the recorded figures of a configuration, a dict of arrays."""
  with np.load(os.path.join(_REFERENCE, name + ".npz")) as figures:
    return {key: figures[key] for key in figures.files}


def reference_optimizer(name):
  """Returns the optimizer whose figures `reference(name)` are."""
  if name == "crnn_lstm":
    return coordinatewise_rnn.CoordinatewiseRNN(
        [20, 20], tf.nn.rnn_cell.LSTMCell, init_lr_range=(1e-2, 1e-2))
  if name == "lr_schedule":
    return learning_rate_schedule.LearningRateSchedule(0.05, n_steps=7)
  if name == "global_lr":
    return global_learning_rate.GlobalLearningRate(0.05)
  # In 2017 the global level saw the last tensor only.
  return hierarchical_rnn.HierarchicalRNN(
      init_lr_range=(1e-2, 1e-2), global_input="last", **_HRNN_OPTIONS[name])


def fast_config(**options):
  """Returns a session configuration that does not optimize graphs."""
  config = tf.ConfigProto(**options)
  config.graph_options.rewrite_options.disable_meta_optimizer = True
  return config


def make_variables(starts, use_resource):
  """Makes variables in the default graph.

  Args:
    starts: List of arrays, what they start from.
    use_resource: Whether they are resource variables, or a list that says so
      for each.

  Returns:
    List of float32 variables.
  """
  if isinstance(use_resource, bool):
    use_resource = [use_resource] * len(starts)
  return [tf.Variable(tf.constant(start, tf.float32), use_resource=kind)
          for start, kind in zip(starts, use_resource)]


def load_meta_parameters(optimizer, values, session):
  """Sets meta-parameters by checkpoint name; all of them must be given."""
  variables = optimizer.meta_parameters.checkpoint_names()
  if set(variables) != set(values):
    raise ValueError("Expected values for %s; got %s." %
                     (sorted(variables), sorted(values)))
  initializers = {name: variables[name].initializer for name in values}
  # As `Variable.load` does it, but all in one run.
  session.run(list(initializers.values()), {
      initializers[name].inputs[1]: values[name] for name in values})


def perturb(optimizer, session, scale=0.2, seed=0):
  """Adds N(0, scale) to all meta-parameters, so that none of them is idle.

  Returns:
    Dict of the new values by checkpoint name.
  """
  rng = np.random.RandomState(seed)
  variables = optimizer.meta_parameters.checkpoint_names()
  values = collections.OrderedDict(
      (name, value + np.float32(scale * rng.randn(*np.shape(value))))
      for name, value in session.run(variables).items())
  load_meta_parameters(optimizer, values, session)
  return values


def flat(arrays):
  """Returns arrays as one vector."""
  return np.concatenate([np.reshape(array, [-1]) for array in arrays])


def relative_error(actual, expected):
  """Returns the norm of the difference over the norm of what is expected."""
  actual, expected = flat(actual), flat(expected)
  return (np.linalg.norm(actual - expected) /
          max(np.linalg.norm(expected), 1e-30))


UnrollFigures = collections.namedtuple(
    "UnrollFigures", "metaobj, objectives, gradients, state, loop")
"""Figures of one unroll; `gradients` is a dict by checkpoint name."""


class Unroll:
  """An unroll with its meta-gradient, and the means to run it."""

  def __init__(self, optimizer, problem, dataset=datasets.EMPTY_DATASET,
               **options):
    self.output = optimizer.train(problem, dataset, **options)
    variables = optimizer.meta_parameters.checkpoint_names()
    gradients = [tf.convert_to_tensor(gradient) for gradient in tf.gradients(
        self.output.metaobj, list(variables.values()),
        unconnected_gradients=tf.UnconnectedGradients.ZERO)]
    self._gradients = collections.OrderedDict(zip(variables, gradients))
    with tf.control_dependencies(gradients + [self.output.metaobj]):
      self._carry_over = tf.group(*[
          variable.assign(value, read_value=False) for variable, value in zip(
              self.output.init_loop_vars, self.output.output_loop_vars)])

  def run(self, session, num_steps, first=True, batches=None, weights=None,
          feed=None):
    """Runs the unroll; the next one, if not `first`, continues from there.

    Returns:
      An `UnrollFigures`.
    """
    output = self.output
    feed = dict(feed or {})
    if batches is None:
      batches = np.zeros([num_steps, 0], np.int32)
    if weights is None:
      weights = np.full([num_steps], 1.0 / num_steps)
    feed.update({output.obj_weights: weights, output.batches: batches,
                 output.first_unroll: first, output.reset_state: first})
    results = session.run(
        UnrollFigures(output.metaobj, output.problem_objectives,
                      self._gradients, output.output_state,
                      output.output_loop_vars) + (self._carry_over,), feed)
    return UnrollFigures(*results[:-1])


def compare(test_case, expected, actual, tolerance=1e-5):
  """Asserts that two `UnrollFigures`s agree."""
  test_case.assertAllClose(expected.metaobj, actual.metaobj, rtol=tolerance,
                           atol=tolerance)
  test_case.assertAllClose(expected.objectives, actual.objectives,
                           rtol=tolerance, atol=tolerance)
  test_case.assertLess(
      relative_error(actual.gradients.values(), expected.gradients.values()),
      tolerance)


def start_at(problem, arrays):
  """Makes a problem start at given arrays."""
  problem.init_tensors = lambda seed=None: [
      tf.constant(array, tf.float32) for array in arrays]
  return problem
