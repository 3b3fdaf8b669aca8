# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the corpus against the published table."""

import json
import os
import pickle
import sys

import numpy as np
import tensorflow.compat.v1 as tf

from problems import datasets
from problems import model_adapter
from problems import problem_generator
from problems import problem_sets
from problems import problem_spec
from problems import rosenbrock_model

_TESTDATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                         "testdata")


def _load(name):
  with open(os.path.join(_TESTDATA, name)) as stream:
    return json.load(stream)


def _plain(value):
  """Returns an argument in the form that the table has it in."""
  if isinstance(value, problem_spec.Spec):
    return {"problem": value.callable.__name__, "args": _plain(value.args),
            "kwargs": {k: _plain(v) for k, v in value.kwargs.items()}}
  if isinstance(value, datasets.LazyDataset):
    return {"dataset": value.fn.__name__, "args": _plain(value.args),
            "kwargs": value.kwargs}
  if isinstance(value, np.ndarray):
    return "array%s" % (value.shape,)
  if isinstance(value, (list, tuple)):
    return [_plain(item) for item in value]
  return getattr(value, "__name__", value)


class TableTest(tf.test.TestCase):

  def test_sets_equal_the_table(self):
    table = _load("problem_sets.json")
    for name, entries in table.items():
      rows = getattr(problem_sets, name)()
      if name.startswith("adapter"):
        continue
      fields = ["spec", "data", "batch_size", "name", "seed"]
      self.assertEqual(
          entries, [dict(zip(fields, map(_plain, row))) for row in rows], name)

  def test_adapters(self):
    for name, device in (("local", None), ("worker", "/job:worker")):
      (spec, dataset, batch_size), = getattr(
          problem_sets, "adapter_rosenbrock_" + name)()
      self.assertIs(model_adapter.ModelAdapter, spec.callable)
      make, = spec.args
      self.assertIs(rosenbrock_model.make_rosenbrock_loss_and_init,
                    getattr(make, "func", make))
      self.assertIsNone(dataset)
      self.assertIsNone(batch_size)
      self.assertEqual({}, spec.kwargs)
      with tf.Graph().as_default():
        problem = spec.build()
        value = problem.objective([tf.constant([2.]), tf.constant([3.])])
        self.assertEqual(device or "", value.op.inputs[0].op.device)
        if device is None:
          with self.session() as session:
            problem.init_fn(session)
            self.assertAllClose(101, session.run(value))

  def test_building_lists_makes_no_data(self):
    for name in _load("problem_sets.json"):
      for row in getattr(problem_sets, name)():
        dataset = row[1]
        if isinstance(dataset, datasets.LazyDataset):
          self.assertFalse(dataset.is_made)
        else:
          self.assertIsNone(dataset)

  def test_lists_can_be_pickled(self):
    for name in _load("problem_sets.json"):
      rows = getattr(problem_sets, name)()
      self.assertEqual(repr(rows), repr(pickle.loads(pickle.dumps(rows))))

  def test_everything_small_can_be_built(self):
    for name in _load("problem_sets.json"):
      for row in getattr(problem_sets, name)():
        spec, dataset, batch_size = row[:3]
        if "mnist" in repr(dataset) or name == "quadratic_problems_large":
          continue
        with tf.Graph().as_default():
          self.assertIsInstance(spec.build(), problem_generator.Problem)
        if dataset is not None:
          self.assertEqual([2, min(batch_size, dataset.size)],
                           list(np.shape(dataset.batch_indices(2, batch_size))))

  def test_evaluation_seeds_fit(self):
    rows, again = problem_sets.test_problems(), problem_sets.test_problems()
    self.assertLen(set(name for _, _, _, name, _ in rows), 12)
    for (spec, _, _, _, seed), (_, _, _, _, same) in zip(rows, again):
      if isinstance(seed, list):
        self.assertEqual(spec.build().param_shapes,
                         [array.shape for array in seed])
        for first, second in zip(seed, same):
          self.assertAllEqual(first, second)


class FlaggedSetsTest(tf.test.TestCase):

  def test_flags(self):
    flags = {flag["flag"]: flag["default"] for flag in _load("flags.json")
             if flag["flag"].startswith("include_")}
    self.assertEqual(flags, {
        name: entry.default
        for name, entry in problem_sets.FLAGGED_SETS.items()})

  def test_default_corpus(self):
    rows = [row for entry in problem_sets.FLAGGED_SETS.values()
            if entry.default for function in entry.set_functions
            for row in function()]
    self.assertLen(rows, 101)

  def test_sets_of_all_flags(self):
    names = [function.__name__ for entry in problem_sets.FLAGGED_SETS.values()
             for function in entry.set_functions]
    unflagged = ["adapter_rosenbrock_local", "adapter_rosenbrock_worker",
                 "test_problems"]
    self.assertEqual(sorted(_load("problem_sets.json")),
                     sorted(names + unflagged))


class ImportTest(tf.test.TestCase):

  def test_import_adds_nothing_to_the_default_graph(self):
    self.assertIn("problems.problem_sets", sys.modules)
    self.assertEqual([], tf.get_default_graph().get_operations())


if __name__ == "__main__":
  tf.test.main()
