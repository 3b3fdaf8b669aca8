# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Builds the wheel, installs it elsewhere, and trains with it from there.

Needs no network: the build runs with what is in the environment.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

from absl.testing import absltest

from tests import repository

# What setup.py reads.
_SOURCES = ("LICENSE", "MANIFEST.in", "README.md", "CONTRIBUTING.md",
            "setup.cfg", "setup.py", "metaopt.py", "metarun.py",
            "metarun_checks.py", "metarun_flags.py", "evaluation",
            "meta_training", "optimizer", "problems", "tools/package")

_PROGRAM = """
import os
import sys

import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()

import learned_optimizer
from learned_optimizer import metaopt
from learned_optimizer import metarun
from learned_optimizer.optimizer import pretrained
from learned_optimizer.problems import problem_generator

for module in (learned_optimizer, metaopt, metarun, pretrained,
               problem_generator):
  assert module.__file__.startswith(sys.argv[1] + os.sep), module.__file__
for name in ("optimizer", "problems", "evaluation", "meta_training", "metaopt",
             "metarun", "metarun_flags"):
  assert name not in sys.modules, name

problem = problem_generator.Quadratic(5, random_seed=1)
x = problem.init_variables(seed=1)
step = learned_optimizer.load().minimize(problem.objective(x))
with tf.Session() as session:
  session.run(tf.global_variables_initializer())
  before = session.run(x)
  session.run(step)
  after = session.run(x)
assert (before[0] != after[0]).any()
assert learned_optimizer.names() == pretrained.names()
assert "hierarchical_rnn" in learned_optimizer.names()
print("stepped")
"""


_MODEL = """
import tensorflow.compat.v1 as tf

NUMBER = 3


def loss():
  return tf.constant(1.0)


def make():
  def make_loss():
    x = tf.get_variable(
        "x", [3], initializer=tf.ones_initializer())
    return tf.reduce_sum(tf.square(x))
  return make_loss, None
"""


class WheelTest(absltest.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls.root = os.path.join(absltest.get_default_test_tmpdir(), "wheel_test")
    shutil.rmtree(cls.root, ignore_errors=True)
    # A copy: building leaves files beside setup.py.
    source = os.path.join(cls.root, "source")
    for name in _SOURCES:
      target = os.path.join(source, name)
      if not os.path.isdir(os.path.dirname(target)):
        os.makedirs(os.path.dirname(target))
      original = os.path.join(repository.ROOT, name)
      if os.path.isdir(original):
        shutil.copytree(original, target)
      else:
        shutil.copy(original, target)
    cls._pip("wheel", "--no-build-isolation", "--wheel-dir=" + cls.root, source)
    cls.wheel, = glob.glob(os.path.join(cls.root, "*.whl"))
    cls.installed = os.path.join(cls.root, "installed")
    cls._pip("install", "--target=" + cls.installed, cls.wheel)

  @classmethod
  def _pip(cls, *arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "pip", "--disable-pip-version-check"] +
        list(arguments) + ["--no-deps", "--no-index"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True, env=dict(os.environ, HOME=cls.root))
    out, _ = process.communicate()
    if process.returncode:
      raise AssertionError(out)

  def test_name(self):
    self.assertRegex(os.path.basename(self.wheel),
                     r"^learned_optimizer-[\d.]+-py3-none-any\.whl$")

  def test_contents(self):
    with zipfile.ZipFile(self.wheel) as archive:
      names = [name for name in archive.namelist()
               if ".dist-info/" not in name]
    self.assertEqual(set(["learned_optimizer"]),
                     set(name.split("/")[0] for name in names))
    expected = ["learned_optimizer/__init__.py",
                "learned_optimizer/compare.py",
                "learned_optimizer/keras.py"] + [
        "learned_optimizer/" + path for path in [
            "metaopt.py", "metarun.py", "metarun_checks.py",
            "metarun_flags.py"] + repository.files(
                "optimizer", "problems", "meta_training", "evaluation")
        if os.path.basename(path) != "BUILD"]
    self.assertCountEqual(expected, names)
    for ending in ("optimizer.json", ".index", ".data-00000-of-00001"):
      self.assertTrue(any(
          name.startswith("learned_optimizer/optimizer/pretrained/") and
          name.endswith(ending) for name in names), ending)

  def test_version(self):
    version = re.search(r"learned_optimizer-([\d.]+)-", self.wheel).group(1)
    out = subprocess.check_output(
        [sys.executable, "-c",
         "import learned_optimizer; print(learned_optimizer.__version__)"],
        cwd=self.root, env=dict(os.environ, PYTHONPATH=self.installed),
        universal_newlines=True)
    self.assertEqual(version, out.strip())

  def test_without_tensorflow(self):
    program = ("import sys; sys.modules['tensorflow'] = None\n"
               "import learned_optimizer\n"
               "try:\n"
               "  learned_optimizer.load()\n"
               "except ImportError as error:\n"
               "  print(error)\n")
    out = subprocess.check_output(
        [sys.executable, "-c", program], cwd=self.root,
        env=dict(os.environ, PYTHONPATH=self.installed),
        universal_newlines=True)
    self.assertRegex(out, r"^learned_optimizer needs TensorFlow 1\.15 .* or "
                     r"2\.15 .*pip install tensorflow\n$")

  def test_commands_without_tensorflow(self):
    # A module of its name that cannot be imported comes first.
    folder = os.path.join(self.root, "no_tensorflow")
    os.makedirs(folder)
    with open(os.path.join(folder, "tensorflow.py"), "w") as stream:
      stream.write("raise ImportError('no module')\n")
    for command in (["lol-metarun"], ["lol-compare", "json:loads"]):
      process = subprocess.Popen(
          [sys.executable,
           os.path.join(self.installed, "bin", command[0])] + command[1:],
          cwd=self.root, universal_newlines=True, stdout=subprocess.PIPE,
          stderr=subprocess.STDOUT, env=dict(
              os.environ, PYTHONPATH=os.pathsep.join(
                  [folder, self.installed])))
      out, _ = process.communicate()
      self.assertEqual(1, process.returncode)
      self.assertRegex(out, r"^learned_optimizer needs TensorFlow 1\.15 .*"
                       r"pip install tensorflow\n$")

  def test_metadata(self):
    with zipfile.ZipFile(self.wheel) as archive:
      metadata, commands = [
          archive.read([name for name in archive.namelist()
                        if name.endswith(".dist-info/" + ending)][0]).decode(
                            "utf-8") for ending in (
                                "METADATA", "entry_points.txt")]
    # Values may be normalized: <3.8,>=3.6.
    python, = re.findall(r"^Requires-Python: (.*)$", metadata, re.M)
    self.assertCountEqual([">=3.6", "!=3.8.*", "<3.14"],
                          python.replace(" ", "").split(","))
    for line in ("Project-URL: Paper, https://arxiv.org/abs/1703.04813",
                 "License: Apache-2.0",
                 "Description-Content-Type: text/markdown",
                 "Classifier: Programming Language :: Python :: 3.7"):
      self.assertIn(line, metadata.splitlines())
    self.assertNotIn("Python :: 2", metadata)
    required = re.findall(r"^Requires-Dist: ([\w-]+)", metadata, re.M)
    self.assertCountEqual(["absl-py", "numpy", "protobuf", "tensorflow",
                           "tensorflow", "tensorflow", "tf-keras"], required)
    self.assertCountEqual(
        ["lol-compare = learned_optimizer.compare:run",
         "lol-metarun = learned_optimizer:run_metarun"],
        [line for line in commands.splitlines() if "=" in line])

  def test_command_meta_trains(self):
    script = os.path.join(self.installed, "bin", "lol-metarun")
    logdir = os.path.join(self.root, "log")
    out = subprocess.check_output(
        [sys.executable, "-W", "ignore", script, "--train_dir=" + logdir,
         "--optimizer=GlobalLearningRate", "--num_problems=1",
         "--num_meta_iterations=1", "--num_unroll_scale=1",
         "--num_partial_unroll_itr_scale=5", "--min_num_itr_partial_unroll=2",
         "--seed=1"], cwd=self.root, universal_newlines=True,
        stderr=subprocess.STDOUT,
        env=dict(os.environ, PYTHONPATH=self.installed))
    self.assertIn("problem 1 of 1", out)
    record, = glob.glob(os.path.join(logdir, "*", "run.json"))
    with open(record) as stream:
      start, = json.load(stream)["starts"]
    self.assertEqual(1, start["flags"]["seed"])
    self.assertIn(start["versions"]["learned_optimizer"], self.wheel)
    # Installed, it is no checkout.
    self.assertNotIn("commit", start)
    self.assertNotEmpty(glob.glob(os.path.join(logdir, "*", "model.ckpt-*")))

  def _compare(self, *arguments):
    with open(os.path.join(self.root, "my_model.py"), "w") as stream:
      stream.write(_MODEL)
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore",
         os.path.join(self.installed, "bin", "lol-compare")] + list(arguments),
        cwd=self.root, universal_newlines=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(os.environ, PYTHONPATH=self.installed))
    out, _ = process.communicate()
    return process.returncode, out

  def test_command_compares(self):
    code, out = self._compare("my_model:make", "--steps=2", "--runs=1",
                              "--output_dir=compared")
    self.assertEqual(0, code, out)
    self.assertIn("| learned | nothing tuned |", out)
    self.assertIn("| Adam | ", out)
    self.assertTrue(os.path.exists(os.path.join(
        self.root, "compared", "objectives.csv")))

  def test_command_says_what_is_wrong(self):
    for name, words in (("my_model", "Expected module:function"),
                        ("my_model:other", "Cannot find 'my_model:other'"),
                        ("my_model:NUMBER", "is not a function"),
                        ("my_model:loss", "must return (make_loss")):
      code, out = self._compare(name)
      self.assertEqual(1, code)
      self.assertIn(words, out)
      self.assertNotIn("Traceback", out)

  def test_trains_outside_of_the_repository(self):
    path = os.path.join(self.root, "program.py")
    with open(path, "w") as stream:
      stream.write(_PROGRAM)
    out = subprocess.check_output(
        [sys.executable, "-W", "ignore", path, self.installed], cwd=self.root,
        env=dict(os.environ, PYTHONPATH=self.installed))
    self.assertIn(b"stepped", out)


if __name__ == "__main__":
  absltest.main()
