# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Loads the native step, and builds it where it has not been built yet.

The library is looked for, and built, in a folder beside this file if that can
be written, or else in the user's cache. Its name has a hash of everything it
depends on. Where there is no C++ compiler, or anything else goes wrong, there
is one warning, and TensorFlow's ops make the step.

Environment:
  LOL_NATIVE  0 for no native step.
  LOL_NATIVE_INSTRUCTIONS  What instructions to use: avx512, avx2, baseline
    (SSE2) or plain; by default the best the processor has.
  CXX  The C++ compiler; g++, c++ or clang++ by default.
  XDG_CACHE_HOME  The user's cache; ~/.cache by default.
"""

import collections
import ctypes
import hashlib
import os
import platform
import threading

import tensorflow.compat.v1 as tf
# TensorFlow exports nothing that tells which kernels there are.
from tensorflow.python.framework import kernels

from . import builder
from . import library_cache

_AHEAD = "ahead.so"  # Where a build of the repository puts it.
_HERE = os.path.dirname(os.path.abspath(__file__))

OP = "PyFunc"
"""The type of the op that has another kernel, under the label."""

LABEL = "LearnedOptimizerHierarchicalRnnStep"
"""The label of the kernel."""

Library = collections.namedtuple("Library", "theta_names, option_names")
"""The loaded library.

Attributes:
  theta_names: Frozenset of the names of meta-parameters that it knows.
  option_names: Frozenset of the names of options that it knows.
"""

_LOCK = threading.Lock()
_LOADED = []  # The library, or None, once it has been tried.
_SAID = set()


def load():
  """Loads the library, once a process.

  Returns:
    `Library`, or None if there is none or LOL_NATIVE=0.
  """
  if os.environ.get("LOL_NATIVE") == "0":
    return None
  with _LOCK:
    if not _LOADED:
      try:
        _LOADED.append(_load())
      except (builder.BuildError, EnvironmentError, AttributeError,
              tf.errors.OpError) as error:
        say_once("There is no native step here: {}".format(
            " ".join(str(error).split())))
        _LOADED.append(None)
    return _LOADED[0]


def say_once(reason):
  """Warns that steps are TensorFlow's, once a process for each reason."""
  if reason not in _SAID:
    _SAID.add(reason)
    tf.logging.warn(
        "%s Steps are made by TensorFlow's ops, with the same results but "
        "several times as slowly. LOL_NATIVE=0 does without this message.",
        reason)


def _load():
  if any(kernel.label == LABEL
         for kernel in kernels.get_registered_kernels_for_op(OP).kernel):
    raise builder.BuildError(
        "another copy of this package has loaded its own.")
  path = _loadable(_library())
  tf.load_library(path)
  functions = ctypes.CDLL(path)
  problem = _call(functions.LearnedOptimizerSelfTest,
                  os.environ.get("LOL_NATIVE_INSTRUCTIONS", ""))
  if problem:
    raise builder.BuildError("it failed its test: {}.".format(problem))
  return Library(*[
      frozenset(_call(names).split("\n"))
      for names in (functions.LearnedOptimizerThetaNames,
                    functions.LearnedOptimizerOptionNames)])


def _call(function, *arguments):
  """Calls a C function of strings."""
  function.restype = ctypes.c_char_p
  return function(*[argument.encode("utf-8") for argument in arguments]).decode(
      "utf-8")


def _loadable(library):
  """The path by which the linker loads an open file, and no other."""
  # The file stays open: while it is, no other library gets this path.
  return "/proc/self/fd/{}".format(library)


def _library():
  """Finds the library, or builds it: a file descriptor."""
  key = source_key()
  library = library_cache.open_checked(os.path.join(_HERE, _AHEAD), key)
  if library is not None:
    return library
  folders = [folder for folder in (
      library_cache.folder_beside(_HERE), library_cache.user_folder())
      if folder]
  compiler = builder.find_compiler()
  # Without a compiler, the library of another one is as good.
  name = "step-{}-{}".format(key, compiler.key + ".so" if compiler else "")
  for folder in folders:
    library = library_cache.find(folder, name, key)
    if library is not None:
      return library
  if compiler is None:
    raise builder.BuildError(
        "it has yet to be built, and there is no C++ compiler (install g++, "
        "or set CXX).")
  # A folder of another user, who installed the package, can only be read.
  folders = [folder for folder in folders if os.access(folder, os.W_OK)]
  if not folders:
    raise builder.BuildError(
        "neither {} nor the user's cache can be written by this user and by "
        "nobody else.".format(_HERE))
  return _built(folders[0], name, key, compiler)


def _built(folder, name, key, compiler):
  """Builds the library, or waits until another process has: a descriptor."""
  with library_cache.lock(folder, builder.BUILD_SECONDS) as is_free:
    if not is_free:
      raise builder.BuildError(
          "another process has been building it in {} for {} seconds.".format(
              folder, builder.BUILD_SECONDS))
    library = library_cache.find(folder, name, key)
    if library is None:
      tf.logging.warn("Building the native step, once, in %s.", folder)
      build(os.path.join(folder, name), key, compiler)
      library = library_cache.find(folder, name, key)
  if library is None:
    raise builder.BuildError("{} does not hold what was written.".format(
        folder))
  return library


def build(path, key, compiler):
  """Builds the library.

  Args:
    path: String, where it goes.
    key: String, `source_key()`.
    compiler: `builder.Compiler`.

  Raises:
    builder.BuildError: If that fails.
  """
  builder.build(compiler, _HERE, path, tf.sysconfig.get_compile_flags(),
                tf.sysconfig.get_link_flags())
  library_cache.write_key(path, key)


def source_key():
  """String that identifies the sources, TensorFlow and the machine."""
  digest = hashlib.sha256()
  for path in builder.sources(_HERE) + [os.path.join(_HERE, "builder.py")]:
    with open(path, "rb") as source:
      digest.update(source.read())
  for text in [tf.version.VERSION, tf.version.GIT_VERSION,
               tf.version.COMPILER_VERSION, platform.machine()] + [
                   flag for flag in tf.sysconfig.get_compile_flags()
                   if not flag.startswith("-I")]:
    digest.update(text.encode("utf-8"))
  return digest.hexdigest()[:16]
