# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of tensors that are made once for each graph."""

import numpy as np
import tensorflow.compat.v1 as tf

from problems import graph_cache


class GraphCacheTest(tf.test.TestCase):

  def test_makes_once_per_graph(self):
    cache = graph_cache.constant_cache(np.ones([2]))
    with tf.Graph().as_default() as graph:
      first = cache.get()
      self.assertIs(first[0], cache.get()[0])
      self.assertIs(graph, first[0].graph)
    with tf.Graph().as_default() as graph:
      self.assertIs(graph, cache.get()[0].graph)

  def test_first_use_may_be_in_a_loop(self):
    cache = graph_cache.constant_cache(np.float32([2]))
    with self.session() as session:
      doubled = tf.while_loop(lambda x: x[0] < 30, lambda x: x * cache.get()[0],
                              [tf.ones([1])])
      self.assertAllEqual([32], session.run(doubled))
      self.assertAllEqual([2], session.run(cache.get()[0]))


if __name__ == "__main__":
  tf.test.main()
