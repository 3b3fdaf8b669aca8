# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tables as files: CSV for programs, Markdown for people."""

import csv
import io


def write_csv(path, fields, rows):
  """Writes a table as CSV.

  Args:
    path: String, the file to write.
    fields: Sequence of strings, the first line.
    rows: Iterable of sequences of values; None becomes an empty cell.
  """
  with io.open(path, "w", newline="", encoding="utf-8") as stream:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows(rows)


def markdown(header, rows):
  """Lays a table out in Markdown.

  Args:
    header: List of strings.
    rows: List of lists of strings.

  Returns:
    String.
  """
  lines = [header, ["---"] * len(header)] + list(rows)
  return "".join("| {} |\n".format(" | ".join(cells)) for cells in lines)
