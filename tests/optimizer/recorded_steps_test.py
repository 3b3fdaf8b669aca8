# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that options described long ago still make the same steps."""

import os

import numpy as np
import tensorflow.compat.v1 as tf

from optimizer import pretrained
from tests.optimizer import harness

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                       "testdata", "flat_options")
"""Holds `optimizer.json`, with names from before stabilizers were objects, and
`steps.npz`: what `figures` returned for it then, and for `_PLAIN`.
"""

_SHAPES = ([3, 2], [], [40], [7, 5])
_SIZES = (1.0, 0.05, 0.1, 1.0)
_STEPS = 12

# Late enough for rates that slow down after 200 steps, and for elements that
# rarely have a gradient; after a fall of gradients.
_RANGES = {
    "num_steps": (190.0, 590.0),
    "gradient_history": ([-2.5, -0.5, 0.5, 600.0], [-2.0, 0.0, 1.0, 700.0]),
}


def figures(options):
  """Steps variables from a state in which all options count.

  Args:
    options: Dict of options that replace those of `optimizer.json`.

  Returns:
    float32 [steps, n], all variables after each step.
  """
  rng = np.random.RandomState(0)
  starts = [size * rng.randn(*shape)
            for size, shape in zip(_SIZES, _SHAPES)]
  with tf.Graph().as_default():
    optimizer = pretrained.construct_from(_FOLDER, use_native=False, **options)
    variables = harness.make_variables(starts, True)
    feeds = [tf.placeholder(tf.float32, shape) for shape in _SHAPES]
    step = optimizer.apply_gradients(zip(feeds, variables))
    with tf.Session(config=harness.fast_config()) as session:
      session.run(tf.global_variables_initializer())
      harness.load_meta_parameters(optimizer, {
          name: 0.3 * rng.randn(*variable.shape.as_list())
          for name, variable in sorted(
              optimizer.meta_parameters.checkpoint_names().items())}, session)
      state = [(key, optimizer.get_slot(variable, key))
               for variable in variables for key in optimizer.state_keys]
      state += [("global_state", variable) for variable in
                tf.global_variables() if "global_state" in variable.name]
      for key, variable in state:
        low, high = _RANGES.get(key, (0.0, 0.5))
        variable.load(rng.uniform(
            low, high, variable.shape.as_list()), session)
      return np.array([
          _step(session, step, feeds, variables, gradients)
          for gradients in _gradients(rng)])


def _gradients(rng):
  """Gradients with zeros, a spike, and a fall after it."""
  for i in range(_STEPS):
    scale = {4: 1e4}.get(i, 1.0 if i < 6 else 0.03**(i - 5))
    yield [scale * rng.randn(*shape) * (rng.rand(*shape) < 0.7)
           for shape in _SHAPES]


def _step(session, step, feeds, variables, gradients):
  session.run(step, dict(zip(feeds, gradients)))
  return harness.flat(session.run(variables))


_PLAIN = {"max_relative_step": 0.0, "slow_rates_after": 0.0,
          "max_relative_gradient": 0.0, "rare_step_power": 0.0,
          "skip_zero_gradients": False}
"""Switches off all of `optimizer.json`, by its own names."""


class RecordedStepsTest(tf.test.TestCase):

  def _check(self, name, options):
    with np.load(os.path.join(_FOLDER, "steps.npz")) as recorded:
      expected = recorded[name]
    actual = figures(options)
    moved = np.abs(np.diff(expected, axis=0))
    self.assertGreater(np.median(moved), 1e-6)
    scale = np.abs(expected).max(1, keepdims=True)
    self.assertAllClose(expected / scale, actual / scale, rtol=0, atol=1e-6)

  def test_stabilized(self):
    self._check("stabilized", {})

  def test_plain(self):
    self._check("plain", _PLAIN)


if __name__ == "__main__":
  tf.test.main()
