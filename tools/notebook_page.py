# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the notebook and writes what it prints into it, and the page of it.

  PYTHONPATH=. .venv/bin/python tools/notebook_page.py

examples/learned_optimizer.ipynb is run from top to bottom, without Jupyter;
docs/notebook.md is its rendered form.
"""

import contextlib
import io
import json
import os

_ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

NOTEBOOK = os.path.join("examples", "learned_optimizer.ipynb")
PAGE = os.path.join("docs", "notebook.md")

_HEAD = ("<!-- Written by tools/notebook_page.py; do not edit. -->\n"
         "*This is [`{0}`](../{0}), rendered.*\n").format(NOTEBOOK)


def read():
  """The notebook, as a dict."""
  with io.open(os.path.join(_ROOT, NOTEBOOK), encoding="utf-8") as stream:
    return json.loads(stream.read())


def run(notebook):
  """Runs the code cells in order, and keeps what each prints.

  Args:
    notebook: Dict; its outputs are replaced.

  Returns:
    Dict of the names that the cells have defined.
  """
  names = {"__name__": "notebook"}
  number = 0
  for cell in notebook["cells"]:
    if cell["cell_type"] != "code":
      continue
    number += 1
    printed = io.StringIO()
    code = compile("".join(cell["source"]), "cell {}".format(number), "exec")
    with contextlib.redirect_stdout(printed):
      exec(code, names)  # pylint: disable=exec-used
    cell["execution_count"] = number
    cell["outputs"] = [] if not printed.getvalue() else [{
        "name": "stdout", "output_type": "stream",
        "text": printed.getvalue().splitlines(True)}]
  return names


def markdown(notebook):
  """The page of a notebook."""
  parts = [_HEAD]
  for cell in notebook["cells"]:
    text = "".join(cell["source"]).strip()
    if cell["cell_type"] == "markdown":
      parts.append(text + "\n")
      continue
    parts.append("```python\n{}\n```\n".format(text))
    for output in cell["outputs"]:
      parts.append("```\n{}\n```\n".format("".join(output["text"]).strip("\n")))
  # A comment that makes a block small in tests belongs right above it.
  return "\n".join(parts).replace("-->\n\n```python", "-->\n```python")


def main():
  """Writes both."""
  notebook = read()
  run(notebook)
  with io.open(os.path.join(_ROOT, NOTEBOOK), "w", encoding="utf-8") as stream:
    stream.write(json.dumps(notebook, indent=1, sort_keys=True) + "\n")
  with io.open(os.path.join(_ROOT, PAGE), "w", encoding="utf-8") as stream:
    stream.write(markdown(notebook))


if __name__ == "__main__":
  main()
