# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of looking arguments up, and of checks of them."""

from absl.testing import absltest
from absl.testing import parameterized

from optimizer import arguments as optimizer_arguments


class ArgumentsTest(parameterized.TestCase):

  def test_parameters(self):
    class Optimizer:

      def __init__(self, rate, sizes=(3, 4), name="O"):
        del rate, sizes, name

    self.assertEqual(
        (["rate", "sizes", "name"], {"sizes": (3, 4), "name": "O"}),
        optimizer_arguments.parameters(Optimizer))

  def test_parameters_that_nobody_can_list(self):
    class AnyNumber:

      def __init__(self, *args):
        del args

    class AnyName:

      def __init__(self, rate=1.0, **kwargs):
        del rate, kwargs

    for constructor in (AnyNumber, AnyName):
      self.assertIsNone(optimizer_arguments.parameters(constructor)[0])


class CheckTest(parameterized.TestCase):

  @parameterized.parameters(((1, 2),), ([0.5, 0.5],), (("1e-3", 2),))
  def test_ranges(self, value):
    low, high = optimizer_arguments.checked_range("rates", value, 2)
    self.assertEqual((float(value[0]), float(value[1])), (low, high))

  @parameterized.parameters(
      ((0, 1),), ((2, 1),), ((-1, 1),), ((1, 3),), ((1,),), (5,), (None,),
      ("ab",), ((1, float("nan")),))
  def test_what_is_no_range(self, value):
    with self.assertRaisesRegexp(ValueError, "rates must be .* max <= 2, not"):
      optimizer_arguments.checked_range("rates", value, 2)

  def test_ranges_are_finite(self):
    with self.assertRaisesRegexp(ValueError, "0 < min <= max, not .*inf"):
      optimizer_arguments.checked_range("rates", (1, float("inf")))

  def test_sizes(self):
    for sizes in ([1], (4096, 3), [5] * 9):
      optimizer_arguments.check_sizes("sizes", sizes)
    for sizes in ([], [0], [4097], [2.0], 3, "3", None):
      with self.assertRaisesRegexp(ValueError, "sizes must be positive int"):
        optimizer_arguments.check_sizes("sizes", sizes)
    optimizer_arguments.check_sizes("sizes", [2, 3], 2)
    with self.assertRaisesRegexp(ValueError, "must be one to 2 positive"):
      optimizer_arguments.check_sizes("sizes", [2, 3, 4], 2)


if __name__ == "__main__":
  absltest.main()
