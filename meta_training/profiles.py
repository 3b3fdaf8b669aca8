# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Timelines of traced session calls, for TensorBoard and for Chrome."""

import json
import os

import tensorflow.compat.v1 as tf

from tensorflow.python.client import timeline

from optimizer import tensorflow_version

_PICOSECONDS = 10**6


def write(logdir, global_step, run_metadata):
  """Writes a timeline in the two formats.

  `timeline-<step>.json` is for chrome://tracing; TensorBoard shows
  `plugins/profile/step-<step>` under Profile.

  Args:
    logdir: String, a directory with event files: TensorBoard looks for
      profiles where those are.
    global_step: Integer.
    run_metadata: A `tf.RunMetadata` of a call with `FULL_TRACE`.
  """
  chrome_trace = timeline.Timeline(
      run_metadata.step_stats).generate_chrome_trace_format()
  path = os.path.join(logdir, "timeline-{}.json".format(global_step))
  with tf.io.gfile.GFile(path, "w") as stream:
    stream.write(chrome_trace)
  directory = os.path.join(
      logdir, "plugins", "profile", "step-{}".format(global_step))
  tf.io.gfile.makedirs(directory)
  with tf.io.gfile.GFile(os.path.join(directory, "local.trace"),
                         "wb") as stream:
    stream.write(_trace(json.loads(chrome_trace)).SerializeToString())


def _trace(chrome_trace):
  """The same events as a `Trace` message, their time counted from the first.

  Picoseconds since 1970 would not fit.
  """
  trace = tensorflow_version.trace_message()
  start = min([event["ts"] for event in chrome_trace["traceEvents"]
               if event["ph"] == "X"] or [0])
  for event in chrome_trace["traceEvents"]:
    device = event["pid"]
    if event["ph"] == "M" and event["name"] == "process_name":
      trace.devices[device].device_id = device
      trace.devices[device].name = event["args"]["name"]
    elif event["ph"] == "X":
      resource = trace.devices[device].resources[event["tid"]]
      resource.resource_id = event["tid"]
      resource.name = "lane {}".format(event["tid"])
      added = trace.trace_events.add(
          device_id=device, resource_id=event["tid"], name=event["name"],
          timestamp_ps=int((event["ts"] - start) * _PICOSECONDS),
          # Without a duration it would be drawn as an instant.
          duration_ps=max(1, int(event["dur"] * _PICOSECONDS)))
      for key, value in event["args"].items():
        added.args[key] = str(value)
  return trace
