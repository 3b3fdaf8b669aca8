# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the one place to import problems from."""

import json
import os

import tensorflow.compat.v1 as tf

from problems import problem_generator

_TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                      "testdata", "problem_sets.json")


def _table():
  with open(_TABLE) as stream:
    return json.load(stream)


class ProblemGeneratorTest(tf.test.TestCase):

  def test_has_every_class_of_the_table(self):

    def classes(value):
      if isinstance(value, dict):
        if "problem" in value:
          yield value["problem"]
        value = list(value.values())
      if isinstance(value, list):
        for item in value:
          for name in classes(item):
            yield name

    for name in set(classes(_table())):
      self.assertTrue(
          issubclass(getattr(problem_generator, name),
                     problem_generator.Problem), name)


if __name__ == "__main__":
  tf.test.main()
