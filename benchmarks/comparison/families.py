# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Families of problems, which results are reported by."""

import tensorflow.compat.v1 as tf

from benchmarks.comparison import validation_networks
from problems import problem_generator as pg
from problems import problem_spec

NETS, NOISY, DETERMINISTIC, SPARSE = FAMILIES = (
    "nets", "noisy", "deterministic", "sparse")

_SPARSE = (pg.SparseProblem, pg.SparseSoftmaxRegression,
           pg.OneHotSparseSoftmaxRegression, validation_networks.Factorization,
           validation_networks.NextSymbol)
# The weights and the bias of a linear model.
_LINEAR_TENSORS = 2


def family(problem):
  """The family of a problem.

  Args:
    problem: A `groups.Entry`.

  Returns:
    One of `FAMILIES`: sparse if most elements have no gradient at a step; else
    nets if a model with hidden layers is fitted to data; else noisy if
    gradients are, be it by minibatches; else deterministic.
  """
  if set(problem_spec.callables(problem.spec)).intersection(_SPARSE):
    return SPARSE
  with tf.Graph().as_default():
    built = problem.spec.build()
  if problem.batch_size and len(built.param_shapes) > _LINEAR_TENSORS:
    return NETS
  if built.noise_stdev or problem.batch_size:
    return NOISY
  return DETERMINISTIC
