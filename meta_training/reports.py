# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reports of a meta-training run: progress text and TensorBoard summaries."""

import re

import numpy as np
import tensorflow.compat.v1 as tf

from . import profiles
from . import progress
from optimizer import arguments
from optimizer import meta_parameters

ATTENTION, SCREENFUL, EVERYTHING = range(3)
"""How much is written: only what needs attention; beside it what happens, at
most a screenful a minute; all that happens."""

# How a visit begins and ends: problem, saved, progress.
_LINES_OF_VISIT = 3

# What TensorBoard shows beside a chart, by the tag's pattern.
_DESCRIPTIONS = (
    (r"MetaObjective$", "Mean over the unrolls of a visit; lower is better. "
     "Problems differ: smooth it."),
    (r"MetaObjective/set/", "Mean over the unrolls of a visit to a problem of "
     "this set; lower is better."),
    (r"\w+_MetaObjective$", "Mean over the unrolls of a visit to a problem of "
     "this class; lower is better."),
    (r"validation/", "Mean over the problems of the validation of the log of "
     "the objective after 500 steps; lower is better."),
    (r"nonfinite_meta_gradient_elements$", "Elements of meta-gradients that "
     "were infinite or not a number and counted as zero, since the process "
     "began."),
    (r"seconds_per_run$", "Mean time of an inner run of the visit."),
    (r"throughput/inner_steps_per_second$", "Steps of the optimizer a second, "
     "in the visit."),
    (r"throughput/meta_updates_per_second$", "Updates of the meta-parameters "
     "a second, over the last visits; building problems is included."),
    (r".*_var$", "The meta-parameters after the visit."),
    (r".*_grad$", "The visit's last meta-gradient as applied: without what is "
     "not finite, and clipped."),
    (r".*_rawgrad$", "The visit's last meta-gradient before clipping."),
    (r"State/", "The optimizer's state after one step at the visit's "
     "problem."),
)


class Report:
  """Writes text for people and event files for TensorBoard."""

  def __init__(self, out, logdir, num_visits, verbosity=SCREENFUL):
    """Writes nothing yet.

    Args:
      out: A stream. On a terminal a status line is kept below the text;
        elsewhere a line is written after each visit.
      logdir: Directory of the event files, or None for no summaries.
      num_visits: Integer, visits of the run; None if this task makes as
        many as it can.
      verbosity: `ATTENTION`, `SCREENFUL` or `EVERYTHING`.

    Raises:
      ValueError: If `out` is no stream.
    """
    arguments.check("out", out, arguments.optional(arguments.STREAM))
    self._verbosity = verbosity
    self._budget = progress.Budget()
    self._shown, self._num_hidden = True, 0
    self._screen = progress.Screen(out)
    self._progress = progress.Progress(num_visits)
    self._logdir = logdir
    self._num_visits = num_visits
    self._shapes = None
    self._writer = None
    self._num_nonfinite = 0
    self._num_nonfinite_runs = 0
    self._times = 1
    self._num_unrolls, self._num_nonfinite_unrolls = 0, 0
    self._last_update = None

  def start(self, shapes, uses_log_objective):
    """Opens the event file.

    Args:
      shapes: OrderedDict from names of meta-parameters to shapes.
      uses_log_objective: Whether the meta-objective is a mean log.
    """
    self._shapes = shapes
    self._progress.meta_objective_kind = (
        "log" if uses_log_objective else "ratio")
    if self._logdir is not None:
      # A graph of its own: a FileWriter without one takes the default graph.
      with tf.Graph().as_default():
        self._writer = tf.summary.FileWriter(self._logdir)

  def resumed(self, checkpoint, position, seed):
    """Says where an earlier run is resumed.

    Args:
      checkpoint: Prefix of its last checkpoint.
      position: Its `meta_optimizer.Position`.
      seed: Integer that was asked for, or None.
    """
    self.write("continuing from {}: {} of {} problems done".format(
        checkpoint, position.visits, self._num_visits))
    if seed is not None and seed != position.seed:
      self.write("seed {} has no effect: the run keeps its own, {}"
                 .format(seed, position.seed))
    if position.visits >= self._num_visits:
      self.write("nothing to do: to train on, raise num_problems above {}"
                 .format(position.visits))

  def write(self, text):
    """Writes a line of text."""
    self._screen.write(text)

  def _has_room(self, num_lines, spare=0):
    """Whether lines of what happens may be written now."""
    if self._verbosity == SCREENFUL:
      return self._budget.spend(num_lines, spare)
    return self._verbosity >= EVERYTHING

  def _status(self, now=False):
    if self._verbosity != ATTENTION:
      self._screen.status(self._progress.short_text, now)

  def text(self, tag, text):
    """Shows text in TensorBoard, as it is.

    Args:
      tag: String.
      text: String.
    """
    if self._writer is not None:
      # Four spaces: TensorBoard reads Markdown, and this is code.
      self._writer.add_summary(tf.Summary(value=[
          tf.Summary.Value(
              tag=tag, tensor=tf.make_tensor_proto(
                  "".join("    " + line for line in text.splitlines(True))),
              metadata=tf.SummaryMetadata(
                  plugin_data=tf.SummaryMetadata.PluginData(
                      plugin_name="text")))]))
      self._writer.flush()

  def begin_visit(self, visit, text, seconds, is_new=True, new_to_come=0.0):
    """Tells that a problem is ready.

    Args:
      visit: A `visit_schedule.Visit`.
      text: String, the problem, or several.
      seconds: How long it took to be ready.
      is_new: Whether it had to be set up.
      new_to_come: How many others will have to be, in the visits to come.
    """
    # The last visit tells how the run ended.
    self._shown = self._has_room(_LINES_OF_VISIT, spare=1) or (
        self._verbosity == SCREENFUL and visit.index + 1 == self._num_visits)
    if self._shown:
      if self._num_hidden:
        self.write("({} visits are not shown: they come faster than a "
                   "screenful a minute)".format(self._num_hidden))
      self._num_hidden = 0
      of = "" if self._num_visits is None else " of {}".format(
          self._num_visits)
      self.write("problem {}{}: {}, ready after {:.2f} s".format(
          visit.index + 1, of, text, seconds))
    else:
      self._num_hidden += 1
    self._progress.begin_visit(visit.index, seconds, is_new, new_to_come)
    self._status(now=True)

  def unroll(self, update, result):
    """Takes note of one unroll."""
    self._last_update = update
    self._num_unrolls += 1
    self._progress.update(update.global_step, result.meta_objective)
    if update.num_nonfinite:
      self._num_nonfinite += update.num_nonfinite
      self._num_nonfinite_unrolls += 1
    self._num_nonfinite_runs += result.num_nonfinite_runs
    self._status()

  def timeline(self, run_metadata):
    """Writes a trace, named after the last update."""
    if self._logdir is not None and self._last_update is not None:
      profiles.write(
          self._logdir, self._last_update.global_step, run_metadata)

  def end_run(self, run, meta_objectives, seconds, lengths, times=1):
    """Tells how a meta-iteration went, with so many unrolls per update."""
    self._times = times
    steps = sum(lengths) * times
    if self._shown and self._has_room(1):
      self.write(
          "  run {}: meta-objective {:.5g}, {:.2f} s, {:,.0f} steps/s, {}{}"
          .format(run + 1, np.mean(meta_objectives), seconds, steps / seconds,
                  _unrolls(lengths), ", each {} times".format(times) * (
                      times > 1)))
    self._status(now=True)

  def broke_early(self, num_made, num_unrolls):
    """Tells that a run ends before its last unroll, and after which."""
    if self._shown and self._has_room(1):
      self.write("  Broke early at {} out of {} unrolls".format(
          num_made, num_unrolls))

  def end_visit(self, entry, metadata, checkpoint, get_states):
    """Tells how far the run is, and writes the summaries of a visit.

    Args:
      entry: The problem's `corpus_entry.CorpusEntry`.
      metadata: Dict of lists, see `metaopt.train_optimizer`.
      checkpoint: Prefix of the checkpoint of after the visit, None if this
        task saves none.
      get_states: Function that returns a dict of arrays, the optimizer's
        state.
    """
    self._progress.end_visit()
    # Of a visit that is not shown, the next one that is tells it.
    if self._num_nonfinite_unrolls and (
        self._shown or self._verbosity == ATTENTION):
      self.write(
          "  {} of {} meta-gradients had elements that are infinite or not a "
          "number, which count as zero: unrolls overflow now and then; if most "
          "do, make them shorter".format(
              self._num_nonfinite_unrolls, self._num_unrolls))
    if self._num_nonfinite_runs and (
        self._shown or self._verbosity == ATTENTION):
      self.write(
          "  {} unrolls at perturbed meta-parameters had no finite "
          "meta-objective; each counts as the worst finite one of its update. "
          "Many ask for smaller standard deviations".format(
              self._num_nonfinite_runs))
    if self._shown or self._verbosity == ATTENTION:
      self._num_unrolls, self._num_nonfinite_unrolls = 0, 0
      self._num_nonfinite_runs = 0
    if self._shown and checkpoint is not None:
      self.write("  saved {}".format(checkpoint))
    if self._shown and not self._screen.is_terminal:
      self.write("  " + self._progress.text())
    self._status(now=True)
    if self._writer is None or self._last_update is None:
      return
    step = self._last_update.global_step
    steps = self._times * sum(len(objectives) - 1
                              for objectives in metadata["subproblem_objs"])
    values = [
        _scalar("nonfinite_meta_gradient_elements", self._num_nonfinite),
        _scalar("seconds_per_run", float(np.mean(metadata["runtimes"]))),
        _scalar("throughput/inner_steps_per_second", steps / sum(
            metadata["runtimes"])),
        _scalar("throughput/meta_updates_per_second",
                self._progress.updates_per_second),
    ]
    if metadata["meta_objs"]:
      values.extend(_meta_objective(entry, np.mean(metadata["meta_objs"])))
    for suffix, vector in (("var", self._last_update.values),
                           ("grad", self._last_update.gradient),
                           ("rawgrad", self._last_update.raw_gradient)):
      for name, value in meta_parameters.unflatten(
          vector, self._shapes).items():
        values.append(_histogram("{}/{}_{}".format(
            meta_parameters.OPTIMIZER_SCOPE, name, suffix), value))
    for key, value in get_states().items():
      values.append(_histogram("State/" + key, value))
    self._writer.add_summary(
        tf.Summary(value=[value for value in values if value]), step)
    self._writer.flush()

  def validation(self, value, directory, step):
    """Says how good the optimizer is on the problems of the validation.

    Args:
      value: Float, the mean log final objective.
      directory: Where the checkpoint is kept, as it is the best so far; or
        None.
      step: Integer, the checkpoint's number of updates.
    """
    if self._has_room(1):
      self.write("  validation: mean log final objective {:.5g} (lower is "
                 "better){}".format(value, "" if directory is None else
                                    ", the best so far: " + directory))
    if self._writer is not None:
      self._writer.add_summary(
          tf.Summary(value=[
              _scalar("validation/mean_log_final_objective", value)]), step)
      self._writer.flush()

  def close(self):
    """Takes the status line back and closes the event file."""
    self._screen.clear()
    if self._writer is not None:
      self._writer.close()


def _meta_objective(entry, mean):
  """A visit's meta-objective: by itself, for its problem and for its set."""
  tags = ["MetaObjective", entry.spec.name + "_MetaObjective"]
  if entry.set_name is not None:
    tags.append("MetaObjective/set/" + entry.set_name)
  return [_scalar(tag, mean) for tag in tags]


def _unrolls(lengths):
  """Tells how many unrolls there were and how long they were."""
  number = "{} unroll{}".format(len(lengths), "s" if len(lengths) > 1 else "")
  if min(lengths) == max(lengths):
    return "{} of {:,} steps".format(number, lengths[0])
  return "{}, {:,}-{:,} steps (mean {:,.0f})".format(
      number, min(lengths), max(lengths), np.mean(lengths))


def _described(tag):
  """`SummaryMetadata` with the description of a tag, if there is one."""
  for pattern, text in _DESCRIPTIONS:
    if re.match(pattern, tag):
      return tf.SummaryMetadata(summary_description=text)
  return None


def _scalar(tag, value):
  return tf.Summary.Value(
      tag=tag, simple_value=value, metadata=_described(tag))


def _histogram(tag, values):
  """Histogram of the finite values, None if there are none."""
  values = np.asarray(values, np.float64).ravel()
  values = values[np.isfinite(values)]
  if not values.size:
    return None
  counts, edges = [values.size], [values[0], values[0]]
  # Equal values that are large are beyond what NumPy's bins can tell apart.
  if values.min() < values.max():
    counts, edges = np.histogram(values, bins=30)
  return tf.Summary.Value(
      tag=tag, metadata=_described(tag), histo=tf.HistogramProto(
          min=values.min(), max=values.max(), num=values.size,
          sum=values.sum(), sum_squares=np.square(values).sum(),
          bucket_limit=edges[1:], bucket=counts))
