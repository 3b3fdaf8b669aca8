# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sums a meta-training run up, as a CSV file and a plot.

  ./tools/bazel run //benchmarks:training_curve -- \
      --logdir=/tmp/pretrained/hierarchical_rnn --output=/tmp/training

reads the event files of a log directory and writes <output>.csv and, with
matplotlib, <output>.png.
"""

import collections
import glob
import os

from absl import app
from absl import flags
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import plotting
from benchmarks import text_tables

FLAGS = flags.FLAGS

flags.DEFINE_string("logdir", None, "Log directory of the run.")
flags.DEFINE_string("output", "/tmp/training", "Path without extension.")
flags.DEFINE_integer("points", 100, "So many rows at most.", lower_bound=1)
flags.DEFINE_bool("plots", True, "Whether to draw the curve.")

Row = collections.namedtuple(
    "Row", "updates, visits, hours, median_meta_objective, "
    "lower_quartile, upper_quartile")
"""Some visits in a row.

Attributes:
  updates: Integer, of the meta-parameters so far.
  visits: Integer, how many there were so far.
  hours: Float, since the first event, stops included.
  median_meta_objective: Float, of these visits; so are the quartiles.
"""


def read(logdir):
  """Meta-objectives of a run.

  Args:
    logdir: Log directory.

  Returns:
    Sorted list of (updates, seconds since the epoch, meta-objective).

  Raises:
    ValueError: If there are none.
  """
  points = []
  for path in glob.glob(os.path.join(logdir, "*tfevents*")):
    for event in tf.train.summary_iterator(path):
      points += [(event.step, event.wall_time, value.simple_value)
                 for value in event.summary.value
                 if value.tag == "MetaObjective"]
  if not points:
    raise ValueError("There are no events with a MetaObjective in {!r}: give "
                     "the log directory of a run.".format(logdir))
  return sorted(points)


def summarize(points, num_rows):
  """Groups visits.

  Args:
    points: See `read`.
    num_rows: Integer.

  Returns:
    List of up to `num_rows` `Row`s.
  """
  rows, visits = [], 0
  for part in np.array_split(np.array(points), min(num_rows, len(points))):
    visits += len(part)
    values = part[:, 2][np.isfinite(part[:, 2])]
    low, median, high = (np.percentile(values, [25, 50, 75]) if len(values)
                         else [np.nan] * 3)
    rows.append(Row(int(part[-1, 0]), visits,
                    (part[-1, 1] - points[0][1]) / 3600.0, median, low, high))
  return rows


def main(unused_argv):
  """Reads, sums up and writes."""
  rows = summarize(read(FLAGS.logdir), FLAGS.points)
  text_tables.write_csv(
      FLAGS.output + ".csv", Row._fields,
      [["{:.5g}".format(x) if isinstance(x, float) else x for x in row]
       for row in rows])
  if FLAGS.plots:
    _plot(FLAGS.output + ".png", rows)


def _plot(path, rows):
  pyplot = plotting.pyplot()
  figure, axes = pyplot.subplots(figsize=(6, 4))
  updates = [row.updates for row in rows]
  style = plotting.style(0, len(rows))
  axes.plot(updates, [row.median_meta_objective for row in rows],
            label="median", **style)
  axes.fill_between(updates, [row.lower_quartile for row in rows],
                    [row.upper_quartile for row in rows], alpha=0.2,
                    color=style["color"], label="quartiles")
  axes.legend()
  axes.set_xlabel("meta-updates")
  axes.set_ylabel("meta-objective of a visit (lower is better)")
  plotting.save(figure, path)


if __name__ == "__main__":
  flags.mark_flag_as_required("logdir")
  app.run(main)
