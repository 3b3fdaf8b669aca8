# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of problems described but not yet built."""

import functools
import pickle

import tensorflow.compat.v1 as tf

from problems import problem_generator
from problems import problem_spec


class _WithNoise:

  def __init__(self, noise=None):
    self.noise = noise

  def draw(self, shape, noise=None):
    return shape, noise

  @staticmethod
  def static(noise):
    return noise


def _without(shape):
  return shape


class TakesTest(tf.test.TestCase):

  def test_takes(self):
    for function in (_WithNoise, _WithNoise().draw, _WithNoise.draw,
                     _WithNoise.static, lambda noise: noise):
      self.assertTrue(problem_spec.takes(function, "noise"), function)
    self.assertTrue(problem_spec.takes(_WithNoise().draw, "shape"))
    for function in (_without, _WithNoise, dict, len, lambda: 0,
                     lambda **noise: noise, functools.partial(_without, 3)):
      self.assertFalse(problem_spec.takes(function, "shap"), function)


class SpecTest(tf.test.TestCase):

  def test_build_calls_with_arguments(self):
    spec = problem_spec.Spec(problem_generator.Norm, (4,), {"norm_power": 3.0})
    with tf.Graph().as_default():
      problem = spec.build()
    self.assertIsInstance(problem, problem_generator.Norm)
    self.assertEqual([(4, 1)], problem.param_shapes)
    self.assertEqual(3.0, problem.norm_power)

  def test_callables(self):
    spec = problem_spec.Spec.of
    self.assertEqual([_WithNoise, _without, len, dict], problem_spec.callables(
        spec(_WithNoise, spec(_without, 3), ["a", spec(len)], (spec(dict),))))
    self.assertEqual([], problem_spec.callables(_without))

  def test_of(self):
    self.assertEqual(
        problem_spec.Spec(problem_generator.Norm, (4,), {"norm_power": 3.0}),
        problem_spec.Spec.of(problem_generator.Norm, 4, norm_power=3.0))
    self.assertEqual(problem_spec.Spec(dict, (), {"callable": 1}),
                     problem_spec.Spec.of(dict, callable=1))
    with self.assertRaisesRegexp(TypeError, "as its first argument"):
      problem_spec.Spec.of()

  def test_builds_a_new_problem_each_time(self):
    spec = problem_spec.Spec(problem_generator.Quadratic, [2], {})
    self.assertIsNot(spec.build(), spec.build())

  def test_is_a_tuple(self):
    function, args, kwargs = problem_spec.Spec(dict, [], {"a": 1})
    self.assertIs(dict, function)
    self.assertEqual(((), {"a": 1}), (args, kwargs))
    self.assertEqual(problem_spec.Spec(dict, (), {"a": 1}),
                     problem_spec.Spec(dict, [], {"a": 1}))

  def test_does_not_share_the_callers_dict(self):
    kwargs = {"a": 1}
    spec = problem_spec.Spec(dict, (), kwargs)
    kwargs["a"] = 2
    self.assertEqual({"a": 1}, spec.build())

  def test_repr(self):
    inner = problem_spec.Spec(problem_generator.Quadratic, (5,), {})
    self.assertEqual("Quadratic(5)", repr(inner))
    spec = problem_spec.Spec(problem_generator.Rescale, (inner,), {"scale": 2})
    self.assertEqual("Rescale(Quadratic(5), scale=2)", repr(spec))
    spec = problem_spec.Spec(
        problem_generator.FullyConnected, (3, 2),
        {"hidden_sizes": [4], "activation": tf.nn.relu})
    self.assertEqual("FullyConnected(3, 2, activation=relu, hidden_sizes=[4])",
                     repr(spec))

  def test_names(self):
    class Maker:

      def __call__(self):
        return problem_generator.Bowl(0.1)

    bowl = functools.partial(problem_generator.Bowl, 5.0)
    for function, name in ((problem_generator.Bowl, "Bowl"), (bowl, "Bowl"),
                           (functools.partial(bowl, angle=1.0), "Bowl"),
                           (_without, "_without"), (Maker(), "Maker")):
      self.assertEqual(name, problem_spec.Spec(function).name)

  def test_pickles(self):
    spec = problem_spec.Spec(problem_generator.Bowl, (0.1,), {"angle": 1.0})
    self.assertEqual(spec, pickle.loads(pickle.dumps(spec)))

  def test_refuses_what_cannot_be_called(self):
    with self.assertRaisesRegexp(TypeError, "'Quadratic'"):
      problem_spec.Spec("Quadratic", (), {})


if __name__ == "__main__":
  tf.test.main()
