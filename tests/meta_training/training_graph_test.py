# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the graph of the meta-parameters in training."""

import numpy as np
import tensorflow.compat.v1 as tf

from meta_training import training_graph
from meta_training import update_rules
from tests.meta_training import harness

_ADAM = harness.OPTIMIZER_SPECS["adam"]
_NAMES = ["log_learning_rate", "beta1_logit", "beta2_logit", "log_epsilon"]


def _built(rule=None, spec=_ADAM, seed=1):
  graph = training_graph.TrainingGraph(
      spec, rule or update_rules.RMSProp(), seed, "")
  graph.build(0.1, 5.0, None, {})
  return graph


def _initial(graph, fetch):
  with tf.Session(graph=graph.graph) as session:
    session.run(graph.initializer)
    return session.run(fetch)


class TrainingGraphTest(tf.test.TestCase):

  def test_initial_values(self):
    graph = _built()
    self.assertEqual(_NAMES, list(graph.shapes))
    rate, beta1, beta2, epsilon = _initial(graph, graph.values)
    self.assertAllClose(np.log(0.05), rate)
    self.assertAllClose([np.log(0.9 / 0.1), np.log(0.999 / 0.001)],
                        [beta1, beta2], rtol=1e-4)
    self.assertAllClose(np.log(1e-8), epsilon)
    self.assertAllEqual([0, 0, 1], _initial(graph, graph.position))

  def test_seed_decides_initial_values(self):
    spec = harness.OPTIMIZER_SPECS["coordinatewise"]
    graphs = [_built(spec=spec, seed=seed) for seed in (1, 1, 2)]
    first, again, other = [_initial(graph, graph.values) for graph in graphs]
    self.assertAllEqual(first, again)
    self.assertNotAllEqual(first, other)

  def test_what_is_saved(self):
    names = {"global_step", "run_state/position", "run_state/finite_updates"}
    for name in _NAMES:
      names.update("LOL/" + name + suffix
                   for suffix in ("", "/RMSProp", "/RMSProp_1"))
    graph = _built()
    self.assertEqual(
        names, set(variable.op.name for variable in graph.saved))
    averaged = _built(update_rules.RMSProp(averaging_decay=0.5))
    self.assertEqual(names | {"run_state/average"}, set(
        variable.op.name for variable in averaged.saved))
    self.assertIsNone(graph.average)

  def test_trained(self):
    self.assertEqual(_NAMES[1:3], _built(
        update_rules.Adam(train_only=["beta"])).trained)

  def test_counts_finite_updates(self):
    graph, nan = _built(), float("nan")
    with tf.Session(graph=graph.graph) as session:
      session.run([graph.initializer, graph.lease_initializer])
      for gradient, meta_objective, expected in (
          ([nan] * 4, 0.5, 0), ([nan, 1, nan, nan], 0.5, 1),
          ([1.0] * 4, nan, 1), ([0.0] * 4, 0.5, 2)):
        feeds = {graph.feeds["gradient"]: gradient,
                 graph.feeds["meta_objective"]: meta_objective}
        feeds.update(graph.lease.feeds)
        session.run(graph.update, feeds)
        self.assertEqual(expected, session.run(graph.finite_updates))


if __name__ == "__main__":
  tf.test.main()
