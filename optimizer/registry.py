# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Optimizers by name, and optimizers as JSON.

`optimizer.json` lies beside the checkpoints of a meta-training run and holds
the class and constructor arguments of its optimizer:

  {"optimizer": "HierarchicalRNN", "args": [], "kwargs": {"max_log_lr": 33.0}}
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import collections
import importlib
import json

import six
import tensorflow as tf

from . import coordinatewise_rnn
from . import global_learning_rate
from . import hierarchical_rnn
from . import learning_rate_schedule
from . import trainable_adam

OPTIMIZERS = collections.OrderedDict((cls.__name__, cls) for cls in (
    hierarchical_rnn.HierarchicalRNN,
    coordinatewise_rnn.CoordinatewiseRNN,
    trainable_adam.TrainableAdam,
    learning_rate_schedule.LearningRateSchedule,
    global_learning_rate.GlobalLearningRate,
))

_CELL_NAMES = ("GRUCell", "LSTMCell", "BasicLSTMCell", "BasicRNNCell")
CELLS = collections.OrderedDict(
    (name, getattr(tf.compat.v1.nn.rnn_cell, name))
    for name in _CELL_NAMES)

FILE_NAME = "optimizer.json"


def find(table, name, kind):
  """Looks a name up; the error lists the names there are.

  Args:
    table: `OPTIMIZERS` or `CELLS`.
    name: String.
    kind: String, what the table holds, for the error.

  Returns:
    The class of that name.

  Raises:
    ValueError: If there is none.
  """
  if name not in table:
    raise ValueError("Unknown {} {!r}: expected one of {}.".format(
        kind, name, ", ".join(table)))
  return table[name]


def describe(constructor, args, kwargs):
  """Describes how an optimizer is constructed, in terms of JSON.

  Args:
    constructor: The optimizer's class.
    args: Sequence of positional arguments.
    kwargs: Dict of keyword arguments.

  Returns:
    Dict.

  Raises:
    ValueError: If an argument has no representation in JSON.
  """
  name = constructor.__name__
  if OPTIMIZERS.get(name) is not constructor:
    name = "{}:{}".format(constructor.__module__, name)
  description = {"optimizer": name, "args": list(args), "kwargs": dict(kwargs)}
  try:
    return json.loads(json.dumps(description, default=_cell_name))
  except TypeError as error:
    raise ValueError(
        "The arguments of {} cannot be written as JSON: {}.".format(
            name, error))


def construct(description):
  """Constructs the optimizer that `describe` described.

  Args:
    description: Dict.

  Returns:
    A `TrainableOptimizer`.

  Raises:
    ValueError: If the description is malformed or names unknown classes.
  """
  try:
    name, args, kwargs = (
        description[key] for key in ("optimizer", "args", "kwargs"))
  except (KeyError, TypeError):
    raise ValueError("Expected the keys optimizer, args and kwargs in an "
                     "optimizer's description, got {!r}.".format(description))
  if ":" in name:
    module, name = name.split(":")
    constructor = getattr(importlib.import_module(module), name)
  else:
    constructor = find(OPTIMIZERS, name, "optimizer")
  kwargs = {str(key): value for key, value in six.iteritems(kwargs)}
  if isinstance(kwargs.get("cell_cls"), six.string_types):
    kwargs["cell_cls"] = find(CELLS, kwargs["cell_cls"], "cell")
  return constructor(*args, **kwargs)


def _cell_name(value):
  for name, cell in six.iteritems(CELLS):
    if value is cell:
      return name
  raise TypeError("{!r} has no name in JSON".format(value))
