# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that C++ and Python have the same numbers."""

import os
import re

from absl.testing import absltest
import numpy as np

from optimizer import hierarchical_options
from optimizer import learning_rates
from optimizer.native import builder
from optimizer.stabilizers import gradient_history
from optimizer.stabilizers import sparse_steps
from optimizer.stabilizers import step_limit

_HEADER = os.path.join(os.path.dirname(os.path.abspath(builder.__file__)),
                       "constants.h")
_CONSTANTS = {
    "kMostScales": hierarchical_options.MAX_GRADIENT_SCALES,
    "kMinLogRate": learning_rates.MIN_LOG_LEARNING_RATE,
    "kHistoryWidth": gradient_history.WIDTH,
    "kShortDecay": gradient_history.SHORT_DECAY,
    "kLongDecay": gradient_history.LONG_DECAY,
    "kLeastGradient": gradient_history.LEAST_GRADIENT,
    "kMostGradient": gradient_history.MAX_GRADIENT,
    "kLogOfFirst": gradient_history.LOG_OF_FIRST,
    "kMostLogScale": gradient_history.MAX_LOG_SCALE,
    "kMostSpike": gradient_history.MAX_SPIKE,
    "kMostRaise": step_limit.MAX_RAISE,
    "kLeastFrequency": sparse_steps.LEAST_FREQUENCY,
}


class ConstantsTest(absltest.TestCase):

  def test_constants(self):
    with open(_HEADER) as stream:
      found = dict(re.findall(
          r"^const (?:int|float) (\w+) = ([-+.e\d]+)f?;$", stream.read(), re.M))
    self.assertEqual(
        {name: np.float32(value) for name, value in _CONSTANTS.items()},
        {name: np.float32(value) for name, value in found.items()})


if __name__ == "__main__":
  absltest.main()
