# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the kernels without TensorFlow under the compiler's sanitizers."""

from absl.testing import absltest
from absl.testing import parameterized

from tests.optimizer.native import kernels_program


class SanitizersTest(parameterized.TestCase):

  @parameterized.parameters("address,undefined", "thread")
  def test_program(self, sanitizers):
    output = kernels_program.run(
        self, elements=20000,
        options=["-O1", "-g", "-fno-sanitize-recover=all",
                 "-fsanitize=" + sanitizers])
    self.assertIn(" 0 failures", output)


if __name__ == "__main__":
  absltest.main()
