# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs optimizers against Adam, tuned and untuned, and keeps the results.

The target of a problem is the median final loss of the Adam whose learning
rate is tuned for it. Every optimizer runs to the horizon, and on until it is at
the target, up to `referee_metrics.BOUND` horizons.
"""

import ast
import collections
import glob
import hashlib
import os

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import baselines
from benchmarks.comparison import comparison
from benchmarks.comparison import forward_run
from benchmarks.comparison import referee_metrics
import optimizer as optimizer_package

TUNED, DEFAULT, GROUP_RATE, COSINE = BASELINES = (
    "Adam tuned", "Adam 1e-3", "Adam, one rate", "Adam cosine")
"""Adam with its rate tuned for each problem; at 1e-3; at the rate that is best
for all problems together; with cosine decay, tuned for each problem."""

# Compiling takes about as long as this many uncompiled steps.
_STEPS_THAT_PAY = 15000

Outcome = collections.namedtuple(
    "Outcome", "problem, target, start, rates, curves, points, every")
"""How all did on a problem.

Attributes:
  problem: A `groups.Entry`.
  target: Float, the median final loss of the tuned Adam.
  start: Float, the median loss at the start.
  rates: Dict from names of baselines to learning rates.
  curves: OrderedDict from names of optimizers to lists of curves, one for each
    seed, at least `points` long.
  points: Integer, points of a curve up to the horizon.
  every: Integer, steps from a point to the next.
"""


class Referee:
  """Runs optimizers on problems, or finds that they have run before."""

  def __init__(self, horizon, cache, seeds=comparison.SEEDS,
               tuning_seeds=comparison.TUNING_SEEDS,
               learning_rates=comparison.LEARNING_RATES,
               progress=lambda text: None):
    """Sets up.

    Args:
      horizon: Integer, steps of a run.
      cache: A `result_cache.ResultCache`.
      seeds: Sequence of integers.
      tuning_seeds: Sequence of integers, other ones.
      learning_rates: Sequence of floats, the grid.
      progress: Function of a string, told what is being done.
    """
    self._horizon = horizon
    self._schedule = forward_run.schedule(horizon)
    self._cache = cache
    self._seeds = tuple(seeds)
    self._tuning_seeds = tuple(tuning_seeds)
    self._rates = tuple(sorted(learning_rates))
    self._progress = progress

  def judge(self, problems, learned):
    """Runs everything: a list of `Outcome`s, one for each problem.

    Args:
      problems: List of `groups.Entry`s.
      learned: List of `comparison.Learned`.

    Returns:
      List of `Outcome`s.
    """
    keys = [fingerprint(problem) for problem in problems]
    tuned, tables = [], []
    for problem, key in zip(problems, keys):
      self._progress("baselines on " + problem.name)
      tables.append(self._tuning_table(problem, key, "Adam"))
      cosine = self._tuning_table(problem, key, "AdamCosine")
      tuned.append((self._best(tables[-1]), self._best(cosine)))
    group_rate = self._group_rate(tables)
    outcomes = []
    for problem, key, (rate, cosine_rate) in zip(problems, keys, tuned):
      self._progress(problem.name)
      outcomes.append(self._outcome(problem, key, collections.OrderedDict((
          (TUNED, rate), (DEFAULT, 1e-3), (GROUP_RATE, group_rate),
          (COSINE, cosine_rate))), learned))
    return outcomes

  def _outcome(self, problem, key, rates, learned):
    points = self._schedule.points
    with _Runners(problem, self._horizon, 2 * self._horizon *
                  len(self._seeds)) as runners:
      plain = self._baseline_curves(runners, key, "Adam", rates[TUNED], None)
      target = referee_metrics.median(
          [referee_metrics.final_loss(curve, points) for curve in plain])
      curves = collections.OrderedDict()
      for name in BASELINES:
        kind = "AdamCosine" if name == COSINE else "Adam"
        curves[name] = self._baseline_curves(
            runners, key, kind, rates[name], target)
      for each in learned:
        curves[each.name] = self._curves(
            runners, [key, each.description, code_digest(), _digest(
                each.theta)], each.description, each.spec, each.theta, target)
    start = referee_metrics.median([float(curve[0]) for curve in plain])
    return Outcome(problem, target, start, rates, curves, points,
                   self._schedule.every)

  def _baseline_curves(self, runners, key, kind, rate, target):
    return self._curves(runners, [key, kind, rate], kind,
                        baselines.REFEREE_SPECS[kind],
                        self._baseline_theta(kind, rate), target)

  def _baseline_theta(self, kind, rate):
    return [rate, self._horizon] if kind == "AdamCosine" else [rate]

  def _curves(self, runners, key, kind, spec, theta, target):
    """The curves of all seeds; on to the target unless it is None."""
    points = self._schedule.points
    most = points if target is None else int(referee_metrics.BOUND * points)

    def is_done(curve):
      return len(curve) >= points and referee_metrics.points_to_target(
          curve, target) < float("inf")

    def run(seed):
      return runners.get(kind, spec).run(
          theta, seed, most, None if target is None else is_done)

    return [
        self._cache.arrays(
            ["run", key, self._horizon, seed,
             None if target is None else "{:.6g}".format(target)],
            lambda seed=seed: {"curve": run(seed)})["curve"]
        for seed in self._seeds]

  def _tuning_table(self, problem, key, kind):
    """float64 array [rates, tuning seeds] of final losses."""
    with _Runners(problem, self._horizon, self._horizon * len(
        self._rates) * len(self._tuning_seeds)) as runners:
      def final(rate, seed):
        curve = runners.get(kind, baselines.REFEREE_SPECS[kind]).run(
            self._baseline_theta(kind, rate), seed, self._schedule.points)
        if referee_metrics.has_diverged(curve, len(curve)):
          return float("inf")
        return referee_metrics.final_loss(curve, len(curve))

      return np.array([[
          self._cache.number(
              ["tune", key, kind, rate, self._horizon, seed],
              lambda rate=rate, seed=seed: final(rate, seed))
          for seed in self._tuning_seeds] for rate in self._rates])

  def _best(self, table):
    """The rate with the least mean final loss."""
    return self._rates[int(np.argmin(np.mean(table, axis=1)))]

  def _group_rate(self, tables):
    """The rate whose mean log loss over all problems is least.

    A problem's losses count relative to its best rate's, up to a factor 1e3,
    which is also what a diverged run counts.
    """
    totals = np.zeros([len(self._rates)])
    for table in tables:
      losses = np.median(table, axis=1)
      least = max(np.min(losses), 1e-30)
      totals += np.log(np.clip(losses / least, 1.0, 1e3))
    return self._rates[int(np.argmin(totals))]


class _Runners:
  """The runners of a problem, built when results are not in the cache."""

  def __init__(self, problem, horizon, steps_to_come):
    self._problem = problem
    self._horizon = horizon
    self._compiled = problem.compiled and steps_to_come >= _STEPS_THAT_PAY
    self._runners = {}

  def get(self, kind, spec):
    """The runner of an optimizer; those of the same kind share one."""
    if kind not in self._runners:
      self._runners[kind] = forward_run.ForwardRunner(
          self._problem, spec, self._horizon, self._compiled)
    return self._runners[kind]

  def __enter__(self):
    return self

  def __exit__(self, *unused_error):
    for runner in self._runners.values():
      runner.close()


def fingerprint(problem):
  """A string that says what a problem is by what it computes.

  The objective and the gradient's size at a seeded start, and after a step
  along the gradient. So an edit of a comment keeps what is in a cache, and one
  of a constant does not.

  Args:
    problem: A `groups.Entry`.

  Returns:
    String.
  """
  digest = hashlib.sha1()
  with tf.Graph().as_default():
    built = problem.spec.build()
    data = []
    if problem.dataset.size:
      data = [problem.dataset.data, problem.dataset.labels]
      for array in data:
        digest.update(np.ascontiguousarray(array).tobytes())
      data = [tf.constant(array) for array in data]
    variables = built.init_variables(seed=1)
    values = [variable.read_value() for variable in variables]
    loss = built.objective(values, *data)
    slopes = tf.gradients(loss, values)
    slopes = [tf.zeros_like(value) if slope is None else
              tf.convert_to_tensor(slope)
              for value, slope in zip(values, slopes)]
    size = tf.linalg.global_norm(slopes)
    moved = built.objective([value - 0.01 * slope / (size + 1e-12)
                             for value, slope in zip(values, slopes)], *data)
    with tf.Session() as session:
      session.run(tf.global_variables_initializer())
      built.init_fn(session)
      numbers = session.run([loss, size, moved])
  return "{} {} batch {} {} {}".format(
      problem.name, built.noise_stdev, problem.batch_size,
      " ".join("{:.3g}".format(number) for number in numbers),
      digest.hexdigest()[:16])


def code_digest():
  """A string that changes with the code of the learned optimizers' updates.

  Comments, docstrings, and the adapter to variables do not count.
  """
  root = os.path.dirname(os.path.abspath(optimizer_package.__file__))
  digest = hashlib.sha1()
  paths = glob.glob(os.path.join(root, "*.py"))
  paths.append(os.path.join(root, "unroll", "update_rule.py"))
  for path in sorted(paths):
    with open(path) as stream:
      digest.update(_code(stream.read()).encode("utf-8"))
  return digest.hexdigest()[:16]


def _code(source):
  """What source text does, as a string without comments and docstrings."""
  tree = ast.parse(source)
  for node in ast.walk(tree):
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and (
        ast.get_docstring(node) is not None):
      node.body = node.body[1:]
  return ast.dump(tree)


def _digest(theta):
  return hashlib.sha1(np.asarray(theta, np.float32).tobytes()).hexdigest()
