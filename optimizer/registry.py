# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Optimizers by name, and optimizers as JSON.

`optimizer.json` lies beside the checkpoints of a meta-training run and holds
the class and constructor arguments of its optimizer:

  {"optimizer": "HierarchicalRNN", "args": [], "kwargs": {
      "max_log_lr": 33.0, "initial": {"gate_bias": 2.2},
      "stabilizers": [
          {"stabilizer": "RateDecay", "kwargs": {"after": 200.0}}]}}
"""

import collections
import functools
import importlib
import json
import os

import tensorflow.compat.v1 as tf

from . import arguments
from . import coordinatewise_rnn
from . import global_learning_rate
from . import hierarchical_declarations
from . import hierarchical_options
from . import hierarchical_rnn
from . import learning_rate_schedule
from . import stabilizers
from . import text_files
from . import trainable_adam
from . import trainable_optimizer

OPTIMIZERS = collections.OrderedDict((cls.__name__, cls) for cls in (
    hierarchical_rnn.HierarchicalRNN,
    coordinatewise_rnn.CoordinatewiseRNN,
    trainable_adam.TrainableAdam,
    learning_rate_schedule.LearningRateSchedule,
    global_learning_rate.GlobalLearningRate,
))

_STABILIZERS = collections.OrderedDict(
    (cls.__name__, cls) for cls in stabilizers.ALL)

FILE_NAME = "optimizer.json"

_MAX_DIGITS = 400


def find(name):
  """Looks up an optimizer; the error lists the names there are.

  Args:
    name: String.

  Returns:
    The class of that name.

  Raises:
    ValueError: If there is none.
  """
  if name not in OPTIMIZERS:
    raise ValueError("Unknown optimizer {:.200}: expected one of {}.".format(
        repr(name), ", ".join(OPTIMIZERS)))
  return OPTIMIZERS[name]


# Arguments that are no matter of how an optimizer works.
_NOT_DESCRIBED = ("name", "use_native")


def describe(constructor, args, kwargs):
  """Describes how an optimizer is constructed, in terms of JSON.

  Options that are left to their defaults are described too: later versions may
  have other defaults. `use_native` never is.

  Args:
    constructor: The optimizer's class, or a `functools.partial` of it.
    args: Sequence of positional arguments.
    kwargs: Dict of keyword arguments.

  Returns:
    Dict.

  Raises:
    ValueError: If an argument has no representation in JSON.
  """
  while isinstance(constructor, functools.partial):
    args = constructor.args + tuple(args)
    kwargs = dict(constructor.keywords, **kwargs)
    constructor = constructor.func
  name = getattr(constructor, "__name__", None)
  if name is None:
    raise ValueError("{!r} has no name by which it could be found "
                     "again.".format(constructor))
  if OPTIMIZERS.get(name) is not constructor:
    name = "{}:{}".format(constructor.__module__, name)
  args, kwargs = _with_defaults(constructor, list(args), dict(kwargs))
  kwargs.pop("use_native", None)
  try:
    return {"optimizer": name, "args": _in_json(args),
            "kwargs": {key: _in_json(value) for key, value in kwargs.items()}}
  except TypeError as error:
    raise ValueError(
        "The arguments of {} cannot be written as JSON: {}.".format(
            name, error))


def _in_json(value):
  if isinstance(value, hierarchical_declarations.Initial):
    value = value._asdict()
  return json.loads(json.dumps(value, default=_named))


def _with_defaults(constructor, args, kwargs):
  """(args, kwargs) by name, with the defaults that JSON has words for."""
  names, defaults = arguments.parameters(constructor)
  if names is None or len(args) > len(names) or set(
      names[:len(args)]) & set(kwargs):
    return args, kwargs
  kwargs = dict(zip(names, args), **kwargs)
  for name, value in defaults.items():
    if name not in kwargs and name not in _NOT_DESCRIBED:
      try:
        kwargs[name] = _in_json(value)
      except TypeError:
        pass
  return [], kwargs


def completed(description):
  """A description with the defaults of options that it says nothing about.

  Args:
    description: Dict, well-formed; see `check`.

  Returns:
    Dict; the description itself if its class is not one of `OPTIMIZERS`.
  """
  constructor = OPTIMIZERS.get(description["optimizer"])
  if constructor is None:
    return description
  args, kwargs = description["args"], description["kwargs"]
  if issubclass(constructor, hierarchical_rnn.HierarchicalRNN):
    # Its options may have names of before, which defaults must not hide.
    kwargs = _replaced(constructor, dict(
        zip(arguments.parameters(constructor)[0], args), **kwargs), {})
    return describe(constructor, (), kwargs)
  args, kwargs = _with_defaults(constructor, args, kwargs)
  return dict(description, args=args, kwargs=kwargs)


def construct(description, allow_import=False, given=None):
  """Constructs the optimizer that `describe` described.

  Args:
    description: Dict.
    allow_import: Whether the class may come from another module than those of
      `OPTIMIZERS`, which is then imported: whatever it contains is run.
    given: Dict of arguments that replace the described ones, or None.

  Returns:
    A `TrainableOptimizer`.

  Raises:
    ValueError: If the description is malformed, names unknown classes, or an
      argument has an illegal value.
  """
  check(description)
  constructor = _constructor(description["optimizer"], allow_import)
  try:
    kwargs = _replaced(constructor, description["kwargs"], given or {})
    _check_known(constructor, kwargs)
    return constructor(*description["args"], **kwargs)
  except _UnknownOption:
    raise
  except Exception as error:
    # Values from a file can be anything, and so can be what they lead to.
    raise ValueError("{} cannot be constructed ({}: {}).".format(
        constructor.__name__, type(error).__name__, str(error).rstrip(".")))


class _UnknownOption(ValueError):
  """A description has an option that the constructor lacks."""


def _check_known(constructor, kwargs):
  """Raises `_UnknownOption` unless a constructor has all arguments."""
  names, _ = arguments.parameters(constructor)
  unknown = sorted(set(kwargs) - set(names or kwargs))
  if unknown:
    message = "{} has no option {:.200}: expected some of {}.{}"
    raise _UnknownOption(message.format(
        constructor.__name__, " or ".join(map(repr, unknown)),
        ", ".join(sorted(names)),
        " It adapts learning rates itself, init_lr_range=(low, high) is where "
        "they start." if "init_lr_range" in names else ""))


def _replaced(constructor, described, given):
  """The arguments of a constructor: those described but for those given."""
  if not issubclass(constructor, hierarchical_rnn.HierarchicalRNN):
    return dict(described, **given)
  described = dict(described)
  if isinstance(described.get("initial"), dict):
    described["initial"] = hierarchical_declarations.Initial(
        **described["initial"])
  if "stabilizers" in described:
    described["stabilizers"] = [
        _stabilizer(each) for each in described["stabilizers"]]
  return hierarchical_options.replaced(described, given)


def _stabilizer(described):
  """Constructs one of the stabilizers of a description."""
  if described["stabilizer"] not in _STABILIZERS:
    raise ValueError("there is no stabilizer {:.200}: expected one of {}"
                     .format(repr(described["stabilizer"]),
                             ", ".join(_STABILIZERS)))
  return _STABILIZERS[described["stabilizer"]](**described["kwargs"])


def check(description):
  """Raises ValueError unless a description has the form that it should."""
  kinds = (("optimizer", str), ("args", list), ("kwargs", dict))
  if not isinstance(description, dict) or not all(
      isinstance(description.get(key), kind) for key, kind in kinds):
    raise ValueError(
        "Expected the keys optimizer (a string), args (a list) and kwargs (an "
        "object) in an optimizer's description, got {:.200}.".format(
            repr(description)))


def _constructor(name, allow_import):
  if ":" not in name:
    return find(name)
  if not allow_import:
    raise ValueError(
        "{:.200} is not one of {}: importing a module runs it. If you trust "
        "it, pass allow_import=True.".format(
            repr(name), ", ".join(OPTIMIZERS)))
  module, name = name.split(":", 1)
  try:
    constructor = getattr(importlib.import_module(str(module)), str(name))
  except (ImportError, AttributeError, ValueError, TypeError) as error:
    raise ValueError("There is no {!r} in the module {!r} ({}).".format(
        name, module, error))
  if not (isinstance(constructor, type) and issubclass(
      constructor, trainable_optimizer.TrainableOptimizer)):
    raise ValueError("{!r} in the module {!r} is not a subclass of "
                     "TrainableOptimizer.".format(name, module))
  return constructor


def read(logdir):
  """Reads the description in a directory.

  Args:
    logdir: String, a directory with an `optimizer.json`.

  Returns:
    Dict.

  Raises:
    ValueError: If it cannot be read or is malformed; it names the file.
  """
  path = os.path.join(logdir, FILE_NAME)
  try:
    description = json.loads(text_files.read(path), parse_int=_integer)
  except tf.errors.OpError as error:
    raise ValueError("Cannot read {!r}: {}.".format(path, error.message))
  except (ValueError, RuntimeError) as error:
    # A RuntimeError: brackets within brackets, too deep for the parser.
    raise ValueError("{!r} is not JSON: {}.".format(path, error))
  try:
    check(description)
  except ValueError as error:
    raise ValueError("{!r}: {}".format(path, error))
  return description


def _integer(text):
  """An integer, or of too many digits, which would take long, an infinity."""
  return int(text) if len(text) < _MAX_DIGITS else float(text)


def write(logdir, description):
  """Writes the description in a directory, whole or not at all.

  Args:
    logdir: String.
    description: Dict.

  Raises:
    IOError: If it cannot be written.
  """
  text_files.write(os.path.join(logdir, FILE_NAME),
                   text_files.json_text(description))


def _named(value):
  """What stands for a class of cells or a stabilizer in JSON."""
  name = getattr(value, "__name__", None)
  if name in coordinatewise_rnn.CELLS and (
      value is getattr(tf.nn.rnn_cell, name)):
    return name
  for name, cls in _STABILIZERS.items():
    if type(value) is cls:
      return {"stabilizer": name, "kwargs": value.values()}
  raise TypeError("{!r} has no name in JSON".format(value))
