# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Meta-training in a cluster: tasks, the chief's lease, waiting."""
