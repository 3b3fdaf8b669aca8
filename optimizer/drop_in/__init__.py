# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The drop-in adapter: state in slots, for `tf.train.Optimizer`'s users."""
