# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""An entry of a corpus, the list of problems that meta-training visits."""

import typing

from . import problem_spec


class CorpusEntry(typing.NamedTuple):
  """A problem of a corpus.

  Attributes:
    spec: The `problem_spec.Spec` of the problem.
    dataset: A `datasets.Dataset`, or None for no data.
    batch_size: Integer, rows of a minibatch; None for all rows.
    set_name: String, the set of problems it is from, or None.
  """
  spec: problem_spec.Spec
  dataset: typing.Any = None
  batch_size: typing.Optional[int] = None
  set_name: typing.Optional[str] = None


def as_entry(value):
  """The `CorpusEntry` for one, or for a tuple.

  Args:
    value: A `CorpusEntry`, or a sequence that begins with spec, data set and
      batch size; what follows in it is left out.

  Returns:
    A `CorpusEntry`.

  Raises:
    ValueError: If it is neither, or does not begin with a spec.
  """
  if isinstance(value, CorpusEntry):
    entry = value
  elif isinstance(value, (list, tuple)) and len(value) >= 3 and not (
      isinstance(value, problem_spec.Spec)):
    entry = CorpusEntry(*value[:3])
  else:
    raise ValueError("A corpus is a list of (spec, dataset, batch_size), with "
                     "None for no data; among its items is {!r}.".format(value))
  if not isinstance(entry.spec, problem_spec.Spec):
    raise ValueError(
        "An item of a corpus must begin with a problem_spec.Spec, such as "
        "Spec(problem_generator.Quadratic, (10,)), not {!r}.".format(
            entry.spec))
  return entry
