# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Base class of optimizers that are themselves trained by gradient descent.

A trainable optimizer is one pure function, its `StepRule`. Two adapters run it:
the drop-in adapter keeps the state in slots and is a `tf.train.Optimizer`; the
unroll adapter, `train`, keeps it in loop variables and is differentiable.
"""

import tensorflow.compat.v1 as tf

from . import arguments
from .drop_in import apply_gradients
from .drop_in import hooks
from .drop_in import slots
from .drop_in import true_parameters
from . import meta_parameters
from . import release_hooks
from . import tensorflow_version
from .unroll import adapter

OPTIMIZER_SCOPE = meta_parameters.OPTIMIZER_SCOPE
TrainingOutput = adapter.TrainingOutput
EPSILON = 1e-6


class TrainableOptimizer(release_hooks.ReleaseHooks, hooks.JointOptimizer):
  """A `tf.train.Optimizer` whose update rule has trainable weights.

  A subclass declares its meta-parameters in its constructor (after calling
  this one) with `self._meta_parameters.declare(name, shape, initializer)`, and
  overrides `_rule` to return its `StepRule`.

  Or it is written as for the code released in 2017, and overrides
  `_initialize_state` and `_compute_update`, or for more than elementwise work
  `_initialize_global_state` and `_compute_updates`. These read meta-parameters
  with `self._meta_parameters.values()`, or make them with `tf.get_variable`,
  within `tf.variable_scope(OPTIMIZER_SCOPE)`, in the constructor or as they
  compute an update. With such variables unrolls are not compiled, and keep all
  intermediates. `_compute_update` gets the gradient of an embedding as
  `tf.IndexedSlices`; `_compute_updates`, where it is overridden, dense ones.
  """

  # Whether a drop-in step may be one native op, where there is one.
  use_native = True

  def __init__(self, name, state_keys, use_attention=False,
               use_log_objective=False, obj_train_max_multiplier=-1,
               use_second_derivatives=True, use_numerator_epsilon=False,
               random_seed=None):
    """Constructs the base of a trainable optimizer.

    Args:
      name: String, prefix of ops and slots.
      state_keys: List of strings, the names of a tensor's state.
      use_attention: Whether gradients are taken at an attended location. A
        variable holds the location if the state has a "true_param".
      use_log_objective: Whether the meta-objective averages log objectives
        rather than summing weighted ones; see `scale_objective`.
      obj_train_max_multiplier: If positive, an unroll ends when the objective
        exceeds f_init + (multiplier - 1) |f_init|.
      use_second_derivatives: Whether the meta-gradient flows through the
        gradients of the inner problem.
      use_numerator_epsilon: Whether the log objective has its epsilon in the
        numerator.
      random_seed: None, or an integer that decides what is drawn at the start:
        meta-parameters and the optimizer's state.

    Raises:
      RuntimeError: If eager execution is on.
      ValueError: If an argument is of the wrong kind.
    """
    arguments.check_all(
        TrainableOptimizer, locals(), name=arguments.STRING,
        random_seed=arguments.SEED)
    tensorflow_version.refuse_eager_execution(type(self).__name__)
    super().__init__(use_locking=False, name=name)
    self.state_keys = sorted(state_keys)
    self.use_attention = use_attention
    self.use_log_objective = use_log_objective
    self.obj_train_max_multiplier = obj_train_max_multiplier
    self.use_second_derivatives = use_second_derivatives
    self.use_numerator_epsilon = use_numerator_epsilon
    self.random_seed = random_seed
    self._meta_parameters = meta_parameters.MetaParameters(seed=random_seed)
    self._skip_nonfinite = True

  @property
  def meta_parameters(self):
    """The `MetaParameters`: declarations, variables and values."""
    return self._meta_parameters

  @property
  def skip_nonfinite(self):
    """Whether the drop-in step skips gradients that are not finite.

    If so, which is the default, a coordinate whose gradient is infinite or not
    a number keeps its parameter and its state. State that a tensor's
    coordinates share stays as it was too, and so does the global state if
    there is such a gradient in every tensor: a step in which the loss is not a
    number changes nothing. Otherwise the numbers go where they may. Set it
    before `apply_gradients`.
    """
    return self._skip_nonfinite

  @skip_nonfinite.setter
  def skip_nonfinite(self, value):
    self._skip_nonfinite = value

  def init_from_checkpoint(self, path):
    """From now on every ordinary initializer yields a checkpoint's values.

    It may be called before or after `apply_gradients`, which makes state that
    starts from the meta-parameters, but before ops that run initializers are
    made: `tf.global_variables_initializer()`, or a monitored session.

    Args:
      path: A checkpoint prefix, or a directory whose latest one is used.

    Returns:
      The checkpoint prefix.

    Raises:
      ValueError: If there is no readable checkpoint, or its tensors do not
        fit; see `MetaParameters.init_from_checkpoint`.
    """
    prefix = self._meta_parameters.init_from_checkpoint(path)
    slots.reset_initial_values(self)
    return prefix

  def scale_objective(self, total_obj, all_objs, initial_obj,
                      obj_scale_eps=EPSILON):
    """Normalizes the objectives of an unroll into the meta-objective.

    With f_init the objective at the start of the run, the log form is
      mean_t log(f_t / (f_init + 1e-6) + 1e-6), or with the numerator epsilon
      mean_t log((f_t + 1e-6) / (f_init + 1e-6)),
    the plain form sum_t w_t f_t / (f_init + 1e-6).

    Args:
      total_obj: float32 scalar, sum_t w_t f_t.
      all_objs: float32 [N + 1].
      initial_obj: float32 scalar, f_init.
      obj_scale_eps: Float, what is 1e-6 above.

    Returns:
      float32 scalar.
    """
    scale = initial_obj + obj_scale_eps
    if not self.use_log_objective:
      return total_obj / scale
    if self.use_numerator_epsilon:
      relative = (all_objs + obj_scale_eps) / scale
    else:
      relative = all_objs / scale + obj_scale_eps
    return tf.reduce_mean(tf.math.log(relative))

  # The drop-in adapter.

  def apply_gradients(self, grads_and_vars, global_step=None, name=None):
    """Applies one step to variables; see `tf.train.Optimizer`.

    Every value the step reads, it reads before it writes any.

    Args:
      grads_and_vars: List of (gradient, variable) pairs; gradients are
        tensors, `tf.IndexedSlices` or None.
      global_step: Optional variable to increment after the step.
      name: Optional string, name of the returned op.

    Returns:
      An op that makes the step.

    Raises:
      ValueError: If no variable has a gradient, or one has two, no static
        shape or a type that cannot be computed in float32.
      RuntimeError: Under a `tf.distribute` strategy that copies variables.
      NotImplementedError: If a subclass overrides what `tf.train.Optimizer`
        calls to apply a gradient, and that cannot work; see `hooks`.
    """
    return apply_gradients.apply_gradients(
        self, grads_and_vars, global_step, name,
        hooks.overridden(self, TrainableOptimizer))

  def _finish(self, update_ops, name_scope):
    """Makes the step, too, where a wrapper has called the hooks."""
    return super()._finish(
        list(update_ops) + apply_gradients.marked_step(self), name_scope)

  def variables(self):
    """Slots, global state and meta-parameters there are in the default graph.
    """
    variables = super().variables()
    return variables + [
        variable
        for variable in self._meta_parameters.existing_variables().values()
        if all(variable is not other for other in variables)]

  def swapping_saver(self, var_list=None, name="swapping_saver", **kwargs):
    """Makes a saver that saves true parameters as the variables' values.

    With attention a variable holds where the next gradient is taken, and its
    slot "true_param" the parameter. Use this saver in training: its checkpoints
    have the parameters under the variables' names, where an ordinary saver, for
    evaluation or serving, finds them. Restoring with this saver, training goes
    on as if never interrupted. Without attention it is an ordinary saver.

    Args:
      var_list: Variables to save, see `tf.train.Saver`; all by default.
      name: String, prefix of the ops.
      **kwargs: Further arguments of `tf.train.Saver`.

    Returns:
      A `tf.train.Saver`.

    Raises:
      RuntimeError: If gradients have not been applied yet.
      ValueError: If `var_list` has a variable but not its slot.
    """
    return true_parameters.swapping_saver(
        self, var_list, name=name, **kwargs)

  def true_parameters(self):
    """Makes ops that swap true parameters into the variables and back.

      true = optimizer.true_parameters()
      ...
      with true.swapped(session):
        session.run(accuracy)

    Call it after `apply_gradients`. Without attention the ops do nothing.

    Returns:
      A `true_parameters.TrueParameters`.
    """
    return true_parameters.TrueParameters(self)

  def _valid_dtypes(self):
    return {tf.float16, tf.bfloat16, tf.float32, tf.float64}

  # The unroll adapter.

  def train(self, problem, dataset, theta=None, **options):
    """Builds one unroll of this optimizer on an inner problem.

    Args:
      problem: A `problem_generator.Problem`.
      dataset: A `datasets.Dataset`.
      theta: None, or a mapping from names to the values of all declared
        meta-parameters; by default those of the variables.
      **options: See `adapter.UnrollOptions`: how the unroll is run.

    Returns:
      A `TrainingOutput`.
    """
    if theta is None:
      theta = self._meta_parameters.values()
    if options.get("obj_train_max_multiplier") is None:
      options["obj_train_max_multiplier"] = self.obj_train_max_multiplier
    return adapter.build(
        self.rule, theta, problem, dataset, self.scale_objective,
        self.state_keys, adapter.UnrollOptions(
            use_second_derivatives=self.use_second_derivatives, **options))
