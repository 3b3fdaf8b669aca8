# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What differs between TensorFlow 1.15 and the versions of TensorFlow 2.

Importing this module refuses a TensorFlow that is missing or not supported.
"""

import importlib

SUPPORTED = ("TensorFlow 1.15 (on CPython 3.6 or 3.7), or 2.15 or a later 2.x "
             "(on CPython 3.9 to 3.13)")

try:
  import tensorflow.compat.v1 as tf
except ImportError as error:
  raise ImportError(
      "learned_optimizer needs {}, and cannot import it ({}). Install one, for "
      "example with: pip install tensorflow".format(SUPPORTED, error))

# Where the message that TensorBoard's profiles are made of is defined.
_TRACE_MODULES = ("tensorflow.core.protobuf",
                  "tensorflow.tsl.profiler.protobuf")


def check(version):
  """Refuses versions that nothing here was written for.

  Args:
    version: String, of TensorFlow.

  Raises:
    ImportError: If it is not supported.
  """
  try:
    major, minor = [int(part) for part in version.split(".")[:2]]
    is_supported = (major, minor) == (1, 15) or major == 2 and minor >= 15
  except ValueError:
    is_supported = False
  if not is_supported:
    raise ImportError("learned_optimizer needs {}, not TensorFlow {}.".format(
        SUPPORTED, version))


check(tf.version.VERSION)


def refuse_eager_execution(call):
  """Raises RuntimeError where eager execution is on, as in TensorFlow 2.

  Args:
    call: String, what needs a graph.
  """
  if tf.executing_eagerly():
    raise RuntimeError(
        "Trainable optimizers build TensorFlow 1 graphs and cannot run "
        "eagerly: begin the program with 'import tensorflow.compat.v1 as tf; "
        "tf.disable_v2_behavior()', or call {} inside 'with "
        "tf.Graph().as_default()'.".format(call))


def require_keras(name):
  """Raises ImportError where Keras has no optimizers that can be extended.

  Args:
    name: String, what needs them.
  """
  if tf.version.VERSION.startswith("1."):
    raise ImportError(
        "{} needs TensorFlow 2.15 or later, not {}: in graphs of TensorFlow 1 "
        "use pretrained.load().".format(name, tf.version.VERSION))


def rnn_cell_base():
  """Returns `tf.nn.rnn_cell.RNNCell`, or `object` where it is missing.

  From TensorFlow 2.16 on the cells are a part of the package tf_keras.
  """
  try:
    return tf.nn.rnn_cell.RNNCell
  except (AttributeError, ImportError):
    return object


def trace_message():
  """Returns an empty `Trace`, the message of TensorBoard's profiles."""
  for package in _TRACE_MODULES:
    try:
      return importlib.import_module(package + ".trace_events_pb2").Trace()
    except ImportError:
      pass
  raise ImportError("TensorFlow {} has none of {}.".format(
      tf.version.VERSION, ", ".join(_TRACE_MODULES)))
