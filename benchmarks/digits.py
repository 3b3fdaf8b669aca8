# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Training and test loss on handwritten digits, beside Adam.

  ./tools/bazel run //benchmarks:digits -- --output_dir=/tmp/digits

A model (`--model`) learns scikit-learn's 8 x 8 digits from four fifths of their
rows; the others are the test.
`--options='{"max_log_lr": 2.0}'` changes the optimizer. Adam runs at its
default rate, and at the best of a half-decade grid, which is chosen on other
seeds by the training loss after as many steps. Every optimizer starts from the
same weights and sees the same batches; they take turns, so that all meet the
same machine. Losses are evaluated between steps and their time is not counted.
"""

import collections
import json
import os
import time

from absl import app
from absl import flags
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import plotting
from benchmarks import text_tables
from benchmarks.comparison import benchmark_data
from benchmarks.comparison import referee
from optimizer import pretrained


def _dense(layer, sizes, activation):
  layer = tf.layers.flatten(layer)
  for size in sizes:
    layer = tf.layers.dense(layer, size, activation)
  return layer


def _cross_entropy(layer, labels):
  return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
      labels=labels, logits=_dense(layer, [10], None)))


def _convolutional(images, labels):
  layer = images
  for filters in (16, 32):
    layer = tf.layers.conv2d(layer, filters, 3, padding="same",
                             activation=tf.nn.relu)
    layer = tf.layers.max_pooling2d(layer, 2, 2)
  return _cross_entropy(layer, labels)


def _deep_relu(images, labels):
  return _cross_entropy(_dense(images, [24] * 6, tf.nn.relu), labels)


def _autoencoder(images, unused_labels):
  logits = _dense(_dense(images, [32, 8, 32], tf.nn.relu), [64], None)
  return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(
      labels=tf.reshape(images, [-1, 64]), logits=logits))


def _recurrent(images, labels):
  _, state = tf.nn.dynamic_rnn(
      tf.nn.rnn_cell.GRUCell(16), tf.reshape(images, [-1, 8, 8]),
      dtype=tf.float32)
  return _cross_entropy(state, labels)


MODELS = collections.OrderedDict((
    ("convolutional", _convolutional), ("deep_relu", _deep_relu),
    ("autoencoder", _autoencoder), ("recurrent", _recurrent)))
"""Functions of images, float32 [rows, 8, 8, 1] in [0, 1], and labels, int32
[rows], that build a model in the default graph and return its loss, by name.
"""

FLAGS = flags.FLAGS

flags.DEFINE_string("optimizer", "hierarchical_rnn",
                    "Name of a shipped optimizer, or log directory.")
flags.DEFINE_enum("model", "convolutional", list(MODELS),
                  "What is trained.")
flags.DEFINE_string("options", "{}", "JSON of options for `pretrained.load`.")
flags.DEFINE_integer("steps", 500, "Steps of each run.", lower_bound=10)
flags.DEFINE_integer("batch_size", 512, "Rows of a batch.", lower_bound=1)
flags.DEFINE_integer("seeds", 3, "Runs of each optimizer.", lower_bound=1)
flags.DEFINE_string("output_dir", "/tmp/digits",
                    "Where table and plot are written.")

_RATES = referee.LEARNING_RATES[2:8]  # 1e-4 to 3.16e-2.
_EVALUATIONS = 25
_TRAINING_ROWS = 1438

Rows = collections.namedtuple("Rows", "images, labels")
"""Images, float32 [n, 8, 8, 1] in [0, 1], and labels, int32 [n]."""

Run = collections.namedtuple("Run", "steps, seconds, losses, test_losses")
"""A training: steps made, seconds spent in them, losses on all rows of either
kind; each a list of k + 1 numbers."""


class Training:
  """The net with an optimizer on it, in a session of its own."""

  def __init__(self, make_optimizer, train, test, seed, model):
    self._num_rows = len(train.images)
    self._rng = np.random.RandomState(seed)
    with tf.Graph().as_default() as graph:
      tf.set_random_seed(seed)
      images, labels = [np.concatenate(both) for both in zip(train, test)]
      self._rows = tf.placeholder(tf.int32, [None])
      self._loss = MODELS[model](
          tf.gather(images, self._rows), tf.gather(labels, self._rows))
      self._step = make_optimizer().minimize(self._loss)
      self._session = tf.Session(graph=graph)
      self._session.run(tf.global_variables_initializer())
    self._parts = np.split(np.arange(len(images)), [self._num_rows])
    self.run = Run([], [], [], [])
    self._evaluate(0, 0.0)
    self._warm = False

  def _evaluate(self, steps, seconds):
    """Adds a point to `run`."""
    losses = [self._session.run(self._loss, {self._rows: rows})
              for rows in self._parts]
    for values, value in zip(self.run, [steps, seconds] + losses):
      values.append(value)

  def advance(self, num_steps, batch_size):
    """Makes some steps, and adds a point to `run`."""
    batches = [self._rng.randint(self._num_rows, size=batch_size)
               for _ in range(num_steps)]
    start = time.time()
    for rows in batches:
      self._session.run(self._step, {self._rows: rows})
      if not self._warm:
        # What the first call sets up does not belong to a step.
        self._warm, start = True, time.time()
        num_steps -= 1
    seconds = (time.time() - start) * len(batches) / max(1, num_steps)
    self._evaluate(self.run.steps[-1] + len(batches),
                   self.run.seconds[-1] + seconds)

  def close(self):
    """Frees the session."""
    self._session.close()


def digits():
  """Returns all digits, in random order, as two `Rows`: training and test."""
  data = benchmark_data.digits(1797, shape=(8, 8, 1))
  return [Rows(np.float32(data.data[part]), np.int32(data.labels[part]))
          for part in (slice(_TRAINING_ROWS), slice(_TRAINING_ROWS, None))]


def race(makers, train, test, seed, num_steps, batch_size,
         model="convolutional"):
  """Trains with several optimizers in turns.

  Args:
    makers: Mapping from a name to a function that makes an optimizer.
    train: `Rows` that batches are drawn from.
    test: `Rows` that the test loss is of.
    seed: Integer, decides weights and batches.
    num_steps: Integer, steps of each.
    batch_size: Integer.
    model: String, a key of `MODELS`.

  Returns:
    OrderedDict from name to `Run`.
  """
  trainings = collections.OrderedDict(
      (name, Training(make, train, test, seed, model))
      for name, make in makers.items())
  done = 0
  for end in np.linspace(0, num_steps, _EVALUATIONS + 1)[1:].astype(int):
    for training in trainings.values():
      if end > done:
        training.advance(end - done, batch_size)
    done = end
  runs = collections.OrderedDict(
      (name, training.run) for name, training in trainings.items())
  for training in trainings.values():
    training.close()
  return runs


def tuned_rate(train, test, seeds, num_steps, batch_size,
               model="convolutional"):
  """Adam's rate with the least median of the final training loss."""
  finals = []
  for rate in _RATES:
    make = {"Adam": lambda rate=rate: tf.train.AdamOptimizer(rate)}
    finals.append(np.median([
        race(make, train, test, seed, num_steps, batch_size, model)[
            "Adam"].losses[-1] for seed in seeds]))
  return _RATES[int(np.nanargmin(finals))]


def _draw(runs, path):
  """Draws the medians over seeds, of training and test."""
  pyplot = plotting.pyplot()
  figure, both = pyplot.subplots(1, 2, figsize=(9.6, 3.6))
  for axes, kind, title in zip(both, ("losses", "test_losses"),
                               ("Training loss", "Test loss")):
    for index, (name, group) in enumerate(runs.items()):
      steps = group[0].steps
      axes.plot(steps, np.median([getattr(run, kind) for run in group], 0),
                label=name, **plotting.style(index, len(steps)))
    axes.set_yscale("log")
    axes.set_xlabel("steps")
    axes.set_title(title + " (lower is better)")
  both[0].legend()
  plotting.save(figure, path)


def main(argv):
  """Runs the benchmark."""
  if len(argv) > 1:
    raise app.UsageError("Expected flags only, got {}.".format(argv[1:]))
  tf.disable_v2_behavior()
  train, test = digits()
  rate = tuned_rate(train, test, range(1000, 1000 + FLAGS.seeds),
                    FLAGS.steps, FLAGS.batch_size, FLAGS.model)
  options = json.loads(FLAGS.options)
  makers = collections.OrderedDict([
      ("learned, nothing tuned", lambda: pretrained.load(
          FLAGS.optimizer, **options)),
      ("Adam, default rate", tf.train.AdamOptimizer),
      ("Adam, tuned rate {:.3g}".format(rate),
       lambda: tf.train.AdamOptimizer(rate))])
  runs = collections.OrderedDict((name, []) for name in makers)
  for seed in range(FLAGS.seeds):
    for name, run in race(makers, train, test, seed, FLAGS.steps,
                          FLAGS.batch_size, FLAGS.model).items():
      runs[name].append(run)
  os.makedirs(FLAGS.output_dir, exist_ok=True)
  header = ["optimizer", "training loss", "test loss", "least test loss",
            "ms a step"]
  rows = [[name] + ["{:.3g}".format(np.median(values)) for values in (
      [run.losses[-1] for run in group], [run.test_losses[-1] for run in group],
      [min(run.test_losses) for run in group],
      [1e3 / FLAGS.steps * run.seconds[-1] for run in group])]
          for name, group in runs.items()]
  print(text_tables.markdown(header, rows))
  text_tables.write_csv(
      os.path.join(FLAGS.output_dir, "digits.csv"),
      ["optimizer", "seed", "step", "seconds", "training loss", "test loss"],
      [[name, seed] + list(point) for name, group in runs.items()
       for seed, run in enumerate(group) for point in zip(*run)])
  if plotting.is_possible():
    _draw(runs, os.path.join(FLAGS.output_dir, "digits.png"))


if __name__ == "__main__":
  app.run(main)
