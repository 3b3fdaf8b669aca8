# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that no wrong graph crashes the process.

The graphs are run by a process of their own: this file, with an argument.
"""

import collections
import json
import os
import subprocess
import sys

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer.native import loader
from tests.optimizer import harness
from tests.optimizer.native import native_harness

_SHAPES = [[2, 3], [4]]
_OPTIONS = {"level_sizes": [4, 5, 3], "num_gradient_scales": 2,
            "max_relative_step": 0.5}

# Errors of TensorFlow, or of Python where no such op can be made.
_REFUSED = ("InvalidArgumentError", "ValueError", "TypeError")
_NO_VALUE = ("FailedPreconditionError", "NotFoundError")


def _recorded_step(use_resource):
  """A valid step: (arguments of the op, function that makes it, variables)."""
  library = loader.load()
  recorded = {}

  def record(**arguments):
    recorded.update(arguments)
    return library.step(**arguments)

  with tf.test.mock.patch.object(
      loader, "load", lambda: library._replace(step=record)):
    variables = [tf.Variable(np.full(shape, 0.5, np.float32), trainable=True,
                             use_resource=use_resource) for shape in _SHAPES]
    hierarchical_rnn.HierarchicalRNN(
        random_seed=0, **_OPTIONS).apply_gradients(
            [(tf.ones(shape), variable)
             for shape, variable in zip(_SHAPES, variables)])
  return recorded, library.step, tf.global_variables()


def _wrong_handles():
  """Dict from names to handles that no input can be."""
  def handle(value, dtype, initialized=True):
    variable = tf.Variable(tf.zeros(value, dtype), use_resource=True,
                           collections=[tf.GraphKeys.LOCAL_VARIABLES]
                           if initialized else [])
    return variable.handle

  ordinary = handle([7], tf.float32)
  return {
      "shape": handle([1009], tf.float32),
      "empty": handle([0], tf.float32),
      "float64": handle([1], tf.float64),
      "int32": handle([1], tf.int32),
      "string": tf.Variable(
          ["a"], use_resource=True,
          collections=[tf.GraphKeys.LOCAL_VARIABLES]).handle,
      "handles": tf.reshape(ordinary, [1]),
      "no handle": tf.strided_slice(tf.reshape(ordinary, [1]), [0], [0]),
      "table": tf.raw_ops.HashTableV2(
          key_dtype=tf.int64, value_dtype=tf.int64),
      "no value": handle([7], tf.float32, initialized=False),
  }


def _with(arguments, name, index, value):
  values = list(arguments[name])
  values[index] = value
  return dict(arguments, **{name: values})


def _wrong_inputs(right):
  """Yields (name, arguments, refused): each with one wrong input."""
  handles = _wrong_handles()
  kinds = sorted(set(handles) - {"shape"})
  for name in ("resources", "theta"):
    for i in range(len(right[name])):
      # All kinds of all inputs would take minutes.
      for kind in ("shape", kinds[i % len(kinds)]):
        yield ("{} {}: {}".format(name, i, kind),
               _with(right, name, i, handles[kind]),
               _NO_VALUE if kind == "no value" else _REFUSED)
  for i, value in enumerate(right["references"]):
    wrong = tf.Variable(tf.zeros([0] if i % 2 else [1009]), use_resource=False,
                        collections=[tf.GraphKeys.LOCAL_VARIABLES])
    yield ("references {}: {}".format(i, value.shape),
           _with(right, "references", i, wrong), _REFUSED)
  if right["references"]:
    yield ("references: no value", _with(
        right, "references", 0, tf.Variable(
            tf.zeros(_SHAPES[0]), use_resource=False, collections=[])),
           _NO_VALUE)
    # TensorFlow fails to make its message.
    yield ("references: float64", _with(
        right, "references", 0, tf.Variable(
            tf.zeros(_SHAPES[0], tf.float64), use_resource=False)),
           ("AttributeError",))
  for i in range(len(right["gradients"])):
    for kind, value in (
        ("shape", tf.ones([1009])), ("order", tf.ones(_SHAPES[i][::-1] + [1])),
        ("empty", tf.ones([0])), ("scalar", tf.ones([])),
        ("float64", tf.ones(_SHAPES[i], tf.float64)),
        ("string", tf.fill(_SHAPES[i], "a"))):
      yield ("gradients {}: {}".format(i, kind),
             _with(right, "gradients", i, value), _REFUSED)


def _wrong_lists(right):
  """Yields (name, arguments, refused): lists that do not fit each other."""
  for name in ("resources", "references", "gradients", "theta", "is_reference",
               "slot_names", "theta_names"):
    values = list(right[name])
    if not values:
      continue
    changes = [("one less", values[:-1]), ("one more", values + values[-1:]),
               ("none", [])]
    if name not in ("gradients", "theta"):
      changes.append(("one twice", values[:1] + values[:1] + values[2:]))
    if name not in ("is_reference", "slot_names", "theta_names"):
      changes.append(("reversed", values[::-1]))
    if name == "is_reference":
      changes = changes[:3] + [("opposite", [not value for value in values])]
    for change, value in changes:
      yield ("{}: {}".format(name, change), dict(right, **{name: value}),
             _REFUSED)


def _wrong_options(right):
  """Yields (name, arguments, refused): options of no optimizer."""
  options = dict(
      line.split("=") for line in right["options"].splitlines())
  for name, values in (
      ("level_sizes", ("0 5 3", "-1 5 3", "4 5 5000", "4 5 2147483648",
                       "2147483647 2147483647 2147483647", "5 4 3", "4 5",
                       "4 5 3 3", "4 5 x", "")),
      ("scales", (-2**31, -1, 0, 1, 3, 21, 2**31 - 1, 2**31, 2.5, "")),
      ("max_relative_step", (-1, "nan", "inf", 1e99, "0,5")),
      ("max_step_excess", (0.5, -1, "nan", "inf")),
      ("rms_floor", (0, -1, "nan")),
      ("max_relative_gradient", (2, 1, 0.5, -2, "nan", "inf")),
      ("gradient_jump_power", (-1, "nan", "inf")),
      ("gradient_fall_power", (-1, "nan", "inf")),
      ("rare_step_power", (1, -1, "nan", "inf")),
      ("slow_rates_power", (-0.5, "nan", "inf")),
      ("slow_rates_after", (2, 0.5, -2, "nan", "inf")),
      ("attention", (1, 2, "yes")), ("products", (0, "inf")),
      ("another", (1,))):
    for value in values:
      yield ("{}: {}".format(name, value), dict(right, options="\n".join(
          "{}={}".format(*each)
          for each in dict(options, **{name: value}).items())), _REFUSED)
  for text in ("", "scales", right["options"] + "\nscales=2", "\0\xff"):
    yield ("options {!r}".format(text), dict(right, options=text), _REFUSED)


def _child(use_resource):
  """Runs all wrong graphs; prints what became of them."""
  outcomes = collections.OrderedDict()
  with tf.Graph().as_default():
    right, make, variables = _recorded_step(use_resource)
    cases = [case for cases in (_wrong_inputs, _wrong_lists, _wrong_options)
             for case in cases(right)]
    session = tf.Session(config=harness.fast_config())
    session.run([tf.global_variables_initializer(),
                 tf.local_variables_initializer()])
    before = session.run(variables)
    for name, arguments, refused in cases:
      print("Running", name, file=sys.stderr)
      try:
        session.run(make(**arguments))
        outcome = "no error"
      except Exception as error:  # pylint: disable=broad-except
        outcome = type(error).__name__
        if outcome in refused and str(error):
          continue
        outcome += ": " + str(error)[:200]
      outcomes[name] = outcome
    for old, new in zip(before, session.run(variables)):
      np.testing.assert_array_equal(old, new)
    session.run(make(**right))
    after = session.run(variables)
  print(json.dumps({
      "cases": len(cases), "wrong": outcomes,
      "is_stepped": not np.array_equal(before[0], after[0]) or
                    not np.array_equal(before[-1], after[-1])}))


class InputsTest(tf.test.TestCase):

  def _check(self, kind, least):
    native_harness.require_library(self)
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", os.path.abspath(__file__), kind],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True, env=dict(
            os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
    output, errors = process.communicate()
    self.assertEqual(0, process.returncode, errors[-2000:])
    result = json.loads(output.splitlines()[-1])
    self.assertEqual({}, result["wrong"])
    self.assertGreater(result["cases"], least)
    self.assertTrue(result["is_stepped"])

  def test_resources(self):
    self._check("resources", 150)

  def test_references(self):
    self._check("references", 140)


if __name__ == "__main__":
  if sys.argv[1:] in (["resources"], ["references"]):
    _child(sys.argv[1] == "resources")
  else:
    tf.test.main()
