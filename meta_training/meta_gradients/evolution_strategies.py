# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Meta-gradients by evolution strategies: forward runs alone.

With L(theta) the meta-objective of a run, and perturbations eps_p of standard
deviations sigma, in antithetic pairs (Salimans et al. 2017, Metz et al. 2019),

  gradient = 1 / P sum_p (L(theta + eps_p) - L(theta - eps_p)) / 2
             eps_p / sigma^2

elementwise. All runs of an update have the same start, minibatches and
gradient noise, so that these cancel. Persistent evolution strategies (Vicol et
al. 2021) update after each unroll. Each side of a pair goes on from where it
ended, with new perturbations, and instead of eps_p in the sum stands the sum
of all perturbations of the pair since the run began: this estimates the
derivative of the unroll's meta-objective through the whole run before it.
"""

import copy
import numbers

import numpy as np

from . import meta_gradient
from .. import inner_problem
from optimizer import arguments

_FLOAT32 = np.finfo(np.float32)


class EvolutionStrategies(meta_gradient.MetaGradient):
  """Compares runs at perturbed meta-parameters."""

  def __init__(self, stddev=0.01, num_pairs=2, persistent=False,
               evaluate_every=1, problems_per_update=1,
               last_unroll_only=False, num_workers=1):
    """Takes the options.

    Args:
      stddev: Standard deviation of the perturbations: a positive float, or a
        dict from parts of names of meta-parameters to such floats. The longest
        part that a name contains counts; the part "" is in all names.
      num_pairs: Integer, antithetic pairs of an update.
      persistent: Whether each unroll makes an update, by persistent evolution
        strategies; otherwise each run does, at the end of its unrolls.
      evaluate_every: Integer, steps from one evaluation of the objective on a
        whole data set to the next; between them the last one counts.
      problems_per_update: Integer, problems that are visited together; an
        update is the mean of their meta-gradients, each with pairs of its own.
      last_unroll_only: Whether the meta-objective of a run is that of its last
        unroll: where the run arrives counts, not how soon. Otherwise it is the
        mean over all steps.
      num_workers: Integer, threads that make the runs of an update, in a
        session each. The numbers are the same whatever it is.
    """
    self.stddev = stddev
    self.num_pairs = num_pairs
    self.persistent = persistent
    self.evaluate_every = evaluate_every
    self.problems_per_update = problems_per_update
    self.last_unroll_only = last_unroll_only
    self.num_workers = num_workers

  @property
  def problem_options(self):
    """See `MetaGradient`."""
    return {"differentiate": False, "evaluate_every": self.evaluate_every}

  @property
  def unrolls_per_update(self):
    """See `MetaGradient`."""
    return 2 * self.num_pairs

  def check(self, reset_state_every_run):
    """See `MetaGradient.check`."""
    for part, value in _parts(self.stddev).items():
      if not isinstance(value, numbers.Real) or not (
          _FLOAT32.tiny <= value <= _FLOAT32.max):
        raise ValueError(
            "stddev must be positive, not {!r}{} (in float32).".format(
                value, " for {!r}".format(part) if part else ""))
    for name in ("num_pairs", "evaluate_every", "problems_per_update",
                 "num_workers"):
      arguments.check(name, getattr(self, name), arguments.integer(1))
    if self.persistent and self.last_unroll_only:
      raise ValueError(
          "persistent evolution strategies update after each unroll; with "
          "last_unroll_only there would be nothing to update before the last "
          "one. Choose one of the two.")
    if not reset_state_every_run:
      raise ValueError(
          "reset_rnn_params must be true with evolution strategies: all their "
          "runs start with the same state of the optimizer.")

  def bound(self, shapes, trained):
    """Says how far each meta-parameter is perturbed; see `MetaGradient.bound`.

    Args:
      shapes: OrderedDict from names of meta-parameters to shapes.
      trained: Those names that are trained; the others are not perturbed.

    Returns:
      A copy with `stddevs`, float64 [size].

    Raises:
      ValueError: If `stddev` names no meta-parameter, or not all.
    """
    result = copy.copy(self)
    result.stddevs = _vector(_parts(self.stddev), shapes, trained)
    return result

  def start(self, problem, lengths, draws, reset_state):
    """See `MetaGradient.start`; `reset_state` has to be true."""
    if not reset_state:
      raise ValueError("Evolution strategies start each run with a fresh state "
                       "of the optimizer.")
    make = _PersistentRun if self.persistent else _WholeRun
    return make(self, problem, lengths, draws)

  def perturbations(self, rng):
    """Draws those of an update: float32 [num_pairs, size]."""
    return (self.stddevs * rng.standard_normal(
        [self.num_pairs, self.stddevs.size])).astype(np.float32)

  def estimate(self, perturbations, losses, objectives):
    """Makes a meta-gradient of what the runs of all pairs gave.

    A loss that is not finite counts as the largest finite one.

    Args:
      perturbations: Array [num_pairs, size], what losses are weighted with.
      losses: Array [num_pairs, 2], at plus and minus the perturbations.
      objectives: List of arrays, the objectives of the runs; those of runs that
        ended early are shorter.

    Returns:
      An `UnrollResult`: the mean of the losses that are finite, and at each
      step the median of the objectives.
    """
    losses = np.asarray(losses, np.float64)
    finite = np.isfinite(losses)
    worst = losses[finite].max() if finite.any() else np.nan
    used = np.where(finite, losses, worst)
    slopes = (used[:, 0] - used[:, 1]) / 2
    variances = np.square(self.stddevs, dtype=np.float64)
    gradient = np.where(variances > 0, slopes.dot(perturbations) / np.where(
        variances > 0, variances, 1.0) / len(slopes), 0.0)
    return inner_problem.UnrollResult(
        float(losses[finite].mean()) if finite.any() else float("nan"),
        _median(objectives), gradient.astype(np.float32), int((~finite).sum()))


class _Run:
  """What whole and persistent runs share."""

  def __init__(self, strategies, problem, lengths, draws):
    self._strategies = strategies
    self._replicas = problem.replicas(strategies.num_workers)
    self._unroll_lengths = lengths
    self._draws = draws
    walk = problem.walk(draws.data())
    # All runs are given the same ones.
    self._batches = [walk.take(num_steps) for num_steps in lengths]

  def _map(self, function, perturbations):
    """Calls function(replica, pair, sign), in the order of pairs and signs."""
    return meta_gradient.map_in_threads(
        lambda replica, side: function(replica, *side),
        [(pair, sign) for pair in range(len(perturbations))
         for sign in (1, -1)], self._replicas)

  def _unroll(self, problem, values, i):
    result = problem.unroll(
        values.astype(np.float32), self._unroll_lengths[i],
        first_unroll=i == 0, reset_state=i == 0,
        start_seed=self._draws.start_seed(),
        noise_seed=self._draws.noise_seed(i), batches=self._batches[i])
    inner_problem.check_objectives(result.objectives, problem.spec)
    return result


class _WholeRun(_Run):
  """One update, at the end of all unrolls."""

  @property
  def lengths(self):
    return [sum(self._unroll_lengths)]

  def compute(self, values, i):
    del i
    perturbations = self._strategies.perturbations(
        self._draws.perturbations(0))
    losses, objectives = zip(*self._map(
        lambda problem, pair, sign: self._run(
            problem, values + sign * perturbations[pair]), perturbations))
    return self._strategies.estimate(
        perturbations, np.reshape(losses, [-1, 2]), objectives)

  def _run(self, problem, values):
    """Returns the loss, and the objectives at all steps."""
    losses, objectives = [], []
    for i in range(len(self._unroll_lengths)):
      result = self._unroll(problem, values, i)
      losses.append(result.meta_objective)
      # The first is there twice.
      objectives.append(result.objectives[min(i, 1):])
      if not np.isfinite(result.meta_objective):
        break
    if self._strategies.last_unroll_only:
      loss = losses[-1]
    else:
      loss = np.average(losses, weights=self._unroll_lengths[:len(losses)])
    return loss, np.concatenate(objectives)


class _PersistentRun(_Run):
  """An update after each unroll, from where each side of a pair has got."""

  def __init__(self, strategies, problem, lengths, draws):
    super().__init__(strategies, problem, lengths, draws)
    self._sums = 0.0
    self._ended = {}

  @property
  def lengths(self):
    return self._unroll_lengths

  def compute(self, values, i):
    perturbations = self._strategies.perturbations(
        self._draws.perturbations(i))
    self._sums = self._sums + perturbations.astype(np.float64)

    def unroll(problem, pair, sign):
      if i:
        problem.restore(self._ended[pair, sign])
      result = self._unroll(problem, values + sign * perturbations[pair], i)
      self._ended[pair, sign] = problem.final_state()
      return result

    results = self._map(unroll, perturbations)
    return self._strategies.estimate(
        self._sums, np.reshape([result.meta_objective for result in results],
                               [-1, 2]),
        [result.objectives for result in results])


def _median(objectives):
  """The median at each step; runs that ended early are infinite since."""
  length = max(len(values) for values in objectives)
  padded = np.full([len(objectives), length], np.inf, np.float32)
  for row, values in zip(padded, objectives):
    row[:len(values)] = np.where(np.isfinite(values), values, np.inf)
  # Of an even number the lower one: between a number and infinity is none.
  return np.sort(padded, axis=0)[(len(objectives) - 1) // 2]


def _parts(stddev):
  return stddev if isinstance(stddev, dict) else {"": stddev}


def _vector(parts, shapes, trained):
  """float64 [size], the standard deviation of each element."""
  for part in parts:
    if not any(part in name for name in trained):
      raise ValueError(
          "stddev names {!r}, but that is in the name of no meta-parameter "
          "that is trained: {}.".format(part, ", ".join(trained)))
  vectors = [np.zeros([0])]
  for name, shape in shapes.items():
    found = sorted((part for part in parts if part in name), key=len)
    if name in trained and not found:
      raise ValueError(
          "stddev says nothing of {}: give a number for it, or one under \"\" "
          "for all others.".format(name))
    vectors.append(np.full(
        [int(np.prod(shape))], parts[found[-1]] if name in trained else 0.0))
  return np.concatenate(vectors)
