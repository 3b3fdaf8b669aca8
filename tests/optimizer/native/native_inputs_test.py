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
from optimizer.native import native_step
from optimizer import stabilizers
from tests.optimizer import harness
from tests.optimizer.native import native_harness

_SHAPES = [[2, 3], [4]]
_OPTIONS = {"level_sizes": [4, 5, 3], "num_gradient_scales": 2,
            "stabilizers": (stabilizers.StepLimit(0.5),)}

# Errors of TensorFlow.
_REFUSED = ("InvalidArgumentError",)
_NO_VALUE = ("FailedPreconditionError", "NotFoundError")


class _Call(collections.namedtuple("_Call", "token, inputs, num_values")):
  """Arguments of `native_step.call_kernel`."""

  def kinds(self):
    """What each input is: list of strings."""
    num_slots = len(self.token.split("\n")[0].split())
    kinds = (["variable"] + num_slots * ["slot"]) * len(_SHAPES) + ["global"]
    kinds += ["gradient"] * len(_SHAPES)
    return kinds + ["theta"] * (len(self.inputs) - len(kinds))

  def with_input(self, index, value):
    inputs = list(self.inputs)
    inputs[index] = value
    return self._replace(inputs=inputs)

  def with_options(self, **options):
    """The call with some options of another text."""
    lines = self.token.split("\n")
    options = dict([line.split("=") for line in lines[2:]], **options)
    return self._replace(token="\n".join(
        lines[:2] + ["{}={}".format(*each) for each in options.items()]))


def _recorded_step(use_resource):
  """A valid step: (`_Call`, variables)."""
  recorded, make = [], native_step.call_kernel

  def record(*arguments):
    recorded.append(_Call(*arguments))
    return make(*arguments)

  with tf.test.mock.patch.object(native_step, "call_kernel", record):
    variables = [tf.Variable(np.full(shape, 0.5, np.float32), trainable=True,
                             use_resource=use_resource) for shape in _SHAPES]
    hierarchical_rnn.HierarchicalRNN(
        random_seed=0, **_OPTIONS).apply_gradients(
            [(tf.ones(shape), variable)
             for shape, variable in zip(_SHAPES, variables)])
  return recorded[0], tf.global_variables()


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


def _wrong_inputs(right, use_resource):
  """Yields (name, call, refused): each with one wrong input."""
  handles = _wrong_handles()
  kinds = sorted(set(handles) - {"shape"})
  for i, (kind, value) in enumerate(zip(right.kinds(), right.inputs)):
    if kind == "theta" and not use_resource:
      continue  # They are resources as well.
    if value.dtype == tf.resource:
      # All kinds of all inputs would take minutes.
      for wrong in ("shape", kinds[i % len(kinds)]):
        yield ("{} {}: {}".format(kind, i, wrong),
               right.with_input(i, handles[wrong]),
               _NO_VALUE if wrong == "no value" else _REFUSED)
      yield ("{} {}: no handle".format(kind, i),
             right.with_input(i, tf.ones([7])), _REFUSED)
      continue
    for wrong, tensor in (
        ("shape", tf.ones([1009])), ("rank", tf.ones(value.shape + [1])),
        ("empty", tf.ones([0])), ("scalar", tf.ones([])),
        ("float64", tf.ones(value.shape, tf.float64)),
        ("string", tf.fill(value.shape, "a"))):
      yield ("{} {}: {}".format(kind, i, wrong),
             right.with_input(i, tensor), _REFUSED)
    yield ("{} {}: handle".format(kind, i),
           right.with_input(i, right.inputs[-1]), _REFUSED)
    if kind == "variable":
      yield ("{} {}: no value".format(kind, i), right.with_input(
          i, tf.Variable(tf.zeros(value.shape), use_resource=False,
                         collections=[])._ref()), _NO_VALUE)


def _wrong_lists(right):
  """Yields (name, call, refused): lists that do not fit each other."""
  for name, inputs in (
      ("one less", right.inputs[:-1]), ("the first less", right.inputs[1:]),
      ("one more", right.inputs + right.inputs[-1:]),
      ("one twice", right.inputs[:1] * 2 + right.inputs[2:]),
      ("a slot twice", right.inputs[:2] + right.inputs[1:2] +
       right.inputs[3:]), ("reversed", right.inputs[::-1])):
    yield ("inputs: " + name, right._replace(inputs=inputs), _REFUSED)
  lines = right.token.split("\n")
  for i in range(2):
    names = lines[i].split()
    for name, wrong in (
        ("one less", names[:-1]), ("one more", names + names[-1:]),
        ("another", names + ["another"]), ("none", []),
        ("one twice", names[:1] * 2 + names[2:])):
      yield ("names: " + name, right._replace(token="\n".join(
          lines[:i] + [" ".join(wrong)] + lines[i + 1:])), _REFUSED)
  for count in {0, 1, 2, 3} - {right.num_values}:
    yield ("{} outputs".format(count), right._replace(num_values=count),
           _REFUSED)


def _wrong_options(right):
  """Yields (name, call, refused): options of no optimizer."""
  for name, values in (
      ("level_sizes", ("0 5 3", "-1 5 3", "4 5 5000", "4 5 2147483648",
                       "2147483647 2147483647 2147483647", "5 4 3", "4 5",
                       "4 5 3 3", "4 5 x", "")),
      ("scales", (-2**31, -1, 0, 1, 3, 21, 2**31 - 1, 2**31, 2.5, "")),
      ("step_limit_fraction", (-1, "nan", "inf", 1e99, "0,5")),
      ("step_limit_excess", (0.5, -1, "nan", "inf")),
      ("step_limit_least", (-1, 2, "nan", "inf")),
      ("step_limit_floor", (0, -1, "nan")),
      ("gradient_history_limit", (2, 1, 0.5, -2, "nan", "inf")),
      ("gradient_history_spike_power", (-1, "nan", "inf")),
      ("gradient_history_decay_power", (-1, "nan", "inf")),
      ("sparse_steps_power", (1, -1, "nan", "inf")),
      ("schedule_num_steps", (2, 0.5, -2, "nan", "inf")),
      ("rate_decay_power", (-0.5, "nan", "inf")),
      ("rate_decay_after", (2, 0.5, -2, "nan", "inf")),
      ("attention", (1, 2, "yes")), ("products", (0, "inf")),
      ("another", (1,))):
    for value in values:
      yield ("{}: {}".format(name, value), right.with_options(**{name: value}),
             _REFUSED)
  for token in ("", "\n", "scales", right.token + "\nscales=2",
                right.token + "\n\0", right.token[:-9], "\0\n\0\n\0"):
    yield ("token {!r}".format(token), right._replace(token=token), _REFUSED)


def _run_all(use_resource):
  """Runs all wrong graphs; returns what became of them."""
  outcomes = collections.OrderedDict()
  with tf.Graph().as_default():
    right, variables = _recorded_step(use_resource)
    cases = list(_wrong_inputs(right, use_resource)) + list(
        _wrong_lists(right))
    if use_resource:  # Texts are the same for all variables.
      cases += _wrong_options(right)
    # All are made first: a session starts anew with a graph that has grown.
    steps = [native_step.call_kernel(*call) for _, call, _ in cases]
    right_step = native_step.call_kernel(*right)
    session = tf.Session(config=harness.fast_config())
    session.run([tf.global_variables_initializer(),
                 tf.local_variables_initializer()])
    before = session.run(variables)
    for (name, _, refused), step in zip(cases, steps):
      print("Running", name, file=sys.stderr)
      try:
        session.run(step)
        outcome = "no error"
      except Exception as error:  # pylint: disable=broad-except
        outcome = type(error).__name__
        if outcome in refused and str(error):
          continue
        outcome += ": " + str(error)[:200]
      outcomes[name] = outcome
    for old, new in zip(before, session.run(variables)):
      np.testing.assert_array_equal(old, new)
    session.run(right_step)
    after = session.run(variables)
  return {"cases": len(cases), "wrong": outcomes,
          "is_stepped": not np.array_equal(before[0], after[0]) or
                        not np.array_equal(before[-1], after[-1])}


class InputsTest(tf.test.TestCase):

  def test_resources_and_references(self):
    native_harness.require_library(self)
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", os.path.abspath(__file__), "child"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True, env=dict(
            os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
    output, errors = process.communicate()
    self.assertEqual(0, process.returncode, errors[-2000:])
    results = json.loads(output.splitlines()[-1])
    for result, least in zip(results, (150, 100)):
      self.assertEqual({}, result["wrong"])
      self.assertGreater(result["cases"], least)
      self.assertTrue(result["is_stepped"])
    self.assertLen(results, 2)


if __name__ == "__main__":
  if sys.argv[1:] == ["child"]:
    print(json.dumps([_run_all(True), _run_all(False)]))
  else:
    tf.test.main()
