# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that Chrome and the installed TensorBoard can open the timelines."""

import argparse
import json
import os

from tensorboard.backend import application
from tensorboard.backend.event_processing import (
    plugin_event_multiplexer as event_multiplexer)
from tensorboard.plugins import base_plugin
from tensorboard.plugins.profile import profile_plugin
import tensorflow.compat.v1 as tf
from werkzeug import test as werkzeug_test
from werkzeug import wrappers

from tests.meta_training import harness


def _server(logdir):
  """Returns a client of TensorBoard's profile plugin on a directory."""
  multiplexer = event_multiplexer.EventMultiplexer()
  multiplexer.AddRunsFromDirectory(logdir)
  multiplexer.Reload()
  plugin = profile_plugin.ProfilePlugin(base_plugin.TBContext(
      logdir=logdir, multiplexer=multiplexer,
      flags=argparse.Namespace(master_tpu_unsecure_channel="")))
  return werkzeug_test.Client(
      application.TensorBoardWSGI([plugin]), wrappers.Response)


def _get(client, route, **query):
  response = client.get("/data/plugin/profile/" + route, query_string=query)
  assert response.status_code == 200, response.status
  return json.loads(tf.compat.as_text(response.get_data()))


class ProfilesTest(tf.test.TestCase):

  def test_timelines(self):
    logdir = harness.directory(self)
    harness.train(logdir, harness.without_data(harness.Parabola), profile=True)
    client = _server(logdir)
    runs = _get(client, "tools")
    # Two visits of one run of two unrolls.
    self.assertEqual({"step-2": ["trace_viewer"], "step-4": ["trace_viewer"]},
                     runs)
    for step in (2, 4):
      path = os.path.join(logdir, "timeline-{}.json".format(step))
      with open(path) as stream:
        expected = json.load(stream)["traceEvents"]
      run = "step-{}".format(step)
      host, = _get(client, "hosts", run=run, tag="trace_viewer")
      shown = _get(client, "data", run=run, tag="trace_viewer",
                   host=host)["traceEvents"]
      self._compare(expected, shown)

  def _compare(self, expected, shown):
    """Asserts that TensorBoard shows the events of the Chrome timeline."""
    processes = [{event["pid"]: event["args"]["name"] for event in events
                  if event.get("name") == "process_name"}
                 for events in (expected, shown)]
    self.assertEqual(processes[0], processes[1])
    calls = [[event for event in events if event.get("ph") == "X"]
             for events in (expected, shown)]
    self.assertIn("Mul",
                  [event["name"] for event in calls[0]])
    self.assertEqual(len(calls[0]), len(calls[1]))
    start = min(event["ts"] for event in calls[0])
    for before, after in zip(*calls):
      for key in ("pid", "tid", "name"):
        self.assertEqual(before[key], after[key])
      self.assertEqual(before["ts"] - start, after["ts"])
      self.assertEqual(max(1e-6, before["dur"]), after["dur"])
      self.assertEqual(
          {key: str(value) for key, value in before["args"].items()},
          after["args"])

  def test_none_without_profiling(self):
    logdir = harness.directory(self)
    harness.train(logdir, harness.without_data(harness.Parabola))
    self.assertEqual([], tf.io.gfile.glob(logdir + "/timeline*"))
    self.assertFalse(os.path.exists(os.path.join(logdir, "plugins")))


if __name__ == "__main__":
  tf.test.main()
