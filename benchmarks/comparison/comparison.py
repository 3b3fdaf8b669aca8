# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""One problem, every optimizer: tunes the baselines, then runs them all."""

import collections
import hashlib
import json
import os

import numpy as np

from benchmarks.comparison import baselines
from benchmarks.comparison import curves
from benchmarks.comparison import metrics
from benchmarks.comparison import result_cache
from evaluation import comparison as grid
from optimizer import pretrained
from optimizer import registry
from problems import problem_spec

LEARNING_RATES = tuple(
    float("{:.3g}".format(rate)) for rate in grid.half_decades(-10, 2))
"""The grid: 1e-5, 3.16e-5, 1e-4, ... 10."""

TUNING_SEEDS = (1001, 1002, 1003)
SEEDS = (1, 2, 3, 4, 5)

Learned = collections.namedtuple("Learned", "name, spec, theta, description")
"""An optimizer to test.

Attributes:
  name: String, how it is called in tables.
  spec: Spec of the optimizer.
  theta: float32 array, its meta-parameters.
  description: String; optimizers with the same differ in `theta` only.
"""

Result = collections.namedtuple(
    "Result", "learning_rate, curves, milliseconds, compiled")
"""How an optimizer did on a problem.

Attributes:
  learning_rate: Float, the best of the grid; None for a learned optimizer.
  curves: float32 array [seeds, steps].
  milliseconds: float array [seeds], wall-clock time of a step, evaluation of
    the objective on all rows included.
  compiled: Bool.
"""

Outcome = collections.namedtuple("Outcome", "problem, results, adam")
"""How all did on a problem.

Attributes:
  problem: A `groups.Entry`.
  results: OrderedDict from names of optimizers to `Result`s.
  adam: float32 array [seeds, up to BOUND * steps], the curves of the tuned
    Adam, continued if an optimizer ended below them.
"""


def load(name_or_logdir, names=(), **options):
  """Loads an optimizer to test.

  Args:
    name_or_logdir: See `pretrained.load`.
    names: Names that are taken.
    **options: Constructor arguments that replace the described ones.

  Returns:
    A `Learned`.

  Raises:
    ValueError: As `pretrained.load`.
  """
  spec = problem_spec.Spec(pretrained.load, (name_or_logdir,), options)
  theta = curves.initial_meta_parameters(spec)
  directory = name_or_logdir
  if name_or_logdir in pretrained.names():
    directory = os.path.join(
        os.path.dirname(pretrained.__file__), "pretrained", name_or_logdir)
  with open(os.path.join(directory, registry.FILE_NAME)) as stream:
    described = json.load(stream)
  described["kwargs"] = dict(described.get("kwargs") or {}, **options)
  description = json.dumps(described, sort_keys=True)
  name = os.path.basename(os.path.abspath(name_or_logdir))
  while name in names or name in baselines.SPECS:
    name += "'"
  return Learned(name, spec, theta, description)


class Comparison:
  """Compares optimizers on one problem after another."""

  def __init__(self, learned, horizon, cache, progress=lambda: None,
               learning_rates=LEARNING_RATES, tuning_seeds=TUNING_SEEDS,
               seeds=SEEDS):
    """Sets up.

    Args:
      learned: List of `Learned`.
      horizon: Integer, steps of a run.
      cache: A `result_cache.ResultCache`.
      progress: Function without arguments, called `steps_of_progress` times
        for each problem.
      learning_rates: Sequence of floats.
      tuning_seeds: Sequence of integers.
      seeds: Sequence of integers.
    """
    self._learned = learned
    self._horizon = horizon
    self._cache = cache
    self._progress = progress
    self._learning_rates = learning_rates
    self._tuning_seeds = tuning_seeds
    self._seeds = seeds
    self.steps_of_progress = (
        len(baselines.SPECS) * (len(learning_rates) + 1) + len(learned))

  def on(self, problem):
    """Runs all optimizers on a problem: an `Outcome`."""
    key = result_cache.problem_key(problem)
    length = curves.unroll_length(problem)
    results = collections.OrderedDict()
    adam = None
    for name, spec in baselines.SPECS.items():
      lazy = _LazyRunner(problem, spec, length, self._horizon * (
          len(self._learning_rates) * len(self._tuning_seeds) +
          len(self._seeds)))
      rate = self._tuned(key, name, lazy)
      results[name] = self._run([key, name, rate], [rate], lazy)
      results[name] = results[name]._replace(learning_rate=rate)
      if name == "Adam":
        adam = lazy
      else:
        lazy.close()
    for group in self._by_description():
      lazy = _LazyRunner(problem, group[0].spec, length,
                         self._horizon * len(self._seeds) * len(group))
      for learned in group:
        results[learned.name] = self._run(
            [key, learned.description,
             hashlib.sha1(learned.theta.tobytes()).hexdigest()],
            learned.theta, lazy)
      lazy.close()
    outcome = Outcome(problem, results, self._continued(key, results, adam))
    adam.close()
    return outcome

  def _by_description(self):
    """Lists of those that can share a compiled graph."""
    groups = collections.OrderedDict()
    for learned in self._learned:
      groups.setdefault(learned.description, []).append(learned)
    return list(groups.values())

  def _tuned(self, key, name, lazy):
    """The learning rate whose mean final loss is least.

    Objectives are never negative. So a rate whose losses so far add up to more
    than those of the best need not be followed further.
    """
    best_rate, best_total = min(self._learning_rates), float("inf")
    # The likely ones first.
    for rate in sorted(self._learning_rates,
                       key=lambda rate: abs(np.log10(rate / 0.03))):
      total = 0.0
      for seed in self._tuning_seeds:
        total += self._cache.number(
            [key, name, rate, self._horizon, seed],
            lambda: metrics.final_loss(lazy.get().run(
                [rate], seed, self._horizon)[0]))
        if not total < best_total:
          break
      if total < best_total:
        best_rate, best_total = rate, total
      self._progress()
    return best_rate

  def _run(self, key, theta, lazy, horizon=None):
    """Runs all seeds: a `Result`."""
    horizon = horizon or self._horizon

    def make():
      runs = [lazy.get().run(theta, seed, horizon) for seed in self._seeds]
      return {"curves": np.array([curve for curve, _ in runs]),
              "milliseconds": np.array([time for _, time in runs]),
              "compiled": np.array(lazy.get().is_compiled)}

    arrays = self._cache.arrays(key + [horizon, list(self._seeds)], make)
    self._progress()
    return Result(None, arrays["curves"], arrays["milliseconds"],
                  bool(arrays["compiled"]))

  def _continued(self, key, results, adam):
    """Adam's curves, as far as the learned optimizers need them."""
    rate = results["Adam"].learning_rate
    plain = results["Adam"].curves
    values = [metrics.speed_up(curve, adam_curve)
              for learned in self._learned
              for curve, adam_curve in zip(results[learned.name].curves, plain)]
    if np.isfinite(values).all():
      return plain
    progress, self._progress = self._progress, lambda: None
    longer = self._run([key, "Adam", rate], [rate], adam,
                       metrics.BOUND * self._horizon)
    self._progress = progress
    return longer.curves


class _LazyRunner:
  """A `curves.Runner` that is built if results are not in the cache."""

  def __init__(self, *arguments):
    self._arguments = arguments
    self._runner = None

  def get(self):
    """The runner."""
    if self._runner is None:
      self._runner = curves.Runner(*self._arguments)
    return self._runner

  def close(self):
    """Frees the session's resources."""
    if self._runner is not None:
      self._runner.close()
