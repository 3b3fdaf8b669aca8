"""Local stand-ins for the rule repositories that Bazel would download."""

# Bazel's own tools load these, although a Python-only workspace needs none of
# what they add to the native rules.
_REPOSITORIES = [
    "remote_coverage_tools",
    "rules_cc",
    "rules_java",
]

def offline_stubs():
    """Defines each repository as the folder of its name in tools/stubs."""
    for name in _REPOSITORIES:
        native.local_repository(
            name = name,
            path = "tools/stubs/" + name,
        )
