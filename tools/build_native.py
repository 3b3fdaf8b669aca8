# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Builds the native step ahead of time, for Bazel.

  build_native.py library.so library.key

writes the library and what it is built of; without a compiler both files are
empty.
"""

import os
import sys

from optimizer.native import builder
from optimizer.native import loader


def main(arguments):
  """Builds what the arguments say."""
  path, key_path = [os.path.abspath(argument) for argument in arguments]
  key = loader.source_key()
  try:
    compiler = builder.find_compiler()
    if compiler is None:
      raise builder.BuildError("there is no C++ compiler.")
    loader.build(path, compiler)
  except (builder.BuildError, EnvironmentError) as error:
    print("The native step is not built: {}".format(error))
    key = ""
    with open(path, "w"):
      pass
  with open(key_path, "w") as stream:
    stream.write(key)


if __name__ == "__main__":
  main(sys.argv[1:])
