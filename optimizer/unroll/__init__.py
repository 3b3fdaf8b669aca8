# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The unroll adapter: state in loop variables, differentiable."""
