# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares the learned optimizer with tuned baselines on a model of yours.

  lol-compare my_model:make_loss_and_init_fn --output_dir=/tmp/compared

The argument names a function of a module that can be imported from the working
directory. It is of the form that `problems.model_adapter.ModelAdapter` takes:
it returns two, a function that builds the model and returns its loss, and one
that makes an initializing function, or None.
"""

import argparse
import importlib
import os
import sys


def find_function(name):
  """Imports a function.

  Args:
    name: String, "module:function".

  Returns:
    The function.

  Raises:
    ValueError: If there is none of that name.
  """
  module, _, attribute = name.partition(":")
  if not module or not attribute:
    raise ValueError("Expected module:function, such as "
                     "my_model:make_loss_and_init_fn, not {!r}.".format(name))
  try:
    function = getattr(importlib.import_module(module), attribute)
  except (ImportError, AttributeError) as error:
    raise ValueError("Cannot find {!r}: {}. Run this where the module can be "
                     "imported.".format(name, error))
  if not callable(function):
    raise ValueError("{!r} is not a function.".format(name))
  return function


def _parse(argv):
  parser = argparse.ArgumentParser(
      description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
  parser.add_argument("model", help="module:function")
  parser.add_argument("--steps", type=int, default=500, help="Steps of a run.")
  parser.add_argument("--runs", type=int, default=5,
                      help="Runs of each optimizer.")
  parser.add_argument("--optimizer", default="hierarchical_rnn",
                      help="Name of shipped weights, or a log directory.")
  parser.add_argument("--output_dir",
                      help="For a table, CSV and, with matplotlib, plots.")
  return parser.parse_args(argv)


def main(argv):
  """Runs a comparison: the exit code."""
  options = _parse(argv)
  sys.path.insert(0, os.getcwd())
  # TensorFlow reads this when it is imported: errors only.
  os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
  try:
    function = find_function(options.model)
    # pylint: disable-next=unused-import
    from learned_optimizer.optimizer import tensorflow_version
    import tensorflow.compat.v1 as tf
    from learned_optimizer import metaopt
    from learned_optimizer.optimizer import pretrained
    from learned_optimizer.problems import model_adapter
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.disable_v2_behavior()
    metaopt.compare(
        {"learned": lambda: pretrained.load(options.optimizer)},
        model_adapter.ModelAdapter(function), options.steps,
        num_runs=options.runs, output_dir=options.output_dir)
  except (ImportError, TypeError, ValueError) as error:
    sys.stderr.write("{}\n".format(error))
    return 1
  return 0


def run():
  """The program lol-compare."""
  sys.exit(main(sys.argv[1:]))
