# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Every optimizer's update equations in NumPy, in float64.

Written tensor by tensor and column by column, as one would on paper, and not
from the TensorFlow code. Meta-parameters come as a dict of arrays by checkpoint
name.
"""

import numpy as np


def sigmoid(x):
  return 1.0 / (1.0 + np.exp(-x))


def float64(theta):
  """Returns a dict of arrays as float64."""
  return {name: np.asarray(theta[name], np.float64) for name in theta}


def _with_rows(whole, rows, part):
  flat = whole.reshape((-1,) + part.shape[1:]).copy()
  flat[rows] = part
  return flat.reshape(whole.shape)


class HierarchicalRNN:
  """Steps a list of tensors; gradients are dense.

  Attributes:
    params: A list of arrays, the parameters.
    attended: A list of arrays, where the next gradients are to be taken.
    states: A list of dicts by state key.
    global_state: An array [1, units], or None.
  """

  def __init__(self, theta, params, levels=3, scales=4, init_lr=1e-2,
               products=True, log_means=True, relative_lr=True, extreme=False,
               lr_shortcut=False, problem_mean=True, multiple_scale=False,
               dynamic_scale=True, max_log_lr=33.0, global_input="mean",
               skip_zeros=False):
    self._theta = float64(theta)
    self._levels, self._scales = levels, scales
    self._products, self._log_means = products, log_means
    self._relative_lr, self._extreme = relative_lr, extreme
    self._lr_shortcut, self._problem_mean = lr_shortcut, problem_mean
    self._multiple_scale, self._dynamic = multiple_scale, dynamic_scale
    self._max_log_lr, self._global_input = max_log_lr, global_input
    self._skip_zeros = skip_zeros
    self.params = [np.asarray(param, np.float64) for param in params]
    self.attended = list(self.params)
    self.states = [self._initial_state(param, init_lr)
                   for param in self.params]
    self.global_state = self._initial_vector(2) if levels > 2 else None

  def _initial_vector(self, level):
    return self._theta["LOL/Level%d_RNN/init_vector" % level]

  def _initial_state(self, param, init_lr):
    size = param.size
    state = {"parameter": np.tile(self._initial_vector(0), [size, 1])}
    if self._levels > 1:
      state["layer"] = self._initial_vector(1)
    for key in ["scl_decay", "inp_decay"] + [
        "%s%d" % (key, i + 1) for key in ("grad_accum", "ms")
        for i in range(self._scales)]:
      state[key] = np.zeros([size, 1])
    if self._dynamic:
      state["log_learning_rate"] = np.full([size, 1], np.log(init_lr))
    if "LOL/attention_weights" in self._theta:
      state["true_param"] = param
    return state

  def step(self, grads):
    """Advances all tensors by one step, then the global level."""
    rate_mean = None
    if self._dynamic and self._problem_mean:
      rate_mean = np.concatenate(
          [state["log_learning_rate"] for state in self.states]).mean()
    for i, grad in enumerate(grads):
      grad = np.reshape(grad, [-1, 1]).astype(np.float64)
      step = self._step_where if self._skip_zeros else self._step_tensor
      step(i, grad, rate_mean)
    updates = not self._skip_zeros or any(np.any(grad) for grad in grads)
    if self._levels > 2 and updates:
      layers = [state["layer"] for state in self.states]
      seen = layers[-1] if self._global_input == "last" else sum(
          layers) / len(layers)
      self.global_state = self._gru(
          "LOL/Layer2_RNN/", seen, self.global_state, 0.0)

  def _step_where(self, i, grad, rate_mean):
    """Steps the elements with a gradient as if they were the whole tensor."""
    whole, old, where = self.params[i], self.states[i], np.flatnonzero(grad)
    self.attended[i] = whole
    if not where.size:
      return
    if self._dynamic and rate_mean is None:
      rate_mean = old["log_learning_rate"].mean()
    by_element = [key for key in old if key not in (
        "layer", "true_param", "gradient_history")]
    self.states[i] = dict(old, **{key: old[key][where] for key in by_element})
    self.params[i] = whole.reshape(-1)[where]
    self._step_tensor(i, grad[where], rate_mean)
    for values in (self.params, self.attended):
      values[i] = _with_rows(whole, where, values[i])
    for key in by_element:
      self.states[i][key] = _with_rows(old[key], where, self.states[i][key])
    if "true_param" in old:
      self.states[i]["true_param"] = self.params[i]

  def _step_tensor(self, i, grad, rate_mean):
    state, theta = self.states[i], self._theta
    z, mean_squares = self._moving_averages(state, grad)
    rate = state.get("log_learning_rate")
    if rate is not None and rate_mean is None:
      rate_mean = rate.mean() if rate.size else 0.0
    features = self._features(z, mean_squares, rate, rate_mean)
    bias = 0.0
    if self._levels > 1:
      bias = self._affine("LOL/PerTensor/Layer0_RNN/Param", state["layer"])
    if self._levels > 2:
      bias = bias + self._affine("LOL/PerTensor/Layer0_RNN/Global",
                                 self.global_state)
    h = self._gru("LOL/PerTensor/Layer0_RNN/", features, state["parameter"],
                  bias)
    state["parameter"] = h
    if self._levels > 1:
      seen = h
      if features.shape[1] > self._scales:
        seen = np.concatenate([h, features], 1)
      bias = 0.0
      if self._levels > 2:
        bias = self._affine("LOL/PerTensor/Layer1_RNN", self.global_state)
      mean = seen.sum(0, keepdims=True) / max(len(seen), 1)
      state["layer"] = self._gru("LOL/PerTensor/Layer1_RNN/", mean,
                                 state["layer"], bias)
    for key, fixed in (("scl_decay", 0.93), ("inp_decay", 0.89)):
      state[key] = np.full([len(h), 1], fixed)
      if "LOL/%s_weights" % key in theta:
        state[key] = sigmoid(h.dot(theta["LOL/%s_weights" % key]) +
                             theta["LOL/%s_bias" % key])
    self._move(i, h, z)

  def _moving_averages(self, state, grad):
    d, s = state["inp_decay"], state["scl_decay"]
    z, mean_squares = [], []
    for k in range(self._scales):
      a_key, m_key = "grad_accum%d" % (k + 1), "ms%d" % (k + 1)
      a = grad
      if self._scales > 1:
        a = (1 - d) * grad + d * state[a_key]
      decay = s if np.any(state[m_key]) else 0.0 * s
      if self._skip_zeros:  # Elements have first steps of their own.
        decay = np.where(state[m_key] == 0, 0.0, s)
      m = (1 - decay) * (a**2 + 1e-12) + decay * state[m_key]
      x = a / np.sqrt(m + 1e-16)
      z.append(np.log(x + np.sqrt(1 + x**2)))
      mean_squares.append(m)
      state[a_key], state[m_key] = a, m
      d = np.sqrt(d)
      if self._multiple_scale:
        s = np.sqrt(s)
    return np.concatenate(z, 1), np.concatenate(mean_squares, 1)

  def _features(self, z, mean_squares, rate, rate_mean):
    columns = [z]
    if self._scales > 1 and self._products:
      columns.append(z[:, :-1] * z[:, 1:])
    if self._log_means:
      logs = np.log(mean_squares + 1e-16)
      columns.append(logs - logs.mean(1, keepdims=True))
    if self._dynamic and self._relative_lr:
      columns.append(rate - rate_mean)
    if self._extreme:
      columns.append(np.maximum(rate, 0) -
                     np.maximum(np.log(1e-6) - rate, 0))
    if self._lr_shortcut:
      columns.append(rate - np.log(1e-3))
    return np.concatenate(columns, 1)

  def _rate_change(self, unused_state, h):
    return (h.dot(self._theta["LOL/learning_rate_weights"]) +
            self._theta["LOL/learning_rate_bias"])

  def _move(self, i, h, z):
    state, theta = self.states[i], self._theta
    old = self.params[i]
    scale = attended_scale = 1.0
    if self._dynamic:
      rate = state["log_learning_rate"]
      change = self._rate_change(state, h)
      new_rate = np.clip(rate + change, -33.0, self._max_log_lr)
      p = sigmoid(theta["LOL/PerTensor/learning_rate_momentum_logit"])
      state["log_learning_rate"] = p * rate + (1 - p) * new_rate
      scale = np.exp(new_rate + theta["LOL/PerTensor/param_stepsize_offset"])
      attended_scale = np.exp(new_rate)
    direction = self._direction("update", "GradsToDelta", h, z)
    self.params[i] = old - np.reshape(
        self._limited(scale * direction), old.shape)
    self.attended[i] = self.params[i]
    if "LOL/attention_weights" in theta:
      direction = self._direction("attention", "GradsToAttnDelta", h, z)
      self.attended[i] = old - np.reshape(
          self._limited(attended_scale * direction), old.shape)
      state["true_param"] = self.params[i]

  def _limited(self, step):
    return step

  def _direction(self, readout, shortcut, h, z):
    direction = h.dot(self._theta["LOL/%s_weights" % readout])
    shortcut = self._theta.get("LOL/PerTensor/%s/Matrix" % shortcut)
    if shortcut is not None:
      direction = direction + z.dot(shortcut)
    if self._dynamic and len(direction):
      direction = direction / np.sqrt(np.mean(direction**2) + 1e-16)
    return direction

  def _affine(self, name, x):
    return (x.dot(self._theta[name + "/Affine/Matrix"]) +
            self._theta[name + "/Affine/Bias"])

  def _gru(self, prefix, x, h, bias):
    """The cell of every level: reset, update, candidate."""
    units = h.shape[1]
    bias = np.zeros([1, 3 * units]) + bias
    gates = sigmoid(self._affine(prefix + "BiasGRUCell/gates",
                                 np.concatenate([x, h], 1)) +
                    bias[:, :2 * units])
    r, u = gates[:, :units], gates[:, units:]
    c = np.tanh(self._affine(prefix + "BiasGRUCell/candidate",
                             np.concatenate([x, r * h], 1)) +
                bias[:, 2 * units:])
    return u * h + (1 - u) * c


class _Elementwise:
  """Steps one tensor; a sparse gradient only touches its rows.

  Attributes:
    param: An array.
    state: A dict by state key of arrays [n, k].
  """

  def __init__(self, theta, param):
    self._theta = float64(theta)
    self.param = np.array(param, np.float64)
    self.state = self._initial_state(self.param.size)

  def step(self, grad, indices=None):
    """One step.

    Args:
      grad: An array like the parameter, or with `indices` like some rows.
      indices: A list of row numbers, perhaps repeated, or None for all.
    """
    grad = np.asarray(grad, np.float64)
    chosen = np.ones(self.param.shape, bool)
    if indices is not None:
      total = np.zeros(self.param.shape)
      chosen = np.zeros(self.param.shape, bool)
      for index, row in zip(indices, grad):
        total[index] += row
        chosen[index] = True
      grad = total
    chosen = chosen.reshape([-1])
    change, new = self._update(grad.reshape([-1, 1])[chosen], {
        key: value[chosen] if value.ndim else value
        for key, value in self.state.items()})
    flat = self.param.reshape([-1])
    flat[chosen] -= change[:, 0]
    for key in new:
      if self.state[key].ndim:
        self.state[key][chosen] = new[key]
      else:
        self.state[key] = new[key]


class TrainableAdam(_Elementwise):
  """Adam; every element counts its own steps."""

  def _initial_state(self, size):
    return {key: np.zeros([size, 1]) for key in ("m", "v", "t")}

  def _update(self, g, state):
    beta1 = sigmoid(self._theta["LOL/beta1_logit"])
    beta2 = sigmoid(self._theta["LOL/beta2_logit"])
    t = state["t"] + 1
    m = beta1 * state["m"] + (1 - beta1) * g
    v = beta2 * state["v"] + (1 - beta2) * g**2
    rate = (np.exp(self._theta["LOL/log_learning_rate"]) *
            np.sqrt(1 - beta2**t) / (1 - beta1**t))
    return (rate * m / (np.sqrt(v) + np.exp(self._theta["LOL/log_epsilon"])),
            {"m": m, "v": v, "t": t})


class LearningRateSchedule(_Elementwise):
  """Gradient descent; the step counter belongs to the tensor."""

  def _initial_state(self, size):
    del size
    return {"itr": np.zeros([])}

  def _update(self, g, state):
    rates = self._theta["LOL/learning_rates"]
    rate = rates[min(int(state["itr"]), len(rates) - 1)]
    return rate * g, {"itr": state["itr"] + 1}


class GlobalLearningRate(_Elementwise):
  """Gradient descent."""

  def _initial_state(self, size):
    del size
    return {}

  def _update(self, g, state):
    del state
    return self._theta["LOL/global_learning_rate"] * g, {}


class CoordinatewiseRNN(_Elementwise):
  """An RNN on every element's gradient.

  `cells` is a list of functions (x, flat state) -> (output, flat state) made
  by the functions of `cell_oracle`, `sizes` the widths of their
  states.
  """

  def __init__(self, theta, param, cells, sizes, init_lr=1.0):
    self._cells, self._sizes, self._init_lr = cells, sizes, init_lr
    super().__init__(theta, param)

  def _initial_state(self, size):
    return {"rms": np.ones([size, 1]), "decay": np.ones([size, 1]),
            "learning_rate": np.full([size, 1], self._init_lr),
            "rnn": np.tile(self._theta["LOL/init_vector"], [size, 1])}

  def _update(self, g, state):
    decay = np.where(state["rms"] == 0, 0.0, state["decay"])
    rms = (1 - decay) * (g**2 + 1e-12) + decay * state["rms"]
    x = g / np.sqrt(rms + 1e-16)
    output = np.log(x + np.sqrt(1 + x**2))
    parts = np.split(state["rnn"], np.cumsum(self._sizes)[:-1], axis=1)
    new_parts = []
    for cell, part in zip(self._cells, parts):
      output, part = cell(output, part)
      new_parts.append(part)

    def read_out(name):
      return (output.dot(self._theta["LOL/%s_weights" % name]) +
              self._theta["LOL/%s_bias" % name])

    rate = state["learning_rate"] * 2 * sigmoid(read_out("learning_rate"))
    direction = output.dot(self._theta["LOL/update_weights"])
    return rate * direction, {
        "rms": rms, "rnn": np.concatenate(new_parts, 1),
        "learning_rate": rate, "decay": sigmoid(read_out("decay"))}
