# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compiles the native step."""

import collections
import hashlib
from multiprocessing import pool
import os
import platform
import shlex
import shutil
import signal
import subprocess
import tempfile
import time

from . import library_cache

# Later versions of TensorFlow name a later standard, which then counts.
_OPTIONS = ("-std=c++11", "-O3", "-DNDEBUG", "-fPIC", "-fno-math-errno")

# Names of instructions, floats in a register and compiler options.
_INSTRUCTIONS = (("plain", 1, ()), ("baseline", 4, ()))
_X86_INSTRUCTIONS = (
    ("avx2", 8, ("-mavx2", "-mfma")),
    ("avx512", 16, ("-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl",
                    "-mavx2", "-mfma", "-mprefer-vector-width=512")))

_MAX_PROCESSES = 4
_VERSION_SECONDS = 10
BUILD_SECONDS = 180
"""How long a build may take."""

Compiler = collections.namedtuple("Compiler", "command, key")
"""A command as a list, and a string that differs for other compilers."""


Unit = collections.namedtuple("Unit", "name, source, options")
"""What is compiled on its own: a file, and options for it."""


class BuildError(Exception):
  """There is no library, and why."""


def find_compiler():
  """The C++ compiler: a `Compiler`, or None."""
  wanted = os.environ.get("CXX")
  for command in [wanted] if wanted else ["g++", "c++", "clang++"]:
    try:
      # As "ccache g++"; a path with spaces is one word.
      words = [command] if shutil.which(command) else shlex.split(command)
      version = _run(words + ["--version"], time.time() + _VERSION_SECONDS)
    except (BuildError, ValueError):
      continue
    key = hashlib.sha256(command.encode("utf-8", "replace") + version)
    return Compiler(words, key.hexdigest()[:8])
  return None


def sources(folder):
  """Sorted paths of the C++ sources in a folder."""
  return [os.path.join(folder, name) for name in sorted(os.listdir(folder))
          if name.endswith((".cc", ".h"))]


def build(compiler, folder, path, tf_options, link_options):
  """Builds the library; whatever happens, it is there wholly or not at all.

  Args:
    compiler: `Compiler`.
    folder: String, where the sources are.
    path: String, where the library goes.
    tf_options: List of strings, TensorFlow's for the compiler.
    link_options: List of strings, TensorFlow's.

  Raises:
    BuildError: If it cannot be built.
  """
  compile_and_link(compiler, units(folder), path, ["-w"] + tf_options,
                   ["-shared"] + link_options)


def compile_and_link(compiler, parts, path, options, link_options,
                     seconds=None):
  """Builds a library or a program; it is there wholly or not at all.

  Args:
    compiler: `Compiler`.
    parts: List of `Unit`.
    path: String, where the result goes.
    options: List of strings, for the compiler.
    link_options: List of strings.
    seconds: Number, how long it may take; by default `BUILD_SECONDS`.

  Raises:
    BuildError: If it cannot be built, or not in that time.
  """
  end = time.time() + (seconds or BUILD_SECONDS)
  scratch = tempfile.mkdtemp(
      prefix=library_cache.SCRATCH, dir=os.path.dirname(path))
  try:
    commands, objects = [], []
    for part in parts:
      objects.append(os.path.join(scratch, part.name + ".o"))
      commands.append(compiler.command + ["-c", part.source, "-o", objects[-1]]
                      + list(_OPTIONS) + part.options + options)
    workers = pool.ThreadPool(_MAX_PROCESSES)
    try:
      workers.map(lambda command: _run(command, end), commands)
    finally:
      workers.terminate()
    result = os.path.join(scratch, "result")
    _run(compiler.command + ["-o", result] + objects + link_options, end)
    os.chmod(result, 0o755)  # Others may be let into the folder.
    os.rename(result, path)
  finally:
    shutil.rmtree(scratch, ignore_errors=True)


def units(folder):
  """What the library is made of: list of `Unit`."""
  is_x86 = platform.machine() in ("x86_64", "AMD64")
  instructions = _INSTRUCTIONS + (_X86_INSTRUCTIONS if is_x86 else ())
  parts = []
  for name, lanes, options in instructions:
    parts.append(Unit(
        "kernels_" + name, os.path.join(folder, "kernels.cc"),
        list(options) + ['-DNAME="{}"'.format(name), "-DLANES={}".format(lanes),
                       "-DKERNELS=k{}Kernels".format(name.capitalize())]))
  for path in sources(folder):
    name = os.path.basename(path)
    if name.endswith(".cc") and name != "kernels.cc":
      parts.append(Unit(name, path, []))
  return parts


def _run(command, end):
  """Runs a command.

  Args:
    command: List of strings.
    end: Float, the time by which it has to end.

  Returns:
    Bytes, what it prints.

  Raises:
    BuildError: If it fails or takes too long.
  """
  with tempfile.TemporaryFile() as output:
    try:
      process = subprocess.Popen(
          command, stdin=subprocess.DEVNULL, stdout=output,
          stderr=subprocess.STDOUT, start_new_session=True)
    except EnvironmentError as error:
      raise BuildError("{} cannot be run: {}.".format(command[0], error))
    try:
      code = process.wait(max(end - time.time(), 0))
    except BaseException as error:
      # With all processes that it has started.
      os.killpg(process.pid, signal.SIGKILL)
      process.wait()
      if isinstance(error, subprocess.TimeoutExpired):
        raise BuildError("{} takes too long.".format(command[0]))
      raise
    output.seek(0)
    text = output.read()
  if code:
    lines = text.decode("utf-8", "replace").splitlines()
    errors = [line for line in lines
              if "error" in line or "undefined reference" in line]
    raise BuildError("{} failed: {}".format(
        command[0], (errors or lines or ["no message"])[0]))
  return text
