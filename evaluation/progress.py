# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Says how far many runs are, and how long the rest will take."""

import sys
import time

_SECONDS_BETWEEN_LINES = 30.0


class Progress:
  """Counts runs; a terminal has one line of it, a file a line now and then."""

  def __init__(self, total, out=sys.stderr, clock=time.time):
    """Sets up.

    Args:
      total: Integer, runs to make or to find in a cache.
      out: Stream, or None.
      clock: Function that returns seconds.
    """
    self._total = total
    self._out = out
    self._clock = clock
    self._done = self._made = 0
    self._seconds = 0.0
    self._start = self._last_line = clock()
    self._what = ""

  def begin(self, what):
    """Notes the start of a run, described by a string."""
    self._start, self._what = self._clock(), what
    self._tell(0.0)

  def within(self, fraction):
    """Notes what part of the present run is done, a float up to 1."""
    self._tell(fraction)

  def end(self, was_made):
    """Notes the end of a run, which was made, or else found in a cache."""
    self._done += 1
    if was_made:
      self._made += 1
      self._seconds += self._clock() - self._start

  def skip(self, count):
    """Notes that so many runs are not needed."""
    self._done += count

  def clear(self):
    """Empties a terminal's line, so that something else can be written."""
    if self._out is not None and self._out.isatty():
      self._out.write("\r\x1b[K")

  def line(self, fraction):
    """The present state.

    Args:
      fraction: Float, what part of the present run is done.

    Returns:
      String: what runs, the runs done, and the time that is left if one run has
      been made.
    """
    left = ""
    if self._made:
      runs = self._total - self._done - fraction
      left = ", about {} left".format(
          _duration(self._seconds / self._made * max(0.0, runs)))
    return "run {:,} of {:,} ({:.0%} of it){}: {}".format(
        min(self._done + 1, self._total), self._total, fraction, left,
        self._what)

  def _tell(self, fraction):
    if self._out is None:
      return
    if self._out.isatty():
      self._out.write("\r\x1b[K" + self.line(fraction)[:100])
    elif self._clock() - self._last_line >= _SECONDS_BETWEEN_LINES:
      self._last_line = self._clock()
      self._out.write(self.line(fraction) + "\n")
    self._out.flush()


def _duration(seconds):
  """Seconds as text of one or two numbers."""
  minutes = int(seconds / 60)
  if minutes < 1:
    return "{:.0f} s".format(seconds)
  if minutes < 60:
    return "{} min".format(minutes)
  return "{} h {} min".format(minutes // 60, minutes % 60)
