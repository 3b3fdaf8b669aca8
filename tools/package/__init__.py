# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Learned optimizers for TensorFlow 1.15, and problems to train them on."""
