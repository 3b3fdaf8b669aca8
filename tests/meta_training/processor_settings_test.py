# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the settings that programs choose."""

import os
import subprocess
import sys

import tensorflow.compat.v1 as tf

from meta_training import processor_settings

_PROGRAM = """
import importlib, os
import tensorflow.compat.v1 as tf
importlib.import_module("{}").use_fast_settings()
with tf.Session() as session:
  metadata = tf.RunMetadata()
  session.run(tf.random.uniform([1000]), options=tf.RunOptions(
      trace_level=tf.RunOptions.FULL_TRACE), run_metadata=metadata)
print(sorted(set(
    memory.allocator_name for device in metadata.step_stats.dev_stats
    for node in device.node_stats for memory in node.memory)),
      os.environ["XLA_FLAGS"])
""".format(processor_settings.__name__)


class ProcessorSettingsTest(tf.test.TestCase):

  def _run(self, **settings):
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    for name in ("TF_CPU_ALLOCATOR_USE_BFC", "XLA_FLAGS"):
      environment.pop(name, None)
    environment.update(settings)
    return subprocess.check_output(
        [sys.executable, "-W", "ignore", "-c", _PROGRAM], env=environment,
        universal_newlines=True).strip()

  def test_settings(self):
    output = self._run()
    self.assertIn("bfc", output)
    self.assertIn("--xla_cpu_multi_thread_eigen=false", output)

  def test_the_environment_has_its_way(self):
    self.assertEqual(
        "['cpu'] --xla_cpu_enable_fast_math=false",
        self._run(TF_CPU_ALLOCATOR_USE_BFC="false",
                  XLA_FLAGS="--xla_cpu_enable_fast_math=false"))


if __name__ == "__main__":
  tf.test.main()
