# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Trainable optimizers and the adapters that run and meta-train them."""
