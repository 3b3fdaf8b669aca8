# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Refuses meta-parameters that are infinite or not a number."""

import numpy as np

from optimizer import meta_parameters


class NonFiniteError(ValueError):
  """Raised rather than go on with such values, or save them."""

  def __init__(self, step, names, checkpoint):
    """Says where they are.

    Args:
      step: Integer, updates made.
      names: List of strings, of meta-parameters.
      checkpoint: Prefix of the last checkpoint, or None.
    """
    super().__init__(
        "After update {} these meta-parameters are not finite: {}. They are "
        "not saved; the last checkpoint is {!r}. Look for an option that is "
        "too large: where meta-parameters start, their learning rate, the "
        "penalty on them.".format(step, ", ".join(names), checkpoint))


def others(values, shapes):
  """Names of meta-parameters that are not finite.

  Args:
    values: float32 array, all meta-parameters in a row.
    shapes: OrderedDict from names to shapes.

  Returns:
    List of strings.
  """
  if np.isfinite(values).all():
    return []
  return [name for name, value
          in meta_parameters.unflatten(values, shapes).items()
          if not np.isfinite(value).all()]
