# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the load of a parameter server, with one that runs."""

import tensorflow.compat.v1 as tf

from benchmarks import cluster_load


class ClusterLoadTest(tf.test.TestCase):

  def test_client(self):
    with cluster_load.Tasks("client", 1) as tasks:
      load = tasks.measure(2.0, 0.0)
    # An update sends 8,349 floats at least.
    self.assertGreater(load.bytes_per_update, 4 * 8349)
    self.assertGreater(load.updates_per_second, 0.0)
    self.assertGreater(load.server_seconds, 0.0)
    self.assertGreater(load.worker_seconds, 0.0)


if __name__ == "__main__":
  tf.test.main()
