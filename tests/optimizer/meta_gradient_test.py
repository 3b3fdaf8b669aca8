# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the meta-gradient against differences of the meta-objective."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import learning_rate_schedule
from problems import problem_generator
from tests.optimizer import harness

_STEPS = 6


def _problem(is_sparse=False):
  """Two tensors; third and mixed derivatives of it are not zero."""
  problem = problem_generator.SumTask([
      problem_generator.Quadratic(3, random_seed=2),
      problem_generator.Rescale(
          problem_generator.LogSumExp(), 2.0)])
  if is_sparse:
    problem = problem_generator.SparseProblem(problem, 0.4)
  return harness.start_at(problem, [
      np.float32([[1.0], [-0.5], [2.0]]), np.float32([1.5, -0.7])])


def _unit(parts):
  """Scales a dict of arrays so that together they have norm 1."""
  norm = np.linalg.norm(harness.flat(parts.values()))
  return {name: np.float32(part / max(norm, 1e-12))
          for name, part in parts.items()}


class FiniteDifferencesTest(tf.test.TestCase, parameterized.TestCase):

  def _check(self, make_optimizer, tolerance=5e-3, step=1e-2,
             is_sparse=False, least=1e-2):
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      optimizer = make_optimizer()
      unroll = harness.Unroll(optimizer, _problem(is_sparse),
                              noise_seed=tf.constant([5, 6]))
      with tf.Session(config=harness.fast_config()) as session:
        session.run(tf.global_variables_initializer())
        theta = harness.perturb(optimizer, session, 0.1)
        gradients = unroll.run(session, _STEPS).gradients
        norm = np.linalg.norm(harness.flat(gradients.values()))
        self.assertGreater(norm, least)

        def objective(direction, distance):
          harness.load_meta_parameters(optimizer, {
              name: theta[name] + distance * direction[name]
              for name in theta}, session)
          return float(unroll.run(session, _STEPS).metaobj)

        for direction in self._directions(theta, gradients):
          # The central difference, extrapolated from two of them.
          wide, narrow = [
              (objective(direction, h) - objective(direction, -h)) / (2 * h)
              for h in (2 * step, step)]
          expected = sum(np.sum(direction[name] * gradients[name])
                         for name in theta)
          self.assertAllClose(expected / norm, (4 * narrow - wide) / 3 / norm,
                              rtol=0, atol=tolerance)

  def _directions(self, theta, gradients):
    """The gradient's own, and one for every fourth meta-parameter alone."""
    yield _unit(gradients)
    for chosen in list(theta)[::4]:
      yield _unit({name: gradients[name] if name == chosen else
                  np.zeros_like(gradients[name]) for name in theta})
    rng = np.random.RandomState(1)
    for _ in range(2):
      yield _unit({name: rng.randn(*gradients[name].shape) for name in theta})

  @parameterized.parameters(*sorted(harness.OPTIMIZERS))
  def test_plain_objective(self, name):
    step = {"global": 1e-3, "schedule": 1e-3}.get(name, 1e-2)
    options = {"use_log_objective": False} if name == "hierarchical" else {}
    self._check(lambda: harness.OPTIMIZERS[name](**options), step=step)

  def test_log_objective(self):
    self._check(harness.OPTIMIZERS["hierarchical"])

  def test_log_objective_with_numerator_epsilon(self):
    self._check(lambda: harness.OPTIMIZERS["adam"](
        use_log_objective=True, use_numerator_epsilon=True))

  def test_attention(self):
    self._check(
        lambda: harness.OPTIMIZERS["hierarchical"](use_attention=True))

  @parameterized.parameters(
      (harness.stabilized, False, True), (harness.stabilized, True, False),
      (harness.shipped, True, True), (harness.shipped, False, False))
  def test_stabilized(self, make_optimizer, use_attention, is_sparse):
    # Steps of what is shipped are small.
    self._check(lambda: make_optimizer(use_attention=use_attention),
                is_sparse=is_sparse,
                least=1e-3 if make_optimizer is harness.shipped else 1e-2)

  @parameterized.parameters(True, False)
  def test_sparse_gradients(self, skip_zero_gradients):
    self._check(lambda: harness.OPTIMIZERS["hierarchical"](
        skip_zero_gradients=skip_zero_gradients), is_sparse=True)


class SecondDerivativesTest(tf.test.TestCase, parameterized.TestCase):

  def _by_hand(self, problem, rates, second_derivatives, start):
    """Gradient descent on a quadratic: d sum(f_t) / d rates[t]."""
    w, y = np.float64(problem.w), np.float64(problem.y)
    x = np.float64(start)
    slopes = np.zeros([len(rates)] + list(x.shape))
    total = np.zeros([len(rates)])
    for t in range(len(rates)):
      gradient = w.T.dot(w.dot(x) - y)
      total += [np.sum(gradient * slope) for slope in slopes]
      if second_derivatives:
        slopes -= rates[t] * np.array([w.T.dot(w.dot(s)) for s in slopes])
      slopes[t] -= gradient
      x = x - rates[t] * gradient
    return total

  @parameterized.parameters(
      *[(second, recompute) for second in (True, False)
        for recompute in (True, False)])
  def test_by_hand(self, second_derivatives, recompute):
    problem = problem_generator.Quadratic(3, random_seed=2)
    start = np.float32([[1.0], [-0.5], [2.0]])
    harness.start_at(problem, [start])
    rates = [0.03, 0.06, 0.01, 0.02, 0.05]
    with tf.Graph().as_default():
      tf.set_random_seed(1)
      optimizer = learning_rate_schedule.LearningRateSchedule(
          n_steps=5, use_second_derivatives=second_derivatives)
      unroll = harness.Unroll(optimizer, problem, recompute=recompute)
      with tf.Session(config=harness.fast_config()) as session:
        session.run(tf.global_variables_initializer())
        harness.load_meta_parameters(
            optimizer, {"LOL/learning_rates": rates}, session)
        result = unroll.run(session, 5, weights=np.ones([5]))
    expected = self._by_hand(problem, rates, second_derivatives, start)
    self.assertAllClose(
        expected / (result.objectives[0] + 1e-6),
        result.gradients["LOL/learning_rates"], rtol=1e-5, atol=1e-6)

  def test_switched_off_is_something_else(self):
    gradients = []
    for second_derivatives in (True, False):
      with tf.Graph().as_default():
        tf.set_random_seed(1)
        optimizer = harness.OPTIMIZERS["hierarchical"](
            use_second_derivatives=second_derivatives)
        unroll = harness.Unroll(optimizer, _problem())
        with tf.Session(config=harness.fast_config()) as session:
          session.run(tf.global_variables_initializer())
          harness.load_meta_parameters(optimizer, {
              name: np.sin(np.arange(variable.shape.num_elements())).reshape(
                  variable.shape.as_list()) for name, variable in
              optimizer.meta_parameters.checkpoint_names().items()}, session)
          result = unroll.run(session, _STEPS)
          gradients.append(harness.flat(result.gradients.values()))
    self.assertGreater(harness.relative_error([gradients[1]], [gradients[0]]),
                       1e-2)


if __name__ == "__main__":
  tf.test.main()
