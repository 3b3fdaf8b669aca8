# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the shipped weights are meta-trained on, and how."""
