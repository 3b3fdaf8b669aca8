# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What tests of training programs share: an optimizer, a model, comparisons."""

import json
import os

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import hierarchical_rnn
from optimizer import registry

_SCOPE = "LOL/"

OPTIONS = {"init_lr_range": [1e-2, 3e-2]}
"""Options of `HierarchicalRNN` with which it optimizes before it is trained."""


def make_logdir(directory, optimizer_class=hierarchical_rnn.HierarchicalRNN,
                seed=0, spread=0.02, **options):
  """Writes what meta-training leaves: optimizer.json and a checkpoint.

  Args:
    directory: String, made if it does not exist.
    optimizer_class: Class of the optimizer.
    seed: Integer, of the meta-parameters.
    spread: Float, how far they are from what the initializers say.
    **options: Constructor arguments.

  Returns:
    The directory.
  """
  if optimizer_class is hierarchical_rnn.HierarchicalRNN:
    options = dict(OPTIONS, **options)
  tf.io.gfile.makedirs(directory)
  with tf.Graph().as_default() as graph, tf.Session() as session:
    graph.seed = seed
    rng = np.random.RandomState(seed)
    variables = optimizer_class(**options).meta_parameters.checkpoint_names()
    session.run(tf.global_variables_initializer())
    for variable, value in zip(variables.values(), session.run(
        list(variables.values()))):
      variable.load(value + spread * rng.randn(*value.shape), session)
    tf.train.Saver(dict(variables)).save(
        session, os.path.join(directory, "model.ckpt"), global_step=1)
  with open(os.path.join(directory, registry.FILE_NAME), "w") as stream:
    json.dump(registry.describe(optimizer_class, [], options), stream)
  return directory


def read_checkpoint(path):
  """Returns all tensors of a checkpoint, a dict of arrays by name."""
  reader = tf.train.load_checkpoint(path)
  return {name: reader.get_tensor(name)
          for name in reader.get_variable_to_shape_map()}


def data():
  """Returns (features [32, 4], targets [32, 1]), float32 arrays."""
  rng = np.random.RandomState(3)
  features = rng.randn(32, 4)
  targets = np.sin(features.dot([[1.0], [-0.5], [0.3], [0.0]]) + 0.4)
  return np.float32(features), np.float32(targets)


def model(features):
  """Adds a network of two layers, whose variables have the same start always.

  Args:
    features: float32 [n, 4].

  Returns:
    float32 [n, 1].
  """
  rng = np.random.RandomState(4)
  with tf.variable_scope("model", reuse=tf.AUTO_REUSE):
    hidden = tf.get_variable("hidden", initializer=np.float32(
        0.5 * rng.randn(4, 8)))
    bias = tf.get_variable("bias", initializer=np.zeros([8], np.float32))
    output = tf.get_variable("output", initializer=np.float32(
        0.3 * rng.randn(8, 1)))
  return tf.matmul(tf.tanh(tf.matmul(features, hidden) + bias), output)


def minibatch_loss(global_step, worker=0):
  """Adds the model's loss on 16 rows that the global step decides."""
  features, targets = data()
  rows = tf.range(16) * 2 + tf.cast(global_step, tf.int32) % 2 + worker
  rows %= 32
  return tf.reduce_mean(tf.square(
      model(tf.gather(features, rows)) - tf.gather(targets, rows)))


def full_loss():
  """Adds the model's loss on all rows."""
  features, targets = data()
  return tf.reduce_mean(tf.square(model(tf.constant(features)) - targets))


def session_config(**options):
  """Returns a configuration that does not take long to optimize graphs."""
  config = tf.ConfigProto(**options)
  config.graph_options.rewrite_options.disable_meta_optimizer = True
  return config


class TrainingProgramTest(tf.test.TestCase):
  """Has `logdir`, and knows what must hold in every program."""

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls.logdir = make_logdir(os.path.join(
        tf.test.get_temp_dir(), cls.__name__, "meta_training"))
    cls.meta_parameters = {
        name: value for name, value in read_checkpoint(cls.logdir).items()
        if name.startswith(_SCOPE)}

  def directory(self, name=""):
    """Returns a directory for this test alone."""
    path = os.path.join(self.get_temp_dir(), self.id(), name)
    tf.io.gfile.makedirs(path)
    return path

  def check_loss_falls(self, losses, to=0.5):
    """Asserts that the last loss is at most so much of the first."""
    self.assertTrue(np.all(np.isfinite(losses)))
    self.assertLess(losses[-1], to * losses[0])

  def check_not_trainable(self):
    """Asserts that the default graph has no trainable state of an optimizer."""
    names = [variable.op.name for variable in tf.trainable_variables()]
    self.assertNotEmpty(names)
    for name in names:
      self.assertNotIn("LOL", name)
      self.assertNotIn("hRNN", name)

  def check_meta_parameters(self, values):
    """Asserts that meta-parameters, by name, are those of `logdir`."""
    values = {name: value for name, value in values.items()
              if name.startswith(_SCOPE)}
    self.check_same(self.meta_parameters, values)

  def check_same(self, expected, actual, but=()):
    """Asserts that dicts of arrays are the same to the bit."""
    self.assertEqual(sorted(set(expected) - set(but)),
                     sorted(set(actual) - set(but)))
    for name in expected:
      if name not in but:
        self.assertAllEqual(expected[name], actual[name])

  def state(self, session):
    """Returns the values of all global variables by name."""
    return session.run({variable.op.name: variable
                        for variable in tf.global_variables()})
