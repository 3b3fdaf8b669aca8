# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the shapes of the levels' meta-parameters."""

import tensorflow.compat.v1 as tf

from optimizer import gradient_features
from optimizer import hierarchical_declarations
from optimizer import meta_parameters
from optimizer import rnn_cells

_GATES = "BiasGRUCell/gates/Affine/Matrix"


def _declared(sizes, widths):
  """The `MetaParameters` of levels of these sizes."""
  parameters = meta_parameters.MetaParameters("LOL")
  hierarchical_declarations.declare_levels(
      parameters, [rnn_cells.BiasGRU(size, 0.5, 0.0) for size in sizes],
      [gradient_features.Feature(width, None) for width in widths], 0.5)
  return parameters


class DeclarationsTest(tf.test.TestCase):

  def _check(self, expected, parameters):
    declared = parameters.declarations
    for name, shape in expected.items():
      self.assertEqual(shape, list(declared[name].shape), name)
    self.assertEqual(
        set(name for name in expected if "gates" in name),
        set(name for name in declared if name.endswith(_GATES)))

  def test_three_levels(self):
    """Inputs and state of a cell give its rows; level 1 sees level 0, too."""
    self._check({
        "PerTensor/Layer0_RNN/" + _GATES: [5 + 2, 4],
        "PerTensor/Layer1_RNN/" + _GATES: [2 + 5 + 3, 6],
        "Layer2_RNN/" + _GATES: [3 + 4, 8],
        "PerTensor/Layer0_RNN/Param/Affine/Matrix": [3, 6],
        "PerTensor/Layer0_RNN/Global/Affine/Matrix": [4, 6],
        "PerTensor/Layer1_RNN/Affine/Matrix": [4, 9],
    }, _declared([2, 3, 4], [1, 4]))

  def test_gradients_alone_reach_level_1_through_level_0(self):
    self._check({
        "PerTensor/Layer0_RNN/" + _GATES: [4 + 2, 4],
        "PerTensor/Layer1_RNN/" + _GATES: [2 + 3, 6],
    }, _declared([2, 3], [4]))

  def test_one_level_has_only_its_cell(self):
    names = _declared([2], [4]).declarations
    self.assertTrue(all("Layer0_RNN/BiasGRUCell" in name for name in names))


if __name__ == "__main__":
  tf.test.main()
