# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""How long unrolls are, and how their objectives are weighted."""

import numpy as np


def drawn_seed():
  """Draws a seed, for a run that was given none."""
  return int(np.random.RandomState().randint(2**31 - 1))


def sample_numiter(scale, min_steps=50, rng=None):
  """Draws a number of iterations: round(Exp(scale)) + min_steps.

  Args:
    scale: Float, mean of the exponential distribution.
    min_steps: Integer, the least number drawn.
    rng: `np.random.RandomState`, by default a new one.

  Returns:
    Integer.
  """
  rng = rng or np.random.RandomState()
  return int(np.round(rng.exponential(scale))) + min_steps


def sigmoid_weights(n, slope=0.1, offset=5):
  """Weights for the objectives of an unroll that rise along a sigmoid.

    w_i = sigmoid(slope (i - offset)) / sum_j sigmoid(slope (j - offset))

  Args:
    n: Integer, number of weights.
    slope: Float.
    offset: Float, where the sigmoid is at a half.

  Returns:
    float64 array [n] that sums to 1.
  """
  values = 1.0 / (1.0 + np.exp(-slope * (np.arange(n) - offset)))
  return values / values.sum()
