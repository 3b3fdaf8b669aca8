# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs several test files in one process: TensorFlow takes seconds to import.

  PYTHONPATH=. .venv/bin/python tests/together.py \\
      tests/problems/matmul_test.py tests/problems/corpus_test.py
"""

import importlib
import inspect
import sys
import unittest

import tensorflow.compat.v1 as tf


def _classes(path):
  """Dict of a file's test classes by file and name."""
  name = path[:-len(".py")].replace("/", ".")
  module = importlib.import_module(name)
  return {"{}.{}".format(name, key): value
          for key, value in vars(module).items()
          if inspect.isclass(value) and issubclass(value, unittest.TestCase)
          and value.__module__ == name}


def main():
  """Runs the files that the arguments name."""
  for path in [each for each in sys.argv if each.endswith("_test.py")]:
    sys.argv.remove(path)
    globals().update(_classes(path))
  tf.test.main()


if __name__ == "__main__":
  main()
