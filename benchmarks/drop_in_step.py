# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Cost of the drop-in step beside Adam's, in one run.

  ./tools/bazel run //benchmarks:drop_in_step

For one variable of a million elements, a perceptron and the 161 variables of
ResNet-50 it steps by Adam, by the hierarchical RNN's native op and by the same
with TensorFlow's ops in turn, so that whatever else the machine does slows down
all of them, and prints medians and their ratios. There are five turns of many
steps: as in training, the state of a small model stays in the processor's
cache. Then it prints the memory that each adds, in a process of its own.
Gradients are variables, so that nothing but the optimizer is measured; for
whole training steps see `step_time`.

The model "table" is one of `--table_rows` rows of 64 columns of which 32 are
looked up; its gradient is sparse, and the optimizers have what the shipped one
has. There "lazy" is `tf.contrib.opt.LazyAdamOptimizer`, and ratios are to it.
"""

import collections
import re
import subprocess
import sys
import time

from absl import app
from absl import flags
import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer.native import native_step
from optimizer import pretrained

FLAGS = flags.FLAGS

flags.DEFINE_integer("size", 10**6, "Elements of the one variable.")
flags.DEFINE_integer("steps", 200, "Steps timed of each optimizer.")
flags.DEFINE_list("models", ["one", "perceptron", "resnet50"],
                  "What to step: one, perceptron, resnet50, table.")
flags.DEFINE_integer("table_rows", 10**5, "Rows of the table.")
flags.DEFINE_bool("memory", True, "Whether to measure the memory, too.")
flags.DEFINE_string("case", None, "Run one case only, in this process.")

_TURNS = 5

_PERCEPTRON = [[784, 64], [64], [64, 64], [64], [64, 10], [10]]

Row = collections.namedtuple(
    "Row", "optimizer, is_native, build_seconds, step_seconds")
"""How long an optimizer takes to build and, in the median, to make a step."""


OPTIMIZERS = collections.OrderedDict((
    ("adam", lambda: tf.train.AdamOptimizer(1e-3)),
    ("native", hierarchical_rnn.HierarchicalRNN),
    ("tensorflow", lambda: hierarchical_rnn.HierarchicalRNN(use_native=False)),
))


TABLE_OPTIMIZERS = collections.OrderedDict((
    ("lazy", lambda: _lazy_adam()(1e-3)),
    ("native", pretrained.load),
    ("tensorflow", lambda: pretrained.load(use_native=False)),
))


def _lazy_adam():
  from tensorflow.contrib import opt
  return opt.LazyAdamOptimizer


def resnet50_shapes():
  """Shapes of the trainable variables of ResNet-50: convolutions without
  bias, a scale and an offset each, and the dense layer."""
  shapes = [[7, 7, 3, 64], [64], [64]]
  channels = 64
  for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
    for block in range(blocks):
      convolutions = [[1, 1, channels, width], [3, 3, width, width],
                      [1, 1, width, 4 * width]]
      if block == 0:
        convolutions.append([1, 1, channels, 4 * width])
      for shape in convolutions:
        shapes += [shape, [shape[-1]], [shape[-1]]]
      channels = 4 * width
  return shapes + [[2048, 1000], [1000]]


def _peak_mebibytes():
  # Unlike getrusage's, this peak does not begin with that of the parent.
  with open("/proc/self/status") as stream:
    kibibytes, = re.findall(r"VmHWM:\s+(\d+) kB", stream.read())
  return int(kibibytes) / 1024.0


class _Case:
  """An optimizer that steps variables of some shapes, in a graph of its own."""

  def __init__(self, make_optimizer, shapes, num_rows=None):
    """Takes the number of rows of each that have a gradient, None for all."""
    graph = tf.Graph()
    with graph.as_default():
      variables, gradients = [[
          tf.get_variable(
              "{}{}".format(name, i), shape, use_resource=True,
              initializer=tf.random_normal_initializer(0.0, 0.01, i))
          for i, shape in enumerate(each)] for name, each in (
              ("variable", shapes), ("gradient", shapes if num_rows is None else
                                     [[num_rows] + shape[1:]
                                      for shape in shapes]))]
      start = time.time()
      self._step = make_optimizer().apply_gradients(
          [(_gradient(gradient.read_value(), variable, num_rows), variable)
           for gradient, variable in zip(gradients, variables)])
      self.build_seconds = time.time() - start
      self.is_native = native_step.is_in(graph)
      self.session = tf.Session()
      self.session.run(
          tf.variables_initializer(variables + gradients))
      self.peak_before = _peak_mebibytes()
      self.session.run(tf.global_variables_initializer())
    self.step()

  def step(self):
    """Makes a step: seconds."""
    start = time.time()
    self.session.run(self._step)
    return time.time() - start


def _gradient(values, variable, num_rows):
  """Values, or slices with them for rows all over the variable."""
  if num_rows is None:
    return values
  size = variable.shape.as_list()[0]
  return tf.IndexedSlices(values, tf.range(num_rows) * (size // num_rows))


def alternate(shapes, steps, optimizers=None, num_rows=None):
  """Steps by each of some optimizers in turn.

  Args:
    shapes: List of lists of integers.
    steps: Integer, steps of each, rounded up to a multiple of the turns.
    optimizers: Ordered dict like `OPTIMIZERS`, or None for these.
    num_rows: Integer, how many rows of each have a gradient, or None for all.

  Returns:
    List of `Row`.
  """
  optimizers = optimizers or OPTIMIZERS
  cases = [_Case(make, shapes, num_rows) for make in optimizers.values()]
  steps_of_a_turn = -(-steps // _TURNS)
  times = np.array([[[case.step() for _ in range(steps_of_a_turn)]
                     for case in cases] for _ in range(_TURNS)])
  for case in cases:
    case.session.close()
  return [Row(name, case.is_native, case.build_seconds, seconds)
          for name, case, seconds in zip(
              optimizers, cases, np.median(times, (0, 2)))]


def table(model, shapes, rows):
  """Lines of a table.

  Args:
    model: String.
    shapes: List of lists of integers.
    rows: List of `Row`, Adam's first, TensorFlow's last.

  Returns:
    String.
  """
  size = _num_elements(shapes)
  return "\n".join(
      "{:12s}{:12s}{:>11,d}{:>6d}{:>9.2f}{:>11.3f}{:>12.2f}{:>8.1f}{:>13.2f}"
      "{}".format(
          model, row.optimizer, size, len(shapes), row.build_seconds,
          row.step_seconds * 1e3, row.step_seconds / size * 1e9,
          row.step_seconds / rows[0].step_seconds,
          rows[-1].step_seconds / row.step_seconds,
          "" if row.is_native or row.optimizer != "native" else
          "  not native here")
      for row in rows)


def _num_elements(shapes):
  return sum(int(np.prod(shape)) for shape in shapes)


def _shapes(model):
  if model == "one":
    return [[FLAGS.size]]
  if model == "table":
    return [[FLAGS.table_rows, 64]]
  return _PERCEPTRON if model == "perceptron" else resnet50_shapes()


def _run_case(name):
  """Prints the memory that steps of an optimizer add."""
  optimizer, model = name.split(":")
  shapes = _shapes(model)
  case = _Case(OPTIMIZERS[optimizer], shapes)
  for _ in range(2):
    case.step()
  print("{:12s}{:12s}{:>11,d}{:>12.0f}".format(
      model, optimizer, _num_elements(shapes),
      _peak_mebibytes() - case.peak_before))


def main(unused_argv):
  """Compares times, then runs a process for each peak of memory."""
  tf.disable_v2_behavior()
  if FLAGS.case:
    tf.logging.set_verbosity(tf.logging.ERROR)
    _run_case(FLAGS.case)
    return
  print("{:12s}{:12s}{:>11s}{:>6s}{:>9s}{:>11s}{:>12s}{:>8s}{:>13s}".format(
      "model", "optimizer", "elements", "vars", "build s", "step ms",
      "ns/element", "x Adam", "TF ops / it"))
  sys.stdout.flush()
  for model in FLAGS.models:
    # What takes seconds needs fewer repetitions.
    steps = FLAGS.steps if model != "resnet50" else min(FLAGS.steps, 10)
    chosen = (TABLE_OPTIMIZERS, 32) if model == "table" else ()
    print(table(model, _shapes(model), alternate(
        _shapes(model), steps, *chosen)))
    sys.stdout.flush()
  if not FLAGS.memory:
    return
  print("\n{:12s}{:12s}{:>11s}{:>12s}".format(
      "model", "optimizer", "elements", "MiB added"))
  sys.stdout.flush()
  for model in FLAGS.models:
    for name in OPTIMIZERS if model != "table" else ():
      subprocess.check_call([
          sys.executable, "-W", "ignore", __file__,
          "--case={}:{}".format(name, model), "--size={}".format(FLAGS.size)])


if __name__ == "__main__":
  app.run(main)
