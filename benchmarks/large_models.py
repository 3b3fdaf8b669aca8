# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Large models of Keras, trained by the drop-in optimizer.

  ./tools/bazel run //benchmarks:large_models -- --steps=30

Nothing is tuned here, and nothing compared: the question is whether the loss
stays finite and falls, on models thousands of times larger than any problem of
meta-training. The data are a few random images with random labels, which a
model of this size can learn by heart.
"""

import collections
import time

from absl import app
from absl import flags
import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import text_tables
from optimizer import pretrained

FLAGS = flags.FLAGS

flags.DEFINE_list("optimizers", ["hierarchical_rnn"],
                  "Names of shipped optimizers, or log directories.")
flags.DEFINE_integer("steps", 200, "Steps of each model.", lower_bound=1)
flags.DEFINE_float("init_lr", 1e-5, "Where learning rates start; 0 for the "
                   "optimizer's own.", lower_bound=0.0)

Model = collections.namedtuple("Model", "constructor, image_size")
"""A class of `tf.keras.applications` and the size of its images."""

MODELS = collections.OrderedDict((
    ("InceptionV3", Model(tf.keras.applications.InceptionV3, 75)),
    ("ResNet50V2", Model(tf.keras.applications.ResNet50V2, 32)),
))

_NUM_CLASSES = 10
_BATCH_SIZE, _NUM_BATCHES = 8, 2
_HEADER = ["optimizer", "model", "parameters", "steps", "first loss",
           "last loss", "finite", "falling", "s a step"]


def losses(model, optimizer, num_steps):
  """Trains a model.

  Args:
    model: A `Model`.
    optimizer: A `tf.train.Optimizer`.
    num_steps: Integer.

  Returns:
    (float array [num_steps], the loss on the batch of each step before it;
    seconds for a step; number of trained parameters).
  """
  rng = np.random.RandomState(0)
  shape = [model.image_size, model.image_size, 3]
  images = rng.uniform(-1, 1, [_NUM_BATCHES, _BATCH_SIZE] + shape)
  labels = rng.randint(_NUM_CLASSES, size=[_NUM_BATCHES, _BATCH_SIZE])
  with tf.Graph().as_default() as graph, tf.Session() as session:
    graph.seed = 0
    tf.keras.backend.set_session(session)
    tf.keras.backend.set_learning_phase(1)
    net = model.constructor(weights=None, input_shape=tuple(shape),
                            classes=_NUM_CLASSES)
    image_feed = tf.placeholder(tf.float32, [_BATCH_SIZE] + shape)
    label_feed = tf.placeholder(tf.int32, [_BATCH_SIZE])
    # The last layer is a softmax.
    loss = tf.reduce_mean(tf.keras.losses.sparse_categorical_crossentropy(
        label_feed, net(image_feed)))
    step = optimizer.minimize(loss, var_list=net.trainable_weights)
    session.run(tf.global_variables_initializer())
    values, start = [], time.time()
    # Steps take seconds.
    bar = tf.keras.utils.Progbar(num_steps, stateful_metrics=["loss"])
    for i in range(num_steps):
      values.append(session.run([loss, step], {
          image_feed: images[i % _NUM_BATCHES],
          label_feed: labels[i % _NUM_BATCHES]})[0])
      bar.update(i + 1, [("loss", values[-1])])
    seconds = (time.time() - start) / num_steps
    size = sum(weight.shape.num_elements() for weight in net.trainable_weights)
  tf.keras.backend.clear_session()
  return np.array(values), seconds, size


def cells(optimizer_name, model_name, values, seconds, size):
  """A line of the table: the means of the first and last tenth of the losses.

  Args:
    optimizer_name: String.
    model_name: String.
    values: Float array, losses.
    seconds: Float, of a step.
    size: Integer, trained parameters.

  Returns:
    List of strings.
  """
  tenth = max(1, len(values) // 10)
  first, last = np.mean(values[:tenth]), np.mean(values[-tenth:])
  return [optimizer_name, model_name, "{:,}".format(size), str(len(values)),
          "{:.4g}".format(first), "{:.4g}".format(last),
          "yes" if np.isfinite(values).all() else "no",
          "yes" if last < first else "no", "{:.2f}".format(seconds)]


def main(unused_argv):
  """Trains all models with all optimizers, and prints a table."""
  tf.disable_v2_behavior()
  tf.logging.set_verbosity(tf.logging.ERROR)
  options = ({"init_lr_range": (FLAGS.init_lr, FLAGS.init_lr)}
             if FLAGS.init_lr else {})
  rows = [cells(name, model, *losses(
      MODELS[model], pretrained.load(name, **options), FLAGS.steps))
          for name in FLAGS.optimizers for model in MODELS]
  print("\n" + text_tables.markdown(_HEADER, rows))


if __name__ == "__main__":
  app.run(main)
