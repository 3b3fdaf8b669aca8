# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The meta-training loop: visits problems, unrolls, updates, saves."""

import collections
import os
import time

from .distributed import lease
from .distributed import waiting
from .meta_gradients import meta_gradient as meta_gradient_lib
from . import meta_optimizer
from . import start_check
from . import update_rules
from . import visit_schedule
from optimizer import meta_parameters
from optimizer import registry


# How long a run that is to stop may take to finish a meta-iteration.
_STOP_SECONDS = 10.0


class MetaLoop:
  """Runs the visits of one task from where they stopped."""

  def __init__(self, meta, cache, schedule, problems_and_data, report,
               meta_gradient, validator, describe, logdir, callbacks=(),
               obj_train_max_multiplier=-1, reset_state_every_run=True,
               profile=False):
    """Puts the parts together.

    Args:
      meta: A `meta_optimizer.MetaOptimizer`.
      cache: A `problem_cache.ProblemCache`.
      schedule: A `visit_schedule.VisitSchedule`.
      problems_and_data: List of `corpus_entry.CorpusEntry`.
      report: A `reports.Report`.
      meta_gradient: A `meta_gradient.MetaGradient`, bound to the
        meta-parameters.
      validator: A `validation.Validator`.
      describe: A function without arguments that is called after something has
        been saved: until then nothing of an earlier run changes. It is called
        once, and again if what it has written is gone.
      logdir: String, the run's directory.
      callbacks: List of functions called after every visit; see
        `metaopt.train_optimizer`. Whatever cannot be called is skipped.
      obj_train_max_multiplier: Float. If positive, a run ends after an unroll
        whose last objective exceeds f_init + (multiplier - 1) |f_init|.
      reset_state_every_run: Whether each meta-iteration starts with a fresh
        optimizer state; otherwise only the first of a visit.
      profile: Whether to write a timeline of a short unroll of each visit.
    """
    self._meta = meta
    self._cache = cache
    self._schedule = schedule
    self._problems_and_data = problems_and_data
    self._report = report
    self._reset_state_every_run = reset_state_every_run
    self._callbacks = [each for each in callbacks or [] if callable(each)]
    self._logdir = logdir
    self._profile = profile
    self._multiplier = obj_train_max_multiplier
    self._describe = describe
    self._is_described = False
    self._meta_gradient = meta_gradient
    self._validator = validator
    self._start_check = start_check.StartCheck(report.write)
    self._first_step = None
    self._stop_requested = False
    self._stop_time = float("inf")
    self._values, self._position, self._saved = None, None, None
    self._find_position()

  def _find_position(self):
    """Reads where the run is; workers beside the chief have no order to keep.
    """
    self._values = self._meta.values()
    self._saved = self._meta.checkpoint
    self._position = self._meta.position()
    self._first_step = self._meta.global_step()
    if not self._meta.is_chief:
      self._position = meta_optimizer.Position(
          self._first_step, 0, self._position.seed)

  def request_stop(self):
    """Makes `run` save and end soon.

    It ends after the current meta-iteration, from where a later run continues
    as if there had been no stop; or, should that take long, after an unroll.
    """
    self._stop_requested = True
    self._stop_time = time.time() + _STOP_SECONDS
    self._meta.interrupt()

  def run(self, num_visits):
    """Visits problems until there have been `num_visits` in this run.

    In a cluster the chief's visits count. When a parameter server was away,
    or the chief, the loop continues from the state that was restored.

    Args:
      num_visits: Integer; visits made before a restart count.

    Raises:
      ValueError: If an objective is negative, or no update was finite.
      IOError: If a checkpoint cannot be written, or there is another chief.
    """
    is_connected = True
    while True:
      try:
        if not is_connected:
          self._connect()
          is_connected = True
        self._visit_all(num_visits)
        self._check_finite_updates(num_visits)
        self._meta.release(self._position.visits >= num_visits)
        return
      except lease.StateLostError as error:
        self._report.write("lost the shared state: {}".format(error))
        is_connected = False
      except lease.RunFinishedError:
        self._report.write("the chief has made all visits")
        return
      except waiting.StoppedError as error:
        self._report.write(str(error))
        return

  def _connect(self):
    self._meta.connect()
    self._find_position()
    self._report.write("resuming from {} after {} updates".format(
        self._meta.checkpoint or "the chief's state",
        self._meta.global_step()))

  def _visit_all(self, num_visits):
    if not self._saved:
      self._save()
    try:
      # A run that was killed after a visit may not have come to it.
      self._validate()
      while not self._stop_requested and (
          self._position.visits < num_visits or not self._meta.is_chief):
        visited = self._visit(max(1, num_visits - self._position.visits))
        self._save()
        if visited:
          self._end_visit(*visited)
        self._validate()
    except (IOError, lease.StateLostError, waiting.StoppedError,
            update_rules.NonFiniteError):
      raise
    except BaseException:
      # Whatever happened, the updates made so far are not to be lost.
      self._save_at_last()
      raise

  def _check_finite_updates(self, num_visits):
    """Raises ValueError if the run is over and has not learned anything."""
    if not self._meta.is_chief or self._position.visits < num_visits:
      return
    updates = self._meta.global_step()
    if updates and not self._meta.finite_updates():
      self._meta.release(finished=True)
      raise ValueError(
          "None of {} updates had a finite meta-objective and meta-gradient: "
          "nothing was learned. See whether the objectives and their gradients "
          "are finite where runs start, and whether steps are too "
          "large.".format(updates))

  def _validate(self):
    if self._meta.saves and not self._position.meta_iterations and (
        self._validator.is_due(self._position.visits, self._saved)):
      self._validator.validate(self._saved)

  def _save_at_last(self):
    try:
      if self._meta.global_step() != self._first_step:
        self._save()
      self._meta.release(finished=False)
    except (lease.StateLostError, waiting.StoppedError) as error:
      self._report.write("cannot save: {}".format(error))

  def _save(self):
    """Saves a checkpoint, if this task does."""
    self._saved = self._meta.save(self._position)
    if self._meta.saves and not (
        self._is_described and os.path.exists(
            os.path.join(self._logdir, registry.FILE_NAME))):
      self._describe()
      self._is_described = True

  def _visit(self, visits_to_come):
    """Makes a visit.

    Args:
      visits_to_come: Integer, this one included.

    Returns:
      (visit, problem, metadata): a `visit_schedule.Visit`, the `InnerProblem`,
      and a dict of lists, see `metaopt.train_optimizer`; None if the loop is to
      stop before the visit's end.
    """
    visit = self._schedule.visit(self._position.visits)
    problems = self._prepare(visit, visits_to_come)
    metadata = collections.defaultdict(list)
    first = self._position.meta_iterations
    for run in range(first, len(visit.unroll_lengths)):
      if self._run(visit, run, problems, metadata, run == first):
        self._position = self._position._replace(meta_iterations=run + 1)
      # State that is kept from run to run would be lost between two of them.
      stopping = self._stop_requested and (
          self._reset_state_every_run or time.time() > self._stop_time)
      if stopping and (
          self._position.meta_iterations < len(visit.unroll_lengths)):
        return None
    self._position = self._position._replace(
        visits=visit.index + 1, meta_iterations=0)
    return visit, problems[0], metadata

  def _prepare(self, visit, visits_to_come):
    """Gets the problems of a visit ready: list of `InnerProblem`."""
    start = time.time()
    steps = sum(sum(lengths) for lengths in visit.unroll_lengths)
    repeats = max(1.0, visits_to_come / len(self._problems_and_data))
    numbers = (visit.problem,) + visit.more_problems
    is_new = any(number not in self._cache for number in numbers)
    problems = [
        self._cache.get(
            number, steps * repeats * self._meta_gradient.unrolls_per_update,
            max(max(lengths) for lengths in visit.unroll_lengths))
        for number in numbers]
    self._report.begin_visit(
        visit, " and ".join(str(self._problems_and_data[number].spec)
                            for number in numbers), time.time() - start, is_new,
        self._schedule.expected_new(len(self._cache), visits_to_come - 1))
    return problems

  def _end_visit(self, visit, problem, metadata):
    """Reports a visit, once it is saved, and calls the callbacks."""
    entry = self._problems_and_data[visit.problem]
    if self._profile:
      self._report.timeline(problem.trace(self._values))
    self._report.end_visit(entry, metadata, self._saved,
                           lambda: problem.histograms(self._values))
    if self._meta.saves:
      for callback in self._callbacks:
        callback(entry.spec.name, visit.index, self._logdir,
                 metadata)

  def _run(self, visit, run, problems, metadata, first_of_session):
    """One meta-iteration: updates along a run from a fresh start.

    Returns:
      Whether it came to its end.
    """
    start = time.time()
    meta_objectives = []
    draws = [visit_schedule.RunDraws(self._schedule, visit.index, run, i)
             for i in range(len(problems))]
    gradients = meta_gradient_lib.together([
        self._meta_gradient.start(
            problem, visit.unroll_lengths[run], drawn,
            self._reset_state_every_run or first_of_session)
        for problem, drawn in zip(problems, draws)])
    lengths = gradients.lengths
    for i in range(len(lengths)):
      result = gradients.compute(self._values, i)
      update = self._meta.update(result.gradient, result.meta_objective)
      self._values = update.values
      meta_objectives.append(result.meta_objective)
      self._report.unroll(update, result)
      if i == 0:
        initial_objective = result.objectives[0]
        for problem, drawn in zip(problems, draws):
          self._start_check.check(problem, result, drawn.start_seed())
      if self._is_out_of_bounds(result.objectives[-1], initial_objective):
        self._report.broke_early(i + 1, len(lengths))
        lengths = lengths[:i + 1]
        break
      metadata["subproblem_objs"].append(result.objectives)
      metadata["meta_objs"].append(result.meta_objective)
      metadata["meta_grads_and_params"].append(self._pairs(update))
      if time.time() > self._stop_time and i + 1 < len(lengths):
        return False
    seconds = time.time() - start
    metadata["global_step"].append(update.global_step)
    metadata["runtimes"].append(seconds)
    self._report.end_run(run, meta_objectives, seconds, lengths,
                         self._meta_gradient.unrolls_per_update * len(problems))
    return True

  def _is_out_of_bounds(self, objective, initial_objective):
    return self._multiplier > 0 and objective > initial_objective + (
        self._multiplier - 1) * abs(initial_objective)

  def _pairs(self, update):
    """List of (gradient, value) arrays, one for each meta-parameter."""
    shapes = self._meta.shapes
    return list(zip(
        meta_parameters.unflatten(update.gradient, shapes).values(),
        meta_parameters.unflatten(update.values, shapes).values()))
