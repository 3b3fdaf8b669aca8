# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Threads that fill the input queues of a graph, such as those of `tf.train`.

A problem may take its data from `tf.train.batch` or the like. As in the
release of 2017, their queue runners are started with the session.
"""

import tensorflow.compat.v1 as tf

_STOP_SECONDS = 10


class QueueRunners:
  """The threads of all queue runners of a session's graph; often none."""

  def __init__(self, session):
    """Starts them.

    Args:
      session: A `tf.Session` whose variables have their values.
    """
    self._session = session
    self._coordinator = tf.train.Coordinator()
    self._threads = []
    for runner in session.graph.get_collection(tf.GraphKeys.QUEUE_RUNNERS):
      self._threads += runner.create_threads(
          session, self._coordinator, daemon=True, start=True)

  def close(self):
    """Stops them, then closes the session.

    Raises:
      Exception: What one of them has died of, other than of an end of input.
    """
    try:
      self._coordinator.request_stop()
      if self._threads:
        self._coordinator.join(
            self._threads, stop_grace_period_secs=_STOP_SECONDS,
            ignore_live_threads=True)
    finally:
      self._session.close()
