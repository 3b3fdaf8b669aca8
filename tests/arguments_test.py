# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the twin modules that look arguments up."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import functools

from absl.testing import absltest
from absl.testing import parameterized

from optimizer import arguments as optimizer_arguments
from problems import problem_spec


class _WithNoise(object):

  def __init__(self, noise=None):
    self.noise = noise

  def draw(self, shape, noise=None):
    return shape, noise

  @staticmethod
  def static(noise):
    return noise


def _without(shape):
  return shape


class ArgumentsTest(parameterized.TestCase):

  @parameterized.parameters(optimizer_arguments, problem_spec)
  def test_takes(self, module):
    for function in (_WithNoise, _WithNoise().draw, _WithNoise.draw,
                     _WithNoise.static, lambda noise: noise):
      self.assertTrue(module.takes(function, "noise"), function)
    self.assertTrue(module.takes(_WithNoise().draw, "shape"))
    for function in (_without, _WithNoise, dict, len, lambda: 0,
                     lambda **noise: noise, functools.partial(_without, 3)):
      self.assertFalse(module.takes(function, "shap"), function)


if __name__ == "__main__":
  absltest.main()
