# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Refuses arguments of meta-training that cannot work, each in a sentence."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import numbers

import numpy as np

from . import minibatches
from problems import problem_spec


def check(optimizer_spec, problems_and_data, num_problems, num_meta_iterations,
          num_unroll_func, num_partial_unroll_itrs_func, options):
  """Checks arguments of `metaopt.train_optimizer`.

  Args:
    optimizer_spec: Spec of the optimizer.
    problems_and_data: List of `corpus_entry.CorpusEntry`.
    num_problems: Integer.
    num_meta_iterations: Integer.
    num_unroll_func: Function.
    num_partial_unroll_itrs_func: Function.
    options: `meta_optimizer.Options`.

  Raises:
    ValueError: If one of them cannot work.
  """
  if not isinstance(optimizer_spec, problem_spec.Spec):
    raise ValueError(
        "optimizer_spec must be a problem_spec.Spec, such as "
        "Spec(HierarchicalRNN, ([10, 20, 20],)), not {!r}.".format(
            optimizer_spec))
  _check_class(optimizer_spec, "TrainableOptimizer", "meta_parameters")
  if not problems_and_data:
    raise ValueError("There are no problems to train on: include at least one "
                     "problem set.")
  for entry in problems_and_data:
    _check_class(entry.spec, "Problem", "objective")
    try:
      minibatches.check(entry.dataset, entry.batch_size)
    except ValueError as error:
      raise ValueError("{}: {}".format(entry.spec, error))
  for name, value in (("num_problems", num_problems),
                      ("num_meta_iterations", num_meta_iterations)):
    _check_number(name, value, "positive", value > 0)
  for name, value in (
      ("num_unroll_func", num_unroll_func),
      ("num_partial_unroll_itrs_func", num_partial_unroll_itrs_func)):
    if not callable(value):
      raise ValueError("{} must be a function that returns a number, such as "
                       "'lambda: {}', not a {}.".format(
                           name, value, type(value).__name__))
  for name in ("learning_rate", "gradient_clip"):
    value = getattr(options, name)
    _check_number(name, value, "positive", value > 0)
  for name in ("rms_epsilon", "l2_reg", "nan_l2_reg", "half_life"):
    value = getattr(options, name)
    _check_number(name, value, "at least 0", value >= 0)
  _check_number("rms_decay", options.rms_decay, "from 0 to 1",
                0 <= options.rms_decay <= 1)


def _check_class(spec, wanted, attribute):
  """Raises ValueError for a spec of a class that lacks an attribute.

  What a function returns is not looked at.
  """
  if isinstance(spec.callable, type) and not hasattr(spec.callable, attribute):
    raise ValueError("Expected a Spec of a {}, got one of {}.{}.".format(
        wanted, spec.callable.__module__, spec.callable.__name__))


def _check_number(name, value, kind, fits):
  if not isinstance(value, (numbers.Real, np.number)) or not fits:
    raise ValueError("{} must be {}, not {!r}.".format(name, kind, value))
  with np.errstate(over="ignore", under="ignore"):
    rounded = np.float32(value)
  if not np.isfinite(rounded) or (value and not rounded):
    raise ValueError("{} must be {}; {!r} becomes {} in float32.".format(
        name, kind, value, rounded))


def saves(is_chief, cluster):
  """Whether this process writes checkpoints and summaries.

  Args:
    is_chief: True, False, or None for what follows from the cluster.
    cluster: A `cluster.Cluster`, or None for a local run.

  Returns:
    Bool.

  Raises:
    ValueError: If the two contradict each other.
  """
  if cluster is None:
    return is_chief is None or bool(is_chief)
  if is_chief is not None and bool(is_chief) != cluster.is_chief:
    raise ValueError(
        "is_chief={!r} contradicts the cluster, in which this is {}: worker 0 "
        "is the chief. Leave is_chief out.".format(is_chief, cluster.name))
  return cluster.is_chief
