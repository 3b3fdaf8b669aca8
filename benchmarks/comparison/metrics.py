# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the referee measures, as functions of numbers.

A curve is an array of the objective at evenly spaced steps. Its value at a
point is smoothed over the last 5% of the points up to there, one at least.
"""

import numpy as np

BOUND = 5.0
"""Runs go on up to so many horizons; ratios are clipped to [1/BOUND, BOUND]."""

TRAINING_PART = 0.8
"""An optimizer trains if it covers so much of Adam's way, in log loss."""

MAX_RISE = 1.5
"""A loss that rises to more than so many times its best is a fault."""

MARKS = (50, 100, 300)
"""Steps at which losses are compared with those of Adam at 1e-3."""

# Losses this close, relative to the loss at the start, are one.
_RESOLUTION = 1e-6
# A loss that is not finite counts as so many times the loss at the start.
_WORST = 10.0


def smoothed(curve):
  """The trailing mean over the last 5% of the points, at each point.

  Args:
    curve: Float array [n].

  Returns:
    float64 array [n].
  """
  curve = np.asarray(curve, np.float64)
  finite = np.isfinite(curve)
  sums = np.concatenate([[0.0], np.cumsum(np.where(finite, curve, 0.0))])
  bad = np.concatenate([[0], np.cumsum(~finite)])
  ends = np.arange(1, len(curve) + 1)
  starts = ends - np.maximum(1, ends // 20)
  means = (sums[ends] - sums[starts]) / (ends - starts)
  return np.where(bad[ends] > bad[starts], np.inf, means)


def final_loss(curve, points):
  """Float, the smoothed loss after the first `points` points."""
  return float(smoothed(curve[:points])[-1])


def tolerance(start):
  """Float, the difference between losses that does not count."""
  return _RESOLUTION * abs(start)


def points_to_target(curve, target):
  """How many points it takes until the smoothed loss is at most the target.

  Args:
    curve: Float array [n].
    target: Float.

  Returns:
    Float, infinite if it never is.
  """
  reached = smoothed(curve) <= target + tolerance(float(curve[0]))
  return float(np.argmax(reached)) + 1 if reached.any() else float("inf")


def has_diverged(curve, points):
  """Whether the loss is not finite, or ends up above where it started."""
  start = float(curve[0])
  return not final_loss(curve, points) <= start + tolerance(start)


def rise(curve, points):
  """The largest ratio of the smoothed loss to its best so far.

  Args:
    curve: Float array [n].
    points: Integer, the points that count.

  Returns:
    Float, 1 if the loss never rises. Losses below a millionth of that at the
    start count as that; infinite if the loss is not finite.
  """
  values = np.maximum(smoothed(curve[:points]), tolerance(float(curve[0])))
  if not np.isfinite(values).all():
    return float("inf")
  least = np.minimum.accumulate(values)
  return float(np.max(values / np.where(least > 0, least, 1.0)))


def time_ratio(reference_times, times):
  """How many times sooner than a reference an optimizer is at the target.

  Args:
    reference_times: Floats, points to the target of the reference's runs.
    times: Floats, those of the optimizer in question.

  Returns:
    Float in [1/BOUND, BOUND], the ratio of medians; 1 if neither arrives.
  """
  reference, mine = median(reference_times), median(times)
  if np.isinf(reference) and np.isinf(mine):
    return 1.0
  return float(np.clip(reference / mine, 1 / BOUND, BOUND))


def median(values):
  """The median of floats that may be infinite."""
  values = sorted(values)
  low, high = values[(len(values) - 1) // 2], values[len(values) // 2]
  return low if low == high else (low + high) / 2.0


def log_loss(loss, start):
  """log(loss) where losses too small or large to matter are cut off.

  Args:
    loss: Float, may be infinite.
    start: Positive float, the loss at the start.

  Returns:
    Float from log(1e-6 start) to log(10 start).
  """
  if not np.isfinite(loss):
    loss = _WORST * start
  return float(np.log(np.clip(loss, _RESOLUTION * start, _WORST * start)))


def part_of_way(start, end, target):
  """How much of the way from the start to a target is covered, in log loss.

  Args:
    start: Float, the loss at the start.
    end: Float, the loss at the end.
    target: Float, the reference's loss at the end.

  Returns:
    Float; 1 if the target is not below the start and the end is no worse.
  """
  way = log_loss(start, start) - log_loss(target, start)
  mine = log_loss(start, start) - log_loss(end, start)
  if way <= 0:
    return 1.0 if mine >= way else 0.0
  return mine / way


def is_no_worse(loss, reference_loss, start, slack=0.01):
  """Whether a loss is at most 1% above another."""
  return loss <= (1 + slack) * reference_loss + tolerance(start)


def bootstrap_interval(values, level=0.95, draws=10000, seed=0):
  """A percentile interval of the mean, by drawing problems with replacement.

  Args:
    values: Sequence of floats, one for each problem.
    level: Float, the interval's probability.
    draws: Integer.
    seed: Integer, so that the same values give the same interval.

  Returns:
    (low, high), floats.
  """
  values = np.asarray(values, np.float64)
  rows = np.random.RandomState(seed).randint(
      len(values), size=[draws, len(values)])
  low, high = np.percentile(values[rows].mean(axis=1),
                            [50 * (1 - level), 50 * (1 + level)])
  return float(low), float(high)


def geometric_mean(values):
  """(mean, low, high) of positive values, with the bootstrap interval."""
  logs = np.log(values)
  low, high = bootstrap_interval(logs)
  return float(np.exp(logs.mean())), float(np.exp(low)), float(np.exp(high))


def performance_profile(times, taus):
  """Dolan and More's (2002) performance profile.

  Args:
    times: Float array [problems, solvers], infinite where a solver fails.
    taus: Float array [m], at least 1.

  Returns:
    Float array [m, solvers]: the share of problems that a solver solves in at
    most tau times what the fastest one takes.
  """
  times = np.asarray(times, np.float64)
  best = times.min(axis=1, keepdims=True)
  ratios = np.full(times.shape, np.inf)
  solved = np.isfinite(best[:, 0])
  ratios[solved] = times[solved] / best[solved]
  return np.mean(ratios[None] <= np.asarray(taus)[:, None, None], axis=1)
