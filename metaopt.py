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
import types

import numpy as np
import tensorflow.compat.v1 as tf

from evaluation import comparison
from evaluation import plots
from evaluation import single_run
from meta_training import checkpoints
from meta_training import draws
from meta_training import initial_weights
from meta_training import meta_loop
from meta_training import meta_optimizer
from meta_training import problem_cache
from meta_training import reports
from meta_training import run_description
from meta_training import run_record
from meta_training import training_arguments
from meta_training import update_rules
from meta_training import validation as validation_lib
from meta_training import visit_schedule
from meta_training.distributed import lease
from meta_training.meta_gradients import backpropagation
from meta_training.meta_gradients import evolution_strategies
from meta_training.meta_gradients import meta_gradient as meta_gradient_lib
from optimizer import arguments
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

RunOptions = training_arguments.RunOptions
Backpropagation = backpropagation.Backpropagation
EvolutionStrategies = evolution_strategies.EvolutionStrategies
RMSProp = update_rules.RMSProp
Adam = update_rules.Adam
Validation = validation_lib.Validation


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
                    out=sys.stdout, *,
                    meta_gradient=Backpropagation(),
                    update_rule=RMSProp(),
                    validation=Validation(),
                    cluster=None,
                    options=RunOptions()):
  """Trains the meta-parameters of an optimizer on a corpus of problems.

  Visits `num_problems` problems. Each visit makes `num_meta_iterations` runs
  from fresh starting points, each run a sequence of unrolls, and each unroll
  one update of the meta-parameters. Saves a checkpoint after every
  visit; started again with the same `logdir` it continues from the last one
  that can be read, until `num_problems` visits are made in all.

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
    meta_gradient: A `Backpropagation` through unrolls, which is truncated, or
      `EvolutionStrategies`. These run forward only; unless they are persistent,
      an update follows each run, not each unroll.
    update_rule: An `RMSProp` or `Adam`, what makes updates of meta-gradients.
    validation: A `Validation`, problems that are not trained on, to choose the
      best checkpoint by.
    cluster: None for a local run, or the `cluster.Cluster` this process is a
      worker of. All workers update the same meta-parameters, each at its own
      pace. Worker 0 is the chief: it alone saves, writes summaries and calls
      callbacks, and its visits are those that count.
    options: `RunOptions`: seed, compilation, where to begin, what is written.

  Returns:
    The prefix of the last checkpoint in `logdir`, None if there is none.

  Raises:
    ValueError: If an argument is out of range, there are no problems, an
      objective is negative, meta-parameters become infinite or not a number,
      no update was finite, or no checkpoint in `logdir` can be read or the last
      does not fit, or the initial meta-parameters cannot be read or do not fit;
      nothing that was saved is lost. In a cluster also if the port is taken or
      the options are not the chief's.
    IOError: If a checkpoint cannot be written, the last good one stays; if
      another run writes in `logdir`, or the cluster has another chief.
  """
  run = types.SimpleNamespace(**locals())
  run.logdir = paths.checkpoint_path(logdir)
  if 0 in (num_problems, num_meta_iterations):
    return checkpoint_list.latest(run.logdir)
  run.problems_and_data = list(
      map(corpus_entry.as_entry, problems_and_data or ()))
  _check(run)
  run.validation = validation.checked()
  with contextlib.ExitStack() as stack:
    # Connects; the loop visits problems, and saves after each visit.
    loop = _connect(run, stack)
    if loop is not None:
      loop.run(num_problems)
  return checkpoint_list.latest(run.logdir)


def _check(run):
  """Raises ValueError if an argument of `train_optimizer` cannot work."""
  training_arguments.check(
      run.optimizer_spec, run.problems_and_data, run.num_problems,
      run.num_meta_iterations, run.num_unroll_func,
      run.num_partial_unroll_itrs_func, run.learning_rate, run.gradient_clip)
  for name, kind, example in (
      ("meta_gradient", meta_gradient_lib.MetaGradient, "Backpropagation()"),
      ("update_rule", update_rules.UpdateRule, "Adam()"),
      ("validation", Validation, "Validation(problems, every=10)"),
      ("options", RunOptions, "RunOptions(seed=1)")):
    training_arguments.check_kind(name, getattr(run, name), kind, example)
  arguments.check("seed", run.options.seed, arguments.SEED)
  run.update_rule.check()
  run.meta_gradient.check(run.options.reset_rnn_params)


def _connect(run, stack):
  """Finds the run or begins it.

  Args:
    run: Namespace of the arguments of `train_optimizer`.
    stack: A `contextlib.ExitStack` that shall close what is opened.

  Returns:
    A `meta_loop.MetaLoop`; None if the chief of the cluster has made all
    visits.
  """
  options, cluster = run.options, run.cluster
  saves = training_arguments.saves(run.is_chief, cluster)
  counts = cluster is None or cluster.is_chief
  report = reports.Report(
      run.out, run.logdir if saves else None,
      run.num_problems if counts else None, options.verbosity)
  stack.enter_context(contextlib.closing(report))
  description = run_description.RunDescription(run.optimizer_spec, report.write)
  try:
    meta = meta_optimizer.MetaOptimizer(
        run.logdir, initial_weights.with_initial(
            run.optimizer_spec, options.initial if counts else None, run.logdir,
            description, report.write), run.update_rule,
        draws.drawn_seed() if options.seed is None else options.seed,
        run.learning_rate, run.gradient_clip, cluster, description.of_task(
            run.problems_and_data, run.meta_gradient), report.write, saves)
  except lease.RunFinishedError:
    report.write("the chief has made all visits")
    return None
  stack.enter_context(contextlib.closing(meta))
  loop = _loop(run, meta, description, report, stack)
  if options.on_start is not None:
    options.on_start(loop.request_stop)
  return loop


def _loop(run, meta, description, report, stack):
  """Puts the parts of a run together; `stack` closes them."""
  position = meta.position()
  corpus, validated = [_seeded(entries, seed) for entries, seed in (
      (run.problems_and_data, position.seed),
      (run.validation.problems, position.seed ^ 1))]
  validator = validation_lib.Validator(
      run.optimizer_spec, validated, run.validation.every, position.seed,
      run.logdir, report, description.write)
  if meta.checkpoint:
    report.resumed(meta.checkpoint, position, run.options.seed)
  if (not meta.is_chief or position.visits < run.num_problems or
      validator.is_due(position.visits, meta.checkpoint)):
    if meta.saves:
      description.compare(run.logdir)
    report.start(meta.shapes, meta.uses_log_objective)
  gradients = run.meta_gradient.bound(meta.shapes, meta.trained)
  cache = problem_cache.ProblemCache(
      run.optimizer_spec, corpus, run.options.compiled, log=report.write,
      **gradients.problem_options)
  stack.enter_context(contextlib.closing(validator))
  stack.enter_context(contextlib.closing(cache))
  return meta_loop.MetaLoop(
      meta, cache, visit_schedule.VisitSchedule(
          position.seed, len(corpus), run.select_random_problems,
          run.num_meta_iterations, run.num_unroll_func,
          run.num_partial_unroll_itrs_func,
          run.cluster.task if run.cluster else 0,
          gradients.problems_per_update),
      corpus, report, gradients, validator, functools.partial(
          _describe, run, description, report, position.seed, corpus,
          validator.names),
      run.logdir, run.callbacks, run.obj_train_max_multiplier,
      run.options.reset_rnn_params, run.options.profile)


def _describe(run, description, report, seed, corpus, validated):
  """Writes what tells of the run into its directory, beside averages too."""
  description.write(run.logdir)
  if run.update_rule.averaging_decay is not None:
    description.write(os.path.join(run.logdir, checkpoints.AVERAGED_DIRECTORY))
  arguments = dict(vars(run), validate_every=run.validation.every,
                   **run.options._asdict())
  report.text("run", run_record.write(run.logdir, run_record.record(
      arguments, seed, description.flat(),
      run_description.problem_names(corpus), validated), report.write))


def _seeded(entries, seed):
  """Entries with random seeds, drawn from one, for whatever has none."""
  return [corpus_entry.CorpusEntry(*entry) for entry in
          corpus_options.with_random_seeds(entries, seed)]


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
  arguments.check("num_steps", num_steps, arguments.integer(1))
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
