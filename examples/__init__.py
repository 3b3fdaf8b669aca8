# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""Each host that takes a `tf.train.Optimizer`, on one page."""
