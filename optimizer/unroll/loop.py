# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Differentiates through a loop of optimizer steps.

An unroll starts at parameters x_0 and state h_0, and for t = 0, 1, ...
  f_t = f(x_t), g_t = gradient at x_t (or at the attended location),
  (x_{t+1}, h_{t+1}) = update(theta, x_t, g_t, h_t).
What is differentiated is f_0, f_1, ... with respect to theta and h_0.

`recomputed_unroll` keeps only x_t, h_t, g_t and the gradient of f at x_t, and
rebuilds each step when it goes backwards: backpropagation through time with
rematerialization. Both directions are plain loops, so XLA can compile each
and their memory is that of the carried state alone. `stacked_unroll` leaves
the derivative to `tf.while_loop`, which keeps every intermediate; it is
for steps that cannot be rebuilt, and tests compare with it.
`forward_unroll` has no derivative and takes a fraction of the time.
"""

import collections

import tensorflow.compat.v1 as tf

from . import attached_gradient

Step = collections.namedtuple(
    "Step", "objective, gradients, update, keeps_going, has_attention, "
    "second_derivatives")
"""What a loop needs to know of problem and optimizer.

Attributes:
  objective: (params) -> scalar f.
  gradients: (params, t, f) -> list of gradients; t is the int32 step index,
    f the objective at params if at hand, else None.
  update: (theta, params, grads, state) -> (params, attended, state), all
    lists of tensors.
  keeps_going: (f) -> bool scalar, whether the loop may go on after f.
  has_attention: Whether gradients are taken at the attended location.
  second_derivatives: Whether to differentiate through the gradients.
"""

Carry = collections.namedtuple("Carry", "params, attended, state")
"""Lists of tensors; `attended` is empty without attention."""

LoopResult = collections.namedtuple(
    "LoopResult", "objectives, num_executed, carry")
"""What an unroll leaves behind.

Attributes:
  objectives: float32 [rows], f_t; rows from `num_executed` on are 0.
  num_executed: int32 scalar, how many f_t there are.
  carry: The `Carry` after the last step.
"""


def recomputed_unroll(step, theta, carry, num_steps, num_rows, run=None):
  """Unrolls; the backward pass rebuilds every step.

  Args:
    step: A `Step`.
    theta: List of tensors, the meta-parameters.
    carry: The `Carry` to start from; params and attended are constants to
      the derivative.
    num_steps: int32 scalar tensor.
    num_rows: The rows of the stored trajectory, at least `num_steps`: an
      int32 scalar tensor, or an integer when compiled.
    run: Function of (computation, inputs) that returns the list of the
      computation's results; by default it just calls it. XLA fits in here.

  Returns:
    A `LoopResult` whose `objectives` have a gradient with respect to
    theta and carry.state.
  """
  run = run or (lambda computation, inputs: computation(*inputs))
  flat_carry = _flatten(carry)
  num_theta = len(theta)

  def forward(num_steps, *inputs):
    return _forward(step, list(inputs[:num_theta]),
                    _unflatten(inputs[num_theta:], carry), num_steps, num_rows)

  outputs = run(forward, [num_steps] + list(theta) + flat_carry)
  objectives, num_executed = outputs[:2]
  final, trajectory = (outputs[2:2 + len(flat_carry)],
                       outputs[2 + len(flat_carry):])

  def gradient(objective_gradients, *_):
    def backward(num_executed, objective_gradients, *inputs):
      return _backward(step, list(inputs[:num_theta]), inputs[num_theta:],
                       carry, num_executed, objective_gradients)
    results = run(backward, [num_executed, objective_gradients] + list(theta) +
                  list(trajectory))
    return [result if value.dtype.is_floating else None
            for result, value in zip(results, list(theta) + carry.state)]

  outputs = attached_gradient.attach_gradient(
      [objectives, num_executed] + list(final), list(theta) + carry.state,
      gradient)
  return LoopResult(outputs[0], outputs[1], _unflatten(outputs[2:], carry))


def stacked_unroll(step, theta, carry, num_steps):
  """Unrolls; `tf.while_loop` keeps what its own gradient needs.

  Args and result are those of `recomputed_unroll`.
  """
  carry = Carry([tf.stop_gradient(param) for param in carry.params],
                [tf.stop_gradient(param) for param in carry.attended],
                carry.state)

  def body(t, unused_going, objectives, flat_carry):
    now = _unflatten(flat_carry, carry)
    objective = step.objective(now.params)
    grads = _step_gradients(step, now, t, objective)
    if not step.second_derivatives:
      grads = tf.nest.map_structure(tf.stop_gradient, grads,
                                    expand_composites=True)
    return (t + 1, step.keeps_going(objective),
            objectives.write(t, objective),
            _flatten(_advance(step, theta, now, grads)))

  num_executed, _, objectives, flat_carry = tf.while_loop(
      lambda t, going, *_: tf.logical_and(t < num_steps, going), body,
      (0, True, _array(tf.float32, num_steps, []), _flatten(carry)))
  return LoopResult(objectives.stack(), num_executed,
                    _unflatten(flat_carry, carry))


def forward_unroll(step, theta, carry, num_steps, num_rows, run=None, every=1):
  """Unrolls without a derivative; nothing of the trajectory is kept.

  Args:
    step: See `recomputed_unroll`; so are the others.
    theta: List of tensors.
    carry: A `Carry`.
    num_steps: int32 scalar tensor.
    num_rows: The rows of the objectives.
    run: Function.
    every: Integer. f is evaluated at every so many steps, from the first on;
      f_t is then the last one evaluated. Only for steps whose gradients do not
      use it.

  Returns:
    An `LoopResult`.
  """
  run = run or (lambda computation, inputs: computation(*inputs))
  num_theta = len(theta)

  def forward(num_steps, *inputs):
    start = _unflatten(inputs[num_theta:], carry)

    def body(t, unused_going, last, objectives, flat_carry):
      now = _unflatten(flat_carry, carry)
      objective = step.objective(now.params) if every == 1 else tf.cond(
          tf.equal(t % every, 0), lambda: step.objective(now.params),
          lambda: last)
      grads = _step_gradients(step, now, t, objective)
      return (t + 1, step.keeps_going(objective), objective,
              objectives.write(t, objective),
              _flatten(_advance(step, inputs[:num_theta], now, grads)))

    num_executed, _, _, objectives, flat_carry = tf.while_loop(
        lambda t, going, *_: tf.logical_and(t < num_steps, going), body,
        (0, True, 0.0, _array(tf.float32, num_rows, []), _flatten(start)),
        back_prop=False)
    return [objectives.stack(), num_executed] + flat_carry

  outputs = run(forward, [num_steps] + list(theta) + _flatten(carry))
  return LoopResult(outputs[0], outputs[1], _unflatten(outputs[2:], carry))


def _forward(step, theta, carry, num_steps, num_rows):
  """Runs the loop and keeps its trajectory.

  Returns:
    List: objectives [num_rows], number of executed steps, the final carry,
    and, each with a leading axis of steps, the carry before every step, the
    gradients given to the update, and the gradients of the objective.
  """
  def body(t, unused_going, objectives, arrays, flat_carry):
    now = _unflatten(flat_carry, carry)
    objective = step.objective(now.params)
    slopes = _gradients([objective], now.params)
    grads = _step_gradients(step, now, t, objective)
    kept = flat_carry + grads + slopes
    arrays = [array.write(t, value) for array, value in zip(arrays, kept)]
    return (t + 1, step.keeps_going(objective),
            objectives.write(t, objective), arrays,
            _flatten(_advance(step, theta, now, grads)))

  kept = _flatten(carry) + 2 * carry.params
  arrays = [_array(value.dtype, num_rows, value.shape) for value in kept]
  num_executed, _, objectives, arrays, flat_carry = tf.while_loop(
      lambda t, going, *_: tf.logical_and(t < num_steps, going), body,
      (0, True, _array(tf.float32, num_rows, []), arrays, _flatten(carry)),
      back_prop=False)
  return ([objectives.stack(), num_executed] + flat_carry +
          [array.stack() for array in arrays])


def _backward(step, theta, trajectory, carry, num_executed,
              objective_gradients):
  """Runs the adjoint of the loop, last step first.

  Returns:
    List: gradients with respect to theta and to the state before step 0.
  """
  num_params, num_state = len(carry.params), len(carry.state)

  def body(t, adjoints, theta_gradients):
    rows = [tf.gather(values, t) for values in trajectory]
    now = _unflatten(rows, carry)
    grads, slopes = (rows[-2 * num_params:-num_params], rows[-num_params:])
    local_theta = [tf.identity(value) for value in theta]
    new = _flatten(_advance(step, local_theta, now, grads))
    results = _gradients(new, local_theta + now.params + grads + now.state,
                         adjoints)
    theta_gradients = [
        total + value for total, value in zip(theta_gradients, results)]
    results = results[len(theta):]
    param_adjoints = [
        adjoint + tf.gather(objective_gradients, t) * slope
        for adjoint, slope in zip(results[:num_params], slopes)]
    location_adjoints = _location_adjoints(
        step, now, t, results[num_params:2 * num_params])
    if step.has_attention:
      param_adjoints += location_adjoints
    else:
      param_adjoints = [
          a + b for a, b in zip(param_adjoints, location_adjoints)]
    return (t - 1, param_adjoints + results[-num_state:] if num_state
            else param_adjoints, theta_gradients)

  _, adjoints, theta_gradients = tf.while_loop(
      lambda t, *_: t >= 0, body,
      (num_executed - 1,
       [tf.zeros(value.shape) for value in _flatten(carry)],
       [tf.zeros(value.shape) for value in theta]),
      back_prop=False)
  return theta_gradients + adjoints[len(adjoints) - num_state:]


def _location_adjoints(step, now, t, grad_adjoints):
  """Pulls adjoints of the gradients back to where they were taken."""
  location = now.attended or now.params
  if not step.second_derivatives:
    return [tf.zeros_like(value) for value in location]
  location = [tf.identity(value) for value in location]
  grads = step.gradients(location, t, None)
  return _gradients(grads, location, grad_adjoints)


def _step_gradients(step, now, t, objective):
  if step.has_attention:
    return step.gradients(now.attended, t, None)
  return step.gradients(now.params, t, objective)


def _advance(step, theta, now, grads):
  params, attended, state = step.update(theta, now.params, grads, now.state)
  return Carry(params, attended if step.has_attention else [], state)


def _gradients(ys, xs, grad_ys=None):
  """tf.gradients with zeros where nothing flows, as through integers."""
  flows = [y.dtype.is_floating for y in ys]
  if grad_ys is not None:
    grad_ys = [grad for grad, yes in zip(grad_ys, flows) if yes]
  found = iter(tf.gradients(
      [y for y, yes in zip(ys, flows) if yes],
      [x for x in xs if x.dtype.is_floating], grad_ys=grad_ys,
      unconnected_gradients=tf.UnconnectedGradients.ZERO))
  return [next(found) if x.dtype.is_floating else tf.zeros(x.shape)
          for x in xs]


def _array(dtype, size, shape):
  return tf.TensorArray(dtype, size=size, element_shape=shape,
                        clear_after_read=False)


def _flatten(carry):
  return list(carry.params) + list(carry.attended) + list(carry.state)


def _unflatten(values, like):
  """Splits a list that starts with a flattened carry."""
  values = list(values)
  ends = [len(like.params), len(like.params) + len(like.attended),
          len(like.params) + len(like.attended) + len(like.state)]
  return Carry(values[:ends[0]], values[ends[0]:ends[1]],
               values[ends[1]:ends[2]])
