# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of loading optimizers: shipped, one's own, of 2017, and broken ones."""

import io
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import tensorflow.compat.v1 as tf

import metaopt
from optimizer import hierarchical_rnn
from optimizer import pretrained
from optimizer import trainable_adam
from problems import datasets
from problems import problem_generator
from problems import problem_spec
from tests.training_programs import harness

# Names and shapes in checkpoints of the code released in 2017.
_RELEASE = {
    "update_weights": [10, 1],
    "scl_decay_weights": [10, 1], "scl_decay_bias": [1],
    "inp_decay_weights": [10, 1], "inp_decay_bias": [1],
    "learning_rate_weights": [10, 1], "learning_rate_bias": [1],
    "Level0_RNN/init_vector": [1, 10], "Level1_RNN/init_vector": [1, 20],
    "Level2_RNN/init_vector": [1, 20],
    "PerTensor/Layer0_RNN/Param/Affine/Matrix": [20, 30],
    "PerTensor/Layer0_RNN/Param/Affine/Bias": [30],
    "PerTensor/Layer0_RNN/Global/Affine/Matrix": [20, 30],
    "PerTensor/Layer0_RNN/Global/Affine/Bias": [30],
    "PerTensor/Layer0_RNN/BiasGRUCell/gates/Affine/Matrix": [22, 20],
    "PerTensor/Layer0_RNN/BiasGRUCell/gates/Affine/Bias": [20],
    "PerTensor/Layer0_RNN/BiasGRUCell/candidate/Affine/Matrix": [22, 10],
    "PerTensor/Layer0_RNN/BiasGRUCell/candidate/Affine/Bias": [10],
    "PerTensor/Layer1_RNN/Affine/Matrix": [20, 60],
    "PerTensor/Layer1_RNN/Affine/Bias": [60],
    "PerTensor/Layer1_RNN/BiasGRUCell/gates/Affine/Matrix": [42, 40],
    "PerTensor/Layer1_RNN/BiasGRUCell/gates/Affine/Bias": [40],
    "PerTensor/Layer1_RNN/BiasGRUCell/candidate/Affine/Matrix": [42, 20],
    "PerTensor/Layer1_RNN/BiasGRUCell/candidate/Affine/Bias": [20],
    "PerTensor/GradsToDelta/Matrix": [4, 1],
    "PerTensor/learning_rate_momentum_logit": [],
    "PerTensor/param_stepsize_offset": [],
    "Layer2_RNN/BiasGRUCell/gates/Affine/Matrix": [40, 40],
    "Layer2_RNN/BiasGRUCell/gates/Affine/Bias": [40],
    "Layer2_RNN/BiasGRUCell/candidate/Affine/Matrix": [40, 20],
    "Layer2_RNN/BiasGRUCell/candidate/Affine/Bias": [20],
}


class PretrainedTest(harness.TrainingProgramTest):

  def _few_steps(self, optimizer):
    """Trains a little; returns the values of all variables."""
    with tf.Graph().as_default():
      step = optimizer.minimize(harness.full_loss())
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        for _ in range(2):
          session.run(step)
        return self.state(session)

  def test_what_meta_training_leaves(self):
    logdir = self.directory()
    metaopt.train_optimizer(
        logdir, problem_spec.Spec(
            hierarchical_rnn.HierarchicalRNN, [[4, 5, 3]], {}),
        [(problem_spec.Spec(problem_generator.Quadratic, [2],
                            {"random_seed": 1}),
          datasets.EMPTY_DATASET, None)],
        num_problems=1, num_meta_iterations=2, num_unroll_func=lambda: 1,
        num_partial_unroll_itrs_func=lambda: 3, learning_rate=1e-3,
        out=io.StringIO(),
        options=metaopt.RunOptions(seed=1, compiled=False))
    expected = {name: value for name, value in harness.read_checkpoint(
        logdir).items()
                if name.startswith("LOL/") and "RMSProp" not in name}
    values = self._few_steps(pretrained.load(logdir))
    for name, value in expected.items():
      self.assertAllEqual(value, values[name])

  def test_options_replace_those_described(self):
    optimizer = pretrained.load(init_lr_range=(1e-4, 1e-4))
    with tf.Graph().as_default():
      loss = harness.full_loss()
      optimizer.minimize(loss)
      rates = [optimizer.get_slot(variable, "log_learning_rate")
               for variable in tf.trainable_variables()]
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        for rate in session.run(rates):
          self.assertAllClose(np.full(rate.shape, np.log(1e-4)), rate)
    with self.assertRaisesRegexp((TypeError, ValueError), "no_such_option"):
      pretrained.load(no_such_option=1)

  def test_what_is_shipped_trains(self):
    self.assertIn("hierarchical_rnn", pretrained.names())
    problems = (
        (problem_generator.Quadratic(15, random_seed=3),
         datasets.EMPTY_DATASET, None, 0.05),
        (problem_generator.FullyConnected(
            6, 2, random_seed=3, hidden_sizes=(8,), activation=tf.nn.relu),
         datasets.random(6, 200, random_seed=3), 20, 0.7))
    for name in pretrained.names():
      for problem, data, batch_size, ratio in problems:
        objectives, _, _ = metaopt.test_optimizer(
            pretrained.load(name), problem, 300, data, batch_size, seed=1)
        self.assertLess(objectives[-1], ratio * objectives[0], name)

  def test_a_checkpoint_of_2017(self):
    logdir = self.directory()
    rng = np.random.RandomState(0)
    values = {"LOL/" + name: np.float32(0.1 * rng.randn(*shape))
              for name, shape in _RELEASE.items()}
    with tf.Graph().as_default(), tf.Session() as session:
      for name, value in values.items():
        for suffix in ("", "/RMSProp", "/RMSProp_1"):
          tf.get_variable(name + suffix, initializer=value)
      tf.train.create_global_step()
      session.run(tf.global_variables_initializer())
      path = tf.train.Saver().save(
          session, os.path.join(logdir, "model.ckpt"), global_step=1234)
    optimizer = hierarchical_rnn.HierarchicalRNN(global_input="last")
    self.assertEqual(path, optimizer.init_from_checkpoint(logdir))
    state = self._few_steps(optimizer)
    self.check_same(values, {name: value for name, value in state.items()
                             if name.startswith("LOL/")})

  def test_nothing_shipped_of_that_name(self):
    with self.assertRaisesRegexp(
        ValueError, "Nothing to load: 'no_such_optimizer' is neither a shipped "
        "optimizer .* nor a directory with an optimizer.json"):
      pretrained.load("no_such_optimizer")
    with tf.test.mock.patch.object(pretrained, "names", return_value=[]):
      with self.assertRaisesRegexp(ValueError, "'hierarchical_rnn'.*none"):
        pretrained.load()

  def test_what_is_shipped(self):
    for name in pretrained.names():
      with tf.Graph().as_default():
        tf.set_random_seed(1)
        loss = harness.full_loss()
        step = pretrained.load(name).minimize(loss)
        with tf.Session(config=harness.session_config()) as session:
          session.run(tf.global_variables_initializer())
          losses = [session.run(loss)]
          for _ in range(200):
            session.run(step)
          losses.append(session.run(loss))
      self.check_loss_falls(losses, 0.9)

  def test_broken_descriptions(self):
    logdir = shutil.copytree(self.logdir, os.path.join(
        self.directory(), "copy"))
    for text, message in (("{", "is not JSON"),
                          ("{}", "Expected the keys optimizer"),
                          (json.dumps({"optimizer": "Typo", "args": [],
                                       "kwargs": {}}), "Unknown optimizer")):
      with open(os.path.join(logdir, "optimizer.json"), "w") as stream:
        stream.write(text)
      with self.assertRaisesRegexp(ValueError, message):
        pretrained.load(logdir)

  def _copy(self, name):
    """Returns (copy of the log directory, prefix of its checkpoint)."""
    logdir = shutil.copytree(self.logdir, os.path.join(
        self.directory(), name))
    prefix = os.path.join(logdir, os.path.basename(
        tf.train.latest_checkpoint(self.logdir)))
    with open(os.path.join(logdir, "checkpoint"), "w") as stream:
      stream.write('model_checkpoint_path: "%s"\n' % os.path.basename(prefix))
    return logdir, prefix

  def _refused(self, logdir, *messages):
    with self.assertRaises(ValueError) as caught:
      pretrained.load(logdir)
    for message in messages:
      self.assertIn(message, str(caught.exception))

  def test_broken_checkpoints(self):
    logdir, prefix = self._copy("intact")
    pretrained.load(logdir)
    data_name = ".data-00000-of-00001"
    size = os.path.getsize(prefix + data_name)
    for length in (0, size // 2, size - 1):
      logdir, prefix = self._copy("truncated-%d" % length)
      with open(prefix + data_name, "r+b") as stream:
        stream.truncate(length)
      self._refused(logdir, "Cannot read checkpoint", prefix, "tensor LOL/")
    logdir, prefix = self._copy("flipped")
    with open(prefix + data_name, "r+b") as stream:
      stream.seek(size // 2)
      byte = stream.read(1)
      stream.seek(size // 2)
      stream.write(bytes(bytearray([ord(byte) ^ 1])))
    self._refused(logdir, "Cannot read checkpoint", prefix, "tensor LOL/")
    logdir, prefix = self._copy("without_data")
    os.remove(prefix + data_name)
    self._refused(logdir, "Cannot read checkpoint", prefix)
    logdir, prefix = self._copy("index")
    with open(prefix + ".index", "r+b") as stream:
      stream.truncate(20)
    self._refused(logdir, "Cannot read checkpoint", prefix)
    logdir, prefix = self._copy("no_checkpoint")
    os.remove(os.path.join(logdir, "checkpoint"))
    self._refused(logdir, "No checkpoint in directory", logdir)

  def test_checkpoints_that_do_not_fit(self):
    logdir = harness.make_logdir(self.directory("small"),
                                 level_sizes=[10, 20, 4])
    prefix = tf.train.latest_checkpoint(logdir)
    shutil.copy(os.path.join(self.logdir, "optimizer.json"), logdir)
    self._refused(
        logdir, prefix,
        "LOL/Level2_RNN/init_vector has shape [1, 4], expected [1, 20]")
    logdir = harness.make_logdir(self.directory("partial"),
                                 learnable_decay=False)
    shutil.copy(os.path.join(self.logdir, "optimizer.json"), logdir)
    self._refused(logdir, "LOL/scl_decay_weights is missing",
                  "LOL/inp_decay_bias is missing")
    logdir = harness.make_logdir(
        self.directory("other"), trainable_adam.TrainableAdam)
    shutil.copy(os.path.join(self.logdir, "optimizer.json"), logdir)
    self._refused(logdir, "LOL/update_weights is missing")

  def test_the_files_are_not_needed_any_more(self):
    logdir, _ = self._copy("copy")
    optimizer = pretrained.load(logdir)
    shutil.rmtree(logdir)
    self.check_meta_parameters(self._few_steps(optimizer))

  def test_loading_after_the_slots_are_made(self):
    with tf.Graph().as_default():
      optimizer = hierarchical_rnn.HierarchicalRNN(**harness.OPTIONS)
      step = optimizer.minimize(harness.full_loss())
      optimizer.init_from_checkpoint(self.logdir)
      with tf.Session(config=harness.session_config()) as session:
        session.run(tf.global_variables_initializer())
        state = self.state(session)
        session.run(step)
        self.check_meta_parameters(self.state(session))
    start = self.meta_parameters
    self.assertAllEqual(start["LOL/Level2_RNN/init_vector"],
                        state["hRNN/global_state"])
    self.assertAllEqual(start["LOL/Level1_RNN/init_vector"],
                        state["model/bias/hRNN_layer"])
    self.assertAllEqual(
        np.tile(start["LOL/Level0_RNN/init_vector"], [8, 1]),
        state["model/bias/hRNN_parameter"])

  def test_eager_execution_is_refused(self):
    program = (
        "import sys\n"
        "import tensorflow.compat.v1 as tf\n"
        "tf.enable_eager_execution()\n"
        "from optimizer import hierarchical_rnn\n"
        "from optimizer import pretrained\n"
        "for make in (hierarchical_rnn.HierarchicalRNN,\n"
        "             lambda: pretrained.load(sys.argv[1])):\n"
        "  try:\n"
        "    make()\n"
        "  except RuntimeError as error:\n"
        "    print('refused:', error)\n"
        "with tf.Graph().as_default():\n"
        "  x = tf.get_variable('x', [2])\n"
        "  pretrained.load(sys.argv[1]).minimize(tf.reduce_sum(x * x))\n"
        "  print('done')\n")
    output = subprocess.check_output(
        [sys.executable, "-c", program, self.logdir],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
    lines = output.decode("utf-8").splitlines()
    self.assertRegexpMatches(lines[0], "^refused: .*cannot run eagerly")
    self.assertRegexpMatches(lines[1], r"^refused: .*pretrained.load\(\)")
    self.assertEqual("done", lines[2])

  def test_version_2_behavior_of_graphs(self):
    program = (
        "import sys\n"
        "import tensorflow.compat.v1 as tf\n"
        "tf.enable_control_flow_v2()\n"
        "tf.enable_resource_variables()\n"
        "tf.enable_v2_tensorshape()\n"
        "from optimizer import pretrained\n"
        "x = tf.get_variable('x', initializer=[[1.0, 2.0]])\n"
        "optimizer = tf.train.experimental.MixedPrecisionLossScaleOptimizer(\n"
        "    pretrained.load(sys.argv[1]), 'dynamic')\n"
        "step = optimizer.minimize(tf.reduce_sum(x * x))\n"
        "with tf.Session() as session:\n"
        "  session.run(tf.global_variables_initializer())\n"
        "  for _ in range(10):\n"
        "    session.run(step)\n"
        "  assert sum(session.run(x)[0] ** 2) < 5.0\n"
        "print('done', len([v for v in tf.global_variables()\n"
        "                   if v.name.startswith('LOL')]))\n")
    output = subprocess.check_output(
        [sys.executable, "-c", program, self.logdir],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
    self.assertIn("done %d" % len(self.meta_parameters),
                  output.decode("utf-8"))


if __name__ == "__main__":
  tf.test.main()
