# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs optimizers against tuned baselines, and keeps the results.

The target of a problem is the median final loss of the Adam whose learning
rate is tuned for it. Every optimizer runs to the horizon, and on until it is at
the target, up to `metrics.BOUND` horizons.
"""

import ast
import collections
import glob
import hashlib
import json
import os

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks.comparison import baselines
from benchmarks.comparison import metrics
from benchmarks.comparison import runner
from evaluation import comparison
from evaluation import progress as progress_lib
import optimizer as optimizer_package
from optimizer import pretrained
from optimizer import registry
from problems import problem_spec

TUNED, COSINE, DEFAULT = "Adam, tuned", "Adam, tuned, cosine", "Adam, 1e-3"
"""Adam with its rate tuned for each problem; with a tuned rate that falls to 0
along a cosine, which knows the horizon; at its default rate."""

LEARNING_RATES = tuple(
    float("{:.3g}".format(rate)) for rate in comparison.half_decades(-10, 2))
"""The grid: 1e-5, 3.16e-5, 1e-4, ... 10."""

TUNING_SEEDS = (1001, 1002, 1003)
SEEDS = (1, 2, 3, 4, 5)

_DEFAULT_RATE = 1e-3
_CODE = ("*.py", os.path.join("unroll", "*.py"),
         os.path.join("stabilizers", "*.py"))

Learned = collections.namedtuple("Learned", "name, spec, theta, description")
"""An optimizer to test.

Attributes:
  name: String, how it is called in tables.
  spec: Spec of the optimizer.
  theta: float32 array, its meta-parameters.
  description: String; optimizers with the same differ in `theta` only.
"""

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
  theta = runner.initial_meta_parameters(spec)
  with open(os.path.join(pretrained.directory(name_or_logdir),
                         registry.FILE_NAME)) as stream:
    described = json.load(stream)
  described["options"] = options
  name = os.path.basename(os.path.abspath(name_or_logdir))
  if options:
    name += " " + json.dumps(options, sort_keys=True)
  while name in names:
    name += "'"
  return Learned(name, spec, theta, json.dumps(described, sort_keys=True))


class Referee:
  """Runs optimizers on problems, or finds that they have run before."""

  def __init__(self, horizon, cache, seeds=SEEDS, tuning_seeds=TUNING_SEEDS,
               learning_rates=LEARNING_RATES, more_baselines=(), out=None):
    """Sets up.

    Args:
      horizon: Integer, steps of a run.
      cache: A `result_cache.ResultCache`.
      seeds: Sequence of integers.
      tuning_seeds: Sequence of integers, other ones.
      learning_rates: Sequence of floats, the grid.
      more_baselines: Keys of `baselines.SPECS`, tuned like Adam.
      out: Stream that says how far it is, or None.

    Raises:
      ValueError: If the horizon or a baseline is none.
    """
    unknown = set(more_baselines) - set(baselines.SPECS)
    if unknown:
      raise ValueError("Unknown baselines {}: expected some of {}.".format(
          ", ".join(sorted(unknown)), ", ".join(baselines.SPECS)))
    self._horizon = horizon
    self._every = runner.every(horizon)
    self._points = horizon // self._every
    self._cache = cache
    self._seeds = tuple(seeds)
    self._tuning_seeds = tuple(tuning_seeds)
    self._rates = tuple(sorted(learning_rates))
    self._tuned = collections.OrderedDict(
        [(TUNED, "Adam"), (COSINE, "Adam, cosine")] +
        [(name + ", tuned", name) for name in more_baselines])
    self._out = out
    self._progress = None

  def judge(self, problems, learned):
    """Runs everything: an `Outcome` for each problem, in turn.

    Args:
      problems: List of `groups.Entry`s.
      learned: List of `Learned`.

    Yields:
      `Outcome`s.
    """
    num_tuned = len(self._tuned)
    runs = (num_tuned * len(self._rates) * len(self._tuning_seeds) +
            (num_tuned + 2 + len(learned)) * len(self._seeds))
    self._progress = progress_lib.Progress(runs * len(problems), self._out)
    for problem in problems:
      with _Runners(problem, self._horizon) as runners:
        yield self._outcome(_Case(problem, fingerprint(problem), runners),
                            learned)
    self._progress.clear()

  def _outcome(self, case, learned):
    rates = collections.OrderedDict(
        (name, self._best_rate(case, kind))
        for name, kind in self._tuned.items())
    kinds = collections.OrderedDict(self._tuned, **{DEFAULT: "Adam"})
    rates[DEFAULT] = _DEFAULT_RATE
    target = metrics.median([
        self._final_loss(case, "Adam", rates[TUNED], seed)
        for seed in self._seeds])
    curves = collections.OrderedDict()
    for name, kind in kinds.items():
      curves[name] = self._curves(
          case, name, [kind, rates[name]], kind, baselines.SPECS[kind],
          self._theta(kind, rates[name]), target)
    for each in learned:
      key = [each.description, code_digest(), _digest(each.theta)]
      curves[each.name] = self._curves(
          case, each.name, key, each.description, each.spec, each.theta, target)
    start = metrics.median([float(curve[0]) for curve in curves[TUNED]])
    return Outcome(case.problem, target, start, rates, curves, self._points,
                   self._every)

  def _theta(self, kind, rate):
    """The meta-parameters of a baseline."""
    return [rate, self._horizon] if "cosine" in kind else [rate]

  def _curves(self, case, name, key, kind, spec, theta, target):
    """The curves of all seeds, on to the target."""
    def is_done(curve):
      return len(curve) >= self._points and metrics.points_to_target(
          curve, target) < float("inf")

    def run(seed):
      steps = 3 * self._horizon * len(self._seeds)
      return {"curve": case.runners.get(kind, spec, steps).run(
          theta, seed, int(metrics.BOUND) * self._points, is_done,
          self._progress.within)}

    return [self._counted("{}, {}".format(case.problem.name, name),
                          self._cache.arrays,
                          ["run", case.key, key, self._horizon, seed,
                           "{:.6g}".format(target)],
                          lambda seed=seed: run(seed))["curve"]
            for seed in self._seeds]

  def _best_rate(self, case, kind):
    """The learning rate with the least mean final loss.

    No loss is negative. So a rate whose losses so far add up to more than those
    of the best need not be followed further.
    """
    best, least = min(self._rates), float("inf")
    # The likely ones first.
    for rate in sorted(self._rates, key=lambda rate: abs(np.log10(rate / .01))):
      total = 0.0
      for number, seed in enumerate(self._tuning_seeds):
        total += self._final_loss(case, kind, rate, seed)
        if not total < least:
          self._progress.skip(len(self._tuning_seeds) - number - 1)
          break
      if total < least:
        best, least = rate, total
    return best

  def _final_loss(self, case, kind, rate, seed):
    """The loss at the end of a run, infinite if it has diverged."""
    def run():
      steps = self._horizon * len(self._rates) * len(self._tuning_seeds)
      curve = case.runners.get(kind, baselines.SPECS[kind], steps).run(
          self._theta(kind, rate), seed, self._points,
          progress=self._progress.within)
      if metrics.has_diverged(curve, self._points):
        return float("inf")
      return metrics.final_loss(curve, self._points)

    return self._counted(
        "{}, {} at {:.3g}".format(case.problem.name, kind, rate),
        self._cache.number,
        ["tune", case.key, kind, rate, self._horizon, seed], run)

  def _counted(self, what, find, key, make):
    """Finds a result or makes it, and counts it."""
    made = self._cache.num_made
    self._progress.begin(what)
    result = find(key, make)
    self._progress.end(self._cache.num_made > made)
    return result


_Case = collections.namedtuple("_Case", "problem, key, runners")


class _Runners:
  """The runners of a problem, built when results are not in the cache."""

  def __init__(self, problem, horizon):
    self._problem = problem
    self._horizon = horizon
    self._runners = {}

  def get(self, kind, spec, steps_to_come):
    """The runner of an optimizer; those of the same kind share one."""
    if kind not in self._runners:
      self._runners[kind] = runner.Runner(
          self._problem, spec, self._horizon, steps_to_come)
    return self._runners[kind]

  def __enter__(self):
    return self

  def __exit__(self, *unused_error):
    for each in self._runners.values():
      each.close()


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

  Comments and docstrings do not count, nor do other adapters than the unroll.
  """
  root = os.path.dirname(os.path.abspath(optimizer_package.__file__))
  digest = hashlib.sha1()
  paths = [path for pattern in _CODE
           for path in glob.glob(os.path.join(root, pattern))]
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
