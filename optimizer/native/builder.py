# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compiles the native step, and keeps it where nobody else can change it."""

import collections
import errno
import glob
import hashlib
from multiprocessing import pool
import os
import platform
import shutil
import stat
import subprocess
import tempfile

# Beside the sources.
_FOLDER = ".build"
_AHEAD = "ahead"

_OPTIONS = ("-std=c++11", "-O3", "-DNDEBUG", "-fPIC", "-fno-math-errno", "-w")

# Names of instructions, floats in a register and compiler options.
_INSTRUCTIONS = (("plain", 1, ()), ("baseline", 4, ()))
_X86_INSTRUCTIONS = (
    ("avx2", 8, ("-mavx2", "-mfma")),
    ("avx512", 16, ("-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl",
                    "-mavx2", "-mfma", "-mprefer-vector-width=512")))

_MAX_PROCESSES = 4

Compiler = collections.namedtuple("Compiler", "command, key")
"""A command, and a string that differs for other compilers."""


Unit = collections.namedtuple("Unit", "name, source, options")
"""What is compiled on its own: a file, and options for it."""


class BuildError(Exception):
  """There is no library, and why."""


def find_compiler():
  """The C++ compiler: a `Compiler`, or None."""
  wanted = os.environ.get("CXX")
  for command in [wanted] if wanted else ["g++", "c++", "clang++"]:
    try:
      version = _run([command, "--version"])
    except BuildError:
      continue
    key = hashlib.sha256((command + version).encode("utf-8")).hexdigest()
    return Compiler(command, key[:8])
  return None


def sources(folder):
  """Sorted paths of the C++ sources in a folder."""
  return sorted(path for ending in ("*.cc", "*.h")
                for path in glob.glob(os.path.join(folder, ending)))


def folder_beside(folder):
  """A folder for the library beside the sources, or None.

  Whoever can write there can change this package.
  """
  path = os.path.join(folder, _FOLDER)
  return path if _is_ours(path, (0, os.geteuid()), 0o755) else None


def user_folder():
  """A folder for the library in the user's cache, or None."""
  cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(
      os.path.expanduser("~"), ".cache")
  path = os.path.join(cache, "learned_optimizer", "native")
  if not os.path.isabs(path):
    return None
  return path if _is_ours(path, (os.geteuid(),), 0o700) else None


def _is_ours(path, owners, mode):
  """Whether a folder is there, made if need be, that no other may write."""
  try:
    os.makedirs(path, mode)
  except OSError as error:
    if error.errno != errno.EEXIST:
      return False
  status = os.lstat(path)
  return (stat.S_ISDIR(status.st_mode) and status.st_uid in owners and
          not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def built_ahead(folder, key):
  """The library that a build of the repository has made, or None.

  Args:
    folder: String, where the sources are.
    key: String, of the sources, TensorFlow and the machine.
  """
  path = os.path.join(folder, _AHEAD)
  try:
    with open(path + ".key") as stream:
      is_current = stream.read() == key
  except EnvironmentError:
    return None
  return path + ".so" if is_current else None


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
  compile_and_link(compiler, units(folder), path, tf_options,
                   ["-shared"] + link_options)


def compile_and_link(compiler, parts, path, options, link_options):
  """Builds a library or a program; it is there wholly or not at all.

  Args:
    compiler: `Compiler`.
    parts: List of `Unit`.
    path: String, where the result goes.
    options: List of strings, for the compiler.
    link_options: List of strings.

  Raises:
    BuildError: If it cannot be built.
  """
  scratch = tempfile.mkdtemp(dir=os.path.dirname(path))
  try:
    commands, objects = [], []
    for part in parts:
      objects.append(os.path.join(scratch, part.name + ".o"))
      commands.append([compiler.command, "-c", part.source, "-o", objects[-1]] +
                      list(_OPTIONS) + part.options + options)
    workers = pool.ThreadPool(_MAX_PROCESSES)
    try:
      workers.map(_run, commands)
    finally:
      workers.terminate()
    result = os.path.join(scratch, "result")
    _run([compiler.command, "-o", result] + objects + link_options)
    # Others may be let into the folder.
    os.chmod(result, os.stat(result).st_mode & ~(stat.S_IWGRP | stat.S_IWOTH))
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


def _run(command):
  """Runs a command: what it prints.

  Raises:
    BuildError: If it fails.
  """
  try:
    process = subprocess.Popen(command, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT,
                               universal_newlines=True)
  except EnvironmentError as error:
    raise BuildError("{} cannot be run: {}.".format(command[0], error))
  output, _ = process.communicate()
  if process.returncode:
    lines = [line for line in output.splitlines()
             if "error" in line or "undefined reference" in line]
    raise BuildError("{} failed: {}".format(
        command[0], (lines or output.splitlines() or ["no message"])[0]))
  return output
