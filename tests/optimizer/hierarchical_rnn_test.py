# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the hierarchical RNN against NumPy, and of its options."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from tests.optimizer import oracle
from tests.optimizer import oracle_check

_SHAPES = {
    "LOL/update_weights": [10, 1],
    "LOL/scl_decay_weights": [10, 1],
    "LOL/scl_decay_bias": [1],
    "LOL/inp_decay_weights": [10, 1],
    "LOL/inp_decay_bias": [1],
    "LOL/learning_rate_weights": [10, 1],
    "LOL/learning_rate_bias": [1],
    "LOL/Level0_RNN/init_vector": [1, 10],
    "LOL/Level1_RNN/init_vector": [1, 20],
    "LOL/Level2_RNN/init_vector": [1, 20],
    "LOL/PerTensor/Layer0_RNN/Param/Affine/Matrix": [20, 30],
    "LOL/PerTensor/Layer0_RNN/Param/Affine/Bias": [30],
    "LOL/PerTensor/Layer0_RNN/Global/Affine/Matrix": [20, 30],
    "LOL/PerTensor/Layer0_RNN/Global/Affine/Bias": [30],
    "LOL/PerTensor/Layer0_RNN/BiasGRUCell/gates/Affine/Matrix": [22, 20],
    "LOL/PerTensor/Layer0_RNN/BiasGRUCell/gates/Affine/Bias": [20],
    "LOL/PerTensor/Layer0_RNN/BiasGRUCell/candidate/Affine/Matrix": [22, 10],
    "LOL/PerTensor/Layer0_RNN/BiasGRUCell/candidate/Affine/Bias": [10],
    "LOL/PerTensor/Layer1_RNN/Affine/Matrix": [20, 60],
    "LOL/PerTensor/Layer1_RNN/Affine/Bias": [60],
    "LOL/PerTensor/Layer1_RNN/BiasGRUCell/gates/Affine/Matrix": [42, 40],
    "LOL/PerTensor/Layer1_RNN/BiasGRUCell/gates/Affine/Bias": [40],
    "LOL/PerTensor/Layer1_RNN/BiasGRUCell/candidate/Affine/Matrix": [42, 20],
    "LOL/PerTensor/Layer1_RNN/BiasGRUCell/candidate/Affine/Bias": [20],
    "LOL/PerTensor/GradsToDelta/Matrix": [4, 1],
    "LOL/PerTensor/learning_rate_momentum_logit": [],
    "LOL/PerTensor/param_stepsize_offset": [],
    "LOL/Layer2_RNN/BiasGRUCell/gates/Affine/Matrix": [40, 40],
    "LOL/Layer2_RNN/BiasGRUCell/gates/Affine/Bias": [40],
    "LOL/Layer2_RNN/BiasGRUCell/candidate/Affine/Matrix": [40, 20],
    "LOL/Layer2_RNN/BiasGRUCell/candidate/Affine/Bias": [20],
}

_ATTENTION_SHAPES = {
    "LOL/attention_weights": [10, 1],
    "LOL/PerTensor/GradsToAttnDelta/Matrix": [4, 1],
}


class OracleTest(tf.test.TestCase, parameterized.TestCase):

  def _check(self, options, oracle_options, use_resource=True):
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      optimizer = hierarchical_rnn.HierarchicalRNN(
          init_lr_range=(1e-2, 1e-2), **options)
      oracle_check.check(
          self, optimizer,
          lambda theta, starts: oracle_check.Densified(oracle.HierarchicalRNN(
              theta, starts, init_lr=1e-2, **oracle_options)),
          use_resource, tolerance=2e-4)

  @parameterized.parameters(True, False)
  def test_defaults(self, use_resource):
    self._check({}, {}, use_resource)

  def test_one_level(self):
    self._check({"level_sizes": [10]}, {"levels": 1}, use_resource=False)

  def test_two_levels(self):
    self._check({"level_sizes": [10, 20]}, {"levels": 2})

  def test_attention(self):
    self._check({"use_attention": True}, {})

  def test_global_level_sees_the_last_tensor(self):
    self._check({"global_input": "last"}, {"global_input": "last"})

  @parameterized.parameters(True, False)
  def test_elements_without_a_gradient_sit_out(self, use_resource):
    self._check({"skip_zero_gradients": True}, {"skip_zeros": True},
                use_resource)

  @parameterized.parameters(
      ({"level_sizes": [10]}, {"levels": 1}),
      ({"level_sizes": [10, 20]}, {"levels": 2}),
      ({"use_attention": True}, {}),
      ({"use_problem_lr_mean": False}, {"problem_mean": False}),
      ({"dynamic_output_scale": False, "use_relative_lr": False},
       {"dynamic_scale": False, "relative_lr": False}))
  def test_sitting_out_with_other_options(self, options, oracle_options):
    self._check(dict(options, skip_zero_gradients=True),
                dict(oracle_options, skip_zeros=True))

  def test_nothing_moves_without_a_gradient(self):
    for skip in (True, False):
      with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(1)
        optimizer = hierarchical_rnn.HierarchicalRNN(skip_zero_gradients=skip)
        table = tf.Variable(tf.ones([4, 3]), use_resource=True)
        looked_up = tf.nn.embedding_lookup(table, [1, 1, 3])
        step = optimizer.minimize(tf.reduce_sum(looked_up**2))
        session.run(tf.global_variables_initializer())
        watched = [table] + [optimizer.get_slot(table, key)
                             for key in ("parameter", "ms1")]
        before = session.run(watched)
        for _ in range(3):
          session.run(step)
        for old, new in zip(before, session.run(watched)):
          moved = np.any((old != new).reshape([4, -1]), axis=1)
          self.assertAllEqual([not skip, True, not skip, True], moved)

  def test_other_sizes_and_all_features(self):
    self._check(
        {"level_sizes": (3, 7, 5), "num_gradient_scales": 3,
         "use_problem_lr_mean": False, "use_extreme_indicator": True,
         "use_lr_shortcut": True, "use_multiple_scale_decays": True},
        {"scales": 3, "problem_mean": False, "extreme": True,
         "lr_shortcut": True, "multiple_scale": True})

  def test_fixed_scale_and_decays(self):
    self._check(
        {"dynamic_output_scale": False, "use_relative_lr": False,
         "learnable_decay": False, "use_gradient_shortcut": False},
        {"dynamic_scale": False})

  def test_scaled_gradients_alone(self):
    self._check(
        {"use_grad_products": False, "use_log_means_squared": False,
         "use_relative_lr": False, "learnable_inp_decay": False},
        {"products": False, "log_means": False, "relative_lr": False})

  def test_one_timescale_and_a_low_ceiling(self):
    self._check({"num_gradient_scales": 1, "max_log_lr": -4.6},
                {"scales": 1, "max_log_lr": -4.6})


class GraphSizeTest(tf.test.TestCase):

  def test_ops_for_each_tensor(self):
    counts = []
    for num_tensors in (2, 4):
      with tf.Graph().as_default() as graph:
        optimizer = hierarchical_rnn.HierarchicalRNN()
        variables = [tf.Variable(tf.zeros([5, 4]), use_resource=True)
                     for _ in range(num_tensors)]
        gradients = [tf.ones([5, 4]) for _ in variables]
        before = len(graph.get_operations())
        optimizer.apply_gradients(zip(gradients, variables))
        counts.append(len(graph.get_operations()) - before)
    # Fourteen slots, each with its initializer, its reading and its writing.
    self.assertLess((counts[1] - counts[0]) / 2, 400)


class ConstructorTest(tf.test.TestCase, parameterized.TestCase):

  def _names(self, **options):
    with tf.Graph().as_default():
      optimizer = hierarchical_rnn.HierarchicalRNN(**options)
      variables = optimizer.meta_parameters.checkpoint_names()
      self.assertEqual([], tf.trainable_variables())
      self.assertEqual(list(variables),
                       [variable.op.name for variable in variables.values()])
      return {name: variable.shape.as_list()
              for name, variable in variables.items()}

  def test_checkpoint_names(self):
    self.assertEqual(_SHAPES, self._names())

  def test_checkpoint_names_with_attention(self):
    self.assertEqual(dict(_SHAPES, **_ATTENTION_SHAPES),
                     self._names(use_attention=True))

  def test_options_that_do_without_meta_parameters(self):
    names = self._names(learnable_rnn_init=False, learnable_decay=False,
                        use_gradient_shortcut=False)
    gone = set(_SHAPES) - set(names)
    self.assertEqual(
        ["LOL/Level0_RNN/init_vector", "LOL/Level1_RNN/init_vector",
         "LOL/Level2_RNN/init_vector", "LOL/PerTensor/GradsToDelta/Matrix",
         "LOL/inp_decay_bias", "LOL/inp_decay_weights",
         "LOL/scl_decay_bias", "LOL/scl_decay_weights"], sorted(gone))

  def test_initial_values(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = hierarchical_rnn.HierarchicalRNN()
      session.run(tf.global_variables_initializer())
      values = session.run(optimizer.meta_parameters.checkpoint_names())
    for name, value in values.items():
      if name.endswith("gates/Affine/Bias"):
        expected = 2.2
      elif name == "LOL/scl_decay_bias":
        expected = 3.2
      elif name == "LOL/inp_decay_bias":
        expected = 2.2
      elif name.endswith("learning_rate_momentum_logit"):
        expected = 3.2
      elif name.endswith("param_stepsize_offset"):
        expected = -1.0
      elif name.endswith("Bias") or name.startswith("LOL/learning_rate"):
        expected = 0.0
      else:
        continue
      self.assertAllClose(np.full(value.shape, expected), value)
    for name, mean, stddev in (
        ("LOL/PerTensor/Layer1_RNN/BiasGRUCell/gates/Affine/Matrix", 0.0,
         0.5 * 42**-0.5),
        ("LOL/PerTensor/Layer1_RNN/Affine/Matrix", 0.0, 0.5 * 20**-0.5),
        ("LOL/Layer2_RNN/BiasGRUCell/candidate/Affine/Matrix", 0.0,
         0.5 * 40**-0.5)):
      self.assertAllClose(mean, values[name].mean(), atol=0.02)
      self.assertAllClose(stddev, values[name].std(), rtol=0.1)
    shortcut = values["LOL/PerTensor/GradsToDelta/Matrix"]
    self.assertAllInRange(shortcut, 0.25 - 0.25, 0.25 + 0.25)
    vector = values["LOL/Level2_RNN/init_vector"]
    self.assertAllInRange(vector, -1.0, 1.0)
    self.assertGreater(vector.std(), 0.3)

  def test_initial_learning_rates(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = hierarchical_rnn.HierarchicalRNN(init_lr_range=(1e-6, 1e-2))
      states = [optimizer._initialize_state(tf.zeros([2000]))
                for _ in range(20)]
      session.run(tf.global_variables_initializer())
      rates = np.stack(session.run(
          [state["log_learning_rate"] for state in states]))[:, :, 0]
    low, high = np.log(1e-6), np.log(1e-2)
    self.assertAllInRange(rates, low - 1e-4, high + 1e-4)
    # A draw per element and one per tensor, each from half of the range.
    half = (high - low) / 2
    self.assertAllClose(np.full([20], half / 12**0.5), rates.std(axis=1),
                        rtol=0.1)
    offsets = rates.mean(axis=1)
    self.assertAllInRange(offsets, low + half / 2 - 0.2,
                          high - half / 2 + 0.2)
    self.assertGreater(offsets.std(), 0.5)

  def test_initial_learning_rates_are_clipped(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = hierarchical_rnn.HierarchicalRNN(
          init_lr_range=(1e-30, 1e-10))
      x = tf.Variable(tf.zeros([500]))
      optimizer.apply_gradients([(tf.ones([500]), x)])
      session.run(tf.global_variables_initializer())
      rates = session.run(optimizer.get_slot(x, "log_learning_rate"))
    self.assertAllInRange(rates, -33.0, np.log(1e-10) + 1e-4)

  def test_initial_states_without_learned_ones(self):
    with tf.Graph().as_default(), self.session() as session:
      optimizer = hierarchical_rnn.HierarchicalRNN(learnable_rnn_init=False)
      x = tf.Variable([1.0, 2.0])
      optimizer.apply_gradients([(tf.ones([2]), x)])
      session.run(tf.global_variables_initializer())
      for key, shape in (("parameter", (2, 10)), ("layer", (1, 20))):
        value = session.run(optimizer.get_slot(x, key))
        self.assertEqual(shape, value.shape)
        self.assertAllInRange(value, -1.0, 1.0)
        self.assertTrue(np.all(value != 0.0))


if __name__ == "__main__":
  tf.test.main()
