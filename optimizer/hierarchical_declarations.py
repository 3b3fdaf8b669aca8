# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The meta-parameters of the levels of the hierarchical RNN."""

import typing

import tensorflow.compat.v1 as tf

from . import rnn_cells

_LEVEL_RNN = "PerTensor/Layer{}_RNN/"


class Initial(typing.NamedTuple):
  """What meta-parameters start from before meta-training.

  Attributes:
    gate_bias: Bias of the GRU gates.
    cell_scale: Spread of the GRU matrices.
    affine_scale: Spread of the matrices between levels.
    readout_scale: Spread of the read-outs of level 0.
    scale_decay_bias: Logit of the mean squares' decay.
    input_decay_bias: Logit of the momentum decay.
    learning_rate_momentum_logit: Logit of the decay of the learning rates'
      moving average.
  """

  gate_bias: float = 2.2
  cell_scale: float = 0.5
  affine_scale: float = 0.5
  readout_scale: float = 0.5
  scale_decay_bias: float = 3.2
  input_decay_bias: float = 2.2
  learning_rate_momentum_logit: float = 3.2


def declare_levels(parameters, cells, features, affine_scale):
  """Declares the cells and what leads from one level to another.

  Args:
    parameters: `MetaParameters`.
    cells: List of `rnn_cells.BiasGRU`, one a level.
    features: List of `gradient_features.Feature`.
    affine_scale: Float, spread of the initial matrices between levels.
  """
  declare_all = parameters.declare_all
  sizes = [cell.num_units for cell in cells]
  biases = [size * 3 for size in sizes]

  def declare_affine(name, rows, columns):
    declare_all(rnn_cells.affine_declarations(rows, columns, affine_scale),
                name + "/Affine/")

  def declare_cell(level, inputs, prefix):
    declare_all(cells[level].declarations(inputs), prefix)

  width = sum(feature.width for feature in features)
  level0, level1 = _LEVEL_RNN.format(0), _LEVEL_RNN.format(1)
  if len(sizes) > 1:
    declare_affine(level0 + "Param", sizes[1], biases[0])
  if len(sizes) > 2:
    declare_affine(level0 + "Global", sizes[2], biases[0])
  declare_cell(0, width, level0)
  if len(sizes) > 1:
    if len(sizes) > 2:
      declare_affine(level1[:-1], sizes[2], biases[1])
    # Scaled gradients alone reach level 1 through level 0 only.
    declare_cell(1, sizes[0] + (width if len(features) > 1 else 0), level1)
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
