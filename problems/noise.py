# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Where the randomness of a problem's gradients comes from.

`Problem.gradients` takes its random numbers from an object with two methods,

    normal(shape):  float32 tensor of that static shape, N(0, 1) elements
    uniform(shape): float32 tensor of that static shape, U[0, 1) elements

and asks for them in a fixed order. A caller that has to build the same
step twice (to recompute it in a backward pass, say) hands in an object that
yields the same numbers both times. Other callers use `StatefulNoise`.
"""

import zlib

import tensorflow.compat.v1 as tf

MAX_SEED = 4294967295
"""Greatest seed of a `np.random.RandomState`."""


def derive_seed(seed, index):
  """Returns a seed for the `index`-th of several draws that share a seed.

  Two random ops of one graph with the same seed produce the same numbers, so
  tensors initialized from one seed must not all be given that seed itself.

  Args:
    seed: An int, or None.
    index: An int.

  Returns:
    An int in [0, 2^31), the same in every process and Python version; None if
    `seed` is None.
  """
  if seed is None:
    return None
  return zlib.crc32("{}/{}".format(seed, index).encode("ascii")) & 0x7fffffff


class StatefulNoise:
  """Noise from TensorFlow's stateful random ops.

  Every evaluation of a tensor draws anew. With a seed, the sequence of draws
  over the life of a session is reproducible.
  """

  def __init__(self, seed=None):
    """Creates a source of noise.

    Args:
      seed: An int, or None for unpredictable numbers (unless the graph itself
        has a seed).
    """
    self._seed = seed
    self._num_draws = 0

  def normal(self, shape):
    """Returns a float32 tensor of `shape` with N(0, 1) elements."""
    return tf.random.normal(shape, seed=self._next_seed())

  def uniform(self, shape):
    """Returns a float32 tensor of `shape` with U[0, 1) elements."""
    return tf.random.uniform(shape, seed=self._next_seed())

  def _next_seed(self):
    seed = derive_seed(self._seed, self._num_draws)
    self._num_draws += 1
    return seed
