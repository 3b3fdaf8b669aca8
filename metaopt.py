# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Meta-trains optimizers, and tests optimizers on single problems.

From a Python shell at the root of the repository:

  >>> import sys
  >>> import metaopt
  >>> from optimizer import pretrained
  >>> from problems import problem_generator
  >>> objectives, parameters, records = metaopt.test_optimizer(
  ...     pretrained.load("/tmp/lol/HierarchicalRNN_GRUCell_20_2"),
  ...     problem_generator.Rosenbrock(), num_iter=1000, seed=1,
  ...     out=sys.stdout)
"""

import collections
import contextlib
import functools
import os
import sys
import time

import numpy as np
import tensorflow.compat.v1 as tf

from evaluation import comparison
from evaluation import plots
from evaluation import single_run
from meta_training import backpropagation
from meta_training import draws
from meta_training import initial_weights
from meta_training.distributed import lease
from meta_training import evolution_strategies
from meta_training import kept_problems
from meta_training import meta_loop
from meta_training import meta_optimizer
from meta_training import moving_averages
from meta_training import reports
from meta_training import run_description
from meta_training import run_record
from meta_training import training_arguments
from meta_training import update_rules
from meta_training import validation as validation_lib
from meta_training import visit_schedule
from optimizer import checkpoint_list
from optimizer import meta_parameters
from optimizer import paths
from problems import corpus_entry
from problems import corpus_options
from problems import datasets

OPTIMIZER_SCOPE = meta_parameters.OPTIMIZER_SCOPE
"""Variable scope of the meta-parameters."""

OPT_SUM_COLLECTION = "LOL_summaries"
"""Graph collection for summaries of an optimizer."""


def train_optimizer(logdir,
                    optimizer_spec,
                    problems_and_data,
                    num_problems,
                    num_meta_iterations,
                    num_unroll_func,
                    num_partial_unroll_itrs_func,
                    learning_rate=1e-4,
                    gradient_clip=5.,
                    is_chief=None,
                    select_random_problems=True,
                    callbacks=None,
                    obj_train_max_multiplier=-1,
                    out=sys.stdout,
                    rms_decay=0.9,
                    rms_epsilon=1e-20,
                    l2_reg=0.0,
                    nan_l2_reg=1e-2,
                    reset_rnn_params=True,
                    seed=None,
                    compiled=None,
                    on_start=None,
                    cluster=None,
                    profile=False,
                    learning_rate_half_life=0.0,
                    meta_gradient=None,
                    update_rule="rmsprop",
                    train_only=(),
                    averaging_decay=None,
                    verbosity=reports.SCREENFUL,
                    flags=None,
                    initial=None,
                    validation=(),
                    validate_every=10):
  """Trains the meta-parameters of an optimizer on a corpus of problems.

  Visits `num_problems` problems. Each visit makes `num_meta_iterations` runs
  from fresh starting points, each run a sequence of unrolls, and each unroll
  one update of the meta-parameters. Saves a checkpoint after every
  visit; started again with the same `logdir` it goes on from the last one that
  can be read, until `num_problems` visits are made in all.

  Args:
    logdir: Directory for checkpoints, `optimizer.json`, `run.json` and event
      files; a string or a path object. It may begin with "~".
    optimizer_spec: `problem_spec.Spec` of a `TrainableOptimizer`.
    problems_and_data: Sequence of (problem spec, dataset, batch size), with
      None for no data and None for all rows, or of
      `corpus_entry.CorpusEntry`, which can also name the set a problem is
      from: the meta-objective is then also summarized for each set.
    num_problems: Integer, visits to make in all. If it is 0 nothing is done.
    num_meta_iterations: Integer, runs of a visit; likewise.
    num_unroll_func: Function that draws the number of unrolls of a run. If it
      has an argument `rng`, it is given a `np.random.RandomState`.
    num_partial_unroll_itrs_func: Likewise the number of steps of an unroll.
    learning_rate: Float, of the update rule.
    gradient_clip: Float; elements of the meta-gradient are clipped to +- it.
    is_chief: False for a process that writes nothing and calls no callbacks.
      By default that follows from `cluster`; a local run is the chief.
    select_random_problems: Whether problems are drawn at random, rather than
      in the order of a shuffled list.
    callbacks: List of functions called after every visit as
      callback(problem_name, problem_itr, logdir, metadata); what cannot be
      called is skipped. `metadata` is a `defaultdict` of lists:
      per unroll `subproblem_objs` (float32 arrays [N + 1]),
      `meta_objs` and `meta_grads_and_params` (lists of pairs of arrays);
      per meta-iteration `global_step` and `runtimes` (seconds).
    obj_train_max_multiplier: If positive, an unroll whose last objective
      exceeds f_init + (multiplier - 1) |f_init| is the last of its run, and
      leaves nothing in `metadata`. (The optimizer's own setting of that name
      ends an unroll at the step where that happens.)
    out: Stream for progress text, or None.
    rms_decay: Float, of RMSProp.
    rms_epsilon: Float, of RMSProp.
    l2_reg: Float l, adds l ||meta-parameters||^2 to the meta-objective.
    nan_l2_reg: Float, the same for updates whose meta-objective is not finite.
    reset_rnn_params: Whether every meta-iteration starts with a fresh state of
      the optimizer; otherwise only the first of a visit.
    seed: Integer that decides all that a new run draws, or None.
    compiled: Whether XLA compiles unrolls; None for whatever takes less time.
    on_start: None or a function that is given another function, which asks
      the run to stop after the current meta-iteration and save.
    cluster: None for a local run, or the `cluster.Cluster` this process is a
      worker of. All workers update the same meta-parameters, each at its own
      pace. Worker 0 is the chief: it alone saves, writes summaries and calls
      callbacks, and its visits are those that count.
    profile: Whether to write a timeline of a short unroll after each visit,
      for TensorBoard's Profile and, `timeline-<step>.json`, Chrome's viewer.
    learning_rate_half_life: Float, updates in which the rate halves, or 0.
    meta_gradient: None or "backprop" for truncated backpropagation, or an
      `evolution_strategies.Options`. Evolution strategies run forward only;
      unless they are persistent, an update follows each run, not each unroll.
    update_rule: "rmsprop", or "adam" with its usual constants.
    train_only: List of strings. Meta-parameters whose names have none of them
      in it stay as they are; if it is empty all are trained.
    averaging_decay: None, or a float: the decay of a moving average of the
      meta-parameters, see `moving_averages`. It is saved in the directory
      "averaged" of `logdir`, from where `pretrained.load` can load it.
    verbosity: How much `out` is told: 0 for what needs attention, 1 for at most
      a screenful a minute, 2 for everything.
    flags: None, or a dict in terms of JSON that the record of the run shall
      also hold, such as the flags of a program.
    initial: None, or what a new run begins with: a name of
      `pretrained.names()`, or the directory of a run. A run that goes on
      ignores it.
    validation: Sequence like `problems_and_data`, problems that are not trained
      on. Their mean log objective after 500 steps is summarized, and the best
      checkpoint by it is kept in the sub-directory `best`, for
      `pretrained.load`.
    validate_every: Integer, visits from one validation to the next.

  Returns:
    The prefix of the last checkpoint in `logdir`, None if there is none.

  Raises:
    ValueError: If an argument is out of range, there are no problems, an
      objective is negative, meta-parameters become infinite or not a number,
      or no checkpoint in `logdir` can be read or the last does not fit, or
      `initial` cannot be read or does not fit; nothing
      that was saved is lost. In a cluster also if the port is taken or the
      options are not the chief's.
    IOError: If a checkpoint cannot be written, the last good one stays; if
      another run writes in `logdir`, or the cluster has another chief.
  """
  arguments = dict(locals())
  logdir = paths.checkpoint_path(logdir)
  if 0 in (num_problems, num_meta_iterations):
    return checkpoint_list.latest(logdir)
  problems_and_data = list(map(corpus_entry.as_entry, problems_and_data or ()))
  validation = list(map(corpus_entry.as_entry, validation or ()))
  options = update_rules.UpdateOptions(
      learning_rate, gradient_clip, rms_decay, rms_epsilon, l2_reg, nan_l2_reg,
      learning_rate_half_life)
  rule = update_rules.Rule(update_rule, train_only, averaging_decay)
  training_arguments.check(
      optimizer_spec, problems_and_data, num_problems, num_meta_iterations,
      num_unroll_func, num_partial_unroll_itrs_func, options, rule,
      meta_gradient, reset_rnn_params, validation, validate_every, seed)
  saves = training_arguments.saves(is_chief, cluster)
  counts = cluster is None or cluster.is_chief
  report = reports.Report(out, logdir if saves else None,
                          num_problems if counts else None, verbosity)
  description = run_description.RunDescription(optimizer_spec, report.write)
  try:
    meta = meta_optimizer.MetaOptimizer(
        logdir, initial_weights.with_initial(
            optimizer_spec, initial if counts else None, logdir, description,
            report.write), options, draws.drawn_seed() if seed is None else
        seed, cluster, description.of_task(problems_and_data, meta_gradient),
        report.write, saves, rule)
  except lease.RunFinishedError:
    report.write("the chief has made all visits")
    return checkpoint_list.latest(logdir)
  with contextlib.closing(meta), contextlib.closing(report):
    position = meta.position()
    if meta.checkpoint:
      report.going_on(meta.checkpoint, position, seed)
    if not meta.is_chief or position.visits < num_problems:
      if saves:
        description.compare(logdir)
      report.start(meta.shapes)
    problems_and_data = _seeded(problems_and_data, position.seed)
    validate = validation_lib.Validation(
        optimizer_spec, _seeded(validation, position.seed ^ 1), validate_every,
        position.seed, report, description.write)
    gradients = _meta_gradients(meta_gradient, meta)
    kept = kept_problems.KeptProblems(
        optimizer_spec, problems_and_data, compiled, log=report.write,
        **gradients.problem_options)
    loop = meta_loop.MetaLoop(
        meta, kept, visit_schedule.VisitSchedule(
            position.seed, len(problems_and_data), select_random_problems,
            num_meta_iterations, num_unroll_func, num_partial_unroll_itrs_func,
            cluster.task if cluster else 0, gradients.num_problems),
        problems_and_data, report, reset_rnn_params,
        list(callbacks or []) + [validate], logdir, profile,
        obj_train_max_multiplier, functools.partial(
            _describe, logdir, description, report, arguments, position.seed,
            problems_and_data, validate), gradients)
    if on_start is not None:
      on_start(loop.request_stop)
    with contextlib.closing(kept), contextlib.closing(validate):
      loop.run(num_problems)
  return checkpoint_list.latest(logdir)


def _meta_gradients(meta_gradient, meta):
  """What estimates meta-gradients of a `MetaOptimizer`."""
  if meta_gradient in (None, "backprop"):
    return backpropagation.Backpropagation()
  return evolution_strategies.EvolutionStrategies(
      meta_gradient, meta.shapes, meta.trained)


def _seeded(entries, seed):
  """Entries with random seeds, drawn from one, for whatever has none."""
  return [corpus_entry.CorpusEntry(*entry) for entry in
          corpus_options.with_random_seeds(entries, seed)]


def _describe(logdir, description, report, arguments, seed, corpus, validate):
  """Writes what tells of the run into its directory, beside averages too."""
  description.write(logdir)
  if arguments["averaging_decay"] is not None:
    description.write(os.path.join(logdir, moving_averages.DIRECTORY))
  report.text("run", run_record.write(logdir, run_record.record(
      arguments, seed, description.flat(),
      run_description.problem_names(corpus), validate.names), report.write))


def test_optimizer(optimizer, problem, num_iter, dataset=datasets.EMPTY_DATASET,
                   batch_size=None, seed=None, graph=None, logdir=None,
                   record_every=None, out=None):
  """Optimizes a problem and keeps track of the objective on minibatches.

  See `evaluate` for the objective on all data.

  Args:
    optimizer: A `tf.train.Optimizer`, trainable or not.
    problem: A `problem_generator.Problem`.
    num_iter: Integer, steps to make.
    dataset: A `datasets.Dataset`, or None.
    batch_size: Integer, rows of a minibatch; None for all rows.
    seed: Integer or list of arrays that decides the starting point, see
      `Problem.init_variables`; an integer also decides the minibatches.
    graph: The `tf.Graph` to build in; by default the default graph.
    logdir: Directory of a meta-training run whose last checkpoint has the
      meta-parameters to use; by default they are what the optimizer's
      initializers say.
    record_every: None, or an integer: a record is kept before every so many
      steps.
    out: Stream, such as `sys.stdout`, that is told in a few words how it went;
      by default nothing is written.

  Returns:
    (objective_values, parameters, records):
    objective_values: List of num_iter floats, the objective that each step
      took the gradient of: on its minibatch, before the step.
    parameters: List of float32 arrays, the parameters after the last step.
    records: Dict of lists with an item for every record; empty without
      `record_every`. "iter": the step's number. "objective": a list of one
      float, on all data. "param", "grad": lists of arrays, one for each tensor;
      "param_norm", "grad_norm": lists of their norms. For each slot
      "<name of the variable>_<name of the slot>": an array.

  Raises:
    ValueError: If an argument is out of range or the checkpoint does not fit.
  """
  single_run.check(num_iter, record_every, out)
  values, start = [], time.time()
  records = collections.defaultdict(list)
  with single_run.Evaluation(
      optimizer, problem, dataset, batch_size, seed,
      tf.get_default_graph() if graph is None else graph, logdir) as run:
    for iteration, feeds in run.feeds(num_iter):
      if record_every is not None and iteration % record_every == 0:
        for key, value in run.flat_record(iteration, feeds):
          records[key].append(value)
      values.append(run.step(feeds))
    parameters = run.parameters()
  if out is not None and values:
    out.write(single_run.summary(
        optimizer, problem, values, len(values), time.time() - start))
  return values, parameters, dict(records)


def run_wall_clock_test(optimizer, problem, num_steps,
                        dataset=datasets.EMPTY_DATASET, seed=None, logdir=None,
                        batch_size=None):
  """Measures how long a step takes, without evaluations between them.

  Args:
    optimizer: See `test_optimizer`; so are the other arguments.
    problem: The problem.
    num_steps: Integer, steps to make.
    dataset: The data set.
    seed: The seed.
    logdir: The directory of a checkpoint.
    batch_size: Rows of a minibatch.

  Returns:
    Float, the median of the seconds of single steps; a first step, which sets
    things up, is not counted.

  Raises:
    ValueError: As `test_optimizer`.
  """
  training_arguments.check_integer("num_steps", num_steps, 1)
  seconds = []
  with single_run.Evaluation(
      optimizer, problem, dataset, batch_size, seed,
      tf.get_default_graph(), logdir) as run:
    for _, feeds in run.feeds(num_steps + 1):
      start = time.time()
      run.step(feeds)
      seconds.append(time.time() - start)
  return float(np.median(seconds[1:]))


evaluate = single_run.evaluate
compare = comparison.compare
plot_objectives = plots.plot_objectives
write_objectives = plots.write_objectives
sample_numiter = draws.sample_numiter
sigmoid_weights = draws.sigmoid_weights
