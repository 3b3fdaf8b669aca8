# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a comparison measures, from curves of the objective.

A curve is an array f_0, f_1, ..., f_{N-1}: the objective, on all rows of the
data, before each of N steps. From the first value that is not finite on it is
infinite.
"""

import numpy as np

# Speed-ups are followed up to this one.
BOUND = 5

# Losses this close, relative to the loss at the start, are one: float32 tells
# no more apart.
_RESOLUTION = 1e-6


def window(num_steps):
  """How many values smoothing averages: 1% of the steps, at least 10."""
  return min(num_steps, max(10, num_steps // 100))


def final_loss(curve):
  """The smoothed loss at the end: the mean of the last `window` values.

  Args:
    curve: float32 array [N].

  Returns:
    Float, infinite if the run ended early.
  """
  return float(np.mean(curve[-window(len(curve)):], dtype=np.float64))


def tolerance(curve):
  """Float, the difference between losses that does not count."""
  return _RESOLUTION * abs(float(curve[0]))


def has_diverged(curve):
  """Whether the loss is not finite, or ends up above where it started."""
  return not final_loss(curve) <= float(curve[0]) + tolerance(curve)


def steps_to_reach(curve, target, width):
  """How many steps it takes until the smoothed loss is at most the target.

  Args:
    curve: float32 array [N].
    target: Float.
    width: Integer, how many values up to the present one are averaged (as many
      as there are, before).

  Returns:
    Integer, or infinity if the loss never gets there.
  """
  finite = curve[:np.argmin(np.isfinite(curve))
                 if not np.isfinite(curve[-1]) else len(curve)]
  sums = np.concatenate([[0.0], np.cumsum(finite, dtype=np.float64)])
  ends = np.arange(1, len(finite) + 1)
  starts = np.maximum(ends - width, 0)
  reached = (sums[ends] - sums[starts]) / (ends - starts) <= target
  return int(np.argmax(reached)) + 1 if reached.any() else float("inf")


def speed_up(curve, adam_curve):
  """How many times fewer steps than Adam's lead to the same loss.

  Args:
    curve: float32 array [N], of the optimizer in question.
    adam_curve: float32 array [up to BOUND * N], of Adam from the same start.

  Returns:
    Float: steps that Adam needs to get to the final loss of `curve`, divided
    by N. 0 if `curve` has diverged, infinity if Adam never gets there.
  """
  if has_diverged(curve):
    return 0.0
  return steps_to_reach(
      adam_curve, final_loss(curve) + tolerance(curve),
      window(len(curve))) / float(len(curve))


def bounded(value):
  """A speed-up as it enters medians: never above `BOUND`."""
  return min(value, float(BOUND))


def is_no_worse(curves, other_curves):
  """Whether the median final loss is at most that of another optimizer.

  Args:
    curves: float32 array [seeds, N].
    other_curves: float32 array [seeds, N], from the same starts.

  Returns:
    Bool. A diverged run counts as infinitely bad.
  """
  return median_loss(curves) <= median_loss(other_curves) + np.median(
      [tolerance(curve) for curve in curves])


def median_loss(curves):
  """Median over runs of the final loss, those that diverged at infinity."""
  return float(np.median([
      float("inf") if has_diverged(curve) else final_loss(curve)
      for curve in curves]))
