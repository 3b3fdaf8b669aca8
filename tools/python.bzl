"""Makes the workspace's virtual environment Bazel's Python toolchain."""

_BUILD = """\
load("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")

py_runtime(
    name = "py3_runtime",
    # The stamp makes a changed environment an input of every test.
    files = ["stamp"],
    interpreter = "python",
    python_version = "PY3",
    stub_shebang = "#!{python}",
)

py_runtime_pair(
    name = "py_runtime_pair",
    py3_runtime = ":py3_runtime",
)

toolchain(
    name = "toolchain",
    toolchain = ":py_runtime_pair",
    toolchain_type = "@bazel_tools//tools/python:toolchain_type",
)
"""

# A symlink would not do: CPython looks for pyvenv.cfg, and so for the packages
# of the environment, beside the path by which it was called.
_INTERPRETER = """\
#!/bin/sh
exec '{python}' "$@"
"""

def _venv_python_impl(repository_ctx):
    root = repository_ctx.path(Label("@//:WORKSPACE")).dirname
    python = root.get_child(".venv").get_child("bin").get_child("python")
    if not python.exists:
        fail("%s does not exist: run Bazel as ./tools/bazel, which makes it" %
             python)
    requirements = repository_ctx.read(Label("@//:requirements.txt"))
    stamp = repository_ctx.os.environ.get("LEARNED_OPTIMIZER_VENV_STAMP", "")
    repository_ctx.file("BUILD", _BUILD.format(python = python), False)
    repository_ctx.file("python", _INTERPRETER.format(python = python), True)
    repository_ctx.file("stamp", stamp + "\n" + requirements, False)

venv_python = repository_rule(
    implementation = _venv_python_impl,
    doc = "Toolchain that runs Python targets with .venv/bin/python.",
    environ = ["LEARNED_OPTIMIZER_VENV_STAMP"],
    local = True,
)
