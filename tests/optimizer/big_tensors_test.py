# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the hierarchical RNN's step on big tensors."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import big_tensors
from optimizer import hierarchical_rnn
from optimizer import row_blocks
from tests.optimizer import harness
from tests.optimizer import oracle

_SIZES = (3, 9, 2, 8, 4)


def _big_from(small_tensor, block_rows):
  """Patches what counts as a small tensor and as a block."""
  patch = tf.test.mock.patch.object
  return (patch(big_tensors, "_SMALL_TENSOR", small_tensor),
          patch(row_blocks, "_BLOCK_ROWS", block_rows))


class BigTensorsTest(tf.test.TestCase, parameterized.TestCase):

  def _build(self, options, thresholds, sizes=_SIZES, use_resource=True):
    """In the default graph: (optimizer, variables, fed gradients, step)."""
    tf.set_random_seed(1)
    rng = np.random.RandomState(0)
    optimizer = harness.hierarchical(
        level_sizes=[4, 5, 3], init_lr_range=(1e-2, 1e-2), **options)
    variables = [tf.Variable(np.float32(rng.randn(size)), name="v",
                             use_resource=use_resource) for size in sizes]
    feeds = [tf.placeholder(tf.float32, [size], "g") for size in sizes]
    small, block = _big_from(*thresholds)
    with small, block:
      step = optimizer.apply_gradients(zip(feeds, variables))
    return optimizer, variables, feeds, step

  @parameterized.parameters(
      ("mean", 100, True), ("last", 100, True), ("mean", 3, True),
      ("mean", 4, True), ("mean", 3, False))
  def test_big_tensors_apart_from_small_ones(self, global_input, block_rows,
                                             use_resource):
    with tf.Graph().as_default():
      optimizer, variables, feeds, step = self._build(
          {"global_input": global_input}, (5, block_rows),
          use_resource=use_resource)
      with tf.Session(config=harness.fast_config()) as session:
        session.run(tf.global_variables_initializer())
        theta = session.run(optimizer.meta_parameters.checkpoint_names())
        expected = oracle.HierarchicalRNN(
            theta, session.run(variables), init_lr=1e-2,
            global_input=global_input)
        rng = np.random.RandomState(1)
        for _ in range(4):
          gradients = [rng.randn(size) for size in _SIZES]
          session.run(step, dict(zip(feeds, gradients)))
          expected.step(gradients)
        for i, variable in enumerate(variables):
          self.assertAllClose(expected.params[i], session.run(variable),
                              atol=1e-5)
          self.assertAllClose(
              expected.states[i]["layer"],
              session.run(optimizer.get_slot(variable, "layer")), atol=1e-4)
        shared, = [variable for variable in tf.global_variables()
                   if "global_state" in variable.name]
        self.assertAllClose(expected.global_state, session.run(shared),
                            atol=1e-4)

  @parameterized.parameters(
      {"use_attention": True},
      {"use_attention": True, "dynamic_output_scale": False,
       "use_relative_lr": False},
      {"num_gradient_scales": 1, "use_grad_products": False},
      {"use_problem_lr_mean": False},
      {"skip_zero_gradients": True},
      {"step_limit_fraction": 0.02, "use_attention": True},
      {"step_limit_fraction": 0.02, "step_limit_excess": 1.0},
      {"step_limit_fraction": 0.02, "step_limit_excess": 1.5,
       "skip_zero_gradients": True, "rate_decay_after": 2.0},
      {"gradient_history_limit": 1.5, "gradient_history_spike_power": 0.5,
       "gradient_history_decay_power": 0.5},
      {"learnable_decay": False, "use_multiple_scale_decays": True})
  def test_options(self, **options):
    values = []
    for thresholds in ((100, 100), (5, 3)):
      with tf.Graph().as_default():
        optimizer, variables, feeds, step = self._build(options, thresholds)
        watched = variables + [optimizer.get_slot(variable, key)
                               for variable in variables
                               for key in optimizer.state_keys]
        with tf.Session(config=harness.fast_config()) as session:
          session.run(tf.global_variables_initializer())
          rng = np.random.RandomState(1)
          for _ in range(3):
            gradients = [rng.randn(*feed.shape.as_list()) for feed in feeds]
            if options.get("skip_zero_gradients"):
              gradients = [gradient * rng.randint(2, size=gradient.shape)
                           for gradient in gradients]
            session.run(step, dict(zip(feeds, gradients)))
          values.append(session.run(watched))
    self.assertAllClose(*values, rtol=1e-5, atol=1e-6)

  def test_three_levels_are_not_needed(self):
    for levels in ([4], [4, 5]):
      values = []
      for thresholds in ((100, 100), (5, 3)):
        with tf.Graph().as_default():
          tf.set_random_seed(1)
          variable = tf.Variable(tf.ones([8]), use_resource=True)
          small, block = _big_from(*thresholds)
          with small, block:
            step = hierarchical_rnn.HierarchicalRNN(
                levels, init_lr_range=(1e-2, 1e-2)).minimize(
                    tf.reduce_sum(tf.square(variable)))
          with tf.Session(config=harness.fast_config()) as session:
            session.run(tf.global_variables_initializer())
            session.run(step)
            values.append(session.run(variable))
      self.assertAllClose(*values)

  def test_a_graph_can_be_exported(self):
    with tf.Graph().as_default():
      _, variables, feeds, step = self._build({}, (5, 3))
      names = [item.name for item in variables + feeds]
      meta_graph = tf.train.export_meta_graph()
    with tf.Graph().as_default() as graph:
      tf.train.import_meta_graph(meta_graph)
      with tf.Session(config=harness.fast_config()) as session:
        session.run(tf.global_variables_initializer())
        variable, = [variable for variable in tf.global_variables()
                     if variable.name == names[1]]
        before = session.run(variable)
        session.run(graph.get_operation_by_name(step.name), {
            name: np.ones(graph.get_tensor_by_name(name).shape.as_list())
            for name in names[len(variables):]})
        self.assertNotAllClose(before, session.run(variable))

  def test_ops_for_each_big_tensor(self):
    counts = []
    for num_tensors in (2, 4):
      with tf.Graph().as_default() as graph:
        self._build({}, (5, 3), sizes=[9] * num_tensors)
        counts.append(len(graph.get_operations()))
    # Fourteen slots, each with its initializer, its reading and its writing.
    self.assertLess((counts[1] - counts[0]) / 2, 250)


if __name__ == "__main__":
  tf.test.main()
