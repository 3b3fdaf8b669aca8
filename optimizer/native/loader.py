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
"""

import collections
import ctypes
import glob
import hashlib
import os
import platform
import threading

import tensorflow.compat.v1 as tf
# TensorFlow exports nothing that tells whether an op is known.
from tensorflow.python.framework import op_def_registry

from . import builder

_HERE = os.path.dirname(os.path.abspath(__file__))

OP = "LearnedOptimizerHierarchicalRnnStep"
"""The type of the op."""

Library = collections.namedtuple("Library", "step, theta_names, option_names")
"""The loaded library.

Attributes:
  step: Function that makes the op.
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
  if OP in op_def_registry.get_registered_ops():
    raise builder.BuildError(
        "another copy of this package has loaded its own.")
  path = _library_path()
  module = tf.load_op_library(path)
  functions = ctypes.CDLL(path)
  problem = _call(functions.LearnedOptimizerSelfTest,
                  os.environ.get("LOL_NATIVE_INSTRUCTIONS", ""))
  if problem:
    raise builder.BuildError("{} failed its test: {}.".format(path, problem))
  return Library(module.learned_optimizer_hierarchical_rnn_step, *[
      frozenset(_call(names).split("\n"))
      for names in (functions.LearnedOptimizerThetaNames,
                    functions.LearnedOptimizerOptionNames)])


def _call(function, *arguments):
  """Calls a C function of strings."""
  function.restype = ctypes.c_char_p
  return function(*[argument.encode("utf-8") for argument in arguments]).decode(
      "utf-8")


def _library_path():
  """Finds the library, or builds it."""
  key = source_key()
  built_ahead = builder.built_ahead(_HERE, key)
  if built_ahead:
    return built_ahead
  folders = [folder for folder in (
      builder.folder_beside(_HERE), builder.user_folder()) if folder]
  compiler = builder.find_compiler()
  name = "step-{}-{}.so"
  for folder in folders:
    # Without a compiler, that of another one is as good.
    found = glob.glob(os.path.join(folder, name.format(
        key, compiler.key if compiler else "*")))
    if found:
      return found[0]
  if compiler is None:
    raise builder.BuildError(
        "it has yet to be built, and there is no C++ compiler (install g++, "
        "or set CXX).")
  # A folder of another user, who installed the package, can only be read.
  folders = [folder for folder in folders if os.access(folder, os.W_OK)]
  if not folders:
    raise builder.BuildError(
        "neither {} nor the user's cache can be written safely.".format(_HERE))
  path = os.path.join(folders[0], name.format(key, compiler.key))
  tf.logging.warn(
      "Building the native step, once, in %s.", folders[0])
  build(path, compiler)
  return path


def build(path, compiler):
  """Builds the library.

  Args:
    path: String, where it goes.
    compiler: `builder.Compiler`.

  Raises:
    builder.BuildError: If that fails.
  """
  builder.build(compiler, _HERE, path, tf.sysconfig.get_compile_flags(),
                tf.sysconfig.get_link_flags())


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
