# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the notebook, and holds it to what its page shows."""

import json

from absl.testing import absltest
import numpy as np

from tests import repository
from tools import notebook_page


class NotebookTest(absltest.TestCase):

  def test_page_is_up_to_date(self):
    self.assertEqual(
        notebook_page.markdown(notebook_page.read()),
        repository.read(notebook_page.PAGE),
        "run PYTHONPATH=. .venv/bin/python tools/notebook_page.py")

  def test_every_cell_was_run(self):
    notebook = notebook_page.read()
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    self.assertEqual(list(range(1, len(cells) + 1)),
                     [cell["execution_count"] for cell in cells])
    self.assertLen([cell for cell in cells if cell["outputs"]], 3)
    self.assertEqual(4, notebook["nbformat"])

  def test_runs(self):
    notebook = notebook_page.read()
    shown = [len(cell.get("outputs", [])) for cell in notebook["cells"]]
    names = notebook_page.run(notebook)
    self.assertEqual(
        shown, [len(cell.get("outputs", [])) for cell in notebook["cells"]])
    # It learns, and what it says of itself is so.
    objectives = names["meta_objectives"]
    self.assertLen(objectives, 80)
    self.assertLess(np.mean(objectives[-20:]), np.mean(objectives[:20]) - 0.5)
    self.assertLess(names["final"]["meta-trained"],
                    0.3 * names["final"]["untrained"])
    for losses in names["histories"].values():
      self.assertLess(losses[-1], 0.5 * losses[0])

  def test_markdown(self):

    def cell(kind, source, **rest):
      return dict({"cell_type": kind, "source": source}, **rest)

    page = notebook_page.markdown(json.loads(json.dumps({"cells": [
        cell("markdown", ["# Title\n", "<!-- test: 3 -> 2 -->"]),
        cell("code", ["print(3)\n"], outputs=[{"text": ["3\n"]}])]})))
    self.assertTrue(page.endswith(
        "# Title\n<!-- test: 3 -> 2 -->\n```python\nprint(3)\n```\n\n"
        "```\n3\n```\n"), page)


if __name__ == "__main__":
  absltest.main()
