# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks of the arguments that constructors of optimizers are given."""

import inspect
import numbers


_MAX_SIZE = 4096


def parameters(constructor):
  """The parameters of a class's constructor.

  Args:
    constructor: The class.

  Returns:
    (names, defaults): list of strings and dict from names to values; names is
    None if Python cannot tell, or if it takes any number of arguments.
  """
  known = list(inspect.signature(constructor).parameters.values())
  if any(each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
         for each in known):
    return None, {}
  return [each.name for each in known], {
      each.name: each.default for each in known
      if each.default is not each.empty}


def checked_range(name, value, largest=float("inf")):
  """Checks a pair of positive numbers.

  Args:
    name: String, what to call it.
    value: Anything.
    largest: Float, an upper bound.

  Returns:
    (low, high), floats with 0 < low <= high <= largest.

  Raises:
    ValueError: If it is not such a pair.
  """
  try:
    low, high = [float(each) for each in value]
    if 0 < low <= high <= largest and high < float("inf"):
      return low, high
  except (TypeError, ValueError):
    pass
  raise ValueError("{} must be (min, max) with 0 < min <= max{}, not "
                   "{!r}.".format(name, "" if largest == float("inf") else
                                  " <= {}".format(largest), value))


def check_sizes(name, sizes, most=None):
  """Checks the sizes of layers.

  Args:
    name: String, what to call them.
    sizes: Anything.
    most: Integer, how many there may be; by default any number.

  Raises:
    ValueError: If they are not positive integers, or absurdly large.
  """
  fits = isinstance(sizes, (list, tuple)) and 1 <= len(sizes) <= (
      most or len(sizes)) and all(
          isinstance(size, numbers.Integral) and 1 <= size <= _MAX_SIZE
          for size in sizes)
  if not fits:
    raise ValueError(
        "{} must be {}positive integers up to {} (the weights of a layer grow "
        "with its square), not {!r}.".format(
            name, "" if most is None else "one to {} ".format(most), _MAX_SIZE,
            sizes))
