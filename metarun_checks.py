# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What flags of metarun may not be combined, and errors in terms of flags."""

import os
import re

import numpy as np

import metarun_flags

# The lengths of all unrolls of a visit are drawn when it begins.
_MAX_VISIT_UNROLLS = 10**7

# Flags that are a part of an argument of a constructor.
_PART_OF = {"min_lr": "init_lr_range", "max_lr": "init_lr_range",
            "cell_size": "cell_sizes", "num_cells": "cell_sizes"}


def check(values):
  """Raises an error for what absl's bounds cannot say.

  Args:
    values: Dict from the names of all flags to their values.

  Raises:
    ValueError: If there are any; it names the flags.
  """
  for name in sorted(values):
    if values[name] != values[name]:
      raise ValueError("--{} must be a number, not nan.".format(name))
    if isinstance(values[name], float) and values[name] and (
        np.float32(values[name]) == 0.0):
      raise ValueError("--{}={!r} is 0 in float32.".format(name, values[name]))
  _check_directory(values["train_dir"], values["run_name"])
  if 0 < values["objective_training_max_multiplier"] < 1:
    raise ValueError(
        "--objective_training_max_multiplier={} would end every unroll at its "
        "first step: give at least 1, or 0 for no bound.".format(
            values["objective_training_max_multiplier"]))
  _check_evolution_strategies(values)
  unrolls = values["num_meta_iterations"] * (
      values["min_num_unrolls"] + values["num_unroll_scale"])
  if unrolls > _MAX_VISIT_UNROLLS:
    raise ValueError(
        "--num_meta_iterations={} times --min_num_unrolls={} plus "
        "--num_unroll_scale={} makes {} unrolls in a visit, of {} at the "
        "most: their lengths are all drawn when it begins. Make one of them "
        "smaller, and --num_problems larger for more training.".format(
            values["num_meta_iterations"], values["min_num_unrolls"],
            values["num_unroll_scale"], unrolls, _MAX_VISIT_UNROLLS))


def _check_directory(train_dir, run_name):
  if not train_dir:
    raise ValueError("--train_dir is empty: give a directory.")
  run_name = run_name or ""
  if os.path.isabs(run_name) or os.pardir in run_name.split(os.sep):
    raise ValueError(
        "--run_name={} is not inside of --train_dir={}: give a name, and the "
        "directory as --train_dir.".format(run_name, train_dir))


def _check_evolution_strategies(values):
  stddevs(values["es_stddev"])
  if values["meta_gradient"] == "es":
    if not values["reset_rnn_params"]:
      raise ValueError(
          "--reset_rnn_params=false is for --meta_gradient=backprop: the runs "
          "of evolution strategies start with the same state.")
    if values["runs_per_update"] != 1:
      raise ValueError(
          "--runs_per_update is for --meta_gradient=backprop; for evolution "
          "strategies there is --es_num_pairs.")
    return
  for group in metarun_flags.GROUPS:
    for flag in group.flags:
      if flag.name.startswith("es_") and values[flag.name] != flag.default:
        raise ValueError("--{} is for --meta_gradient=es.".format(flag.name))


def stddevs(items):
  """What --es_stddev says.

  Args:
    items: List of strings, numbers or <part of a name>=<number>.

  Returns:
    Dict from parts of names to floats, see `metaopt.EvolutionStrategies`.

  Raises:
    ValueError: If an item is neither.
  """
  found = {}
  for item in items:
    part, _, number = item.rpartition("=")
    try:
      found[part.strip()] = float(number)
    except ValueError:
      raise ValueError(
          "--es_stddev must be numbers or names with numbers, such as "
          "0.01,learning_rate=0.1, not {!r}.".format(item))
  for part in found:
    if not 0 < found[part] < float("inf"):
      raise ValueError("--es_stddev must be positive, not {}.".format(
          found[part]))
  if not found:
    raise ValueError("--es_stddev needs a number.")
  return found


def in_terms_of_flags(message, optimizer):
  """An error's text, with the flags behind the arguments that it names.

  Args:
    message: String.
    optimizer: String, the name of the optimizer's class.

  Returns:
    String.
  """
  named = set(re.findall(r"\w+", message))
  flags = ["--" + flag.name for flag in metarun_flags.of_optimizer(optimizer)
           if flag.name not in named and (
               flag.argument in named or _PART_OF.get(flag.name) in named)]
  return message + (" ({})".format(", ".join(flags)) if flags else "")


def without_effect(values):
  """Names of flags that were changed but mean nothing to the optimizer.

  Args:
    values: As in `check`.

  Returns:
    List of strings.
  """
  meant = metarun_flags.of_optimizer(values["optimizer"])
  return [flag.name for group in metarun_flags.GROUPS for flag in group.flags
          if flag not in meant and values[flag.name] != flag.default]
