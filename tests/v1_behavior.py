# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs a test where TensorFlow 2's behavior is off.

  .venv-tf2/bin/python tests/v1_behavior.py tests/metaopt_test.py

Bazel runs all tests this way with --config=tf2. Processes that a test starts
have to turn the behavior off themselves, as programs do.
"""

import os
import runpy
import sys

import tensorflow.compat.v1 as tf


def main():
  """Turns the behavior off and runs the file that the arguments name."""
  tf.disable_v2_behavior()
  del sys.argv[0]
  sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
  runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
  main()
