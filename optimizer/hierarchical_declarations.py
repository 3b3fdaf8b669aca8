# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The meta-parameters of the levels of the hierarchical RNN."""

import tensorflow.compat.v1 as tf

from . import meta_parameters
from . import rnn_cells

_LEVEL_RNN = "PerTensor/Layer{}_RNN/"


def declare_levels(parameters, cells, features, new_features,
                   affine_scale):
  """Declares the cells and what leads from one level to another.

  Args:
    parameters: `MetaParameters`.
    cells: List of `rnn_cells.BiasGRU`, one a level.
    features: List of `gradient_features.Feature`.
    new_features: Likewise, those that checkpoints of 2017 know nothing of.
    affine_scale: Float, spread of the initial matrices between levels.
  """
  declare_all = parameters.declare_all
  sizes = [cell.num_units for cell in cells]
  biases = [size * 3 for size in sizes]

  def declare_affine(name, rows, columns):
    declare_all(rnn_cells.affine_declarations(rows, columns, affine_scale),
                name + "/Affine/")

  def declare_cell(level, inputs, prefix, new_inputs=(0, 0)):
    for name, declaration in cells[level].declarations(
        inputs + new_inputs[1]).items():
      if new_inputs[1] and name.endswith("Matrix"):
        declaration = declaration._replace(
            new_rows=meta_parameters.NewRows(*new_inputs))
      declare_all({name: declaration}, prefix)

  old, new = [sum(feature.width for feature in some)
              for some in (features, new_features)]
  level0, level1 = _LEVEL_RNN.format(0), _LEVEL_RNN.format(1)
  if len(sizes) > 1:
    declare_affine(level0 + "Param", sizes[1], biases[0])
  if len(sizes) > 2:
    declare_affine(level0 + "Global", sizes[2], biases[0])
  declare_cell(0, old, level0, (old, new))
  if len(sizes) > 1:
    if len(sizes) > 2:
      declare_affine(level1[:-1], sizes[2], biases[1])
    # Scaled gradients alone reach level 1 through level 0 only.
    inputs = sizes[0] + (old if len(features) > 1 else 0)
    more = sizes[0] + old + new - inputs if new else 0
    declare_cell(1, inputs, level1, (inputs, more))
  if len(sizes) > 2:
    declare_cell(2, sizes[1], "Layer2_RNN/")


def declare_shortcuts(parameters, num_scales, use_attention):
  """Declares what leads from scaled gradients to steps.

  Args:
    parameters: `MetaParameters`.
    num_scales: Integer, S.
    use_attention: Whether there are steps to attended locations.
  """
  names = ["GradsToDelta"] + (["GradsToAttnDelta"] if use_attention else [])
  for name in names:
    parameters.declare_all(
        rnn_cells.affine_declarations(
            num_scales, 1, 0.1, mean=1.0 / num_scales, use_bias=False),
        "PerTensor/{}/".format(name))


def declare_rates(parameters, momentum_logit):
  """Declares what turns learning rates into steps.

  Args:
    parameters: `MetaParameters`.
    momentum_logit: Float, initial logit of the decay of the rates' moving
      average.
  """
  constant = tf.constant_initializer
  parameters.declare("PerTensor/learning_rate_momentum_logit", [],
                     constant(momentum_logit))
  parameters.declare("PerTensor/param_stepsize_offset", [], constant(-1.0))
