# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests where training graphs are placed, for a GPU that need not exist."""

from absl.testing import parameterized
import tensorflow.compat.v1 as tf

from optimizer import pretrained
from tests.optimizer import harness

_CPU_ONLY = {
    "LookupTableFindV2": "tables are in the CPU's memory",
    "PrintV2": "prints strings, which GPUs do not have",
    "PyFunc": "calls Python, or the native step, which is for CPUs",
    "RandomShuffle": "has no kernel for GPUs",
    "RestoreV2": "reads files",
    "SparseSegmentMean": "has no kernel for GPUs in TensorFlow 1.15",
    "SparseSegmentSum": "has no kernel for GPUs in TensorFlow 1.15",
}


def _op_types(graph):
  """The types of all ops of a graph, those of its functions too."""
  graph_def = graph.as_graph_def()
  nodes = list(graph_def.node)
  for function in graph_def.library.function:
    nodes.extend(function.node_def)
  return set(node.op for node in nodes)


class DevicesTest(tf.test.TestCase, parameterized.TestCase):

  def _train(self, optimizer, device, use_resource):
    """Adds a step of variables on a device; returns the variables."""
    with tf.device(device):
      variables = harness.make_variables([[[1.0, 2.0]], [3.0]], use_resource)
      loss = tf.add_n([tf.reduce_sum(x * x) for x in variables])
    optimizer.minimize(loss)
    return variables

  @parameterized.parameters(False, True)
  def test_state_follows_the_variables(self, use_resource):
    with tf.Graph().as_default():
      optimizer = pretrained.load()
      self._train(optimizer, "/gpu:1", use_resource)
      state = optimizer.variables()
      self.assertNotEmpty(state)
      self.assertEqual(
          {"/device:GPU:1"}, set(variable.device for variable in state))

  @parameterized.parameters("shipped", *sorted(harness.OPTIMIZERS))
  def test_no_op_needs_a_cpu(self, name):
    with tf.Graph().as_default() as graph:
      make = harness.OPTIMIZERS.get(name, pretrained.load)
      self._train(make(), "/gpu:0", True)
      self.assertEqual(
          set(), set(op.name for op in graph.get_operations()
                     if op.device not in ("", "/device:GPU:0")))
      self.assertEmpty(_op_types(graph) & set(_CPU_ONLY))

  def test_the_slots_of_each_variable_are_beside_it(self):
    with tf.Graph().as_default():
      optimizer = pretrained.load()
      variables = [
          self._train(optimizer, device, True)[0]
          for device in ("/gpu:0", "/gpu:1")]
      devices = [[slot.device for slot in (
          optimizer.get_slot(variable, name)
          for name in optimizer.get_slot_names()) if slot is not None]
                 for variable in variables]
    for index, found in enumerate(devices):
      self.assertEqual({"/device:GPU:%d" % index}, set(found))


if __name__ == "__main__":
  tf.test.main()
