# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that drop-in steps repeat the recorded figures."""

from absl.testing import parameterized
import numpy as np
import tensorflow.compat.v1 as tf

from problems import problem_generator
from tests.optimizer import harness

_TOLERANCE = 1e-4


class DropInFidelityTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*harness.CONFIGURATIONS)
  def test_quadratic(self, name):
    figures = harness.reference(name)
    problem = problem_generator.Quadratic(6, random_seed=5)
    self._check(name, "quad", figures, problem, [], use_resource=False)

  @parameterized.parameters(*harness.CONFIGURATIONS)
  def test_network(self, name):
    figures = harness.reference(name)
    problem = problem_generator.FullyConnected(
        5, 2, hidden_sizes=(4, 3), activation=tf.nn.sigmoid)
    self._check(name, "mlp", figures, problem,
                [figures["mlp/data"], figures["mlp/labels"]],
                use_resource=True)

  def _check(self, name, prefix, figures, problem, data, use_resource):
    with tf.Graph().as_default():
      optimizer = harness.reference_optimizer(name)
      optimizer.skip_nonfinite = False
      variables = [
          tf.Variable(figures["%s/init/%d" % (prefix, i)],
                      use_resource=use_resource)
          for i in range(len(problem.param_shapes))]
      objective = problem.objective(variables, *data)
      step = optimizer.apply_gradients(
          zip(tf.gradients(objective, variables), variables))
      with tf.Session(config=harness.fast_config()) as session:
        session.run([variable.initializer for variable in
                     optimizer.meta_parameters.variables().values()])
        harness.load_meta_parameters(
            optimizer, {key[len("theta/"):]: figures[key] for key in figures
                        if key.startswith("theta/")}, session)
        # State starts from the meta-parameters, so it comes after them.
        meta_parameters = optimizer.meta_parameters.variables().values()
        session.run(tf.variables_initializer(
            [variable for variable in tf.global_variables()
             if all(variable is not other for other in meta_parameters)]))
        objectives, params = [], []
        for _ in range(20):
          objectives.append(session.run(objective))
          session.run(step)
          params.append(harness.flat(session.run(variables)))
    self.assertAllClose(figures[prefix + "/apply/objective"], objectives,
                        rtol=_TOLERANCE, atol=0)
    expected = figures[prefix + "/apply/params"]
    errors = (np.linalg.norm(params - expected, axis=1) /
              np.linalg.norm(expected, axis=1))
    self.assertLess(errors.max(), _TOLERANCE)


if __name__ == "__main__":
  tf.test.main()
