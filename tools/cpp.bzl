"""A C++ toolchain that builds nothing."""

def _no_cpp_impl(ctx):
    return [platform_common.ToolchainInfo()]

no_cpp = rule(
    implementation = _no_cpp_impl,
    doc = "Stands where Python rules require a C++ toolchain to exist.",
)
