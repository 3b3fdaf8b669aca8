# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Group d: large models of Keras, trained by the drop-in optimizer.

Nothing is tuned here, and nothing compared: the question is whether the loss
stays finite and falls, on models thousands of times larger than any problem of
meta-training. The data are a few random images with random labels, which a
model of this size can learn by heart.
"""

import collections
import os
import sys
import time

import numpy as np
import tensorflow.compat.v1 as tf

from benchmarks import text_tables
from optimizer import pretrained

Model = collections.namedtuple("Model", "constructor, image_size")
"""A class of `tf.keras.applications` and the size of its images."""

MODELS = collections.OrderedDict((
    ("InceptionV3", Model(tf.keras.applications.InceptionV3, 75)),
    ("ResNet50V2", Model(tf.keras.applications.ResNet50V2, 32)),
))

Result = collections.namedtuple(
    "Result", "optimizer, model, parameters, steps, first_loss, last_loss, "
    "is_finite, is_falling, seconds_per_step")
"""How the training of a large model went.

Attributes:
  optimizer: String.
  model: String, a key of `MODELS`.
  parameters: Integer, trained ones.
  steps: Integer.
  first_loss: Float, the mean over the first tenth of the steps.
  last_loss: Float, the mean over the last tenth.
  is_finite: Bool, whether every loss was.
  is_falling: Bool, whether the last loss is less than the first.
  seconds_per_step: Float.
"""

_NUM_CLASSES = 10


def losses(model, optimizer, num_steps, batch_size=8, num_batches=2,
           constructor_options=None):
  """Trains a model.

  Args:
    model: A `Model`.
    optimizer: A `tf.train.Optimizer`.
    num_steps: Integer.
    batch_size: Integer.
    num_batches: Integer, how many different batches there are.
    constructor_options: Dict, further arguments of the model's constructor.

  Returns:
    (float array [num_steps], the loss on the batch of each step before it;
    seconds for a step; number of trained parameters).
  """
  rng = np.random.RandomState(0)
  shape = [model.image_size, model.image_size, 3]
  images = rng.uniform(-1, 1, [num_batches, batch_size] + shape)
  labels = rng.randint(_NUM_CLASSES, size=[num_batches, batch_size])
  with tf.Graph().as_default() as graph, tf.Session() as session:
    graph.seed = 0
    tf.keras.backend.set_session(session)
    tf.keras.backend.set_learning_phase(1)
    net = model.constructor(weights=None, input_shape=tuple(shape),
                            classes=_NUM_CLASSES, **(constructor_options or {}))
    image_feed = tf.placeholder(tf.float32, [batch_size] + shape)
    label_feed = tf.placeholder(tf.int32, [batch_size])
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
          image_feed: images[i % num_batches],
          label_feed: labels[i % num_batches]})[0])
      bar.update(i + 1, [("loss", values[-1])])
    seconds = (time.time() - start) / num_steps
    size = sum(weight.shape.num_elements() for weight in net.trainable_weights)
  tf.keras.backend.clear_session()
  return np.array(values), seconds, size


def summarize(optimizer_name, model_name, values, seconds, size):
  """A `Result` from what `losses` returned."""
  tenth = max(1, len(values) // 10)
  first, last = [float(np.mean(part))
                 for part in (values[:tenth], values[-tenth:])]
  return Result(optimizer_name, model_name, size, len(values), first, last,
                bool(np.isfinite(values).all()), last < first, seconds)


def run(optimizers, num_steps, output_dir, init_lr, models=tuple(MODELS),
        out=sys.stdout):
  """Trains all models with all optimizers.

  Args:
    optimizers: List of names or log directories, see `pretrained.load`.
    num_steps: Integer.
    output_dir: Where large.csv is written; made if it is not there.
    init_lr: Float, where learning rates start; 0 for the optimizer's own.
    models: Keys of `MODELS`.
    out: Stream for a Markdown table.

  Returns:
    List of `Result`s.
  """
  results = []
  options = {"init_lr_range": (init_lr, init_lr)} if init_lr else {}
  for name in optimizers:
    for model in models:
      results.append(summarize(name, model, *losses(
          MODELS[model], pretrained.load(name, **options), num_steps)))
  if not os.path.isdir(output_dir):
    os.makedirs(output_dir)
  text_tables.write_csv(os.path.join(output_dir, "large.csv"),
                              Result._fields, results)
  out.write(table(results))
  return results


def table(results):
  """Lays `Result`s out as a Markdown table."""
  return text_tables.markdown(
      ["optimizer", "model", "parameters", "steps", "first loss", "last loss",
       "finite", "falling", "s a step"],
      [[row.optimizer, row.model, "{:,}".format(row.parameters),
        str(row.steps), "{:.4g}".format(row.first_loss),
        "{:.4g}".format(row.last_loss), "yes" if row.is_finite else "no",
        "yes" if row.is_falling else "no",
        "{:.2f}".format(row.seconds_per_step)] for row in results])
