# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The version, for the installed package and the records of runs."""

__version__ = "0.2.0"
