# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The adapter to the optimizers of Keras, on TensorFlow 2."""
