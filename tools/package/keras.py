# Copyright 2026 The Learned Optimizer Authors.
# SPDX-License-Identifier: Apache-2.0
"""The learned optimizer for Keras on TensorFlow 2.

  from learned_optimizer import keras
  model.compile(optimizer=keras.LearnedOptimizer(), loss=...)
"""

# pylint: disable=unused-import
from learned_optimizer.optimizer.keras.learned_optimizer import (
    LearnedOptimizer)
