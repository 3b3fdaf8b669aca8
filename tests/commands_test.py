# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Every command that a page shows exists, and those of metarun run."""

import io
import os
import re
import shlex
import subprocess
import sys
import tempfile

from absl import flags
from absl.testing import flagsaver
from absl.testing import parameterized
import tensorflow.compat.v1 as tf

import metarun
import metarun_flags
from problems import problem_sets
from tests import repository

_METARUN = set(flag.name for group in metarun_flags.GROUPS
               for flag in group.flags)
# Of programs and libraries that are not this repository's.
_FOREIGN = frozenset((
    "flagfile", "help", "helpfull", "logdir", "pdb", "build_event_json_file",
    "test_filter", "test_output", "test_size_filters", "test_tag_filters",
    "test_env", "ntasks", "nodes", "config", "verbosity"))
# Makes a run of metarun small; the sets are those that the command names, or
# this one.
_TINY = ("--num_problems=1", "--num_meta_iterations=1", "--num_unroll_scale=0",
         "--min_num_unrolls=1", "--num_partial_unroll_itr_scale=0",
         "--min_num_itr_partial_unroll=2", "--compile=never")
_ONE_SET = "--include_bowl_problems"


def _defined_in(path):
  """Names of the flags a source of this repository defines."""
  text = repository.read(path)
  return set(re.findall(r"DEFINE_\w+\(\s*\"(\w+)\"", text) +
             re.findall(r"add_argument\(\s*\"--(\w+)\"", text))


def _flags(words):
  return [re.match(r"--(\w+)", word).group(1) for word in words
          if re.match(r"--\w", word)]


def _commands():
  """(place, words) of every command of every page."""
  found = []
  for path in repository.documents():
    for block in repository.code_blocks(path):
      if block.language not in ("sh", "shell", "bash"):
        continue
      text, start = "", block.line
      for number, line in enumerate(block.text.splitlines(), block.line):
        text, start = text + line, start if text else number
        try:
          words = shlex.split(text.replace("\\\n", " "), comments=True)
        except ValueError:
          words = None  # A quotation that goes on.
        if words is None or text.endswith("\\"):
          text += "\n"
          continue
        text = ""
        while words and re.match(r"[A-Z_]+=", words[0]):
          words.pop(0)  # A variable.
        if words:
          found.append(("{}:{}".format(path, start), words))
  return found


def _local_runs():
  """The flags of each command that runs metarun, a cluster's tasks left out.

  Without --train_dir: each run has a directory of its own.
  """
  return sorted(set(
      tuple(word for word in words[words.index("--") + 1:]
            if not word.startswith("--train_dir=")) for _, words in _commands()
      if "//:metarun" in words and "--" in words and "--help" not in words and
      not any("$" in word or "job_name" in word for word in words)))


class CommandsTest(tf.test.TestCase, parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._targets = repository.targets()

  def _check_flags(self, words, known):
    for name in _flags(words):
      self.assertTrue(name in known or name[len("no"):] in known, name)

  def _check_bazel(self, words):
    """./tools/bazel run or test, with labels and flags."""
    split = words.index("--") if "--" in words else len(words)
    own, passed_on = words[:split], words[split + 1:]
    self._check_flags(own, _FOREIGN)
    labels = [word for word in own if word.startswith("//")]
    for label in labels:
      if not label.endswith("..."):
        self.assertIn(label, self._targets)
        rule = self._targets[label].rule
        self.assertEqual({"run": "py_binary", "test": "py_test"}.get(
            own[1], rule), rule, label)
    if own[1] == "run" and labels != ["//:metarun"]:
      target = self._targets[labels[0]]
      source = os.path.join(target.package, target.attributes["srcs"][0])
      self._check_flags(passed_on, _defined_in(source))

  def _check(self, words):
    program = words[0]
    if program in ("./tools/bazel", "tools/bazel"):
      self._check_bazel(words)
    elif program in ("./tools/local_cluster", "tools/local_cluster"):
      self._check_flags(words, _METARUN | _defined_in("tools/local_cluster"))
    elif program in ("python", ".venv/bin/python"):
      for word in words[1:]:
        if word.endswith(".py"):
          self.assertTrue(os.path.exists(os.path.join(
              repository.ROOT, word)), word)
          self._check_flags(words, _METARUN if word == "metarun.py" else
                            _defined_in(word))
    elif program == "srun":
      self._check_flags(words, _METARUN | _FOREIGN)
    elif program in (".ci/run", "tools/lint", "./tools/lint", ".venv/bin/pip",
                     ".venv/bin/tensorboard"):
      if not program.startswith(".venv"):
        self.assertTrue(os.access(os.path.join(
            repository.ROOT, program), os.X_OK))
    else:
      self.assertIn(program, ("pip", "cp", "mkdir", "cd", "export", "git"))

  def test_commands_exist(self):
    commands = _commands()
    self.assertGreater(len(commands), 20)
    for place, words in commands:
      try:
        self._check(words)
      except Exception as error:
        raise AssertionError("{}: {}: {}".format(
            place, " ".join(words), error))

  def test_flags_that_text_names_exist(self):
    known = set(_METARUN) | _FOREIGN
    for path in repository.files("benchmarks", "recipes", "tests", "tools"):
      if path.endswith(".py") or path == "tools/local_cluster":
        known |= _defined_in(path)
    for path in repository.documents():
      text = "\n".join(line for line in repository.read(path).splitlines()
                       if "include_<set>" not in line)
      for name in re.findall(r"(?<![\w-])--(\w+)", text):
        name = name.rstrip("_")
        self.assertTrue(
            name in known or name[len("no"):] in known or
            # As in --include_*.
            any(each.startswith(name + "_") for each in known),
            "{}: --{}".format(path, name))

  @parameterized.parameters(*_local_runs())
  def test_metarun(self, *arguments):
    """In this process, small, in a directory of its own."""
    stdout, sys.stdout = sys.stdout, io.StringIO()
    try:
      with flagsaver.flagsaver():
        sets = [argument for argument in arguments
                if argument.startswith("--include_")] or [_ONE_SET]
        flags.FLAGS(("metarun",) + arguments + _TINY + tuple(
            "--no" + name for name in problem_sets.FLAGGED_SETS) + tuple(sets) +
                    ("--train_dir=" + tempfile.mkdtemp(
                        dir=self.get_temp_dir()),))
        metarun.main(["metarun"])
        logdir = metarun.log_directory()
    finally:
      printed, sys.stdout = sys.stdout.getvalue(), stdout
    if "--list_problems" in arguments:
      self.assertIn("Bowl", printed)
    else:
      self.assertIsNotNone(tf.train.latest_checkpoint(logdir))

  def test_flag_file(self):
    """It holds the flags that the model card names, and metarun takes them."""
    card = repository.read("optimizer/pretrained/hierarchical_rnn/README.md")
    recipe = repository.read("examples/first_stage.flags")
    self.assertEqual(re.findall(r"(?<!`)--\w+(?:=\S+)?", re.search(
        r"(?m)(?:^ {6}--.*\n)+", card).group(0)),
                     [line for line in recipe.splitlines() if line[:1] == "-"])
    with flagsaver.flagsaver():
      flags.FLAGS(["metarun", "--flagfile=" + os.path.join(
          repository.ROOT, "examples", "first_stage.flags")])
      self.assertEqual(1e-3, flags.FLAGS.meta_learning_rate)
      self.assertNotIn("matmul", dict(metarun.problems_by_set()))

  def test_readme_shows_what_is_printed(self):
    readme = repository.read("README.md")
    command = re.search(
        r"bazel run //:metarun -- --train_dir=/tmp/lol (.*)", readme).group(1)
    shown = re.search(r"```\n(problem 1 of .*?)\.\.\.\n```", readme, re.S)
    directory = tempfile.mkdtemp(dir=self.get_temp_dir())
    out = subprocess.check_output(
        [sys.executable, os.path.join(repository.ROOT, "metarun.py"),
         "--train_dir=" + directory] + command.split(),
        universal_newlines=True)
    # Times differ, and the last digits where the processor does.
    words = [re.sub(r"\d+\.\d+|[\d,]+ steps/s|\d+:\d+:\d+", "#", text)
             .splitlines() for text in (
                 shown.group(1), out.replace(directory, "/tmp/lol"))]
    self.assertLen(words[0], 5)
    self.assertEqual(words[0], words[1][:5])

  def test_every_benchmark_is_on_a_page(self):
    text = "".join(map(repository.read, repository.documents()))
    unnamed = [label for label, target in self._targets.items()
               if target.rule == "py_binary" and
               target.package in ("benchmarks", "recipes") and
               not re.search(re.escape(label) + r"\b", text)]
    self.assertEqual([], unnamed)

  def test_links(self):
    """Pages and folders that pages point to exist."""
    for path in repository.documents():
      for link in re.findall(r"\]\(([^)]+)\)", repository.read(path)):
        target = link.partition("#")[0]
        if target and "://" not in target:
          self.assertTrue(os.path.exists(os.path.join(
              repository.ROOT, os.path.dirname(path), target)),
                          "{}: {}".format(path, link))


if __name__ == "__main__":
  tf.test.main()
