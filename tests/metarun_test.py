# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of flags and of what they stand for."""

import io
import json
import os
import sys
import tempfile
import warnings

from absl import app
from absl import flags
from absl.testing import flagsaver
from absl.testing import parameterized
import tensorflow.compat.v1 as tf

import metaopt
import metarun
from optimizer import arguments
from optimizer import coordinatewise_rnn
from optimizer import hierarchical_options
from optimizer import hierarchical_rnn
from optimizer import pretrained
from optimizer import stabilizers
from optimizer.stabilizers import stabilizer
from optimizer import registry
from problems import problem_sets

FLAGS = flags.FLAGS

_TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testdata",
                      "flags.json")
_NO_PROBLEMS = {name: False for name in problem_sets.FLAGGED_SETS}
_TINY = dict(
    _NO_PROBLEMS, include_bowl_problems=True, num_problems=1,
    num_meta_iterations=1, num_unroll_scale=0, num_partial_unroll_itr_scale=0,
    min_num_itr_partial_unroll=2, compile="never", seed=1)


def _signature(constructor):
  return arguments.parameters(constructor)[1]


class FlagsTest(tf.test.TestCase):

  def test_table(self):
    with open(_TABLE) as stream:
      table = json.load(stream)
    self.assertLen(table, 79)
    for entry in table:
      flag = FLAGS[entry["flag"]]
      kind = {"int": "int", "float": "float", "bool": "bool",
              "string": "string"}[entry["type"]]
      # "string enum" is a string too.
      self.assertEqual(
          (entry["default"], kind),
          (flag.default, flag.flag_type().split()[0]), entry["flag"])
      self.assertEqual(type(entry["default"]) if kind != "string" else str,
                       type(flag.default), entry["flag"])
      self.assertTrue(flag.help)

  def test_ours(self):
    with open(_TABLE) as stream:
      names = set(entry["flag"] for entry in json.load(stream))
    ours = set(flag.name for flag in FLAGS.flags_by_module_dict()["metarun"])
    self.assertEqual(set(), names - ours)
    self.assertContainsSubset(
        {"compile", "global_input", "gradient_history_decay_power",
         "gradient_history_spike_power", "level_sizes", "list_problems", "seed",
         "gradient_history_limit", "step_limit_fraction", "step_limit_excess",
         "schedule_num_steps", "schedule_fade", "sparse_steps_power",
         "step_limit_floor", "step_limit_least", "skip_zero_gradients",
         "rate_decay_after", "rate_decay_power"},
        ours - names)

  def test_only_metarun_defines_flags(self):
    for module in FLAGS.flags_by_module_dict():
      self.assertFalse(module.startswith(("optimizer", "problems", "metaopt",
                                          "meta_training")), module)


class OptimizerTest(tf.test.TestCase, parameterized.TestCase):

  @parameterized.parameters(*registry.OPTIMIZERS)
  def test_default_flags_are_the_constructors_defaults(self, name):
    with flagsaver.flagsaver(optimizer=name):
      spec = metarun.optimizer_spec()
    self.assertIs(registry.OPTIMIZERS[name], spec.callable)
    self.assertEqual((), spec.args)
    defaults = _signature(spec.callable)
    for argument, value in spec.kwargs.items():
      # These have defaults of their own.
      if name != "HierarchicalRNN" and argument in (
          "cell_sizes", "init_lr_range", "use_log_objective",
          "zero_init_lr_weights"):
        continue
      expected = defaults[argument]
      if isinstance(expected, tuple):
        expected, value = list(expected), list(value)
      self.assertEqual(expected, value, argument)
    spec.build()

  def test_every_argument_has_a_flag(self):
    spec = metarun.optimizer_spec()
    self.assertEqual(set(_signature(hierarchical_rnn.HierarchicalRNN)),
                     set(spec.kwargs) | {
                         "name", "random_seed", "use_native", "cell_cls"})

  @parameterized.parameters(
      ("max_log_lr", 3.0, "max_log_lr"),
      ("biasgrucell_scale", 0.25, "initial_cell_scale"),
      ("biasgrucell_gate_bias_init", 1.0, "initial_gate_bias"),
      ("hrnn_affine_scale", 0.25, "initial_affine_scale"),
      ("hrnn_rnn_readout_scale", 0.25, "initial_readout_scale"),
      ("hrnn_default_decay_var_init", 1.0, "initial_input_decay_bias"),
      ("scale_decay_bias_init", 1.0, "initial_scale_decay_bias"),
      ("learning_rate_momentum_logit_init", 1.0,
       "initial_learning_rate_momentum_logit"),
      ("objective_training_max_multiplier", 4.0, "obj_train_max_multiplier"),
      ("use_attention", True, "use_attention"),
      ("global_input", "last", "global_input"),
      ("skip_zero_gradients", True, "skip_zero_gradients"))
  def test_flag_reaches_the_constructor(self, flag, value, argument):
    with flagsaver.flagsaver(**{flag: value}):
      options = hierarchical_options.flat(metarun.optimizer_spec().kwargs)
    self.assertEqual(value, options[argument])

  def test_flags_of_stabilizers(self):
    self.assertEqual((), metarun.optimizer_spec().kwargs["stabilizers"])
    flags = stabilizer.flat_values(
        [cls(**{name: 3.0 if kind.fits(3.0) else 0.75
                for name, kind in cls.kinds.items()})
         for cls in stabilizers.ALL])
    with flagsaver.flagsaver(skip_zero_gradients=True, **flags):
      chosen = metarun.optimizer_spec().kwargs["stabilizers"]
    self.assertEqual(flags, stabilizer.flat_values(chosen))
    self.assertLen(chosen, len(stabilizers.ALL))

  def test_flags_of_lists_and_ranges(self):
    with flagsaver.flagsaver(level_sizes=["3", "4"], min_lr=0.1, max_lr=0.2):
      kwargs = metarun.optimizer_spec().kwargs
    self.assertEqual([3, 4], kwargs["level_sizes"])
    self.assertEqual((0.1, 0.2), kwargs["init_lr_range"])

  @parameterized.parameters("GRUCell", "LSTMCell", "BasicRNNCell")
  def test_cells(self, name):
    with flagsaver.flagsaver(optimizer="CoordinatewiseRNN", cell_cls=name,
                             cell_size=3, num_cells=3,
                             crnn_default_decay_var_init=1.5,
                             crnn_rnn_readout_scale=0.25):
      spec = metarun.optimizer_spec()
    self.assertIs(coordinatewise_rnn.CoordinatewiseRNN, spec.callable)
    self.assertEqual(name, spec.kwargs["cell_cls"])
    self.assertEqual([3, 3, 3], spec.kwargs["cell_sizes"])
    self.assertEqual(1.5, spec.kwargs["decay_bias_init"])
    self.assertEqual(0.25, spec.kwargs["readout_scale"])
    self.assertIsInstance(spec.build().component_cells[0],
                          getattr(tf.nn.rnn_cell, name))


class CorpusTest(tf.test.TestCase, parameterized.TestCase):

  def test_default(self):
    rows = [row for entry in problem_sets.FLAGGED_SETS.values()
            if entry.default for function in entry.set_functions
            for row in function()]
    # A flag sets the penalty of classifiers.
    self.assertEqual([row[0].callable for row in rows],
                     [row[0].callable for row in metarun.problems_and_data()])

  @parameterized.parameters(*problem_sets.FLAGGED_SETS)
  def test_include_flag(self, name):
    expected = [row for function in problem_sets.FLAGGED_SETS[name][0]
                for row in function()]
    with flagsaver.flagsaver(**dict(_NO_PROBLEMS, **{name: True})):
      corpus = metarun.problems_and_data()
    self.assertEqual(repr(expected), repr([entry[:3] for entry in corpus]))
    self.assertEqual({name[len("include_"):-len("_problems")]},
                     set(entry.set_name for entry in corpus))

  def test_by_set(self):
    sets = metarun.problems_by_set()
    self.assertEqual(
        [name for name, flagged in problem_sets.FLAGGED_SETS.items()
         if flagged.default],
        ["include_{}_problems".format(name) for name, _ in sets])
    self.assertEqual([4, 4, 9, 9, 12],
                     [len(entries) for _, entries in sets[:5]])

  def test_validation_sets(self):
    train = self._arguments_of(validation_sets=["bowl"], validate_every=3,
                               problem_sets=["norm", "bowl"])
    self.assertEqual({"bowl"}, set(
        entry.set_name for entry in train["validation"].problems))
    self.assertEqual(3, train["validation"].every)
    self.assertEqual({"norm"}, set(
        entry.set_name for entry in train["corpus"]))
    with flagsaver.flagsaver(validation_sets=["bowls"]):
      with self.assertRaisesRegexp(
          ValueError, "--validation_sets: there is no set 'bowls'. Choose"):
        metarun.problems_and_data()

  def test_init_from(self):
    here = {"BUILD_WORKING_DIRECTORY": "/home"}
    mock = tf.test.mock
    with mock.patch.dict(os.environ, here):
      for value, expected in ((None, None),
                              ("hierarchical_rnn", "hierarchical_rnn"),
                              ("runs/one", "/home/runs/one"),
                              ("/runs/one", "/runs/one")):
        self.assertEqual(
            expected, self._arguments_of(init_from=value)["options"].initial)

  def _arguments_of(self, **values):
    """What `metaopt.train_optimizer` is given."""
    mock = tf.test.mock
    with flagsaver.flagsaver(**values), mock.patch.object(
        metaopt, "train_optimizer") as train:
      metarun.main(["metarun"])
    return dict(train.call_args[1], corpus=train.call_args[0][2])

  def test_problem_sets(self):
    with flagsaver.flagsaver(problem_sets=["norm", "bowl"]):
      sets = metarun.problems_by_set()
    self.assertEqual([("bowl", 4), ("norm", 3)],
                     [(name, len(entries)) for name, entries in sets])
    with flagsaver.flagsaver(problem_sets=["bowl", "bowls"]):
      with self.assertRaisesRegexp(ValueError, "no set 'bowls'.*, bowl, "):
        metarun.problems_by_set()

  def test_weight_penalty(self):
    with flagsaver.flagsaver(**dict(
        _NO_PROBLEMS, include_softmax_2_class_problems=True,
        include_sparse_gradient_problems=True, l2_reg_scale=0.25)):
      corpus = metarun.problems_and_data()
    scales = []
    for spec, _, _, _ in corpus:
      if spec.callable.__name__ == "SparseProblem":
        spec = spec.args[0]
      scales.append(spec.kwargs.get("l2_reg_scale"))
    self.assertEqual([0.25] * 4 + [None] * 6 + [0.25] * 3, scales)


class MainTest(tf.test.TestCase, parameterized.TestCase):

  def _main(self, **values):
    directory = tempfile.mkdtemp(dir=self.get_temp_dir())
    with flagsaver.flagsaver(**dict(_TINY, train_dir=directory, **values)):
      self.logdir = metarun.log_directory()
      metarun.main(["metarun"])
    return tf.train.latest_checkpoint(self.logdir)

  @parameterized.parameters(*registry.OPTIMIZERS)
  def test_trains(self, name):
    path = self._main(optimizer=name, cell_size=3, level_sizes=["3", "2"])
    self.assertTrue(path.endswith("/%s_GRUCell_3_2/model.ckpt-1" % name), path)
    self.assertIsInstance(pretrained.load(self.logdir),
                          registry.OPTIMIZERS[name])
    with open(os.path.join(self.logdir, registry.FILE_NAME)) as stream:
      kwargs = json.load(stream)["kwargs"]
    self.assertEqual(-1.0, kwargs["obj_train_max_multiplier"])

  @parameterized.parameters("LSTMCell", "BasicRNNCell")
  def test_trains_other_cells(self, cell):
    path = self._main(optimizer="CoordinatewiseRNN", cell_cls=cell,
                      cell_size=3, num_cells=1)
    self.assertTrue(
        path.endswith("/CoordinatewiseRNN_%s_3_1/model.ckpt-1" % cell), path)

  def test_passes_everything_on(self):
    mock = tf.test.mock
    values = {
        "num_problems": 7, "num_meta_iterations": 3, "meta_learning_rate": 0.5,
        "meta_learning_rate_half_life": 60.0,
        "gradient_clip_level": 4.0, "rms_decay": 0.25, "rms_epsilon": 0.125,
        "l2_reg": 0.75, "nan_l2_reg": 0.375, "reset_rnn_params": False,
        "objective_training_max_multiplier": 9.0, "seed": 11,
        "compile": "always", "runs_per_update": 2, "train_only": ["rate"],
        "averaging_decay": 0.875}
    with mock.patch.object(metarun.metaopt, "train_optimizer") as train:
      self._main(**values)
    (logdir, _, corpus, num_problems, num_runs, draw_unrolls, draw_steps,
     rate, clip, is_chief), kwargs = train.call_args
    self.assertEqual((self.logdir, 7, 3, 0.5, 4.0, True), (
        logdir, num_problems, num_runs, rate, clip, is_chief))
    self.assertEqual(["bowl"] * 4, [entry.set_name for entry in corpus])
    self.assertEqual((1, 2), (draw_unrolls(), draw_steps()))
    options = kwargs.pop("options")
    self.assertTrue(callable(options.on_start))
    self.assertEqual(0.5, options.flags["meta_learning_rate"])
    self.assertEqual(
        metaopt.RunOptions(seed=11, compiled=True, reset_rnn_params=False),
        options._replace(on_start=None, flags=None))
    self.assertIsNone(kwargs.pop("cluster"))
    self.assertEqual(metaopt.Validation([], 10), kwargs.pop("validation"))
    self.assertEqual({"name": "Backpropagation", "runs_per_update": 2},
                     kwargs.pop("meta_gradient").settings())
    self.assertEqual({
        "name": "RMSProp", "decay": 0.25, "epsilon": 0.125, "l2_reg": 0.75,
        "nan_l2_reg": 0.375, "learning_rate_half_life": 60.0,
        "train_only": ["rate"], "averaging_decay": 0.875},
                     kwargs.pop("update_rule").settings())
    self.assertEqual({"select_random_problems": True,
                      "obj_train_max_multiplier": 9.0}, dict(kwargs))

  def test_passes_other_estimators_and_rules_on(self):
    mock = tf.test.mock
    with mock.patch.object(metarun.metaopt, "train_optimizer") as train:
      self._main(meta_gradient="es", es_stddev=["0.5", "rate=2"],
                 es_num_pairs=3, es_persistent=True, es_evaluate_every=4,
                 es_problems_per_update=5, es_last_unroll_only=True,
                 es_workers=2, update_rule="adam", l2_reg=0.75)
    arguments = train.call_args[1]
    self.assertEqual({
        "name": "EvolutionStrategies", "stddev": {"": 0.5, "rate": 2.0},
        "num_pairs": 3, "persistent": True, "evaluate_every": 4,
        "problems_per_update": 5, "last_unroll_only": True, "num_workers": 2},
                     arguments["meta_gradient"].settings())
    self.assertEqual(metaopt.Adam(l2_reg=0.75).settings(), dict(
        arguments["update_rule"].settings(), train_only=()))

  @parameterized.parameters(False, True)
  def test_trains_by_evolution_strategies(self, persistent):
    path = self._main(optimizer="GlobalLearningRate", meta_gradient="es",
                      es_persistent=persistent, averaging_decay=0.5)
    self.assertTrue(path.endswith("/model.ckpt-1"), path)
    self.assertTrue(tf.train.latest_checkpoint(
        os.path.join(self.logdir, "averaged")).endswith("/model.ckpt-1"))

  @parameterized.parameters(
      ({"include_bowl_problems": False},
       "no problems to train on: give .* --include_<set>_problems"),
      ({"objective_training_max_multiplier": 0.5}, "would end every unroll"),
      ({"ps_hosts": ["a:1"], "job_name": "worker"}, "needs at least one"))
  def test_errors(self, values, message):
    mock = tf.test.mock
    with mock.patch.object(metarun.metaopt, "train_optimizer") as train:
      with mock.patch.object(metarun, "optimizer_spec") as spec:
        self.assertRegex(self._error(**values), message)
    # Refused before anything is built.
    self.assertFalse(train.called or spec.called)
    self.assertFalse(os.path.exists(self.logdir))

  def test_note_of_flags_without_effect(self):
    mock = tf.test.mock
    stream = io.StringIO()
    with mock.patch.object(sys, "stderr", stream):
      with mock.patch.object(metarun.metaopt, "train_optimizer"):
        self._main(optimizer="TrainableAdam", use_attention=True)
    self.assertEqual("Note: --use_attention has no effect on TrainableAdam.\n",
                     stream.getvalue())

  def test_arguments_that_are_no_flags(self):
    with self.assertRaisesRegexp(app.UsageError, "flags only, got .*5"):
      metarun.main(["metarun", "num_problems", "5"])

  def _error(self, **values):
    """Returns the line that `main` ends with, raised or written."""
    mock = tf.test.mock
    stream = io.StringIO()
    # Warnings of TensorFlow's own, which test runners turn on, go there too.
    with mock.patch.object(sys, "stderr", stream), warnings.catch_warnings():
      warnings.simplefilter("ignore")
      with self.assertRaises((app.UsageError, SystemExit)) as caught:
        self._main(**values)
    error = caught.exception
    if isinstance(error, SystemExit):
      self.assertNotIn(error.code, (0, None))
      error = stream.getvalue().strip()
    self.assertNotIn("\n", str(error))
    return str(error)

  def test_log_directory(self):
    mock = tf.test.mock
    with flagsaver.flagsaver(train_dir="~/a", cell_cls="LSTMCell", cell_size=5,
                             num_cells=3, optimizer="TrainableAdam"):
      with mock.patch.dict(os.environ, {"HOME": "/home/x"}):
        self.assertEqual("/home/x/a/TrainableAdam_LSTMCell_5_3",
                         metarun.log_directory())
    with flagsaver.flagsaver(train_dir="b"):
      with mock.patch.dict(os.environ, {"BUILD_WORKING_DIRECTORY": "/from"}):
        self.assertEqual("/from/b/HierarchicalRNN_GRUCell_20_2",
                         metarun.log_directory())
    with flagsaver.flagsaver(train_dir="/a", run_name="third"):
      self.assertEqual("/a/third", metarun.log_directory())
    self.assertEqual("/tmp/lol/HierarchicalRNN_GRUCell_20_2",
                     metarun.log_directory())


if __name__ == "__main__":
  tf.test.main()
