# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs docs/own_problem.md as it stands, and checks what it claims."""

import os
import re
import sys

import numpy as np
import tensorflow.compat.v1 as tf

from tests import repository

_PAGE = "docs/own_problem.md"


class OwnProblemPageTest(tf.test.TestCase):

  def test_full_size(self):
    os.chdir(self.create_tempdir().full_path)
    sys.path.insert(0, os.getcwd())
    blocks = [block.text for block in repository.code_blocks(_PAGE)
              if block.language == "python"]
    with open("robust_regression.py", "w") as stream:
      stream.write(blocks[0])
    names = {"__name__": "docs"}
    for text in blocks[1:]:
      exec(text, names)  # pylint: disable=exec-used
    curves = names["curves"]
    self.assertEqual(["Adam", "ours", "shipped weights"], sorted(curves))
    least = min(np.min(curve) for curve in curves.values())
    self.assertLess(curves["ours"][-1], 1.05 * least)
    self.assertLess(curves["shipped weights"][-1], 0.5 * curves["Adam"][0])
    self.assertLess(curves["Adam"][-1], 1.01 * least)
    # Of what the page shows, the end of ours depends on the processor.
    printed = re.findall(
        r"objective (\S+) -> (\S+) in 200 .* lowest (\S+) after",
        repository.read(_PAGE))
    self.assertLen(printed, 3)
    for name, (first, last, lowest) in zip(
        ("ours", "shipped weights", "Adam"), printed):
      self.assertAllClose(float(first), curves[name][0], rtol=1e-4)
      if name != "ours":
        self.assertAllClose(float(last), curves[name][-1], rtol=0.01)
      self.assertAllClose(float(lowest), np.min(curves[name]), rtol=0.05)


if __name__ == "__main__":
  tf.test.main()
