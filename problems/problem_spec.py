# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A problem described but not yet built."""

import collections
import functools
import inspect

_SpecBase = collections.namedtuple("Spec", ["callable", "args", "kwargs"])


class Spec(_SpecBase):
  """A callable with its arguments, to be called later.

  A list of a hundred problems costs nothing as long as it is a list of specs:
  matrices are drawn and models constructed by `build`, in whatever graph is
  the default one at that moment. A spec can be pickled if its callable and
  arguments can.

  Fields:
    callable: A `Problem` class, or any function that returns a `Problem`.
    args: A tuple of positional arguments.
    kwargs: A dict of keyword arguments.
  """

  __slots__ = ()

  # pylint: disable=redefined-builtin
  def __new__(cls, callable, args=(), kwargs=None):
    """Creates a spec.

    Args:
      callable: What `build` calls.
      args: Positional arguments, any sequence.
      kwargs: Keyword arguments, a dict or None for none.

    Returns:
      A `Spec`.

    Raises:
      TypeError: If `callable` cannot be called.
    """
    if not hasattr(callable, "__call__"):
      raise TypeError(
          "Spec needs something to call, such as a Problem class; got "
          "{!r}.".format(callable))
    return super().__new__(cls, callable, tuple(args), dict(kwargs or {}))

  @classmethod
  def of(cls, *args, **kwargs):
    """Creates a spec as the problem itself is created.

    Spec.of(Quadratic, 10, noise_stdev=0.1) is the spec of
    Quadratic(10, noise_stdev=0.1).

    Args:
      *args: What `build` calls, then its positional arguments.
      **kwargs: Its keyword arguments.

    Returns:
      A `Spec`.

    Raises:
      TypeError: If nothing is given, or the first argument cannot be called.
    """
    if not args:
      raise TypeError("Spec.of needs something to call, such as a Problem "
                      "class, as its first argument.")
    return cls(args[0], args[1:], kwargs)

  def build(self):
    """Calls the callable with its arguments.

    Returns:
      A new `Problem`.
    """
    return self.callable(*self.args, **self.kwargs)

  @property
  def name(self):
    """String, the name of what `build` calls."""
    return name_of(self.callable)

  def __repr__(self):
    arguments = [_show(arg) for arg in self.args]
    arguments.extend(
        "{}={}".format(key, _show(self.kwargs[key]))
        for key in sorted(self.kwargs))
    return "{}({})".format(_show(self.callable), ", ".join(arguments))


def name_of(function):
  """The plain name of a class or function.

  Args:
    function: Anything that can be called; of a `functools.partial` it is the
      name of what that calls, of another object the name of its class.

  Returns:
    String.
  """
  while isinstance(function, functools.partial):
    function = function.func
  return getattr(function, "__name__", None) or type(function).__name__


def callables(value):
  """Lists all that a spec and the specs among its arguments call.

  Args:
    value: A `Spec`, or a list or tuple of specs and other values.

  Returns:
    List of callables; empty if `value` is something else.
  """
  if isinstance(value, Spec):
    return [value.callable] + callables(value.args)
  if isinstance(value, (list, tuple)):
    return [found for item in value for found in callables(item)]
  return []


def takes(function, name):
  """Whether a function, or the constructor of a class, has an argument.

  Args:
    function: Function, method or class.
    name: String.

  Returns:
    Bool; False if Python cannot tell, as of functions written in C.
  """
  return name in _arguments(function)


def requires(function, name):
  """Whether a function has an argument without a default.

  Args:
    function: Function or method.
    name: String.

  Returns:
    Bool; False if Python cannot tell.
  """
  arguments = _arguments(function)
  return (name in arguments and
          arguments[name].default is inspect.Parameter.empty)


def _arguments(function):
  """Returns a dict from names to `inspect.Parameter`s that can be given so."""
  try:
    parameters = inspect.signature(function).parameters
  except (TypeError, ValueError):  # Written in C.
    return {}
  return {name: each for name, each in parameters.items()
          if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)}


def _show(value):
  """Returns `value` as text: functions and classes by their plain name."""
  if isinstance(value, (list, tuple)) and not isinstance(value, Spec):
    return "[{}]".format(", ".join(_show(item) for item in value))
  if isinstance(value, functools.partial):
    return repr(Spec(value.func, value.args, value.keywords))
  return getattr(value, "__name__", None) or repr(value)
