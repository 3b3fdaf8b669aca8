# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Builds the native step ahead of time, for Bazel.

  build_native.py library.so library.key

writes the library, and its key and checksum; without a compiler both files are
empty.
"""

import os
import sys

from optimizer.native import builder
from optimizer.native import loader


def main(arguments):
  """Builds what the arguments say."""
  paths = [os.path.abspath(argument) for argument in arguments]
  try:
    compiler = builder.find_compiler()
    if compiler is None:
      raise builder.BuildError("there is no C++ compiler.")
    loader.build(paths[0], loader.source_key(), compiler)
  except (builder.BuildError, EnvironmentError) as error:
    print("The native step is not built: {}".format(error))
    for path in paths:
      open(path, "w").close()


if __name__ == "__main__":
  main(sys.argv[1:])
