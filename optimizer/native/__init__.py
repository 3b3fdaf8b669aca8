# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The step of the hierarchical RNN as one op, in C++; see `loader`."""
