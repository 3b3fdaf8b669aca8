# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The runs of a comparison that was stopped, so that it can go on."""

import hashlib
import json
import os

import numpy as np
import tensorflow.compat.v1 as tf

NAME = "unfinished.jsonl"


class UnfinishedRuns:
  """Objectives by optimizer and seed, in a file that is gone at the end.

  Attributes:
    runs: Dict from (name, seed) to a list of floats, what was found.
  """

  def __init__(self, directory, description):
    """Reads what a stopped comparison of the same description left.

    Args:
      directory: String, where the file is; None to keep nothing.
      description: List in terms of JSON, what the objectives depend on.
    """
    self._path = directory and os.path.join(directory, NAME)
    self.runs = {}
    lines = self._read()
    if lines and lines[0] == description:
      self.runs = {(name, seed): objectives
                   for name, seed, objectives in lines[1:]}
    elif self._path:
      self._write("w", description)

  def get(self, name, seed, make):
    """Returns the objectives of a run, which is made if it is not there.

    Args:
      name: String, of the optimizer.
      seed: Integer.
      make: Function that returns its objectives, a float array [steps + 1].

    Returns:
      The array.
    """
    if (name, seed) in self.runs:
      return np.array(self.runs[name, seed])
    objectives = make()
    if self._path:
      self._write("a", [name, seed, [float(value) for value in objectives]])
    return objectives

  def remove(self):
    """Deletes the file: the comparison is done."""
    if self._path:
      os.remove(self._path)

  def _read(self):
    lines = []
    if self._path and os.path.exists(self._path):
      with open(self._path) as stream:
        for line in stream:
          try:
            lines.append(json.loads(line))
          except ValueError:
            continue  # It was being written when the comparison was stopped.
    return lines

  def _write(self, mode, line):
    with open(self._path, mode) as stream:
      stream.write(json.dumps(line) + "\n")


def digest(problem, dataset):
  """Returns a string that changes with a problem's graph and its data.

  Args:
    problem: A `problem_generator.Problem`.
    dataset: A `datasets.Dataset`.
  """
  result = hashlib.sha1()
  with tf.Graph().as_default() as graph:
    data = []
    if dataset.size:
      for array in (dataset.data, dataset.labels):
        result.update(np.ascontiguousarray(array).tobytes())
        data.append(tf.placeholder(array.dtype, array.shape))
    problem.objective(
        [tf.placeholder(tf.float32, shape) for shape in problem.param_shapes],
        *data)
    result.update(graph.as_graph_def().SerializeToString(deterministic=True))
  return result.hexdigest()
