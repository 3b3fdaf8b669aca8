# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Waits for other tasks of a cluster and still handles signals.

Python runs signal handlers between two bytecodes of the main thread. A call
into TensorFlow that waits for a task that does not answer never comes to the
second one. So such calls are made in a thread of their own, while the main
thread waits in Python.
"""

import sys
import threading
import time

import tensorflow.compat.v1 as tf

# How long a call may go on after the request to stop: updates and checkpoints
# take far less, if anybody answers at all.
_PATIENCE_SECONDS = 10.0
_CLOSE_SECONDS = 3.0
# After so long without an answer the log says that one is waited for.
_LOG_SECONDS = 8.0
_POLL_SECONDS = 0.5


class StoppedError(Exception):
  """The run was asked to stop while it waited for other tasks."""

  def __init__(self):
    super().__init__(
        "stopped while it waited for other tasks; the last checkpoint stays "
        "as it is")


class Waiting:
  """Waits, but not for ever once it has been asked to stop."""

  def __init__(self, log):
    """Has not been asked to stop.

    Args:
      log: Function of a string, called when there is no answer for long.
    """
    self._log = log
    self._has_logged = False
    # No lock guards it: a signal handler sets it, at any moment.
    self._stop_time = None

  def stop(self):
    """Ends pauses now, and calls soon, with a `StoppedError`."""
    self._stop_time = time.time()

  def pause(self, seconds):
    """Sleeps.

    Args:
      seconds: Float.

    Raises:
      StoppedError: If `stop` was called.
    """
    if self._stop_time is not None:
      raise StoppedError()
    time.sleep(seconds)

  def call(self, function, *args, **kwargs):
    """Calls a function in a thread of its own.

    Args:
      function: The function.
      *args: Its arguments.
      **kwargs: Its keyword arguments.

    Returns:
      What it returns.

    Raises:
      StoppedError: If `stop` was called and it still does not return. Its
        thread is left to itself.
    """
    start = time.time()
    running = _Call(function, args, kwargs)
    while not running.done.wait(_POLL_SECONDS):
      if self._stop_time is not None and (
          time.time() > max(start, self._stop_time) + _PATIENCE_SECONDS):
        raise StoppedError()
      if not self._has_logged and time.time() > start + _LOG_SECONDS:
        self._has_logged = True
        self._log("waiting for an answer of the parameter servers")
    self._has_logged = False
    return running.result()


class Session(tf.Session):
  """A session whose calls can be given up."""

  def __init__(self, waiting, target, graph, config):
    """Connects to nothing yet.

    Args:
      waiting: A `Waiting`.
      target: String, as all that follow an argument of `tf.Session`.
      graph: A `tf.Graph`.
      config: A `tf.ConfigProto`.
    """
    super().__init__(target, graph=graph, config=config)
    self._waiting = waiting
    self._is_closing = False

  def run(self, *args, **kwargs):
    """As `tf.Session.run`; may raise a `StoppedError`."""
    return self._waiting.call(super().run, *args, **kwargs)

  def close(self):
    """As `tf.Session.close`, but silent, and leaves it alone if it hangs."""
    if not self._is_closing:
      self._is_closing = True
      _Call(super().close, (), {}).done.wait(_CLOSE_SECONDS)


class _Call:
  """A call that goes on in a thread."""

  def __init__(self, function, args, kwargs):
    self.done = threading.Event()
    self._value, self._error = None, None
    thread = threading.Thread(target=self._run, args=(function, args, kwargs))
    # One that hangs does not keep the program from ending.
    thread.daemon = True
    thread.start()

  def _run(self, function, args, kwargs):
    try:
      self._value = function(*args, **kwargs)
    except BaseException:  # pylint: disable=broad-except
      self._error = sys.exc_info()
    self.done.set()

  def result(self):
    """What the function returned, or raises what it raised."""
    if self._error is not None:
      error, self._error = self._error, None
      raise error[1].with_traceback(error[2])
    return self._value
