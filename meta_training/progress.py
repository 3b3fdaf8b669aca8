# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Progress of a run: how far, how fast, how well, and the time left."""

import collections
import os
import time

import numpy as np

# Meta-objectives that the moving mean is over.
_WINDOW_UPDATES = 1000
# Visits that the speed is measured over.
_WINDOW_VISITS = 10
_REDRAW_SECONDS = 0.2
_BAR_WIDTH = 10
_SCREENFUL = 24


class Progress:
  """Counts visits and updates."""

  def __init__(self, num_visits, clock=time.time):
    """Starts the clock.

    Args:
      num_visits: Integer, visits of the run; None if this task makes as
        many as it can.
      clock: Function that returns seconds.
    """
    self.meta_objective_kind = "log"
    self._num_visits = num_visits
    self._clock = clock
    self._start = clock()
    self._done_before = 0
    self._visits_here = 0
    # Of the visits made, and of the one that goes on.
    self._setup_seconds, self._setup_seconds_now = 0.0, 0.0
    self._setups = 0
    self._setups_to_come = 0.0
    self._last_visit_end = self._start
    self._step = None
    self._marks = collections.deque(maxlen=_WINDOW_VISITS + 1)
    self._objectives = collections.deque(maxlen=_WINDOW_UPDATES)

  def begin_visit(self, visits_done, setup_seconds=0.0, is_new=False,
                  new_to_come=0.0):
    """Takes note of a visit's problem.

    Args:
      visits_done: Integer, visits the run has made, restarts included.
      setup_seconds: Float, how long the problem took to be ready.
      is_new: Whether this process had not kept it from another visit.
      new_to_come: Float, how many others are yet to be set up.
    """
    self._setup_seconds_now = setup_seconds
    self._setups += is_new
    self._setups_to_come = new_to_come
    # Without an end there is no count that goes on after a restart.
    if self._num_visits is not None:
      self._done_before = visits_done - self._visits_here

  def update(self, global_step, meta_objective):
    """Counts an update; in a cluster `global_step` counts everybody's."""
    if self._step is None or global_step <= self._step:
      # The first, or the state was restored from a checkpoint.
      self._marks.clear()
      self._marks.append((self._last_visit_end, global_step - 1))
    self._step = global_step
    if np.isfinite(meta_objective):
      self._objectives.append(float(meta_objective))

  def end_visit(self):
    """Counts a visit."""
    self._visits_here += 1
    self._setup_seconds += self._setup_seconds_now
    self._setup_seconds_now = 0.0
    self._last_visit_end = self._clock()
    if self._step is not None:
      self._marks.append((self._last_visit_end, self._step))

  @property
  def visits_done(self):
    """Visits of the run, restarts included; without an end, of this process."""
    return self._done_before + self._visits_here

  @property
  def updates_per_second(self):
    """Over the last visits, setting up included; 0 before the first update."""
    if not self._marks:
      return 0.0
    start, step = self._marks[0]
    return (self._step - step) / max(self._clock() - start, 1e-6)

  @property
  def mean_meta_objective(self):
    """Of the last updates whose meta-objective is finite; NaN without any."""
    if not self._objectives:
      return float("nan")
    return float(np.mean(self._objectives))

  @property
  def seconds_left(self):
    """From the visits this process has made; None before the first, or if
    there is no end. A problem is set up once: later visits to it are shorter.
    """
    if not self._visits_here or self._num_visits is None:
      return None
    a_setup = (self._setup_seconds + self._setup_seconds_now) / max(
        1, self._setups)
    a_visit = (self._last_visit_end - self._start -
               self._setup_seconds) / self._visits_here
    since = self._clock() - self._last_visit_end - self._setup_seconds_now
    return max(0.0, (self._num_visits - self.visits_done) * a_visit +
               self._setups_to_come * a_setup - since)

  def text(self):
    """All of it in a few words."""
    done = "{}".format(self.visits_done)
    if self._num_visits is not None:
      done += " of {}".format(self._num_visits)
    words = ["{} problems done".format(done),
             "{:.3g} updates/s".format(self.updates_per_second),
             "mean meta-objective {:.4g} ({}, lower is better)".format(
                 self.mean_meta_objective, self.meta_objective_kind)]
    if self.seconds_left is not None:
      words.append(_duration(self.seconds_left) + " left")
    return ", ".join(words)

  def short_text(self):
    """The same for a line of 80 columns, with a bar if there is an end."""
    start = "{} problems".format(self.visits_done)
    if self._num_visits is not None:
      full = int(_BAR_WIDTH * min(1.0, self.visits_done / self._num_visits))
      start = "[{}{}] {}/{} problems".format(
          "=" * full, "." * (_BAR_WIDTH - full), self.visits_done,
          self._num_visits)
    words = [start, "{:.3g} updates/s".format(self.updates_per_second)]
    if self._objectives:
      words.append("mean {:.4g}".format(self.mean_meta_objective))
    if self.seconds_left is not None:
      words.append(_duration(self.seconds_left) + " left")
    return ", ".join(words)


class Screen:
  """Lines on a stream and, on a terminal, a status line below them."""

  def __init__(self, out, clock=time.time):
    """Looks what the stream is.

    Args:
      out: A stream, or None.
      clock: Function that returns seconds.
    """
    self._out = open(os.devnull, "w") if out is None else out
    self._clock = clock
    is_terminal = getattr(out, "isatty", lambda: False)()
    # A dumb terminal, such as an editor's, cannot take a line back.
    self.is_terminal = is_terminal and os.environ.get("TERM") != "dumb"
    self._has_status = False
    self._next_time = 0.0

  def write(self, text):
    """Writes a line that stays."""
    self.clear()
    self._out.write(text + "\n")
    self._out.flush()

  def status(self, make_text, now=False):
    """Replaces the status line, if this is a terminal.

    Args:
      make_text: Function that returns it; not called if it is too early.
      now: Whether it is never too early.
    """
    if not self.is_terminal or not (now or self._clock() >= self._next_time):
      return
    self._next_time = self._clock() + _REDRAW_SECONDS
    # In the last column the cursor would go on to the next line.
    self._out.write("\r\033[K" + make_text()[:_columns() - 1])
    self._out.flush()
    self._has_status = True

  def clear(self):
    """Takes the status line back."""
    if self._has_status:
      self._out.write("\r\033[K")
      self._out.flush()
      self._has_status = False


class Budget:
  """Lines that may be written: a screenful at once, and then a minute."""

  def __init__(self, clock=time.time):
    """Starts with a screenful.

    Args:
      clock: Function that returns seconds.
    """
    self._clock = clock
    self._time = clock()
    self._lines = float(_SCREENFUL)

  def spend(self, num_lines, spare=0):
    """Whether there is room for lines; if so they count as written.

    Args:
      num_lines: Integer.
      spare: Integer, for how many more there must be room.

    Returns:
      Bool.
    """
    now = self._clock()
    self._lines = min(_SCREENFUL, self._lines + _SCREENFUL * (
        now - self._time) / 60.0)
    self._time = now
    if self._lines < num_lines + spare:
      return False
    self._lines -= num_lines
    return True


def _columns():
  try:
    return os.get_terminal_size().columns or 80
  except (AttributeError, EnvironmentError):
    return 80  # Python 2, or standard output is none.


def _duration(seconds):
  minutes, seconds = divmod(int(round(seconds)), 60)
  return "{}:{:02d}:{:02d}".format(minutes // 60, minutes % 60, seconds)
