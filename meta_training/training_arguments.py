# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks the arguments of meta-training."""

import numbers

import numpy as np

from . import evolution_strategies
from . import minibatches
from . import update_rules
from problems import problem_spec


def check(optimizer_spec, problems_and_data, num_problems, num_meta_iterations,
          num_unroll_func, num_partial_unroll_itrs_func, options,
          rule=update_rules.Rule(), meta_gradient=None, reset_rnn_params=True,
          validation=(), validate_every=1, seed=None):
  """Checks arguments of `metaopt.train_optimizer`.

  Args:
    optimizer_spec: Spec of the optimizer.
    problems_and_data: List of `corpus_entry.CorpusEntry`.
    num_problems: Integer.
    num_meta_iterations: Integer.
    num_unroll_func: Function.
    num_partial_unroll_itrs_func: Function.
    options: `update_rules.UpdateOptions`.
    rule: An `update_rules.Rule`.
    meta_gradient: None, "backprop" or `evolution_strategies.Options`.
    reset_rnn_params: Whether every run starts with a fresh state.
    validation: List of `corpus_entry.CorpusEntry`.
    validate_every: Integer.
    seed: Integer, or None.

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
  for entry in problems_and_data + list(validation):
    _check_class(entry.spec, "Problem", "objective")
    try:
      minibatches.check(entry.dataset, entry.batch_size)
    except ValueError as error:
      raise ValueError("{}: {}".format(entry.spec, error))
  for name, value in (("num_problems", num_problems),
                      ("num_meta_iterations", num_meta_iterations),
                      ("validate_every", validate_every)):
    check_integer(name, value, 1)
  for name, value in (
      ("num_unroll_func", num_unroll_func),
      ("num_partial_unroll_itrs_func", num_partial_unroll_itrs_func)):
    if not callable(value):
      raise ValueError("{} must be a function that returns a number, such as "
                       "'lambda: {}', not a {}.".format(
                           name, value, type(value).__name__))
  for name in ("learning_rate", "gradient_clip"):
    _check_number(name, getattr(options, name), "positive", lambda x: x > 0)
  for name in ("rms_epsilon", "l2_reg", "nan_l2_reg", "half_life"):
    _check_number(name, getattr(options, name), "at least 0", lambda x: x >= 0)
  _check_number("rms_decay", options.rms_decay, "from 0 to 1",
                lambda x: 0 <= x <= 1)
  if seed is not None:
    check_integer("seed", seed, -2**63, 2**63 - 1)
  _check_rule(rule)
  _check_meta_gradient(meta_gradient, reset_rnn_params)


def _check_rule(rule):
  if rule.update_rule not in update_rules.NAMES:
    raise ValueError("update_rule must be {}, not {!r}.".format(
        " or ".join(update_rules.NAMES), rule.update_rule))
  if not isinstance(rule.train_only, (list, tuple, set)):
    raise ValueError("train_only must be a list of parts of names, not {!r}."
                     .format(rule.train_only))
  if rule.averaging_decay is not None:
    _check_number("averaging_decay", rule.averaging_decay,
                  "at least 0 and below 1", lambda x: 0 <= x < 1)


def _check_meta_gradient(meta_gradient, reset_rnn_params):
  if meta_gradient in (None, "backprop"):
    return
  if not isinstance(meta_gradient, evolution_strategies.Options):
    raise ValueError(
        "meta_gradient must be None, 'backprop' or an "
        "evolution_strategies.Options, not {!r}.".format(meta_gradient))
  evolution_strategies.check(meta_gradient)
  if not reset_rnn_params:
    raise ValueError(
        "reset_rnn_params must be true with evolution strategies: all their "
        "runs start with the same state of the optimizer.")


def _check_class(spec, wanted, attribute):
  """Raises ValueError for a spec of a class that lacks an attribute.

  What a function returns is not looked at.
  """
  if isinstance(spec.callable, type) and not hasattr(spec.callable, attribute):
    raise ValueError("Expected a Spec of a {}, got one of {}.{}.".format(
        wanted, spec.callable.__module__, spec.callable.__name__))


def check_integer(name, value, least, most=None):
  """Checks a whole number.

  Args:
    name: String, what to call it.
    value: Anything.
    least: Integer, the smallest that will do.
    most: Integer, the largest that will do; None for no bound.

  Raises:
    ValueError: If it is no integer from the one to the other.
  """
  if not isinstance(value, (numbers.Integral, np.integer)) or value < least or (
      most is not None and value > most):
    raise ValueError("{} must be {}, not {!r}.".format(
        name, "an integer from {} to {}".format(least, most)
        if most is not None else "a positive integer" if least == 1 else
        "an integer of at least {}".format(least), value))


def _check_number(name, value, kind, fits):
  if not isinstance(value, (numbers.Real, np.number)) or not fits(value):
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
