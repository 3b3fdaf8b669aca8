# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Opens training graphs; as a program, where there is TensorFlow alone."""

import json
import sys

import tensorflow.compat.v1 as tf
from tensorflow.python.tools import freeze_graph as freezing

ROWS = [[1.0, 2.0, 3.0], [0.5, -1.0, 0.0]]
"""What is fed."""


def predict(session):
  """Returns the predictions for `ROWS`."""
  return session.run("prediction:0", {"x:0": ROWS}).tolist()


def restored(folder, target=""):
  """Returns what a meta graph and its checkpoint predict."""
  with tf.Graph().as_default():
    saver = tf.train.import_meta_graph(folder + "/model.meta")
    with tf.Session(target) as session:
      saver.restore(session, folder + "/model")
      return predict(session)


def _frozen(folder):
  """What a graph predicts that freeze_graph has made of a meta graph."""
  freezing.freeze_graph(
      input_graph=None, input_saver=None, input_binary=True,
      input_checkpoint=folder + "/model", output_node_names="prediction",
      restore_op_name=None, filename_tensor_name=None,
      output_graph=folder + "/frozen.pb", clear_devices=True,
      initializer_nodes="", input_meta_graph=folder + "/model.meta")
  definition = tf.GraphDef()
  with open(folder + "/frozen.pb", "rb") as stream:
    definition.ParseFromString(stream.read())
  with tf.Graph().as_default(), tf.Session() as session:
    tf.import_graph_def(definition, name="")
    return predict(session)


def _exported(folder):
  """What a SavedModel predicts."""
  with tf.Graph().as_default(), tf.Session() as session:
    tf.saved_model.loader.load(session, ["serve"], folder + "/export")
    return predict(session)


def step_error(folder):
  """Returns the message of the error of a step, or that there is none."""
  with tf.Graph().as_default():
    saver = tf.train.import_meta_graph(folder + "/model.meta")
    with tf.Session() as session:
      saver.restore(session, folder + "/model")
      try:
        session.run(tf.get_collection(tf.GraphKeys.TRAIN_OP), {"x:0": ROWS})
      except tf.errors.OpError as error:
        return error.message
  return "no error"


def _child(folder):
  """Opens everything in a process that has TensorFlow alone."""
  server = tf.train.Server.create_local_server()
  print(json.dumps({
      "has_package": "optimizer" in sys.modules,
      "predictions": [restored(folder), restored(folder, server.target),
                      _frozen(folder), _exported(folder)],
      "error": step_error(folder)}))


if __name__ == "__main__":
  tf.disable_v2_behavior()
  _child(sys.argv[1])
