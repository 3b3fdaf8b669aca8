"""Tests as this project declares them."""

def test(name, deps = [], size = "small", files = None, **kwargs):
    """Declares a py_test of the file of its name, or of several files.

    Args:
      name: String, that of the file without its ending.
      deps: List of labels, exactly what the files import of this repository.
      size: String, how long it takes; see CONTRIBUTING.md.
      files: List of names of files without their endings, which one process
        runs: importing TensorFlow takes longer than most tests.
      **kwargs: As those of py_test.
    """
    if files:
        kwargs["main"] = "//tests:together.py"
        kwargs["args"] = [
            "%s/%s.py" % (native.package_name(), file)
            for file in files
        ]
    native.py_test(
        name = name,
        size = size,
        srcs = [file + ".py" for file in files or [name]] +
               (["//tests:together.py"] if files else []),
        deps = deps,
        **kwargs
    )
