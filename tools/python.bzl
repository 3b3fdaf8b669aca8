"""Makes the workspace's virtual environments Bazel's Python toolchains."""

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
[ -x '{python}' ] || {{
  echo '{python} does not exist: run Bazel as ./tools/bazel, which makes it' >&2
  exit 1
}}
case "$1" in
  *_test.py|*/tests/together.py) exec '{python}' {test_runner} "$@" ;;
esac
exec '{python}' "$@"
"""

def _venv_python_impl(repository_ctx):
    root = repository_ctx.path(Label("@//:WORKSPACE")).dirname
    python = "%s/%s/bin/python" % (root, repository_ctx.attr.folder)
    runner = ""
    if repository_ctx.attr.test_runner:
        runner = "'%s'" % repository_ctx.path(repository_ctx.attr.test_runner)
    script = _INTERPRETER.format(python = python, test_runner = runner)
    requirements = repository_ctx.read(repository_ctx.attr.requirements)
    stamp = repository_ctx.os.environ.get(repository_ctx.attr.stamp, "")
    repository_ctx.file("BUILD", _BUILD.format(python = python), False)
    repository_ctx.file("python", script, True)
    repository_ctx.file("stamp", stamp + "\n" + requirements, False)

venv_python = repository_rule(
    implementation = _venv_python_impl,
    doc = "Toolchain that runs Python targets in a virtual environment.",
    attrs = {
        "folder": attr.string(
            doc = "The environment, which tools/bazel makes at the root.",
        ),
        "requirements": attr.label(doc = "File of its packages."),
        "stamp": attr.string(doc = "Variable that tools/bazel sets."),
        "test_runner": attr.label(
            doc = "Program that runs the files of tests; by default Python.",
        ),
    },
    environ = [
        "LEARNED_OPTIMIZER_TF2_STAMP",
        "LEARNED_OPTIMIZER_VENV_STAMP",
    ],
    local = True,
)
