# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Cost of the drop-in step beside Adam's, in one run.

  ./tools/bazel run //benchmarks:drop_in_step

Prints, for one variable of a million elements, nanoseconds per parameter and
peak memory of a step; and for the 161 variables of ResNet-50, seconds to build
the step and milliseconds to run it. Gradients are variables, so that nothing
but the optimizer is measured.
"""

from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import resource
import subprocess
import sys
import time

from absl import app
from absl import flags
import numpy as np
import tensorflow as tf

from optimizer import hierarchical_rnn

FLAGS = flags.FLAGS

flags.DEFINE_integer("size", 10**6, "Elements of the one variable.")
flags.DEFINE_integer("steps", 20, "Steps timed; the fastest counts.")
flags.DEFINE_string("case", None, "Run one case only, in this process.")

_OPTIMIZERS = {
    "adam": lambda: tf.compat.v1.train.AdamOptimizer(1e-3),
    "hierarchical_rnn": hierarchical_rnn.HierarchicalRNN,
}


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
  return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def measure(make_optimizer, shapes, steps):
  """Builds and times steps on variables of the given shapes.

  Returns:
    (seconds to build, seconds of the fastest step, peak MiB before the
    optimizer's state was made, peak MiB after the steps).
  """
  with tf.Graph().as_default():
    variables, gradients = [[
        tf.compat.v1.get_variable(
            "{}{}".format(name, i), shape, use_resource=True,
            initializer=tf.compat.v1.random_normal_initializer(0.0, 0.01, i))
        for i, shape in enumerate(shapes)] for name in ("variable", "gradient")]
    start = time.time()
    step = make_optimizer().apply_gradients(
        [(gradient.read_value(), variable)
         for gradient, variable in zip(gradients, variables)])
    build = time.time() - start
    with tf.compat.v1.Session() as session:
      session.run(tf.compat.v1.variables_initializer(variables + gradients))
      before = _peak_mebibytes()
      session.run(tf.compat.v1.global_variables_initializer())
      session.run(step)
      times = []
      for _ in range(steps):
        start = time.time()
        session.run(step)
        times.append(time.time() - start)
    return build, min(times), before, _peak_mebibytes()


def _run_case(case):
  name, model = case.split(":")
  shapes = [[FLAGS.size]] if model == "one" else resnet50_shapes()
  size = sum(int(np.prod(shape)) for shape in shapes)
  build, step, before, after = measure(_OPTIMIZERS[name], shapes, FLAGS.steps)
  print("{:18s}{:>10d}{:>6d}{:>10.2f}{:>12.2f}{:>12.1f}{:>12.0f}".format(
      name, size, len(shapes), build, step * 1e3, step / size * 1e9,
      after - before))


def main(argv):
  """Runs each case in a process of its own, for its peak memory."""
  del argv
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  if FLAGS.case:
    _run_case(FLAGS.case)
    return
  print("{:18s}{:>10s}{:>6s}{:>10s}{:>12s}{:>12s}{:>12s}".format(
      "optimizer", "elements", "vars", "build s", "step ms", "ns/element",
      "MiB added"))
  sys.stdout.flush()
  for model in ("one", "resnet50"):
    for name in sorted(_OPTIMIZERS):
      subprocess.check_call([
          sys.executable, "-W", "ignore", __file__,
          "--case={}:{}".format(name, model), "--size={}".format(FLAGS.size),
          "--steps={}".format(FLAGS.steps if model == "one" else 3)])


if __name__ == "__main__":
  app.run(main)
