# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tensors that are made once per graph."""

import tensorflow.compat.v1 as tf


class GraphCache:
  """Tensors made once per graph, outside of every loop and compiled cluster.

  The matrix of a large problem is to be in the graph once, not once for every
  time the objective is built. Only the latest graph's tensors are kept, so
  that a problem does not keep all its past graphs in memory.
  """

  def __init__(self, make_fn):
    """Creates a cache.

    Args:
      make_fn: A function without arguments that makes the tensors.
    """
    self._make_fn = make_fn
    self._graph = None
    self._value = None

  def get(self):
    """Returns what `make_fn` made in the current graph."""
    # A tensor made inside a loop body could not be used outside it.
    with tf.init_scope():
      graph = tf.get_default_graph()
      if self._graph is not graph:
        self._value = self._make_fn()
        self._graph = graph
    return self._value


def constant_cache(*arrays):
  """Returns a `GraphCache` of constants, one list entry per NumPy array."""
  return GraphCache(lambda: [tf.constant(array) for array in arrays])
