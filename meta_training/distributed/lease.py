# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Who may change the meta-parameters that the tasks of a cluster share.

Variables on the first parameter server, in no checkpoint:

  owner: int64 [2], the number of the chief's process (0: none) and its
    heartbeat, which counts up as long as the chief lives.
  fencing_token: int64 []. The chief draws a new one whenever it has restored
    the state. Updates carry the one their values were read under, and fail if
    it is not the present one: nothing of before gets into the restored state.
  text: string [2], the chief's name and the options of the run as JSON.
"""

import json
import random
import threading

import tensorflow.compat.v1 as tf

from . import waiting

# Among the options, those that are a list of names.
PROBLEMS = "problems"

CLOSED = 0
FINISHED = -1

_BEAT_SECONDS = 1.0
# A chief whose heart has not beaten for so long is dead.
_LEASE_SECONDS = 8.0


class StateLostError(Exception):
  """The shared state is gone, or was restored; connecting again helps."""


class SupersededError(IOError):
  """Another process is the chief now."""


class RunFinishedError(Exception):
  """The chief has made all visits."""


class Lease:
  """The variables and what is done with them; to be made within a graph."""

  def __init__(self, device, name, description):
    """Makes the variables.

    Args:
      device: String, where to put them.
      name: String, this task's name.
      description: Dict in terms of JSON, options all tasks must agree on.
    """
    self._random = random.SystemRandom()
    self._process = self._draw()
    self._name = name
    self._description = description
    self.fencing_token_value = CLOSED
    self._thread = None
    with tf.device(device):
      self._owner = _variable("owner", tf.constant([0, 0], tf.int64))
      self._fencing_token = _variable(
          "fencing_token", tf.constant(CLOSED, tf.int64))
      self._text = _variable("text", tf.constant(["", ""]))
      self.variables = [self._owner, self._fencing_token, self._text]
      self._new_owner = tf.placeholder(tf.int64, [2])
      self._new_text = tf.placeholder(tf.string, [2])
      self.new_fencing_token = tf.placeholder(
          tf.int64, [], "new_fencing_token")
      self.set_fencing_token = self._fencing_token.assign(
          self.new_fencing_token).op
      self._set_owner = self._owner.assign(self._new_owner).op
      self._set_text = self._text.assign(self._new_text).op
      self._beat = self._owner.assign_add([0, 1])
      # Used at once, or TensorFlow complains in local runs, which do not.
      self._is_set = [
          tf.identity(tf.is_variable_initialized(variable))
          for variable in self.variables]
    self.my_fencing_token = tf.placeholder_with_default(
        tf.constant(CLOSED, tf.int64), [], "my_fencing_token")
    self.check = tf.assert_equal(
        self.my_fencing_token, self._fencing_token,
        message="The fencing token is not valid.")

  def _draw(self):
    return self._random.randint(1, 2**62)

  @property
  def feeds(self):
    """What to feed with whatever depends on `check`."""
    return {self.my_fencing_token: self.fencing_token_value}

  def take(self, session, pause):
    """Makes this process the chief and bars all updates.

    Args:
      session: A session.
      pause: Function that waits for some seconds.

    Raises:
      SupersededError: If another chief is alive.
    """
    if all(session.run(self._is_set)):
      owner, beats = session.run(self._owner)
      waited = 0.0
      while owner not in (0, self._process) and waited < _LEASE_SECONDS:
        pause(_BEAT_SECONDS)
        waited += _BEAT_SECONDS
        now, new_beats = session.run(self._owner)
        if (now, new_beats) != (owner, beats) and now != 0:
          raise SupersededError(
              "This cluster has a chief already: {}. Stop it first, or give "
              "{} another --task.".format(self._names(session), self._name))
        owner = now
    session.run([self._set_owner, self._set_text], {
        self._new_owner: [self._process, 0],
        self._new_text: [self._name, json.dumps(self._description)]})
    session.run(self.set_fencing_token, {self.new_fencing_token: CLOSED})

  def _names(self, session):
    return tf.compat.as_text(session.run(self._text)[0])

  def open(self, session):
    """Lets updates in, once the state is restored."""
    self.fencing_token_value = self._draw()
    session.run(self.set_fencing_token,
                {self.new_fencing_token: self.fencing_token_value})
    self._thread = threading.Thread(
        target=self._keep_beating, args=(session,))
    self._thread.daemon = True
    self._thread.stop = threading.Event()
    self._thread.start()

  def _keep_beating(self, session):
    stop = threading.current_thread().stop
    try:
      while not stop.wait(_BEAT_SECONDS):
        if session.run(self._beat)[0] != self._process:
          return
    except (tf.errors.OpError, RuntimeError, waiting.StoppedError):
      return  # The training thread meets the same error and connects again.

  def stop_beating(self):
    """Ends the heartbeat, before its session is closed."""
    if self._thread is not None:
      self._thread.stop.set()
      # A beat that takes longer is given up together with the session.
      self._thread.join(2 * _BEAT_SECONDS)
      self._thread = None

  def release(self, session, fencing_token):
    """Gives the chief's part back.

    Args:
      session: A session.
      fencing_token: `CLOSED` or `FINISHED`.
    """
    self.stop_beating()
    session.run(self.set_fencing_token, {self.new_fencing_token: fencing_token})
    session.run(self._set_owner, {self._new_owner: [0, 0]})

  def join(self, session, missing, pause, log):
    """Waits until the chief lets updates in.

    Args:
      session: A session.
      missing: Op that lists variables without a value.
      pause: Function that waits for some seconds.
      log: Function of a string.

    Raises:
      RunFinishedError: If all is done.
      ValueError: If the chief's options are others.
    """
    has_logged = False
    while True:
      if all(session.run(self._is_set)):
        fencing_token, (chief, text) = session.run(
            [self._fencing_token, self._text])
        if fencing_token == FINISHED:
          raise RunFinishedError()
        if fencing_token != CLOSED:
          self._compare(tf.compat.as_text(chief),
                        json.loads(tf.compat.as_text(text)))
          if not session.run(missing).size:
            self.fencing_token_value = int(fencing_token)
            return
      if not has_logged:
        log("waiting for the chief")
        has_logged = True
      pause(_BEAT_SECONDS / 2)

  def _compare(self, chief, there):
    here = json.loads(json.dumps(self._description))
    different = sorted(key for key in set(there) | set(here)
                       if there.get(key) != here.get(key))
    if different:
      raise ValueError(
          "{} cannot join {}, their options differ: {}. Start all tasks with "
          "the same options.".format(self._name, chief, "; ".join(
              _contrast(key, there.get(key), here.get(key))
              for key in different)))


def _contrast(name, there, here):
  """Says how two values of an option differ; of lists of names, in what."""
  if name != PROBLEMS:
    return "{} is {} there and {} here".format(name, there, here)
  there, here = there or [], here or []
  only = [", ".join(x for x in one if x not in other)[:200] or "no others"
          for one, other in ((there, here), (here, there))]
  if only[0] == only[1]:
    return "the order of the problems is another"
  return "problems are {} there and {} here".format(*only)


def _variable(name, initial):
  return tf.get_variable(
      "run_state/" + name, initializer=initial, trainable=False,
      use_resource=False)
