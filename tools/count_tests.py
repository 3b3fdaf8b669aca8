# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Counts the test methods of a `bazel test` run and prints one line of them.

Usage: count_tests.py EVENTS_FILE=EXIT_CODE ... [EXIT_CODE ...], where
EVENTS_FILE is what `--build_event_json_file` wrote in a run and its EXIT_CODE
what Bazel exited with. The others are those of further checks, each of which
counts as one test.

A test target counts with the methods on record in its test.xml, those that were
skipped left out, and with its last attempt if it had several. One that did not
pass although no method failed counts as one failed test: it crashed, ran out of
time, could not be built or never ran. Cached results count like new ones.
"""

import collections
import json
import os
import sys
import xml.etree.ElementTree

import urllib.parse
import urllib.request

_GOOD = ("PASSED", "FLAKY")

Counts = collections.namedtuple("Counts", "passed, failed")


def count_methods(xml_path):
  """Returns the Counts of one test.xml; zeros if it cannot be read."""
  try:
    cases = list(xml.etree.ElementTree.parse(xml_path).iter("testcase"))
  except (IOError, xml.etree.ElementTree.ParseError):
    return Counts(0, 0)
  failed = passed = 0
  for case in cases:
    if case.find("failure") is not None or case.find("error") is not None:
      failed += 1
    elif (case.find("skipped") is None and
          case.get("status", "run") == "run" and
          case.get("result") != "suppressed"):
      passed += 1
  return Counts(passed, failed)


def _local_path(files, name):
  for output in files:
    if output["name"] == name and output.get("uri", "").startswith("file://"):
      return urllib.request.url2pathname(output["uri"][len("file://"):])
  return os.devnull


def _count_result(result):
  """Returns the Counts of one run of a target or of one shard of it."""
  counts = count_methods(
      _local_path(result.get("testActionOutput", []), "test.xml"))
  if result["status"] != "PASSED":
    counts = counts._replace(failed=max(counts.failed, 1))
  return counts


def count_events(events):
  """Returns the Counts of all test targets.

  Args:
    events: Iterable of dicts, the events of Bazel's build event protocol.
  """
  targets = set()
  statuses = {}  # By target.
  attempts = {}  # By target, run and shard: the latest attempt and its Counts.
  for event in events:
    for kind, event_id in event["id"].items():
      label = event_id.get("label")
      if kind == "targetConfigured" and "testSize" in event.get(
          "configured", {}):
        targets.add(label)
      elif kind == "testSummary" and "testSummary" in event:
        statuses[label] = event["testSummary"]["overallStatus"]
      elif kind == "testResult" and "testResult" in event:
        key = (label, event_id.get("run"), event_id.get("shard"))
        attempt = event_id.get("attempt", 1)
        if attempt >= attempts.get(key, (0,))[0]:
          attempts[key] = (attempt, _count_result(event["testResult"]))

  total = Counts(0, 0)
  for label in sorted(targets | set(statuses)):
    counts = [latest for key, (_, latest) in attempts.items()
              if key[0] == label]
    passed = sum(each.passed for each in counts)
    failed = sum(each.failed for each in counts)
    if statuses.get(label) not in _GOOD:
      failed = max(failed, 1)
    total = Counts(total.passed + passed, total.failed + failed)
  return total


def count_run(events_path, exit_code):
  """Returns the Counts of a run, which failed if its exit code says so."""
  events = []
  with open(events_path) as lines:
    for line in lines:
      try:
        events.append(json.loads(line))
      except ValueError:
        pass  # Bazel was killed while it wrote.
  total = count_events(events)
  if exit_code != 0 and total.failed == 0:
    total = Counts(total.passed, 1)  # Nothing could even be analyzed.
  return total


def main(argv):
  """Prints the line and returns the exit code."""
  counts = []
  for argument in argv[1:]:
    path, _, code = argument.rpartition("=")
    code = int(code)
    counts.append(count_run(path, code) if path else
                  Counts(int(code == 0), int(code != 0)))
  total = Counts(*[sum(numbers) for numbers in zip(*counts)])
  print("%d passed, %d failed" % total)
  return 0 if total.passed > 0 and total.failed == 0 else 1


if __name__ == "__main__":
  sys.exit(main(sys.argv))
