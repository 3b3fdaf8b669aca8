# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of declaring, binding and restoring meta-parameters."""

import gc
import os
import weakref

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import meta_parameters

_ZERO = tf.zeros_initializer()


def _declared(extra=()):
  parameters = meta_parameters.MetaParameters()
  parameters.declare("weights", [2, 1], tf.ones_initializer())
  parameters.declare("Deep/Layer/Bias", [3], tf.constant_initializer(2.0))
  parameters.declare("logit", [], _ZERO)
  for name, shape in extra:
    parameters.declare(name, shape, _ZERO)
  return parameters


class DeclareTest(tf.test.TestCase):

  def test_variables(self):
    with tf.Graph().as_default(), self.session() as session:
      parameters = _declared()
      variables = parameters.variables()
      self.assertEqual(["weights", "Deep/Layer/Bias", "logit"],
                       list(variables))
      self.assertEqual(
          ["LOL/weights", "LOL/Deep/Layer/Bias", "LOL/logit"],
          [variable.op.name for variable in variables.values()])
      self.assertEqual(
          ["LOL/weights", "LOL/Deep/Layer/Bias", "LOL/logit"],
          list(parameters.checkpoint_names()))
      self.assertEqual([], tf.trainable_variables())
      self.assertEqual([], tf.local_variables())
      self.assertLen(tf.global_variables(), 3)
      session.run(tf.global_variables_initializer())
      values = session.run(parameters.values())
    self.assertAllEqual([[1.0], [1.0]], values["weights"])
    self.assertAllEqual([2.0] * 3, values["Deep/Layer/Bias"])
    self.assertAllEqual(0.0, values["logit"])

  def test_variable_scopes_prefix_names_and_name_scopes_do_not(self):
    with tf.Graph().as_default():
      with tf.name_scope("a"), tf.variable_scope("b"):
        variables = _declared().variables()
      self.assertEqual("b/LOL/weights", variables["weights"].op.name)

  def test_two_in_one_graph_do_not_share(self):
    with tf.Graph().as_default(), self.session() as session:
      first, second = _declared(), _declared()
      self.assertEqual(list(first.checkpoint_names()),
                       list(second.checkpoint_names()))
      session.run(tf.global_variables_initializer())
      first.variables()["logit"].load(5.0, session)
      self.assertEqual(0.0, session.run(second.values()["logit"]))
      self.assertEqual(5.0, session.run(first.values()["logit"]))

  def test_each_graph_has_its_own_variables(self):
    with tf.Graph().as_default() as first:
      parameters = _declared()
      in_first = parameters.variables()["weights"]
    with tf.Graph().as_default() as second:
      in_second = parameters.variables()["weights"]
      self.assertIs(in_second, parameters.variables()["weights"])
    self.assertIs(first, in_first.graph)
    self.assertIs(second, in_second.graph)
    self.assertEqual("LOL/weights", in_second.op.name)
    with first.as_default():
      self.assertIs(in_first, parameters.variables()["weights"])

  def test_made_outside_of_a_loop_that_asks_first(self):
    with tf.Graph().as_default():
      parameters = _declared()
    with tf.Graph().as_default(), self.session() as session:
      _, total = tf.while_loop(
          lambda t, _: t < 3,
          lambda t, total: (t + 1, total + parameters.values()["weights"]),
          (0, tf.zeros([2, 1])))
      session.run(tf.global_variables_initializer())
      self.assertAllEqual([[3.0], [3.0]], session.run(total))

  def test_declaring_twice_is_an_error(self):
    with tf.Graph().as_default():
      parameters = _declared()
      with self.assertRaisesRegexp(ValueError, "'logit' is declared twice"):
        parameters.declare("logit", [], _ZERO)

  def test_declare_all(self):
    with tf.Graph().as_default():
      parameters = meta_parameters.MetaParameters()
      parameters.declare_all(
          {"Bias": meta_parameters.Declaration([3], _ZERO)}, "Affine/")
      self.assertEqual(["Affine/Bias"], list(parameters.declarations))
      self.assertEqual([3], parameters.declarations["Affine/Bias"].shape)

  def test_a_graph_is_freed_while_the_parameters_live(self):
    with tf.Graph().as_default():
      parameters = _declared()
    graph = tf.Graph()
    with graph.as_default():
      parameters.values()
    reference = weakref.ref(graph)
    del graph
    gc.collect()
    self.assertIsNone(reference())
    self.assertLen(parameters.declarations, 3)


class BoundTest(tf.test.TestCase):

  def test_values_within_the_block(self):
    with tf.Graph().as_default(), self.session() as session:
      parameters = _declared()
      bound = {"weights": tf.fill([2, 1], 7.0),
               "Deep/Layer/Bias": tf.zeros([3]), "logit": tf.constant(-1.0)}
      session.run(tf.global_variables_initializer())
      with parameters.bound(bound):
        self.assertIs(bound["logit"], parameters.values()["logit"])
        self.assertIs(bound["logit"], parameters.initial_value("logit"))
        self.assertEqual(list(parameters.declarations),
                         list(parameters.values()))
        with parameters.bound(dict(bound, logit=tf.constant(-2.0))):
          self.assertEqual(-2.0, session.run(parameters.values()["logit"]))
        self.assertEqual(-1.0, session.run(parameters.values()["logit"]))
      self.assertEqual(0.0, session.run(parameters.values()["logit"]))

  def test_ends_with_an_error_inside(self):
    with tf.Graph().as_default():
      parameters = _declared()
      bound = {name: tf.zeros([]) for name in parameters.declarations}
      with self.assertRaises(KeyError):
        with parameters.bound(bound):
          raise KeyError()
      self.assertIsNot(bound["logit"], parameters.values()["logit"])

  def test_missing_and_unknown_names(self):
    with tf.Graph().as_default():
      parameters = _declared()
      bound = {name: tf.zeros([]) for name in parameters.declarations}
      bound["typo"] = bound.pop("logit")
      with self.assertRaisesRegexp(ValueError, "'logit', 'typo'"):
        with parameters.bound(bound):
          pass


class InitFromCheckpointTest(tf.test.TestCase):

  def _save(self, parameters, name="model.ckpt", step=3):
    """Writes a checkpoint of 10, 11, 12 and so on; returns its prefix."""
    with self.session() as session:
      variables = parameters.checkpoint_names()
      for i, variable in enumerate(variables.values()):
        variable.load(np.full(variable.shape.as_list(), 10.0 + i), session)
      return tf.train.Saver(variables).save(
          session, os.path.join(self._directory(), name), global_step=step)

  def _directory(self):
    path = os.path.join(self.get_temp_dir(), self.id())
    tf.io.gfile.makedirs(path)
    return path

  def _check(self, parameters):
    variables = parameters.variables()
    with self.session() as session:
      session.run(tf.global_variables_initializer())
      values = session.run(variables)
    self.assertAllEqual([[10.0], [10.0]], values["weights"])
    self.assertAllEqual([11.0] * 3, values["Deep/Layer/Bias"])
    self.assertAllEqual(12.0, values["logit"])

  def test_prefix_and_directory(self):
    with tf.Graph().as_default():
      prefix = self._save(_declared())
    for path in (prefix, self._directory()):
      with tf.Graph().as_default():
        parameters = _declared()
        self.assertEqual(prefix, parameters.init_from_checkpoint(path))
        self._check(parameters)

  def test_a_directory_means_its_latest_checkpoint(self):
    with tf.Graph().as_default():
      parameters = _declared()
      self._save(parameters, step=3)
      latest = self._save(parameters, step=20)
      self.assertEqual(latest, parameters.init_from_checkpoint(
          self._directory()))

  def test_holds_in_graphs_to_come(self):
    with tf.Graph().as_default():
      parameters = _declared()
      parameters.init_from_checkpoint(self._save(parameters))
      self._check(parameters)
    for _ in range(2):
      with tf.Graph().as_default():
        self._check(parameters)

  def test_second_of_two_in_one_graph(self):
    with tf.Graph().as_default():
      prefix = self._save(_declared())
    with tf.Graph().as_default():
      first, second = _declared(), _declared()
      second.init_from_checkpoint(prefix)
      self._check(second)
      with self.session() as session:
        session.run(tf.global_variables_initializer())
        self.assertEqual(0.0, session.run(first.variables()["logit"]))

  def test_other_tensors_in_the_checkpoint_do_not_matter(self):
    with tf.Graph().as_default():
      prefix = self._save(_declared([("more", [4])]))
    with tf.Graph().as_default():
      parameters = _declared()
      parameters.init_from_checkpoint(prefix)
      self._check(parameters)

  def test_initial_values_are_the_checkpoints(self):
    with tf.Graph().as_default():
      prefix = self._save(_declared())
    with tf.Graph().as_default(), self.session() as session:
      parameters = _declared()
      parameters.init_from_checkpoint(prefix)
      self.assertEqual(12.0, session.run(parameters.initial_value("logit")))


class VectorTest(tf.test.TestCase):

  def test_sizes(self):
    shapes = {"a": [2, 3], "b": [], "c": [0, 4], "d": [1]}
    self.assertEqual(8, meta_parameters.total_size(shapes))
    self.assertEqual(0, meta_parameters.total_size({}))

  def test_unflatten(self):
    shapes = {"a": [2, 3], "b": [], "d": [1]}
    vector = np.arange(8, dtype=np.float32)
    values = meta_parameters.unflatten(vector, shapes)
    self.assertEqual(list(shapes), list(values))
    self.assertAllEqual([[0, 1, 2], [3, 4, 5]], values["a"])
    self.assertEqual((), values["b"].shape)
    with self.session() as session:
      tensors = session.run(meta_parameters.unflatten(tf.constant(vector),
                                                    shapes))
    for name in shapes:
      self.assertAllEqual(values[name], tensors[name])


if __name__ == "__main__":
  tf.test.main()
