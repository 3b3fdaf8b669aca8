"""Tests as this project declares them."""

def test(name, deps = [], size = "small", **kwargs):
    """Declares the py_test of the file of its name.

    Args:
      name: String, that of the file without its ending.
      deps: List of labels, exactly what the file imports of this repository.
      size: String, how long it takes; see CONTRIBUTING.md.
      **kwargs: As those of py_test.
    """
    native.py_test(
        name = name,
        size = size,
        srcs = [name + ".py"],
        deps = deps,
        **kwargs
    )
