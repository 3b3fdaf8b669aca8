# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Base class of optimizers that are themselves trained by gradient descent.

A trainable optimizer is one pure function,
  (parameter, gradient, state; meta-parameters) -> (parameter, state),
given by the hooks of `TrainableOptimizer`. Two adapters run it: the drop-in
adapter keeps the state in slots and is a `tf.train.Optimizer`; the unroll
adapter, `train`, keeps it in loop variables and is differentiable.
"""

import contextlib

import tensorflow.compat.v1 as tf

from . import arguments
from .drop_in import apply_gradients
from .drop_in import hooks
from .drop_in import nonfinite
from .drop_in import slots
from .drop_in import true_parameters
from . import meta_parameters
from . import tensorflow_version
from .unroll import adapter
from .unroll import update_rule

OPTIMIZER_SCOPE = meta_parameters.OPTIMIZER_SCOPE
TrainingOutput = adapter.TrainingOutput
EPSILON = 1e-6


class TrainableOptimizer(hooks.JointOptimizer):
  """A `tf.train.Optimizer` whose update rule has trainable weights.

  A subclass declares its meta-parameters in its constructor (after calling
  this one) with `self._meta_parameters.declare(name, shape, initializer)`,
  reads them with `self._meta_parameters.values()`, and overrides
  `_initialize_state` and `_compute_update`, or for more than elementwise
  work `_initialize_global_state` and `_compute_updates`.

  Or it makes them with `tf.get_variable`, within
  `tf.variable_scope(OPTIMIZER_SCOPE)`, in its constructor or as it computes an
  update, and reads the variables. Its unrolls are then not compiled, and keep
  all intermediates.

  `_compute_update` gets the gradient of an embedding as `tf.IndexedSlices`;
  `_compute_updates`, where it is overridden, gets dense ones.
  """

  # Whether a coordinate's update depends on that coordinate alone. Such an
  # optimizer can take several tensors as one, and some rows of a tensor
  # without the others.
  elementwise = False

  # Whether a drop-in step may be one native op, where there is one.
  use_native = True

  # Names of state that all coordinates of a tensor share.
  tensor_state_keys = ()
  # A state key with a number per element that is 0 until its first step.
  zero_until_stepped = None

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
        random_seed=arguments.optional(arguments.integer()))
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
    self._initial_noise = None
    self._num_draws = 0
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

  # Hooks.

  def _initialize_state(self, var):
    """State of one tensor before its first step.

    Args:
      var: Tensor or variable, the parameter.

    Returns:
      Dict from every state key to a float32 tensor of static shape.
    """
    del var
    return {}

  @contextlib.contextmanager
  def initial_noise(self, noise):
    """Within the block, `noise` gives the random numbers of initial states."""
    self._initial_noise = noise
    try:
      yield
    finally:
      self._initial_noise = None

  def _random_uniform(self, shape, low, high):
    """Draws initial state: float32 of the static shape, from U(low, high).

    Within an `initial_noise` block the numbers come from there.
    """
    if self._initial_noise is None:
      seed = self.random_seed
      if seed is not None:
        seed += self._num_draws
        self._num_draws += 1
      return tf.random.uniform(shape, low, high, seed=seed)
    return low + (high - low) * self._initial_noise.uniform(shape)

  def _initialize_global_state(self):
    """State that all tensors share: a list of float32 tensors."""
    return []

  def _compute_update(self, param, grad, state):
    """One step of one tensor.

    Args:
      param: float32 tensor.
      grad: float32 tensor of the same shape, or `tf.IndexedSlices`.
      state: Dict from state keys to tensors.

    Returns:
      (new parameter, new state).
    """
    raise NotImplementedError(
        "{} must override _compute_update or _compute_updates.".format(
            type(self).__name__))

  def _compute_updates(self, params, grads, states, global_state):
    """One step of all tensors.

    Args:
      params: List of float32 tensors.
      grads: List of float32 tensors of the same shapes.
      states: List of dicts from state keys to tensors.
      global_state: List of tensors.

    Returns:
      (new parameters, new states, new global state, attended parameters); the
      last are where the next gradients are to be taken, without attention the
      new parameters.
    """
    results = [self._compute_update(*each)
               for each in zip(params, grads, states)]
    params = [param for param, _ in results]
    return params, [state for _, state in results], global_state, params

  def _compute_finite_updates(self, params, grads, states, global_state):
    """The same; gradients that are not finite leave states as they were."""
    return nonfinite.compute_updates(
        self, params, grads, states, global_state)

  def _fused_step(self, pairs):
    """One op that steps variables in place, or None if there is none.

    Args:
      pairs: List of (dense float32 gradient, variable).
    """
    del pairs
    return None

  def _rule(self, shapes):
    """The update rule that `train` unrolls on tensors of these shapes."""
    make_rule = (update_rule.PackedRule if self.elementwise
                 else update_rule.PerTensorRule)
    return make_rule(self, shapes)

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

  def make_meta_parameters(self):
    """Makes those, too, that are only made as an update is computed.

    In the default graph. An optimizer of this package makes all of them in its
    constructor.

    Returns:
      OrderedDict from relative name to variable.
    """
    if not self.ships(type(self)):
      with tf.name_scope("unused_update"):
        param = tf.zeros([2, 3])
        self._compute_updates([param], [param], [self._initialize_state(param)],
                              self._initialize_global_state())
    return self._meta_parameters.variables()

  @staticmethod
  def ships(thing):
    """Whether a class or function is part of this package."""
    package = __name__.rpartition(".")[0]
    return thing.__module__.rpartition(".")[0] == package

  @property
  def state_depends_on_parameter(self):
    """Whether initial state may depend on the values of parameters."""
    return (slots.holds_location(self) or
            not self.ships(type(self)._initialize_state))

  @property
  def takes_slices(self):
    """Whether updates are given sparse gradients as they are."""
    return (type(self)._compute_updates is
            TrainableOptimizer._compute_updates)

  def train(self, problem, dataset, **options):
    """Builds one unroll of this optimizer on an inner problem.

    Args:
      problem: A `problem_generator.Problem`.
      dataset: A `datasets.Dataset`.
      **options: See `adapter.UnrollOptions`: how the unroll is run.

    Returns:
      A `TrainingOutput`.
    """
    return adapter.build(
        self, problem, dataset, adapter.UnrollOptions(**options))
