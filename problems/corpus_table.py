# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""A list of problems as text for people."""

import textwrap


def table(sets):
  """The corpus as aligned text.

  Args:
    sets: List of (name of a set, its entries), an entry being a tuple of
      `problem_spec.Spec`, `datasets.Dataset` and batch size or None.

  Returns:
    String: a line of titles, then one or more lines for each problem, of which
    the first starts with its index in the corpus.
  """
  rows = [("", "set", "problem", "data", "batch")]
  for name, entries in sets:
    for spec, dataset, batch_size in entries:
      rows.append((
          str(len(rows) - 1), name,
          repr(spec), _data(dataset) if batch_size else "",
          str(batch_size or "")))
  widths = (4, max(len(row[1]) for row in rows), 48, 44, 5)
  lines = []
  for row in rows:
    cells = [textwrap.wrap(cell, width, break_on_hyphens=False) or [""]
             for cell, width in zip(row, widths)]
    for i in range(max(len(cell) for cell in cells)):
      # Numbers to the right.
      lines.append("  ".join(
          "{:{}{}}".format(cell[i] if i < len(cell) else "",
                           "<" if 0 < column < 4 else ">", widths[column])
          for column, cell in enumerate(cells)).rstrip())
  return "\n".join(lines)


def _data(dataset):
  text = repr(dataset)
  lazy = "LazyDataset("
  return text[len(lazy):-1] if text.startswith(lazy) else text
