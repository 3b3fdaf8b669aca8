# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of finding meta-parameters that are not finite."""

import collections

from absl.testing import absltest
import numpy as np

from meta_training import finite_values

_SHAPES = collections.OrderedDict(
    [("rate", []), ("matrix", [2, 2]), ("bias", [2])])


class FiniteValuesTest(absltest.TestCase):

  def test_others(self):
    values = np.arange(7, dtype=np.float32)
    self.assertEqual([], finite_values.others(values, _SHAPES))
    values[3] = np.nan
    self.assertEqual(["matrix"], finite_values.others(values, _SHAPES))
    values[0], values[6] = np.inf, -np.inf
    self.assertEqual(["rate", "matrix", "bias"],
                     finite_values.others(values, _SHAPES))

  def test_error_says_where(self):
    error = finite_values.NonFiniteError(7, ["rate", "bias"], "a/model.ckpt-5")
    self.assertIsInstance(error, ValueError)
    self.assertIn("After update 7 these meta-parameters are not finite: rate, "
                  "bias. ", str(error))
    self.assertIn("the last checkpoint is 'a/model.ckpt-5'", str(error))


if __name__ == "__main__":
  absltest.main()
