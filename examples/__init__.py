# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Each kind of training program with the optimizer in it, on one page."""
