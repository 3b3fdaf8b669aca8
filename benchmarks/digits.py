# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Training loss against wall clock on a real model, beside Adam.

  ./tools/bazel run //benchmarks:digits -- --output_dir=/tmp/digits

A model (`--model`) learns scikit-learn's 8 x 8 digits.
`--options='{"max_log_lr": 2.0}'` changes the optimizer. Adam runs at its
default rate, and at the best of a half-decade grid, which is chosen on other
seeds by the loss after as many steps. Every optimizer starts from the same
weights and sees the same batches; they take turns, so that all meet the same
machine. The loss on all rows is evaluated between steps and its time is not
counted.
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

Run = collections.namedtuple("Run", "seconds, losses")
"""A training: seconds spent in steps, and losses on all rows, both [k + 1]."""


class Training:
  """The net with an optimizer on it, in a session of its own."""

  def __init__(self, make_optimizer, images, labels, seed, model):
    self._images, self._labels = images, labels
    self._rng = np.random.RandomState(seed)
    with tf.Graph().as_default() as graph:
      tf.set_random_seed(seed)
      self._rows = tf.placeholder(tf.int32, [None])
      self._loss = MODELS[model](
          tf.gather(images, self._rows), tf.gather(labels, self._rows))
      self._step = make_optimizer().minimize(self._loss)
      self._session = tf.Session(graph=graph)
      self._session.run(tf.global_variables_initializer())
    # What the first call sets up does not belong to a step.
    self._all = {self._rows: np.arange(len(images))}
    self.run = Run([0.0], [self._session.run(self._loss, self._all)])
    self._warm = False

  def advance(self, num_steps, batch_size):
    """Makes some steps, and adds a point to `run`."""
    batches = [self._rng.randint(len(self._images), size=batch_size)
               for _ in range(num_steps)]
    start = time.time()
    for rows in batches:
      self._session.run(self._step, {self._rows: rows})
      if not self._warm:
        self._warm, start = True, time.time()
        num_steps -= 1
    seconds = (time.time() - start) * len(batches) / max(1, num_steps)
    self.run.seconds.append(self.run.seconds[-1] + seconds)
    self.run.losses.append(self._session.run(self._loss, self._all))

  def close(self):
    """Frees the session."""
    self._session.close()


def digits():
  """The digits: float32 [n, 8, 8, 1] in [0, 1], and int32 [n]."""
  data = benchmark_data.digits(1797)
  return (np.float32(data.data).reshape([-1, 8, 8, 1]), np.int32(data.labels))


def race(makers, images, labels, seed, num_steps, batch_size,
         model="convolutional"):
  """Trains with several optimizers in turns.

  Args:
    makers: Mapping from a name to a function that makes an optimizer.
    images: float32 [n, 8, 8, 1].
    labels: int32 [n].
    seed: Integer, decides weights and batches.
    num_steps: Integer, steps of each.
    batch_size: Integer.
    model: String, a key of `MODELS`.

  Returns:
    OrderedDict from name to `Run`.
  """
  trainings = collections.OrderedDict(
      (name, Training(make, images, labels, seed, model))
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


def tuned_rate(images, labels, seeds, num_steps, batch_size,
               model="convolutional"):
  """Adam's rate with the least median of the final loss."""
  finals = []
  for rate in _RATES:
    make = {"Adam": lambda rate=rate: tf.train.AdamOptimizer(rate)}
    finals.append(np.median([
        race(make, images, labels, seed, num_steps, batch_size, model)[
            "Adam"].losses[-1] for seed in seeds]))
  return _RATES[int(np.nanargmin(finals))]


def _draw(runs, path):
  """Draws the medians over seeds."""
  pyplot = plotting.pyplot()
  figure, axes = pyplot.subplots(figsize=(6.4, 4.0))
  for index, (name, group) in enumerate(runs.items()):
    seconds = np.median([run.seconds for run in group], 0)
    losses = np.median([run.losses for run in group], 0)
    axes.plot(seconds, losses, label=name,
              **plotting.style(index, len(seconds)))
  axes.set_yscale("log")
  axes.set_xlabel("seconds spent in training steps")
  axes.set_ylabel("training loss (lower is better)")
  axes.legend()
  plotting.save(figure, path)


def main(argv):
  """Runs the benchmark."""
  if len(argv) > 1:
    raise app.UsageError("Expected flags only, got {}.".format(argv[1:]))
  tf.disable_v2_behavior()
  images, labels = digits()
  rate = tuned_rate(images, labels, range(1000, 1000 + FLAGS.seeds),
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
    for name, run in race(makers, images, labels, seed, FLAGS.steps,
                          FLAGS.batch_size, FLAGS.model).items():
      runs[name].append(run)
  if not os.path.isdir(FLAGS.output_dir):
    os.makedirs(FLAGS.output_dir)
  header = ["optimizer", "loss at the end", "ms a step"]
  rows = [[name, "{:.4g}".format(np.median([run.losses[-1] for run in group])),
           "{:.2f}".format(1e3 / FLAGS.steps * np.median(
               [run.seconds[-1] for run in group]))]
          for name, group in runs.items()]
  print(text_tables.markdown(header, rows))
  text_tables.write_csv(
      os.path.join(FLAGS.output_dir, "digits.csv"),
      ["optimizer", "seed", "seconds", "loss"],
      [[name, seed, seconds, loss] for name, group in runs.items()
       for seed, run in enumerate(group)
       for seconds, loss in zip(run.seconds, run.losses)])
  if plotting.is_possible():
    _draw(runs, os.path.join(FLAGS.output_dir, "digits.png"))


if __name__ == "__main__":
  app.run(main)
