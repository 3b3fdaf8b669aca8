# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Options that are set for all problems of a list at once."""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import six

from . import arguments
from . import classifiers
from . import datasets
from . import noise
from . import problem_spec


def with_l2_reg_scale(entries, l2_reg_scale):
  """Gives every classifier among the entries a weight penalty.

  Args:
    entries: A list of tuples that begin with a `Spec`.
    l2_reg_scale: A float, see `classifiers.Classifier`.

  Returns:
    A list like `entries`.
  """
  def options(constructor, unused_kwargs):
    if (isinstance(constructor, type) and
        issubclass(constructor, classifiers.Classifier)):
      return {"l2_reg_scale": l2_reg_scale}
    return {}

  return [(_changed(entry[0], options),) + tuple(entry[1:])
          for entry in entries]


def with_random_seeds(entries, seed):
  """Lets a seed decide whatever the entries would draw unseeded.

  Args:
    entries: A list of (`Spec`, `Dataset`, ...) tuples.
    seed: An int.

  Returns:
    A list like `entries`; problems and lazy data sets that take a
    `random_seed` and were given none have one each.
  """
  counter = iter(six.moves.range(2**31))

  def options(constructor, kwargs):
    if kwargs.get("random_seed") is None and arguments.takes(
        constructor, "random_seed"):
      return {"random_seed": noise.derive_seed(seed, next(counter))}
    return {}

  seeded = []
  for entry in entries:
    spec, dataset = _changed(entry[0], options), entry[1]
    if isinstance(dataset, datasets.LazyDataset) and not dataset.is_made:
      new = options(dataset.fn, dataset.kwargs)
      if new:
        dataset = datasets.LazyDataset(
            dataset.fn, dataset.args, dict(dataset.kwargs, **new))
    seeded.append((spec, dataset) + tuple(entry[2:]))
  return seeded


def _changed(value, options):
  """Adds keyword arguments to a spec and to all specs among its arguments."""
  if isinstance(value, problem_spec.Spec):
    return problem_spec.Spec(
        value.callable, [_changed(arg, options) for arg in value.args],
        dict(value.kwargs, **options(value.callable, value.kwargs)))
  if isinstance(value, (list, tuple)):
    return type(value)(_changed(item, options) for item in value)
  return value
