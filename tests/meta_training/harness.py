# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What several tests of meta-training do: tiny problems, tiny runs."""

import io
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from optimizer import coordinatewise_rnn
from optimizer import global_learning_rate
from optimizer import hierarchical_rnn
from optimizer import learning_rate_schedule
from optimizer import trainable_adam
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

OPTIMIZER_SPECS = {
    "adam": problem_spec.Spec(trainable_adam.TrainableAdam, (0.05,)),
    "coordinatewise": problem_spec.Spec(
        coordinatewise_rnn.CoordinatewiseRNN, ([3, 4],)),
    "global": problem_spec.Spec(
        global_learning_rate.GlobalLearningRate, (0.02,)),
    "hierarchical": problem_spec.Spec(
        hierarchical_rnn.HierarchicalRNN, ([3, 4, 2], (0.1, 0.1))),
    "schedule": problem_spec.Spec(
        learning_rate_schedule.LearningRateSchedule, (0.03, 3)),
}
"""One small optimizer of each class, by a name for it."""

GLOBAL = OPTIMIZER_SPECS["global"]


class Parabola(pg.Problem):
  """1/2 curvature x^2, from x = 2; a subclass may change the value."""

  def __init__(self, curvature=3.0, noise_stdev=0.0):
    super().__init__([[1]], noise_stdev=noise_stdev)
    self._curvature = curvature

  def init_tensors(self, seed=None, noise=None):
    return [tf.constant([2.0])]

  def objective(self, parameters, data=None, labels=None):
    return 0.5 * self._curvature * tf.reduce_sum(tf.square(parameters[0]))


def without_data(problem, *args, **kwargs):
  """Returns a corpus of one problem that has no data."""
  return [(problem_spec.Spec(problem, args, kwargs), datasets.EMPTY_DATASET,
           None)]


def classifier(noise_stdev=0.1):
  """Returns a corpus of one small classifier."""
  return [(problem_spec.Spec(pg.SoftmaxRegression, (3, 2),
                             {"noise_stdev": noise_stdev}),
           datasets.random(3, 20, random_seed=1), 6)]


def train(logdir, corpus, optimizer_spec=GLOBAL, num_problems=2,
          num_meta_iterations=1, num_unrolls=2, num_steps=3, **options):
  """Meta-trains, by default seeded and uncompiled.

  Args:
    logdir: The directory.
    corpus: List of (spec, dataset, batch size).
    optimizer_spec: Spec of the optimizer.
    num_problems: Visits.
    num_meta_iterations: Runs of each.
    num_unrolls: A number, or a function as `metaopt.train_optimizer`'s.
    num_steps: Likewise.
    **options: Other arguments of `metaopt.train_optimizer`, and fields of
      `metaopt.RunOptions`.

  Returns:
    (prefix of the last checkpoint, progress text).
  """
  options = dict({"seed": 1, "compiled": False, "out": io.StringIO()},
                 **options)
  options["options"] = metaopt.RunOptions(**{
      name: options.pop(name) for name in metaopt.RunOptions._fields
      if name in options})

  def function_of(value):
    return value if callable(value) else lambda: value

  path = metaopt.train_optimizer(
      logdir, optimizer_spec, corpus, num_problems, num_meta_iterations,
      function_of(num_unrolls), function_of(num_steps), **options)
  return path, options["out"].getvalue()


def directory(test_case):
  """Returns a new directory below the test's own."""
  return tempfile.mkdtemp(dir=test_case.get_temp_dir())


def draw(low, high):
  """Returns a function that draws from the generator it is given."""
  return lambda rng: int(rng.randint(low, high))


def arrays(checkpoint):
  """Returns the arrays of a checkpoint, or a directory's last, by name."""
  reader = tf.train.load_checkpoint(checkpoint)
  return {name: reader.get_tensor(name)
          for name in reader.get_variable_to_shape_map()}


def meta_parameters(checkpoint):
  """Returns those of a checkpoint that are meta-parameters, by name."""
  return {name: value for name, value in arrays(checkpoint).items()
          if name.startswith("LOL/") and "RMSProp" not in name}


def assert_equal(test_case, expected, actual):
  """Asserts that dicts of arrays are equal to the last bit."""
  test_case.assertEqual(sorted(expected), sorted(actual))
  for name in expected:
    np.testing.assert_array_equal(expected[name], actual[name], name)


class WatchedStream(io.StringIO):
  """A stream that calls a function the first time some text is written."""

  def __init__(self, text, function):
    super().__init__()
    self._text = text
    self._function = function

  def write(self, text):
    super().write(text)
    if self._function is not None and self._text in text:
      function, self._function = self._function, None
      function()
