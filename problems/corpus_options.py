# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Options that are set for all problems of a list at once."""

import itertools

from . import datasets
from . import noise
from . import problem_spec
from . import softmax_classifier


def with_l2_reg_scale(entries, l2_reg_scale):
  """Gives every classifier among the entries a weight penalty.

  Args:
    entries: List of tuples that begin with a `Spec`.
    l2_reg_scale: Float, see `SoftmaxClassifier`.

  Returns:
    List like `entries`.
  """
  def options(spec):
    constructor = spec.callable
    if (isinstance(constructor, type) and
        issubclass(constructor, softmax_classifier.SoftmaxClassifier)):
      return {"l2_reg_scale": l2_reg_scale}
    return {}

  return [(_changed(entry[0], options),) + tuple(entry[1:])
          for entry in entries]


def with_random_seeds(entries, seed):
  """Lets a seed decide whatever the entries would draw unseeded.

  Args:
    entries: List of (`Spec`, `Dataset`, ...) tuples.
    seed: Integer.

  Returns:
    List like `entries`; problems and lazy data sets that take a
    `random_seed` and were given none have one each.
  """
  counter = itertools.count()

  def seeded(constructor, kwargs):
    if kwargs.get("random_seed") is None and problem_spec.takes(
        constructor, "random_seed"):
      return {"random_seed": noise.derive_seed(seed, next(counter))}
    return {}

  def options(spec):
    # A wrapper goes by the seed of what it wraps.
    if any(isinstance(arg, problem_spec.Spec) for arg in spec.args):
      return {}
    return seeded(spec.callable, spec.kwargs)

  changed = []
  for entry in entries:
    spec, dataset = _changed(entry[0], options), entry[1]
    if isinstance(dataset, datasets.LazyDataset) and not dataset.is_made:
      new = seeded(dataset.fn, dataset.kwargs)
      if new:
        dataset = datasets.LazyDataset(
            dataset.fn, dataset.args, dict(dataset.kwargs, **new))
    changed.append((spec, dataset) + tuple(entry[2:]))
  return changed


def _changed(value, options):
  """Adds keyword arguments to a spec and to all specs among its arguments."""
  if isinstance(value, problem_spec.Spec):
    return problem_spec.Spec(
        value.callable, [_changed(arg, options) for arg in value.args],
        dict(value.kwargs, **options(value)))
  if isinstance(value, (list, tuple)):
    return type(value)(_changed(item, options) for item in value)
  return value
