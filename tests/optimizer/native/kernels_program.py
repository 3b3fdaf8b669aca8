# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Builds and runs the program that tests the kernels without TensorFlow."""

import os
import subprocess
import tempfile

from optimizer.native import builder

_HERE = os.path.dirname(os.path.abspath(__file__))
_SOURCES = os.path.dirname(os.path.abspath(builder.__file__))
# GCC 12 warns so about its own header of AVX-512.
_WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wno-maybe-uninitialized"]
_SECONDS = 1000  # Sanitizers, and other tests at the same time, take time.
_ABOUT_TENSORFLOW = ("op.cc", "attributes.cc")


def run(test_case, elements, options=()):
  """Fails unless the program builds and finds nothing wrong.

  Args:
    test_case: A test case; skipped where there is no compiler, or none with
      these options.
    elements: Integer, the size of the largest tensor.
    options: List of strings, for compiler and linker.

  Returns:
    String, what the program prints.
  """
  compiler = builder.find_compiler()
  if compiler is None:
    test_case.skipTest("There is no C++ compiler.")
  options = list(options)
  folder = tempfile.mkdtemp(dir=test_case.create_tempdir().full_path)
  main = [builder.Unit("main", os.path.join(_HERE, "kernels_main.cc"),
                       ["-I" + _SOURCES])]
  if options and not _takes(compiler, folder, options):
    test_case.skipTest("{} does not take {}.".format(
        " ".join(compiler.command), " ".join(options)))
  path = os.path.join(folder, "kernels")
  builder.compile_and_link(
      compiler, main + [unit for unit in builder.units(_SOURCES)
                        if unit.name not in _ABOUT_TENSORFLOW],
      path, options + _WARNINGS, options + ["-lpthread"], _SECONDS)
  program = subprocess.Popen(
      [path, str(elements)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
      universal_newlines=True)
  output, _ = program.communicate()
  test_case.assertEqual(0, program.returncode, output[-5000:])
  return output


def _takes(compiler, folder, options):
  """Whether a compiler can build anything with some options."""
  source = os.path.join(folder, "empty.cc")
  with open(source, "w") as stream:
    stream.write("int main() { return 0; }\n")
  try:
    builder.compile_and_link(
        compiler, [builder.Unit("empty", source, [])],
        os.path.join(folder, "empty"), options, options)
  except builder.BuildError:
    return False
  return True
