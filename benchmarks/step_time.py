# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Time of a training step beside Adam's, against the batch size.

  ./tools/bazel run //benchmarks:step_time -- --output_dir=/tmp/step_time

The step of a learned optimizer costs the same for every batch, so the larger
the batch, the less it matters. Two copies of each model take steps in turn, one
by each optimizer, so that whatever else the machine does slows down both; the
fastest step of each counts. Data are random and fixed. The learned steps are
native where they can be: `LOL_NATIVE=0` measures those of TensorFlow's ops.
"""

import collections
import functools
import os
import time

from absl import app
from absl import flags
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import plotting
from benchmarks import text_tables
from optimizer.native import native_step
from optimizer import pretrained

FLAGS = flags.FLAGS

flags.DEFINE_string("optimizer", "hierarchical_rnn",
                    "Name of a shipped optimizer, or log directory.")
flags.DEFINE_list("models", ["mlp", "convnet"], "Models: mlp, convnet.")
flags.DEFINE_list("batch_sizes", ["1", "4", "16", "64", "256", "1024"],
                  "Batch sizes.")
flags.DEFINE_integer("steps", 200, "Steps timed of each kind.", lower_bound=1)
flags.DEFINE_float("seconds", 20.0, "Most seconds for each model and batch "
                   "size; at least three steps of each kind are made.")
flags.DEFINE_string("output_dir", "/tmp/step_time", "Where table and plot are "
                    "written.")

_WARM_UP_STEPS = 2
_RATIOS = (1, 1.5, 2, 3, 5, 10, 20, 50, 100)

Row = collections.namedtuple(
    "Row", "model, parameters, batch_size, adam_ms, learned_ms, ratio, "
    "is_native")
"""Milliseconds of a step, how many times longer the learned one takes, and
whether it is native."""


def mlp(images):
  """Logits of a net with two layers of 64 units, for images of 28 x 28."""
  layer = tf.reshape(images, [-1, 784])
  for _ in range(2):
    layer = tf.layers.dense(layer, 64, tf.nn.relu)
  return tf.layers.dense(layer, 10)


def convnet(images):
  """Logits of a net with two convolutions, for images of 28 x 28."""
  layer = images
  for filters in (16, 32):
    layer = tf.layers.conv2d(layer, filters, 3, 2, "same",
                                       activation=tf.nn.relu)
  return tf.layers.dense(
      tf.layers.flatten(layer), 10)


MODELS = collections.OrderedDict((("mlp", mlp), ("convnet", convnet)))


class _Training:
  """A model in training, in a graph and a session of its own.

  Attributes:
    num_parameters: Integer.
    is_native: Whether its steps are native ones.
    session: The session.
  """

  def __init__(self, model, batch_size, make_optimizer):
    rng = np.random.RandomState(0)
    with tf.Graph().as_default() as graph:
      graph.seed = 0
      images = tf.constant(rng.randn(batch_size, 28, 28, 1), tf.float32)
      labels = tf.constant(rng.randint(10, size=[batch_size]), tf.int32)
      loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
          labels=labels, logits=model(images)))
      self._step = make_optimizer().minimize(loss)
      self.num_parameters = sum(
          variable.shape.num_elements()
          for variable in tf.trainable_variables())
      self.is_native = native_step.is_in(graph)
      self.session = tf.Session()
      self.session.run(tf.global_variables_initializer())

  def step(self):
    """Makes a step: seconds."""
    start = time.time()
    self.session.run(self._step)
    return time.time() - start


def measure(model, batch_size, optimizers, num_steps, max_seconds):
  """Times training steps of several optimizers in turn.

  Args:
    model: Function from images [batch, 28, 28, 1] to logits [batch, 10].
    batch_size: Integer.
    optimizers: List of functions that return a `tf.train.Optimizer`.
    num_steps: Integer, steps of each.
    max_seconds: Float; after three steps of each and this time there are no
      more.

  Returns:
    (list of the milliseconds of the fastest steps, number of trained
    parameters, whether steps of the last optimizer are native).
  """
  trainings = [_Training(model, batch_size, make) for make in optimizers]
  for _ in range(_WARM_UP_STEPS):
    for training in trainings:
      training.step()
  times, end = [], time.time() + max_seconds
  while len(times) < min(3, num_steps) or (
      len(times) < num_steps and time.time() < end):
    times.append([training.step() for training in trainings])
  for training in trainings:
    training.session.close()
  return ([1000 * fastest for fastest in np.min(times, 0)],
          trainings[-1].num_parameters, trainings[-1].is_native)


def rows(models, batch_sizes, make_learned, num_steps, max_seconds):
  """Measures everything; yields a `Row` at a time.

  Args:
    models: List of keys of `MODELS`.
    batch_sizes: List of integers.
    make_learned: Function that returns the learned optimizer.
    num_steps: Integer, see `measure`.
    max_seconds: Float, see `measure`.

  Yields:
    `Row`s.
  """
  make_adam = functools.partial(tf.train.AdamOptimizer, 1e-3)
  for name in models:
    for batch_size in batch_sizes:
      (adam, learned), size, is_native = measure(
          MODELS[name], batch_size, (make_adam, make_learned), num_steps,
          max_seconds)
      yield Row(name, size, batch_size, adam, learned, learned / adam,
                is_native)


def plot(path, measured):
  """Draws the ratio against the batch size.

  Args:
    path: Where the PNG goes; an SVG goes beside it.
    measured: List of `Row`s.
  """
  pyplot = plotting.pyplot()
  figure, axes = pyplot.subplots(figsize=(6, 4))
  for i, name in enumerate(MODELS):
    points = [(row.batch_size, row.ratio) for row in measured
              if row.model == name]
    if points:
      axes.loglog(*zip(*points), label=name,
                  **plotting.style(i, len(points)))
  axes.axhline(1.0, color="gray", linewidth=0.8)
  for axis, values in ((axes.xaxis, sorted(set(
      row.batch_size for row in measured))), (axes.yaxis, _RATIOS)):
    axis.set_major_locator(pyplot.FixedLocator(values))
    axis.set_minor_locator(pyplot.NullLocator())
    axis.set_major_formatter(pyplot.FuncFormatter(
        lambda value, _: "{:,g}".format(value)))
  axes.set_xlabel("batch size")
  axes.set_ylabel("time of a step / Adam's (1 = equal to Adam)")
  axes.legend()
  plotting.save(figure, path)


def table(measured):
  """Lays `Row`s out as a Markdown table."""
  return text_tables.markdown(
      ["model", "parameters", "batch size", "Adam, ms", "learned, ms",
       "ratio", "native"],
      [[row.model, "{:,}".format(row.parameters), str(row.batch_size),
        "{:.2f}".format(row.adam_ms), "{:.2f}".format(row.learned_ms),
        "{:.1f}".format(row.ratio), "yes" if row.is_native else "no"]
       for row in measured])


def main(unused_argv):
  """Measures, writes, and prints the table."""
  tf.logging.set_verbosity(tf.logging.ERROR)
  tf.disable_v2_behavior()
  unknown = set(FLAGS.models) - set(MODELS)
  if unknown:
    raise app.UsageError("Unknown models {}: expected some of {}.".format(
        ", ".join(sorted(unknown)), ", ".join(MODELS)))
  plotting.is_possible()  # Says so at once if it is not.
  measured = []
  for row in rows(FLAGS.models, [int(size) for size in FLAGS.batch_sizes],
                  lambda: pretrained.load(FLAGS.optimizer), FLAGS.steps,
                  FLAGS.seconds):
    print(row)
    measured.append(row)
  if not os.path.isdir(FLAGS.output_dir):
    os.makedirs(FLAGS.output_dir)
  text_tables.write_csv(
      os.path.join(FLAGS.output_dir, "step_time.csv"), Row._fields, measured)
  if plotting.is_possible():
    plot(os.path.join(FLAGS.output_dir, "step_time.png"), measured)
  print("\n" + table(measured))


if __name__ == "__main__":
  app.run(main)
