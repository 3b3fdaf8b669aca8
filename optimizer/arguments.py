# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks of the arguments that constructors of optimizers are given."""

import collections
import inspect
import numbers
import os

import numpy as np

_MAX_SIZE = 4096
_LARGEST = float(np.finfo(np.float32).max)

Kind = collections.namedtuple("Kind", "phrase, types, fits")
"""What an argument may be.

Attributes:
  phrase: String that completes "must be ...".
  types: Type or tuple of types.
  fits: Function of a value of these types, whether it will do; by default all
    of them will.
"""
Kind.__new__.__defaults__ = (lambda value: True,)


def number(phrase="a number", fits=lambda value: True):
  """The `Kind` of real numbers that are finite in float32 and that fit."""
  return Kind(phrase, numbers.Real,
              lambda value: abs(value) <= _LARGEST and fits(value))


def integer(least=None, most=None):
  """The `Kind` of integers from the one to the other, both included."""
  phrase = "an integer" + "".join(
      " {} {}".format(word, bound)
      for word, bound in (("from", least), ("to", most)) if bound is not None)
  return Kind(phrase, numbers.Integral, lambda value: (
      (least is None or least <= value) and (most is None or value <= most)))


def optional(kind):
  """The `Kind` of what is of another kind, or None."""
  return Kind(kind.phrase + " or None", object,
              lambda value: value is None or _is_of(value, kind))


NUMBER = number()
# Of numpy too, and 0 and 1, which JSON and flags may have made of them.
BOOL = Kind("True or False", (bool, np.bool_, numbers.Integral),
            lambda value: value in (0, 1))
SEED = optional(integer(-2**63, 2**63 - 1))
STRING = Kind("a string", str)
PATH = Kind("a path, as a string or pathlib.Path", (str, os.PathLike))
STREAM = Kind("a stream such as sys.stdout", object,
              lambda value: callable(getattr(value, "write", None)))

_KINDS_OF_DEFAULTS = ((bool, BOOL), (numbers.Real, NUMBER), (str, STRING))


def check(name, value, kind):
  """Checks an argument.

  Args:
    name: String, what to call it.
    value: Anything.
    kind: `Kind` that it should be of.

  Raises:
    ValueError: If it is not; it names the argument.
  """
  if not _is_of(value, kind):
    raise ValueError("{} must be {}, not {:.200}.".format(
        name, kind.phrase, repr(value)))


def check_all(constructor, values, **kinds):
  """Checks the arguments of a constructor by its defaults.

  What has True or False, a number or a string as its default must be such a
  thing; other arguments are checked only if their kinds are given. Those of a
  base class that `values` lacks are left to its constructor.

  Args:
    constructor: The class.
    values: Mapping from names to values, such as `locals()`.
    **kinds: `Kind` by name, where the default says too little.

  Raises:
    ValueError: For the first argument that is not of its kind.
  """
  names, defaults = parameters(constructor)
  for name in names or ():
    fitting = [kind for types, kind in _KINDS_OF_DEFAULTS
               if isinstance(defaults.get(name), types)]
    if name in values and (name in kinds or fitting):
      check(name, values[name], kinds.get(name) or fitting[0])


def _is_of(value, kind):
  return isinstance(value, kind.types) and kind.fits(value)


def parameters(constructor):
  """The parameters of a class's constructor.

  What it takes as **base_options are those of the base class's constructor that
  have defaults.

  Args:
    constructor: The class.

  Returns:
    (names, defaults): list of strings and dict from names to values; names is
    None if Python cannot tell, or if it takes any number of arguments.
  """
  known = list(inspect.signature(constructor).parameters.values())
  inherited = {}
  if known and (known[-1].kind, known[-1].name) == (
      inspect.Parameter.VAR_KEYWORD, "base_options"):
    known.pop()
    inherited = parameters(_base(constructor))[1]
  if any(each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
         for each in known):
    return None, {}
  names = [each.name for each in known]
  defaults = {each.name: each.default for each in known
              if each.default is not each.empty}
  return (names + [name for name in inherited if name not in names],
          dict(inherited, **defaults))


def _base(constructor):
  """The class whose constructor that of a class calls."""
  own, base = [cls for cls in constructor.__mro__
               if "__init__" in vars(cls)][:2]
  del own
  return base


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
  except (TypeError, ValueError, OverflowError):
    pass
  raise ValueError("{} must be (min, max) with 0 < min <= max{}, not "
                   "{:.200}.".format(name, "" if largest == float("inf") else
                                  " <= {}".format(largest), repr(value)))


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
        "with its square), not {:.200}.".format(
            name, "" if most is None else "one to {} ".format(most), _MAX_SIZE,
            repr(sizes)))
