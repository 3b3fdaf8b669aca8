# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the kernels without TensorFlow, beside plain ones."""

from absl.testing import absltest

from tests.optimizer.native import kernels_program


class KernelsTest(absltest.TestCase):

  def test_program(self):
    output = kernels_program.run(self, elements=10**6)
    self.assertRegex(output, "[0-9]{8} numbers compared.* 0 failures")


if __name__ == "__main__":
  absltest.main()
