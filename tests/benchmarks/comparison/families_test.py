# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the families of problems."""

import collections

import tensorflow.compat.v1 as tf

from benchmarks.comparison import families
from benchmarks.comparison import groups
from problems import datasets
from problems import problem_generator as pg
from problems import problem_spec

_Spec = problem_spec.Spec.of


def _entry(spec, size=0):
  dataset = datasets.random(size, 40) if size else datasets.EMPTY_DATASET
  return groups.Entry("v", str(spec), spec, dataset, 8 if size else None, True)


class FamilyTest(tf.test.TestCase):

  def test_by_kind(self):
    self.assertEqual(
        ["deterministic", "noisy", "nets", "noisy", "sparse"],
        [families.family(entry) for entry in (
            _entry(_Spec(pg.Quadratic, 3)),
            _entry(_Spec(pg.Quadratic, 3, noise_stdev=0.1)),
            _entry(_Spec(pg.FullyConnected, 4, 2, hidden_sizes=(3,)), 4),
            _entry(_Spec(pg.SoftmaxRegression, 4, 2), 4),
            _entry(_Spec(pg.SparseProblem, _Spec(pg.Quadratic, 3))))])

  def test_validation_group_has_all(self):
    counts = collections.Counter(
        families.family(entry) for entry in groups.entries("v"))
    self.assertEqual({"nets": 21, "noisy": 5, "deterministic": 2, "sparse": 3},
                     dict(counts))


if __name__ == "__main__":
  tf.test.main()
