# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of looking arguments up, and of checks of them."""

import io
import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

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


class KindTest(parameterized.TestCase):

  @parameterized.parameters(
      ("NUMBER", (1, -2.5, np.float32(3), True), ("1", None, [1], 1j, 10**400,
                                                  float("nan"), float("inf"),
                                                  -1e39)),
      ("BOOL", (True, False, np.bool_(True), 0, 1), ("no", None, 2, 1.0, [])),
      ("STRING", ("", "a"), (5, None, b"a")),
      ("PATH", ("a", pathlib.Path("a")), (5, None, b"a")),
      ("STREAM", (io.StringIO(),), (5, None, "stdout")))
  def test_kinds(self, name, good, bad):
    kind = getattr(optimizer_arguments, name)
    for value in good:
      optimizer_arguments.check("x", value, kind)
      optimizer_arguments.check("x", value, optimizer_arguments.optional(kind))
    for value in bad:
      with self.assertRaisesRegexp(
          ValueError, "^x must be {}, not ".format(kind.phrase)):
        optimizer_arguments.check("x", value, kind)
    optimizer_arguments.check("x", None, optimizer_arguments.optional(kind))

  def test_ranges_of_integers(self):
    from_one = optimizer_arguments.integer(1)
    optimizer_arguments.check("n", np.int64(1), from_one)
    with self.assertRaisesRegexp(ValueError, "n must be an integer from 1, no"):
      optimizer_arguments.check("n", 0, from_one)
    few = optimizer_arguments.integer(1, 3)
    for value in (0, 4, 2.0, "2"):
      with self.assertRaisesRegexp(
          ValueError, "n must be an integer from 1 to 3, not"):
        optimizer_arguments.check("n", value, few)

  def test_long_values_are_cut(self):
    with self.assertRaises(ValueError) as caught:
      optimizer_arguments.check("x", "9" * 10**6, optimizer_arguments.NUMBER)
    self.assertLess(len(str(caught.exception)), 300)

  def test_by_defaults(self):
    class Optimizer:

      def __init__(self, rate=0.5, steps=3, flag=True, size=(1, 2), name="O",
                   seed=None):
        # pylint: disable=unused-argument
        optimizer_arguments.check_all(
            Optimizer, locals(), steps=optimizer_arguments.integer(1),
            seed=optimizer_arguments.optional(optimizer_arguments.integer()))

    Optimizer()
    Optimizer(1, 2, False, "whatever", "P", 5)
    for name, value in (("rate", "1"), ("rate", None), ("steps", 2.5),
                        ("flag", "no"), ("name", 5), ("seed", "5")):
      with self.assertRaisesRegexp(ValueError, "^{} must be ".format(name)):
        Optimizer(**{name: value})


class CheckTest(parameterized.TestCase):

  @parameterized.parameters(((1, 2),), ([0.5, 0.5],), (("1e-3", 2),))
  def test_ranges(self, value):
    low, high = optimizer_arguments.checked_range("rates", value, 2)
    self.assertEqual((float(value[0]), float(value[1])), (low, high))

  @parameterized.parameters(
      ((0, 1),), ((2, 1),), ((-1, 1),), ((1, 3),), ((1,),), (5,), (None,),
      ("ab",), ((1, float("nan")),),
      ((1, 10**400),))
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
